import { PinwireError } from "../errors.ts";
import { ByteBuffer, type Encoder, endingLines } from "../framing/mod.ts";
import { type Context, encodeText, type MessageWatch } from "../app/mod.ts";
import { type Connection, sleep } from "../net/mod.ts";
import { isLinkTalk } from "./protocol.ts";

/** Lines that wait for a peer that doesn't read; with one more it counts as gone. */
const LONGEST_QUEUE = 1_000;
/** Lines that wait for a plain client, with its gaps; with one more only the newest is worth sending. */
const LONGEST_PLAIN_QUEUE = 100;
/** Milliseconds of an unfinished write after which only the newest report is worth sending. */
const STALLED = 1_000;

interface Waiting {
  line: string;
  isReport: boolean;
}

/** Lines to one peer, in order, in as few writes as possible. Whoever sends never waits. */
export class Outbox {
  #connection: Connection;
  #context: Context;
  #encoder?: Encoder;
  #watch?: MessageWatch;
  #queue: Waiting[] = [];
  #writing?: Promise<void>;
  #beganAt = 0;
  #wroteAt = -Infinity;
  /** Whether the peer read so little that too many lines waited. */
  #hasOverflowed = false;
  /** Milliseconds between two lines, each in a write of its own, for a peer that takes a read for a message. */
  gap = 0;

  /** @param watch is shown what is sent */
  constructor(connection: Connection, context: Context, watch?: MessageWatch) {
    this.#connection = connection;
    this.#watch = watch;
    this.#context = context;
  }

  /** Sends a line. When too many wait, no more are sent and the connection is closed with the reason `too_slow`. */
  send(line: string): void {
    if (this.#hasOverflowed) return;
    if (this.gap && this.#queue.length >= LONGEST_PLAIN_QUEUE) this.#queue = [];
    this.#queue.push({ line, isReport: false });
    if (this.#queue.length > LONGEST_QUEUE) {
      this.#hasOverflowed = true;
      this.#connection.close(tooSlow(this.#connection.peer.name));
    }
    this.#start();
  }

  /** Sends what a pin is. If the peer doesn't read, the newest report takes the place of those before. */
  report(line: string): void {
    const isStalled = this.#writing && this.#context.clock.now() - this.#beganAt > STALLED;
    if (isStalled || this.#queue.length >= LONGEST_QUEUE) {
      this.#queue = this.#queue.filter(({ isReport }) => !isReport);
    }
    this.#queue.push({ line, isReport: true });
    this.#start();
  }

  /** Done when everything is written, or can't be. */
  async flushed(): Promise<void> {
    await this.#writing;
  }

  #start(): void {
    if (this.#writing) return;
    this.#beganAt = this.#context.clock.now();
    this.#writing = this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    // Lines that are sent one after another in the same turn leave in one write.
    await undefined;
    // Made for these lines alone: most connections have nothing to say most of the time.
    const out = new ByteBuffer();
    while (this.#queue.length) {
      const wait = this.#wroteAt + this.gap - this.#context.clock.now();
      if (this.gap && wait > 0) await sleep(wait, this.#context.clock);
      this.#encodeQueued(out);
      this.#beganAt = this.#context.clock.now();
      try {
        await this.#connection.write(out.bytes());
      } catch {
        // The session that reads from this connection learns that it has gone.
        this.#queue = [];
      }
      this.#wroteAt = this.#context.clock.now();
      if (this.#watch?.isOver) this.#context.stop.now();
    }
    this.#writing = undefined;
  }

  #encodeQueued(out: ByteBuffer): void {
    out.clear();
    const encoder = this.#encoder ??= endingLines(this.#context.codec).open().encoder;
    for (const { line } of this.#queue.splice(0, this.gap ? 1 : this.#queue.length)) {
      const bytes = encodeText(this.#context, line);
      try {
        encoder.encode(bytes, out);
        if (this.#watch?.isActive && !isLinkTalk(line)) this.#watch.sent(bytes);
      } catch (error) {
        // Not every frame holds every line, such as fixed:16.
        this.#context.reporter.error(error, this.#connection.peer.name);
      }
    }
  }
}

const tooSlow = (peer: string) =>
  new PinwireError("too_slow", `${peer} does not read what it is told`, {
    hint: "the connection was closed",
  });
