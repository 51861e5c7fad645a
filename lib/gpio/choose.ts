import { PinwireError } from "../errors.ts";
import { SimulatedGpio } from "./simulated.ts";
import { SysfsGpio } from "./sysfs.ts";
import type { Gpio } from "./types.ts";

/** Which adapter a user asks for; without `kind`, the one that fits the machine. */
export interface GpioChoice {
  kind?: "sysfs" | "simulated";
  /** Another mount of sysfs. */
  root?: string;
  /** The chip's label. */
  chip?: string;
}

/**
 * Opens GPIO: sysfs if the chip is there, else the simulation, unless one of them is asked for.
 *
 * @returns the adapter, and, unless it was asked for, a sentence for the user that says why it is this one
 * @throws {PinwireError} `no_gpio`, `no_chip` if sysfs is asked for and is not there; `pin_permission`
 */
export function chooseGpio({ kind, root, chip }: GpioChoice): { gpio: Gpio; reason?: string } {
  if (kind === "simulated") return { gpio: new SimulatedGpio() };
  if (kind === "sysfs") return { gpio: new SysfsGpio({ root, chip }) };
  try {
    const gpio = new SysfsGpio({ root, chip });
    return { gpio, reason: `the pins are those of ${gpio.chip}` };
  } catch (error) {
    const why = chip === undefined ? whyNone(error) : undefined;
    if (why === undefined) throw error;
    return { gpio: new SimulatedGpio(), reason: `the pins are simulated: ${why}` };
  }
}

// If Deno's permission to look is missing, no pin can be switched either. If the user's right is, there are pins.
function whyNone(error: unknown): string | undefined {
  if (error instanceof Deno.errors.NotCapable) return "Deno may not look for a chip (that needs --allow-all)";
  return error instanceof PinwireError && error.code !== "pin_permission" ? error.message : undefined;
}
