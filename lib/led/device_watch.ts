import type { Clock, Timer } from "../net/mod.ts";
import { printWord, type ShownDevice } from "./protocol.ts";
import { type DeviceEntry, labelOf, type Registry } from "./registry.ts";
import { isMoving } from "./verbs.ts";

/** How many devices are told of at once: what comes meanwhile takes the place of what waits. */
const ROWS = 200;
/** Milliseconds in which a connection may turn out to be no device but a control: it is told of only then. */
const ARRIVAL_TIME = 300;

/** What is known of a device, as it is told to who watches. */
export function shown(entry: DeviceEntry): ShownDevice {
  const { index, hello, link, on, desired } = entry;
  return {
    index,
    device: labelOf(entry),
    on: isMoving(desired) ? true : on ?? null,
    blink: isMoving(desired) ? desired!.amount ?? null : null,
    away: !link,
    ...!hello && { plain: true },
    ...desired && (!hello || !link) && { desired: printWord(desired) },
  };
}

/**
 * Tells a peer of every device, and again whenever it has changed. One that reads slowly misses states that are over,
 * and never the last one.
 */
export class DeviceWatch implements Disposable {
  #registry: Registry;
  #clock: Clock;
  #say: (device: ShownDevice) => Promise<void>;
  #watching: Disposable;
  /** What is to be told, by entry; true for one that has gone. */
  #news = new Map<DeviceEntry, boolean>();
  /** What was told last. */
  #told = new Map<DeviceEntry, ShownDevice>();
  #arriving = new Map<DeviceEntry, Timer>();
  #telling?: Promise<void>;

  /** @param say tells of one, and never throws; done when the peer has taken it, or has gone */
  constructor(registry: Registry, clock: Clock, say: (device: ShownDevice) => Promise<void>) {
    this.#registry = registry;
    this.#clock = clock;
    this.#say = say;
    this.#watching = registry.watch((entry, isGone) => this.#hear(entry, isGone));
  }

  /** Tells of all that there are. Done when they are told. */
  async tellAll(): Promise<void> {
    for (const entry of this.#registry.list()) this.#news.set(entry, false);
    this.#start();
    await this.#telling;
  }

  [Symbol.dispose](): void {
    this.#watching[Symbol.dispose]();
    for (const timer of this.#arriving.values()) timer.cancel();
    this.#news.clear();
  }

  #hear(entry: DeviceEntry, isGone: boolean): void {
    const isKnown = this.#told.has(entry) || this.#news.has(entry);
    if (isGone || entry.hello || isKnown) {
      this.#arriving.get(entry)?.cancel();
      this.#arriving.delete(entry);
      if (isGone && !isKnown) return;
      this.#news.set(entry, isGone);
      this.#start();
    } else if (!this.#arriving.has(entry)) {
      const timer = this.#clock.after(ARRIVAL_TIME, () => {
        this.#arriving.delete(entry);
        this.#news.set(entry, false);
        this.#start();
      });
      this.#arriving.set(entry, timer);
    }
  }

  #start(): void {
    this.#telling ??= this.#tell();
  }

  async #tell(): Promise<void> {
    // What changes in the same turn is told once.
    await undefined;
    while (this.#news.size) {
      let last: Promise<void> | undefined;
      for (const [entry, isGone] of [...this.#news].slice(0, ROWS)) {
        this.#news.delete(entry);
        last = this.#tellOne(entry, isGone) ?? last;
      }
      await last;
    }
    this.#telling = undefined;
  }

  #tellOne(entry: DeviceEntry, isGone: boolean): Promise<void> | undefined {
    const before = this.#told.get(entry);
    if (isGone) {
      this.#told.delete(entry);
      return before && this.#say({ ...before, gone: true });
    }
    const device = shown(entry);
    if (JSON.stringify(before) === JSON.stringify(device)) return undefined;
    this.#told.set(entry, device);
    return this.#say(device);
  }
}
