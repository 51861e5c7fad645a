import { parseSpec } from "../../framing/mod.ts";
import { type Connection, pipe } from "../../net/mod.ts";
import { utf8 } from "../../text/mod.ts";
import type { Feed } from "./feed.ts";
import { LineFormats } from "./line_format.ts";
import { Subscriber } from "./subscriber.ts";

const FORMS = new LineFormats(parseSpec("line"));
export const PLAIN = FORMS.get(utf8, false);
export const NUMBERED = FORMS.get(utf8, true);

/** A subscriber, and the end of the connection that its peer has. */
export class Peer {
  readonly subscriber: Subscriber;
  stalls = 0;
  #here: Connection;
  #there: Connection;
  #buffer = new Uint8Array(1 << 20);

  constructor(format = PLAIN, maxQueue = 65_536) {
    [this.#here, this.#there] = pipe();
    this.subscriber = new Subscriber(this.#here, format, {
      maxQueue,
      missed: (count) => `* you missed ${count}`,
      onStalled: () => void this.stalls++,
      onUnframed: (error) => {
        throw error;
      },
    });
  }

  /** What one read gives, which over a pipe is at most one write. */
  async read(size = this.#buffer.length): Promise<string | undefined> {
    const count = await this.#there.read(this.#buffer.subarray(0, size));
    return count === null ? undefined : new TextDecoder().decode(this.#buffer.subarray(0, count));
  }

  /** All that comes until the subscriber has nothing more, line by line. */
  async rest(): Promise<string[]> {
    const reading = (async () => {
      let text = "";
      for (let part; (part = await this.read()) !== undefined;) text += part;
      return text;
    })();
    await this.subscriber.flushed();
    this.subscriber.close();
    this.#here.close();
    const text = await reading;
    return text.split("\n").slice(0, -1);
  }
}

/** Appends lines and wakes whoever is behind, as a room does. */
export function say(feed: Feed, ...lines: string[]): void {
  for (const line of lines) feed.append(line);
  for (const subscriber of feed.subscribers) subscriber.wake();
}
