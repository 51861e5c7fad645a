import { assert, assertEquals } from "@std/assert";
import { has, isLinux, isRoot } from "../../tests/support/machine.ts";
import { run } from "../../tests/support/process.ts";
import { FakeSysfs, type Layout } from "./_fake_sysfs.ts";
import type { Opened } from "./_opener.ts";

const LAYOUTS: Layout[] = ["legacy", "local"];

/** The capabilities by which root ignores the rights of files. */
const OVERRIDES = "-dac_override,-dac_read_search";

/** Opens line 17 in a process that must obey the rights of files. */
async function openAsUser(root: string, patience: number): Promise<Opened> {
  const flags = ["--quiet", "--no-prompt", `--allow-read=${root}`, `--allow-write=${root}`];
  const deno = [
    Deno.execPath(),
    "run",
    ...flags,
    `${import.meta.dirname}/_opener.ts`,
    "17",
    `${patience}`,
    root,
  ];
  const [command, ...args] = isRoot
    ? ["setpriv", "--bounding-set", OVERRIDES, "--inh-caps", OVERRIDES, ...deno]
    : deno;
  const { code, stdout, stderr } = await run(command, args);
  assertEquals([code, stderr], [0, ""]);
  return JSON.parse(stdout);
}

const canRefuse = isLinux && (!isRoot || has("setpriv"));

/** A test of rights that come late or never. */
function userTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: canRefuse ? name : `${name} (needs Linux and setpriv)`, ignore: !canRefuse, fn });
}

/** Adds a line whose files can't be used. */
function addRefused(sysfs: FakeSysfs, offset: number): void {
  sysfs.add(offset, { direction: "in", value: "0" });
  allow(sysfs, offset, 0o000);
}

function allow(sysfs: FakeSysfs, offset: number, mode: number): void {
  for (const file of ["direction", "value"]) Deno.chmodSync(`${sysfs.folder(offset)}/${file}`, mode);
}

userTest("SysfsGpio waits for the right to use a line, which udev gives late", async () => {
  for (const layout of LAYOUTS) {
    await using sysfs = new FakeSysfs({ layout });
    sysfs.onExport((offset) => {
      addRefused(sysfs, offset);
      AbortSignal.timeout(300).onabort = () => allow(sysfs, offset, 0o600);
    });
    const result = await openAsUser(sysfs.root, 5000);
    assertEquals(result.code, undefined, result.sentence);
    assert(result.ms >= 300, `it had not to wait: ${result.ms} ms`);
    assertEquals([sysfs.line(17).direction, sysfs.unexported], ["high", ""]);
  }
});

userTest("SysfsGpio gives a line back that it never gets the right to use", async () => {
  await using sysfs = new FakeSysfs();
  sysfs.onExport((offset) => addRefused(sysfs, offset));
  const result = await openAsUser(sysfs.root, 100);
  const direction = `${sysfs.folder(17)}/direction`;
  assertEquals(
    [result.code, result.sentence],
    [
      "pin_permission",
      `line 17 may not be used (no right to write ${direction}): sudo usermod -aG gpio $USER, then log in again`,
    ],
  );
  assert(result.ms >= 100, `after ${result.ms} ms`);
  assertEquals(sysfs.unexported, "529");
});

userTest("SysfsGpio doesn't wait for the right to export a line", async () => {
  await using sysfs = new FakeSysfs({ place: "class" });
  Deno.chmodSync(`${sysfs.root}/export`, 0o400);
  const result = await openAsUser(sysfs.root, 3_600_000);
  assertEquals(result.code, "pin_permission");
  assert(result.sentence?.includes(`(no right to write ${sysfs.root}/export)`), result.sentence);
});
