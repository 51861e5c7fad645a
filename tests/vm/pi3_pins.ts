/**
 * Switches every pin of an emulated Raspberry Pi 3 and prints, as JSON, what its registers say meanwhile (BCM2835 ARM
 * Peripherals, 6.1): tests/kernel_pins_test.ts judges that.
 */
import { HEADER, parseLine, SysfsGpio } from "../../lib/gpio/mod.ts";

const FUNCTIONS = 0x3f200000;
const LEVELS = 0x3f200034;

function register(address: number): number {
  const { stdout } = new Deno.Command("devmem", { args: [`0x${address.toString(16)}`, "32"] }).outputSync();
  return Number(new TextDecoder().decode(stdout));
}

/** The numbers of the GPIOs that are high. */
function high(): number[] {
  const levels = register(LEVELS);
  return Array.from({ length: 28 }, (_, bcm) => bcm).filter((bcm) => levels >>> bcm & 1);
}

/** What a pin does: 0 is input, 1 is output. */
function functionOf(bcm: number): number {
  return register(FUNCTIONS + 4 * Math.floor(bcm / 10)) >>> 3 * (bcm % 10) & 7;
}

const gpio = new SysfsGpio();
const consumer = "the test";

/** Which GPIOs are high while a pin of the header is. */
const highOf: Record<number, number[]> = {};
for (const { pin, bcm } of HEADER) {
  if (bcm === undefined) continue;
  const one = await gpio.openOutput(parseLine(`${pin}`, "board"), { initial: true, consumer });
  highOf[pin] = high();
  one.write(false);
  one.close(true);
}

const line = parseLine("11", "board");
const steps: { name: string; high: boolean; function: number }[] = [];
const step = (name: string) => steps.push({ name, high: high().includes(17), function: functionOf(17) });
step("released");
const pin = await gpio.openOutput(line, { initial: false, consumer });
step("off");
pin.write(true);
step("on");
pin.close(false);
step("closed");
const kept = await gpio.openOutput(line, { initial: "keep", consumer });
step("kept");
kept.close(false);
const inverted = await gpio.openOutput(line, { initial: true, activeLow: true, consumer });
step("on, active low");
inverted.write(false);
step("off, active low");

console.log(JSON.stringify({ chip: gpio.chip, high: highOf, steps }));
