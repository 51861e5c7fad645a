/** The tests of who may use a pin on a kernel's own chip, and when, beside guest_pins.ts. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Opened } from "../../lib/gpio/_opener.ts";
import { exportByOther, folderOf, isExported, read, tidy, wire } from "./chip.ts";

/** A test that leaves no line behind. */
function test(what: string, fn: () => Promise<void>): void {
  Deno.test(`SysfsGpio ${what}`, async () => {
    try {
      await fn();
    } finally {
      tidy();
    }
  });
}

async function run(command: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args }).output();
  const text = new TextDecoder();
  assert(success, `${command} ${args.join(" ")}: ${text.decode(stderr)}`);
  return text.decode(stdout);
}

/** Where everybody may read Deno and the sources, wherever on the host they are. */
const OPEN = "/run/open";

async function openToAll(): Promise<void> {
  if (isThere(OPEN)) return;
  Deno.mkdirSync(`${OPEN}/sources`, { recursive: true });
  Deno.writeTextFileSync(`${OPEN}/deno`, "");
  await run("mount", "--bind", Deno.execPath(), `${OPEN}/deno`);
  await run("mount", "--bind", new URL("../..", import.meta.url).pathname, `${OPEN}/sources`);
}

function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** What _opener.ts prints, run with these permissions by a user of these groups; root without. */
async function user(args: (string | number)[], flags: string[], groups?: string[]): Promise<Opened> {
  await openToAll();
  const rights = groups === undefined ? [] : [
    ...["--reuid", "65534", "--regid", "65534"],
    ...groups.length ? ["--groups", groups.join(",")] : ["--clear-groups"],
  ];
  const deno = ["run", "--quiet", "--no-prompt", "--no-config", ...flags];
  const script = `${OPEN}/sources/lib/gpio/_opener.ts`;
  // Without a cache: there is none that all of them may write to.
  const env = ["env", "HOME=/tmp", "DENO_DIR=/dev/null/none", `${OPEN}/deno`];
  return JSON.parse(await run("setpriv", ...rights, ...env, ...deno, script, ...args.map(String)));
}

test("needs no more than to read and write another mount of sysfs", async () => {
  const mount = "/run/pins";
  Deno.mkdirSync(mount);
  await run("mount", "--bind", "/sys", mount);
  const result = await user([17, 0, mount], [`--allow-read=${mount}`, `--allow-write=${mount}`]);
  assertEquals([result.on, wire(17)], [true, true], JSON.stringify(result));
  const here = await user([18, 0], ["--allow-read=/sys", "--allow-write=/sys"]);
  assertEquals([here.code, wire(18)], ["NotCapable", false], JSON.stringify(here));
});

test("tells a user without the right to export what to do", async () => {
  const result = await user([17, 5000], ["--allow-all"], []);
  assertEquals(
    [result.code, result.sentence],
    [
      "pin_permission",
      "line 17 may not be used (no right to write /sys/class/gpio/export): " +
      "sudo usermod -aG gpio $USER, then log in again",
    ],
  );
  assert(result.ms < 5000, `only after ${result.ms} ms`);
});

test("gives up on a line whose right never comes", async () => {
  exportByOther(17, "in");
  const result = await user([17, 200], ["--allow-all"], []);
  assertEquals(result.code, "pin_permission");
  assertStringIncludes(result.sentence!, "sudo usermod -aG gpio $USER");
  assert(result.ms >= 200 && result.ms < 5000, `after ${result.ms} ms`);
  assertEquals([isExported(17), read(`${folderOf(17)}/direction`)], [true, "in"]);
});

const GROUP = "997";
/** The rule of Raspberry Pi OS, on a busy machine. */
const RULE = `SUBSYSTEM=="gpio*", PROGRAM="/bin/sh -c '\\
  sleep 0.5;\\
  chown -R root:${GROUP} /sys/class/gpio && chmod -R 770 /sys/class/gpio;\\
  chown -R root:${GROUP} /sys$devpath && chmod -R 770 /sys$devpath\\
'"
`;

test("waits until udev has given the line to the group gpio", async () => {
  Deno.mkdirSync("/run/udev/rules.d", { recursive: true });
  Deno.writeTextFileSync("/run/udev/rules.d/99-com.rules", RULE);
  await run("/lib/systemd/systemd-udevd", "--daemon");
  await run("udevadm", "trigger", "--subsystem-match=gpio");
  await run("udevadm", "settle");
  const member = await user([17, 20_000], ["--allow-all"], [GROUP]);
  assertEquals([member.on, wire(17)], [true, true], JSON.stringify(member));
  assert(member.ms >= 500, `it had not to wait: ${member.ms} ms`);

  const stranger = await user([18, 5000], ["--allow-all"], []);
  assertEquals(stranger.code, "pin_permission");
  assertStringIncludes(stranger.sentence!, "sudo usermod -aG gpio $USER");
  assertEquals(isExported(18), false);

  const hasty = await user([18, 100], ["--allow-all"], [GROUP]);
  assertEquals([hasty.code, isExported(18)], ["pin_permission", false], JSON.stringify(hasty));
});
