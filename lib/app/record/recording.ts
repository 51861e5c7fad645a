import { PcapngWriter } from "../../packet/mod.ts";
import type { Outlet } from "./outlets.ts";

/** Packets gathered before they are written, where one read or write makes more: it can have gigabytes. */
const MOST_GATHERED = 64;

/** A pcapng file to which packets are added as they cross. */
export class Recording {
  #writer = new PcapngWriter();
  #outlet: Outlet;
  #now: () => number;
  #gathered = 0;
  #hasEnded = false;
  #time = 0;

  /**
   * @param now gives ms since 1970, with fractions
   * @param about what the recording is, for whoever opens it
   */
  constructor(outlet: Outlet, now: () => number, about: string = FROM_SOCKETS) {
    this.#outlet = outlet;
    this.#now = now;
    this.#writer.section("pinwire");
    this.#writer.interface({ name: "pinwire", comments: [about] });
  }

  /** Whether nothing more is recorded. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The time of the packets that are added next, in µs since 1970: it never goes back. */
  time(): number {
    return this.#time = Math.max(this.#time, Math.floor(this.#now() * 1000));
  }

  /** Adds an IP packet, which is copied, and its comments. */
  add(time: number, bytes: Uint8Array, comments: readonly string[] = []): void {
    if (this.#hasEnded) return;
    this.#writer.packet({ time, bytes, comments });
    if (++this.#gathered >= MOST_GATHERED) this.flush();
  }

  /** Writes what was added, and begins the file, if nothing was written yet. */
  flush(): void {
    if (this.#hasEnded) return;
    this.#gathered = 0;
    this.#outlet.write(this.#writer.take());
  }

  /** If the recording isn't taken as fast as there is something to record, done when it is. */
  drained(): Promise<void> | undefined {
    return this.#hasEnded ? undefined : this.#outlet.drained();
  }

  /** Records nothing more: it can't be written. */
  end(): void {
    this.#hasEnded = true;
  }

  async close(): Promise<void> {
    this.#hasEnded = true;
    await this.#outlet.close();
  }
}

const FROM_SOCKETS =
  "What one program read and wrote: the bytes are real, the headers of IP, TCP and UDP are made up.";
