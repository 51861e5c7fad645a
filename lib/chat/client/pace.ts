import { type Clock, race, withTimeout } from "../../net/mod.ts";
import { BARE_GAP, BYTES_A_LINE } from "../protocol.ts";
import { TokenBucket } from "../token_bucket.ts";

/** The parts of the server's limit that a client uses, so that it is never slowed down. */
const SHARE = 0.9;
const BURST_SHARE = 0.85;
/** Lines that a server of ours has not taken yet: so many a dead link may swallow at most. */
const MOST_UNDER_WAY = 50;

/** When a client may say its next line: no faster than the server allows, nor much before it has taken the others. */
export class Pace {
  /** What was said and not yet taken by a server of ours, oldest first. */
  readonly unconfirmed: string[] = [];
  #clock: Clock;
  #bucket?: TokenBucket;
  #wait = 0;
  #taken = Promise.withResolvers<void>();
  #closed = Promise.withResolvers<void>();
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What a server of ours allows: lines a second, and at once. */
  limit([perSecond, burst]: [perSecond: number, burst: number]): void {
    this.#bucket = new TokenBucket(perSecond * SHARE, burst * BURST_SHARE, this.#clock);
  }

  /** A line goes to a server of ours, in so many bytes. */
  said(line: string, bytes: number): void {
    this.unconfirmed.push(line);
    this.#wait = this.#bucket?.take(1 + bytes / BYTES_A_LINE) ?? 0;
  }

  /** A bare message goes to a server that confirms none. */
  saidBare(): void {
    this.#wait = BARE_GAP;
  }

  /** A server of ours has taken a line: gives the one that it was. */
  taken(): string | undefined {
    this.#taken.resolve();
    this.#taken = Promise.withResolvers();
    return this.unconfirmed.shift();
  }

  /** Done when the next line may be said, or never will be. */
  async turn(): Promise<void> {
    const wait = this.#wait;
    this.#wait = 0;
    const { promise: closed } = this.#closed;
    if (wait) await withTimeout(wait, closed, this.#clock);
    while (this.unconfirmed.length >= MOST_UNDER_WAY && !this.#isClosed) {
      await race([this.#taken.promise, closed]);
    }
  }

  /** Nothing more is said. */
  close(): void {
    this.#isClosed = true;
    this.#closed.resolve();
  }
}
