import { PinwireError } from "../errors.ts";
import type { Event } from "../app/mod.ts";
import type { Peer } from "../net/mod.ts";
import { LruMap } from "../session/mod.ts";
import { ALL, type DeviceStatus, type Hello, nameOf, parseName, printWord } from "./protocol.ts";
import { type Command, isDone, isMoving, levelOf, resolve } from "./verbs.ts";

/** The way to a device that is connected. */
export interface DeviceLink {
  readonly peer: Peer;
  /** Sends a line; never waits. */
  send(line: string): void;
}

/** A connection, or a device that was connected and has a name to come back under. */
export interface DeviceEntry {
  /** Its number: from 0, never used again. */
  readonly index: number;
  name?: string;
  /** What it said of itself; a plain client says nothing, and knows only `on` and `off`. */
  hello?: Hello;
  /** The way to it; none while it is away. */
  link?: DeviceLink;
  /** What its pin is, by its last report. */
  on?: boolean;
  /** Whether it was told something that it hasn't reported yet. */
  isToldNews?: boolean;
  /** What somebody told it last, resolved: a toggle is kept as what it came to. */
  desired?: Command;
  /** Since when it is away, in milliseconds since the epoch. */
  awaySince?: number;
}

/** Hears of an entry of which something has changed, or which is not on the list any more. */
export type Watcher = (entry: DeviceEntry, isGone: boolean) => void;

/** Hears what happens. A flash, and what is known already, are `forPrograms` alone. */
export type Tell = (event: Event, forPrograms?: boolean) => void;

/**
 * The devices of a controller: who is connected, what they are called, what they are told to be.
 *
 * A connection is listed from the start. A `hello` gives it a name, under which what it was told is kept when it
 * goes, and said again when it comes back. The newest connection has the name.
 */
export class Registry {
  #tell: Tell;
  #limit: number;
  #entries = new Map<number, DeviceEntry>();
  #byName = new Map<string, DeviceEntry>();
  /** Names that devices were given here, by who they are. */
  #given: LruMap<string, string>;
  #waiting = new Map<DeviceEntry, Set<(on: boolean) => void>>();
  #watchers = new Set<Watcher>();
  #next = 0;

  /** @param limit how many devices that are away are remembered */
  constructor(tell: Tell, limit: number) {
    this.#tell = tell;
    this.#limit = limit;
    // As many as may be there and away.
    this.#given = new LruMap(2 * limit);
  }

  /** Every entry, by its number. */
  list(): DeviceEntry[] {
    return [...this.#entries.values()];
  }

  /** How many devices are there. */
  get present(): number {
    return this.list().filter(({ link }) => link).length;
  }

  /** Has `hear` told of each change, until what it gives is disposed of. */
  watch(hear: Watcher): Disposable {
    this.#watchers.add(hear);
    return { [Symbol.dispose]: () => void this.#watchers.delete(hear) };
  }

  /** The names of all devices, away or not. */
  names(): string[] {
    return [...this.#byName.keys()];
  }

  /** Lists a connection. */
  join(link: DeviceLink): DeviceEntry {
    const entry: DeviceEntry = { index: this.#next++, link };
    this.#entries.set(entry.index, entry);
    this.#changed(entry);
    return entry;
  }

  /** A device has said hello: it takes its name, and hears what it was told before. */
  greet(entry: DeviceEntry, hello: Hello): void {
    entry.hello = hello;
    const name = this.#ownName(entry);
    if (name !== undefined) this.#takeName(entry, name);
    this.#changed(entry);
    this.#tell({ event: "device", device: labelOf(entry), index: entry.index, peer: entry.link!.peer.name });
    this.#sayDesired(entry);
  }

  /** A device has said what its pin is. */
  report(entry: DeviceEntry, on: boolean): void {
    const { desired } = entry;
    const isNews = on !== entry.on && !isMoving(desired);
    entry.on = on;
    // Another report was on its way already, and says nothing of what was told meanwhile.
    if (desired && isDone(desired, on)) entry.isToldNews = false;
    this.#changed(entry);
    this.#tell({ event: "state", on, device: labelOf(entry), peer: entry.link!.peer.name }, !isNews);
    for (const hear of this.#waiting.get(entry) ?? []) hear(on);
  }

  /**
   * A connection has ended: a device with a name is away, others are forgotten.
   *
   * @param now in milliseconds since the epoch
   */
  leave(entry: DeviceEntry, now: number): void {
    entry.link = undefined;
    this.#waiting.delete(entry);
    const { name } = entry;
    if (name === undefined) return this.#forget(entry);
    const heir = this.list().findLast((other) => other.link && !other.name && this.#ownName(other) === name);
    if (heir) return this.#takeName(heir, name);
    entry.awaySince = now;
    this.#changed(entry);
    this.#tell({ event: "notice", text: `${name} is away` });
    // The one that went first is forgotten first.
    const away = this.list().filter(({ link }) => !link).sort((a, b) => a.awaySince! - b.awaySince!);
    if (away.length <= this.#limit) return;
    this.#forget(away[0]);
    const error = new PinwireError("too_many_away", `${away[0].name} is forgotten`, {
      hint: `--max-clients ${this.#limit} is the limit for devices that are away, too`,
    });
    this.#tell({ event: "error", message: error.message, hint: error.hint });
  }

  /** Takes an entry off the list that has turned out to be no device. Its number is free again if it was the last. */
  remove(entry: DeviceEntry): void {
    this.#forget(entry);
    if (entry.index === this.#next - 1) this.#next--;
  }

  /**
   * The entries that a user means: a number, a name, or `all`, those that are away among them.
   *
   * @throws {PinwireError} `no_device`
   */
  select(which: string): DeviceEntry[] {
    if (which === ALL) return this.list();
    const entry = /^\d+$/.test(which)
      ? this.#entries.get(Number(which))
      : this.#byName.get(which.normalize("NFC"));
    if (entry) return [entry];
    throw new PinwireError("no_device", `there is no device ${which}`, {
      hint: this.#entries.size
        ? "list shows those that there are"
        : "start an agent, or the tutorial's client",
    });
  }

  /** Tells a device what to do, now or as soon as it comes back, and gives what the command came to. */
  command(entry: DeviceEntry, command: Command): Command {
    const { on, desired: before } = entry;
    const isUnknown = on === undefined && before === undefined;
    const desired = resolve(command, this.#isLit(entry));
    entry.desired = desired;
    // One that is so already has nothing to report.
    const isSo = !entry.isToldNews && !isMoving(before) && !isMoving(desired) && levelOf(desired) === on;
    entry.isToldNews = !isSo;
    this.#changed(entry);
    // A plain client knows no toggle. A device that has never said what its pin is finds out itself.
    const said = isUnknown && entry.hello ? command : desired;
    entry.link?.send(printWord(said));
    return desired;
  }

  /** A promise of the device's next report that `isWanted` accepts, and a function that ends the wait for it. */
  reported(
    entry: DeviceEntry,
    isWanted: (on: boolean) => boolean,
  ): { promise: Promise<void>; forget(): void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = this.#waiting.get(entry) ?? new Set();
    this.#waiting.set(entry, waiting);
    const hear = (on: boolean) => {
      if (isWanted(on)) resolve();
    };
    waiting.add(hear);
    return { promise, forget: () => void waiting.delete(hear) };
  }

  /**
   * Gives a connection another name. A device that says hello keeps it when it comes back.
   *
   * @throws {PinwireError} `usage` for what can't be a name, `name_taken`
   */
  rename(entry: DeviceEntry, given: string): void {
    const name = parseName(given);
    const holder = this.#byName.get(name);
    if (holder === entry) return;
    if (holder?.link) {
      throw new PinwireError("name_taken", `${name} is number ${holder.index}`, {
        hint: "choose another name",
      });
    }
    if (entry.hello) this.#given.set(identity(entry), name);
    this.#takeName(entry, name);
    this.#sayDesired(entry);
  }

  /** What is known of an entry, for a peer. */
  status({ index, name, hello, link, on, desired, awaySince }: DeviceEntry): DeviceStatus {
    return {
      index,
      name,
      peer: link?.peer.name,
      pin: hello?.pin,
      chip: hello?.chip,
      plain: !hello,
      on,
      desired: desired && printWord(desired),
      away: link || awaySince === undefined ? undefined : new Date(awaySince).toISOString(),
    };
  }

  /** The name that a device was given here, or else says itself. */
  #ownName(entry: DeviceEntry): string | undefined {
    return this.#given.get(identity(entry)) ?? entry.hello?.name;
  }

  #isLit(entry: DeviceEntry): boolean {
    const { desired, on, isToldNews } = entry;
    if (isMoving(desired)) return true;
    return isToldNews || on === undefined ? desired?.do === "on" : on;
  }

  #sayDesired(entry: DeviceEntry): void {
    if (entry.desired) entry.link?.send(printWord(entry.desired));
  }

  #takeName(entry: DeviceEntry, name: string): void {
    if (nameOf(name) === undefined) {
      const error = new PinwireError("bad_name", `number ${entry.index} says a name that can't be one`, {
        hint: `name it here: name ${entry.index} kitchen`,
      });
      this.#tell({ event: "error", message: error.message, hint: error.hint, peer: entry.link?.peer.name });
      return;
    }
    const holder = this.#byName.get(name);
    if (entry.name !== undefined) this.#byName.delete(entry.name);
    this.#byName.set(name, entry);
    entry.name = name;
    this.#changed(entry);
    if (!holder) return;
    entry.desired ??= holder.desired;
    entry.on ??= holder.on;
    holder.name = undefined;
    if (!holder.link) return this.#forget(holder);
    this.#changed(holder);
    const text =
      `two say the name ${name}: number ${entry.index} has it now, number ${holder.index} has lost it`;
    this.#tell({ event: "notice", text });
  }

  #forget(entry: DeviceEntry): void {
    this.#entries.delete(entry.index);
    this.#waiting.delete(entry);
    if (entry.name !== undefined) this.#byName.delete(entry.name);
    this.#changed(entry, true);
  }

  #changed(entry: DeviceEntry, isGone = false): void {
    for (const hear of this.#watchers) hear(entry, isGone);
  }
}

/** What people and events call an entry. */
export const labelOf = ({ name, index }: DeviceEntry): string => name ?? String(index);

/** By what a renamed device is known when it comes back: its host, its own name, its pin. */
function identity({ hello, link }: DeviceEntry): string {
  const host = link?.peer.host ?? link?.peer.scheme;
  return JSON.stringify([host, hello?.name, hello?.pin]);
}
