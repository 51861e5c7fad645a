import type { Context } from "../../app/mod.ts";
import type { Device } from "../pins/device.ts";

/** What tells pins what to do, and hears what they are: a controller, or a broker. */
export interface Steering {
  /** A pin is this now. */
  report(device: Device): void;
  /**
   * Obeys, for ever or until the context stops.
   *
   * @throws {PinwireError} what ends it for good
   */
  run(): Promise<void>;
}

/** Takes the pins over, once they are there. */
export type Steer = (devices: readonly Device[]) => Promise<Steering>;

/**
 * Prepares the way to it, before a pin is touched.
 *
 * @throws {PinwireError} what is wrong with a file that an option names
 */
export type OpenSteering = (context: Context) => Promise<Steer>;
