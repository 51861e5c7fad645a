/**
 * The tests of the sysfs adapter on a kernel's own chip. They change the machine they run on, which therefore is a
 * guest of run.sh: tests/kernel_pins_test.ts boots it.
 */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { PinwireError } from "../../lib/errors.ts";
import { gpioContract, line, options, refusal } from "../../lib/gpio/_contract.ts";
import type { Opened } from "../../lib/gpio/_opener.ts";
import { type OutputPin, SysfsGpio } from "../../lib/gpio/mod.ts";
import {
  CLASS,
  driven,
  exportByOther,
  folderOf,
  isExported,
  numberOf,
  read,
  SIM,
  tidy,
  wire,
  write,
} from "./chip.ts";

gpioContract("SysfsGpio", () =>
  Promise.resolve({
    gpio: new SysfsGpio(),
    wire,
    driven,
    [Symbol.asyncDispose]: () => Promise.resolve(tidy()),
  }));

/** A test that leaves no line behind. */
function test(what: string, fn: (gpio: SysfsGpio) => void | Promise<void>): void {
  Deno.test(`SysfsGpio ${what}`, async () => {
    try {
      await fn(new SysfsGpio());
    } finally {
      tidy();
    }
  });
}

test("is the header's chip, not the other one that is there", (gpio) => {
  assertEquals(gpio.chip, read(`${SIM}/bank0/label`));
});

test("drives a line of another chip when that one is named", async () => {
  const gpio = new SysfsGpio({ chip: "raspberrypi-exp-gpio" });
  const pin = await gpio.openOutput(line(3), options(true));
  assertEquals([pin.read(), wire(3), isExported(3)], [true, false, false]);
  await refusal(gpio.openOutput(line(8), options(true)), "no_such_line");
  pin.close(true);
});

test("exports a line while it is open, and gives it back only on release", async (gpio) => {
  const kept = await gpio.openOutput(line(17), options(true));
  kept.close(false);
  const given = await gpio.openOutput(line(18), options(true));
  assertEquals([isExported(17), isExported(18)], [true, true]);
  given.close(true);
  assertEquals([isExported(17), isExported(18), wire(17)], [true, false, true]);
});

test("takes over a line that another program exported, and leaves it exported", async (gpio) => {
  exportByOther(17, "high");
  exportByOther(18, "in");
  driven(17);
  const [output, input] = await Promise.all([
    gpio.openOutput(line(17), options("keep")),
    gpio.openOutput(line(18), options(true)),
  ]);
  assertEquals([wire(17), output.read(), wire(18), input.read()], [true, true, true, true]);
  for (const pin of [output, input]) pin.close(true);
  assertEquals([isExported(17), isExported(18), wire(17), wire(18)], [true, true, true, true]);
});

test("sees through the kernel's own active_low", async (gpio) => {
  for (const activeLow of [false, true]) {
    for (const direction of ["in", "low", "high"]) {
      for (const initial of [true, false]) {
        exportByOther(17, direction);
        write(`${folderOf(17)}/active_low`, "1");
        driven(17);
        const pin = await gpio.openOutput(line(17), options(initial, { activeLow }));
        assertEquals(new Set(driven(17)), new Set([initial !== activeLow]));
        for (const on of [initial, !initial, initial]) {
          pin.write(on);
          assertEquals([wire(17), pin.read()], [on !== activeLow, on]);
          assertEquals(gpio.inspect(line(17)), { direction: "out", high: on !== activeLow });
        }
        pin.close(false);
        tidy();
      }
    }
  }
});

// What the contract finds no trace of would be seen if it were there.
test("differs from `out`, which drives a line low first", () => {
  exportByOther(17, "high");
  driven(17);
  write(`${folderOf(17)}/direction`, "out");
  assertEquals(driven(17), [false]);
});

test("says that a line is held by a driver", async (gpio) => {
  const error = await refusal(gpio.openOutput(line(22), options(true)), "pin_busy");
  assertEquals(
    error.sentence,
    "line 22 is held by a driver or another program: choose another pin, or look who has it with gpioinfo",
  );
  assertEquals([isExported(22), gpio.inspect(line(22))], [false, undefined]);
});

/** The code that using the pin ends in. */
function lost(use: () => unknown): string {
  return assertThrows(use, PinwireError).code;
}

test("says that a chip has gone, and opens the line again once it is back", async (gpio) => {
  const use = (pin: OutputPin) => [lost(() => pin.write(false)), lost(() => pin.read())];
  const pin = await gpio.openOutput(line(17), options(true));
  write(`${SIM}/live`, "0");
  assertEquals(use(pin), ["pin_gone", "pin_gone"]);
  pin.close(true);
  await refusal(gpio.openOutput(line(17), options(true)), "no_chip");
  assertEquals(lost(() => gpio.inspect(line(17))), "no_chip");

  write(`${SIM}/live`, "1");
  assertEquals(gpio.inspect(line(17)), undefined);
  const again = await gpio.openOutput(line(17), options(true));
  assertEquals([wire(17), again.read()], [true, true]);
  write(`${SIM}/live`, "0");
  write(`${SIM}/live`, "1");
  assertEquals(use(again), ["pin_gone", "pin_gone"]);
  again.close(true);
  assertEquals(isExported(17), false);
});

test("leaves a line alone that has become another program's", async (gpio) => {
  const pin = await gpio.openOutput(line(17), options(true));
  write(`${SIM}/live`, "0");
  write(`${SIM}/live`, "1");
  exportByOther(17, "high");
  pin.close(true);
  assertEquals([isExported(17), wire(17)], [true, true]);
});

test("says that another program has made the line an input", async (gpio) => {
  const pin = await gpio.openOutput(line(17), options(true));
  write(`${folderOf(17)}/direction`, "in");
  assertEquals(lost(() => pin.write(true)), "pin_direction");
  assertEquals(gpio.inspect(line(17))?.direction, "in");
  pin.close(false);
  const again = await gpio.openOutput(line(17), options(true));
  assertEquals([wire(17), again.read()], [true, true]);
  again.close(true);
});

test("says that another program has given the line back", async (gpio) => {
  const pin = await gpio.openOutput(line(17), options(true));
  write(`${CLASS}/unexport`, `${numberOf(17)}`);
  assertEquals([lost(() => pin.write(true)), lost(() => pin.read())], ["pin_gone", "pin_gone"]);
  pin.close(true);
  (await gpio.openOutput(line(17), options(true))).close(true);
});

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
