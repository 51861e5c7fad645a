import { PinwireError } from "../errors.ts";
import type { Encoding, StreamDecoder } from "../text/mod.ts";
import type { Context } from "./context.ts";
import { messageEvent } from "./messages.ts";
import type { MessageEvent } from "./events.ts";

/** When to end. */
export interface WatchOptions {
  /** After the first message. */
  once?: boolean;
  /** Once this message has passed, either way. */
  until?: string;
}

/** Looks at the messages that pass: tells of them, and knows when the last one has come. */
export class MessageWatch {
  /** Whether anybody wants to know. */
  readonly isActive: boolean;
  /** Whether the last message has passed. */
  isOver = false;
  #context: Context;
  #options: WatchOptions;
  #decoder: Encoding | StreamDecoder;

  /** @param isDatagram messages are whole; over a stream with `raw` a character can be cut over two of them */
  constructor(context: Context, options: WatchOptions, isDatagram: boolean) {
    const { encoding, codec, reporter } = context;
    this.isActive = reporter.wantsMessages || Boolean(options.once) || options.until !== undefined;
    this.#context = context;
    this.#options = options;
    this.#decoder = !isDatagram && codec.isPerRead && this.isActive ? encoding.stream() : encoding;
  }

  /** A message came from `peer`: tells of it, to `tell` or else to the reporter. */
  received(peer: string, bytes: Uint8Array, tell?: (event: MessageEvent) => void): void {
    const decoded = this.#decoder.decode(bytes);
    const { reporter, encoding } = this.#context;
    if (tell) tell(messageEvent(peer, bytes, decoded));
    else if (reporter.wantsMessages) reporter.report(messageEvent(peer, bytes, decoded));
    if (!decoded.valid) reporter.undecodable(bytes, peer, encoding);
    this.passed(decoded.text);
  }

  /** The stream has ended: what is left of a character that has no end. */
  ended(): string {
    return "end" in this.#decoder ? this.#decoder.end().text : "";
  }

  /** What a message that came says, where it is told of elsewhere. */
  passed(text: string): void {
    if (this.#options.once) this.isOver = true;
    this.#check(text);
  }

  /** A message goes out. */
  sent(bytes: Uint8Array): void {
    if (this.#options.until !== undefined) this.#check(this.#context.encoding.decode(bytes).text);
  }

  // What nc sends has a newline behind the word.
  #check(text: string): void {
    const { until } = this.#options;
    if (until === undefined || text.replace(/\r?\n$/, "") !== until) return;
    this.isOver = true;
    this.#context.until.hasPassed = true;
  }
}

/**
 * The exit code of a command that has `--until`: 1, which is reported, if it ends and the word has never passed. A reader
 * that has gone, as with `| head -1`, ends it quietly.
 */
export function untilCode({ until }: WatchOptions, { until: { hasPassed }, reporter }: Context): 0 | 1 {
  if (until === undefined || hasPassed || reporter.isClosed) return 0;
  const hint = "it must be a whole message, as --frame cuts them";
  reporter.error(new PinwireError("never_passed", `"${until}" has not passed`, { hint }));
  return 1;
}
