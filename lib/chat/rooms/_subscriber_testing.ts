import { FakeClock } from "../../net/_fake_clock.ts";
import { PullReader } from "../../net/_pull_reader.ts";
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
  readonly clock = new FakeClock();
  stalls = 0;
  #here: Connection;
  #reader: PullReader;

  constructor(format = PLAIN, maxQueue = 65_536) {
    const [here, there] = pipe();
    this.#here = here;
    this.#reader = new PullReader(there);
    this.subscriber = new Subscriber(this.#here, format, this.clock, {
      maxQueue,
      missed: (count) => `* you missed ${count}`,
      onStalled: () => void this.stalls++,
      onUnframed: (error) => {
        throw error;
      },
    });
  }

  /** What one read gives, which over a pipe is at most one write. */
  async read(size = 1 << 20): Promise<string | undefined> {
    const buffer = new Uint8Array(size);
    const count = await this.#reader.read(buffer);
    return count === null ? undefined : new TextDecoder().decode(buffer.subarray(0, count));
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

/** Appends lines and wakes the subscribers, as a room does. */
export function say(feed: Feed, ...lines: string[]): void {
  for (const line of lines) feed.append(line);
  for (const subscriber of feed.subscribers) subscriber.wake();
}
