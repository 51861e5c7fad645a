import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { isLinux, isWindows } from "../../tests/support/machine.ts";
import { PinwireError } from "../errors.ts";
import { line, options, refusal } from "./_contract.ts";
import { FakeSysfs, type FakeSysfsOptions, type Layout, PI_4 } from "./_fake_sysfs.ts";
import { SysfsGpio } from "./sysfs.ts";

const LAYOUTS: Layout[] = ["legacy", "local"];
/** The numbers that a line has where numbers are counted over all chips. */
const BASES = [0, 512, 569, 571];
const EXPANDER = { label: "raspberrypi-exp-gpio", base: 504, lines: 8 };

/** A test on a folder in place of sysfs. */
function test(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name: isWindows ? `${name} (not on Windows)` : name, ignore: isWindows, fn });
}

/** A test whose folder reacts as a kernel does; only Linux tells of changes at once. */
function kernelTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: isLinux ? name : `${name} (needs Linux)`, ignore: !isLinux, fn });
}

/** The error of looking for the chip. */
function refused(root: string, chip?: string): PinwireError {
  return assertThrows(() => new SysfsGpio({ root, chip }), PinwireError);
}

kernelTest(
  "SysfsGpio exports a line by its number in either layout, and gives it back on release",
  async () => {
    for (const label of ["pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1"]) {
      for (const layout of LAYOUTS) {
        for (const base of layout === "local" ? [0] : BASES) {
          for (const place of ["mount", "class"] as const) {
            await using sysfs = new FakeSysfs({ layout, chips: [{ label, base, lines: 54 }], place });
            sysfs.onExport((offset) => sysfs.add(offset, { direction: "in", value: "0" }));
            const gpio = new SysfsGpio({ root: sysfs.root });
            assertEquals(gpio.chip, label);
            assertEquals(gpio.inspect(line(17)), undefined);
            const pin = await gpio.openOutput(line(17), options(true));
            assertEquals([sysfs.exported, sysfs.unexported], [`${base + 17}`, ""]);
            assertEquals(sysfs.line(17), { direction: "high", value: "0" });
            pin.write(true);
            assertEquals(sysfs.line(17).value, "1");
            pin.close(true);
            assertEquals(sysfs.unexported, `${base + 17}`);
          }
        }
      }
    }
  },
);

kernelTest("SysfsGpio leaves a line exported that is closed without release", async () => {
  await using sysfs = new FakeSysfs();
  sysfs.onExport((offset) => sysfs.add(offset, { direction: "in", value: "0" }));
  const pin = await new SysfsGpio({ root: sysfs.root }).openOutput(line(17), options(false));
  pin.close(false);
  pin.close(true);
  assertEquals([sysfs.line(17).direction, sysfs.unexported], ["low", ""]);
});

test("SysfsGpio finds the header's chip among others, wherever it comes", async () => {
  for (const layout of LAYOUTS) {
    for (const base of [504, 570]) {
      const others = [{ ...EXPANDER, base }, { label: "brcmvirt-gpio", base: 600, lines: 2 }];
      for (const chips of [[PI_4, ...others], [...others, PI_4]]) {
        await using sysfs = new FakeSysfs({ layout, chips });
        assertEquals(new SysfsGpio({ root: sysfs.root }).chip, "pinctrl-bcm2711");
        const { chip } = new SysfsGpio({ root: sysfs.root, chip: EXPANDER.label });
        assertEquals(chip, EXPANDER.label);
      }
    }
  }
});

test("SysfsGpio uses the older layout where both are there", async () => {
  await using sysfs = new FakeSysfs({ place: "class" });
  Deno.mkdirSync(`${sysfs.root}/chip0`);
  Deno.writeTextFileSync(`${sysfs.root}/chip0/label`, `${PI_4.label}\n`);
  Deno.writeTextFileSync(`${sysfs.root}/chip0/ngpio`, "58\n");
  sysfs.add(17, { direction: "out", value: "1" });
  assertEquals(new SysfsGpio({ root: sysfs.root }).inspect(line(17)), { direction: "out", high: true });
});

test("SysfsGpio says which chips there are when the wanted one is not", async () => {
  for (const layout of LAYOUTS) {
    await using sysfs = new FakeSysfs({ layout, chips: [EXPANDER, { ...PI_4, label: "INT3450:00" }] });
    const missing = refused(sysfs.root);
    assertEquals(
      [missing.code, missing.message],
      [
        "no_chip",
        "there is no chip of a Raspberry Pi's header",
      ],
    );
    const wrong = refused(sysfs.root, "pinctrl-rp1");
    assertEquals(
      [wrong.code, wrong.message],
      ["no_chip", 'there is no GPIO chip with the label "pinctrl-rp1"'],
    );
    for (const { hint } of [missing, wrong]) {
      const there = hint?.match(/^the chips here are: (.*?); name one with --chip/)?.[1].split(", ");
      assertEquals(there?.sort(), ["INT3450:00", "raspberrypi-exp-gpio"]);
    }
  }
  await using none = new FakeSysfs({ chips: [] });
  assertEquals(refused(none.root).code, "no_chip");
});

test("SysfsGpio says that a kernel has no GPIO", async () => {
  await using sysfs = new FakeSysfs();
  Deno.removeSync(`${sysfs.root}/class/gpio`, { recursive: true });
  for (const root of [sysfs.root, `${sysfs.root}/nowhere`]) {
    const error = refused(root);
    assertEquals([error.code, error.message], ["no_gpio", `there are no GPIO chips at ${root}`]);
    assert(error.hint?.startsWith("this kernel has no GPIO in sysfs; use --gpio simulated"));
  }
});

/** Opens line 17, which is exported and has these files, and gives what is in them afterwards. */
async function takeOver(
  sysfsOptions: FakeSysfsOptions,
  files: Parameters<FakeSysfs["add"]>[1],
  ...how: Parameters<typeof options>
) {
  await using sysfs = new FakeSysfs(sysfsOptions);
  sysfs.add(17, files);
  const pin = await new SysfsGpio({ root: sysfs.root }).openOutput(line(17), options(...how));
  const { direction, value } = sysfs.line(17);
  const on = pin.read();
  pin.close(true);
  assertEquals([sysfs.exported, sysfs.unexported], ["", ""], "it is another program's");
  return { direction, value, on };
}

test("SysfsGpio makes an exported input an output at its level, in one step", async () => {
  for (const layout of LAYOUTS) {
    for (
      const [initial, activeLow, direction] of [
        [true, false, "high"],
        [false, false, "low"],
        [true, true, "low"],
        [false, true, "high"],
        ["keep", false, "low"],
        ["keep", true, "high"],
      ] as const
    ) {
      const after = await takeOver({ layout }, { direction: "in", value: "0" }, initial, { activeLow });
      // The folder's value does not follow its direction, as a kernel's does.
      assertEquals([after.direction, after.value], [direction, "0"]);
    }
  }
});

test("SysfsGpio writes an exported output's level alone, as its direction would make a pulse", async () => {
  for (const layout of LAYOUTS) {
    for (const before of ["0", "1"]) {
      for (
        const [initial, activeLow, value] of [
          [true, false, "1"],
          [false, false, "0"],
          [true, true, "0"],
          [false, true, "1"],
          ["keep", false, before],
          ["keep", true, before],
        ] as const
      ) {
        const after = await takeOver({ layout }, { direction: "out", value: before }, initial, { activeLow });
        assertEquals(after, { direction: "out", value, on: (value === "1") !== activeLow });
      }
    }
  }
});

test("SysfsGpio writes the level of a line whose direction can't be changed", async () => {
  for (const before of ["0", "1"]) {
    for (const [initial, value] of [[true, "1"], [false, "0"], ["keep", before]] as const) {
      const after = await takeOver({}, { value: before }, initial);
      assertEquals(after, { direction: undefined, value, on: value === "1" });
    }
  }
});

test("SysfsGpio takes the kernel's own active_low into account, which inverts values and not directions", async () => {
  for (
    const [initial, activeLow, direction, value] of [
      [true, false, "high", "0"],
      [false, false, "low", "1"],
      [true, true, "low", "1"],
      [false, true, "high", "0"],
    ] as const
  ) {
    const inverted = { active_low: "1", value: "0" };
    const input = await takeOver({}, { ...inverted, direction: "in" }, initial, { activeLow });
    assertEquals(input.direction, direction);
    const output = await takeOver({}, { ...inverted, direction: "out" }, initial, { activeLow });
    assertEquals([output.direction, output.value, output.on], ["out", value, initial]);
  }
});

test("SysfsGpio tells the level at the pin, whatever the kernel's active_low", async () => {
  await using sysfs = new FakeSysfs();
  const gpio = new SysfsGpio({ root: sysfs.root });
  for (
    const [offset, direction, value, active_low, high] of [
      [1, "in", "1", "0", true],
      [2, "in", "0", "1", true],
      [3, "out", "0", "0", false],
      [4, "out", "1", "1", false],
    ] as const
  ) {
    sysfs.add(offset, { direction, value, active_low });
    assertEquals(gpio.inspect(line(offset)), { direction, high });
  }
});

kernelTest("SysfsGpio gives a line back that it can't open, and lets it be opened again", async () => {
  await using sysfs = new FakeSysfs();
  sysfs.onExport((offset) => {
    sysfs.add(offset, { direction: "in" });
    Deno.mkdirSync(`${sysfs.folder(offset)}/value`);
  });
  const gpio = new SysfsGpio({ root: sysfs.root });
  const error = await refusal(gpio.openOutput(line(17), options(true)), "pin_failed");
  assert(error.message.startsWith("line 17 failed ("), error.message);
  assertEquals(sysfs.unexported, "529");

  Deno.removeSync(`${sysfs.folder(17)}/value`);
  Deno.writeTextFileSync(`${sysfs.folder(17)}/value`, "0");
  (await gpio.openOutput(line(17), options(true))).close(true);
});

test("SysfsGpio waits for a line that is exported until it is told to give up", async () => {
  await using sysfs = new FakeSysfs();
  const gpio = new SysfsGpio({ root: sysfs.root, patience: 3_600_000 });
  const stop = new AbortController();
  const opening = gpio.openOutput(line(17), options(true, { signal: stop.signal, consumer: "the first" }));
  await refusal(gpio.openOutput(line(17), options(true)), "pin_busy");
  stop.abort();
  await assertRejects(() => opening, PinwireError);
  assertEquals([sysfs.exported, sysfs.unexported], ["529", "529"]);
});
