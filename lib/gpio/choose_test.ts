import { assertEquals, assertThrows } from "@std/assert";
import { isRoot, isWindows } from "../../tests/support/machine.ts";
import { PinwireError } from "../errors.ts";
import { chooseGpio, type GpioChoice } from "./choose.ts";

/** Names that must not be there. */
const NOWHERE = `${import.meta.dirname}/no such folder`;

/** A stand-in for sysfs with one chip. */
async function sysfs(label: string): Promise<{ root: string } & AsyncDisposable> {
  const root = await Deno.makeTempDir({ prefix: "pinwire-" });
  await Deno.mkdir(`${root}/gpiochip512`);
  await Deno.writeTextFile(`${root}/export`, "");
  for (const [file, text] of Object.entries({ label, base: 512, ngpio: 58 })) {
    await Deno.writeTextFile(`${root}/gpiochip512/${file}`, `${text}\n`);
  }
  return { root, [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }) };
}

const kindOf = (choice: GpioChoice) => chooseGpio(choice).gpio.kind;
const refused = (choice: GpioChoice) => assertThrows(() => chooseGpio(choice), PinwireError).code;

Deno.test("chooseGpio takes the pins that are there, and says so", async () => {
  await using pi = await sysfs("pinctrl-bcm2711");
  const { gpio, reason } = chooseGpio({ root: pi.root });
  assertEquals([gpio.kind, gpio.chip], ["sysfs", "pinctrl-bcm2711"]);
  assertEquals(reason, "the pins are those of pinctrl-bcm2711");
});

Deno.test("chooseGpio simulates pins where there are none, and says why", async () => {
  const { gpio, reason } = chooseGpio({ root: NOWHERE });
  assertEquals(gpio.kind, "simulated");
  assertEquals(reason, `the pins are simulated: there are no GPIO chips at ${NOWHERE}`);

  await using laptop = await sysfs("INT3450:00");
  const other = chooseGpio({ root: laptop.root });
  assertEquals(other.gpio.kind, "simulated");
  assertEquals(other.reason, "the pins are simulated: there is no chip of a Raspberry Pi's header");
});

Deno.test("chooseGpio takes a chip by its label, and nothing else for it", async () => {
  await using laptop = await sysfs("INT3450:00");
  const { gpio } = chooseGpio({ root: laptop.root, chip: "INT3450:00" });
  assertEquals([gpio.kind, gpio.chip], ["sysfs", "INT3450:00"]);
  assertEquals(refused({ root: laptop.root, chip: "pinctrl-rp1" }), "no_chip");
  assertEquals(refused({ root: NOWHERE, chip: "pinctrl-rp1" }), "no_gpio");
});

Deno.test("chooseGpio gives what is asked for, without a reason, or refuses", async () => {
  await using pi = await sysfs("pinctrl-bcm2711");
  assertEquals(chooseGpio({ kind: "sysfs", root: pi.root }).reason, undefined);
  assertEquals(kindOf({ kind: "sysfs", root: pi.root }), "sysfs");
  assertEquals(kindOf({ kind: "simulated", root: pi.root, chip: "pinctrl-bcm2711" }), "simulated");
  assertEquals(chooseGpio({ kind: "simulated" }).reason, undefined);
  assertEquals(refused({ kind: "sysfs", root: NOWHERE }), "no_gpio");
  await using laptop = await sysfs("INT3450:00");
  assertEquals(refused({ kind: "sysfs", root: laptop.root }), "no_chip");
});

const canRefuse = !isWindows && !isRoot;

Deno.test({
  name: `chooseGpio doesn't simulate pins that the user has no right to${canRefuse ? "" : " (not as root)"}`,
  ignore: !canRefuse,
  async fn() {
    await using pi = await sysfs("pinctrl-bcm2711");
    Deno.chmodSync(pi.root, 0o000);
    const code = refused({ root: pi.root });
    Deno.chmodSync(pi.root, 0o700);
    assertEquals(code, "pin_permission");
  },
});

Deno.test({
  name: "chooseGpio simulates pins where Deno may not look for others",
  permissions: "none",
  fn() {
    const { gpio, reason } = chooseGpio({});
    assertEquals(gpio.kind, "simulated");
    assertEquals(reason, "the pins are simulated: Deno may not look for a chip (that needs --allow-all)");
    for (const choice of [{ kind: "sysfs" }, { chip: "pinctrl-rp1" }] as const) {
      assertThrows(() => chooseGpio(choice), Deno.errors.NotCapable);
    }
  },
});
