import type { Device } from "../pins/device.ts";
import type { Command } from "../verbs.ts";

/** What a pin does while the link to whoever commands it is lost. */
export type OnDisconnect = "hold" | "off" | "blink";

/** How often a pin blinks that has lost its controller, in Hz. */
const LOST_HZ = 2;

/** Has a pin show that its link is lost, and be again what it was. */
export class LostLink {
  #device: Device;
  #onDisconnect: OnDisconnect;
  /** What the pin was before it began to blink for a lost link. */
  #before?: Command;

  constructor(device: Device, onDisconnect: OnDisconnect) {
    this.#device = device;
    this.#onDisconnect = onDisconnect;
  }

  lost(): void {
    const device = this.#device;
    if (this.#onDisconnect === "off") device.apply({ do: "off" });
    if (this.#onDisconnect !== "blink") return;
    this.#before = device.doing;
    device.blink(LOST_HZ);
  }

  /** A pin that blinked for its lost link is again what it was. */
  found(): void {
    if (this.#before) this.#device.apply(this.#before);
    this.#before = undefined;
  }
}
