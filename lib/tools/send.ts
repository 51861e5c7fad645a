import { PinwireError, usageError } from "../errors.ts";
import { parseHex, visibleLines } from "../text/mod.ts";
import { type Address, hasGone, pause, withTimeout } from "../net/mod.ts";
import { type Context, type DialSettings, encodeText, MessageWatch } from "../app/mod.ts";
import { type Link, openLink } from "../session/mod.ts";

/** What `send` is told. */
export interface SendOptions extends DialSettings {
  newline?: "lf" | "crlf";
  /** Messages are hexadecimal digits. */
  hex: boolean;
  /** Times that each message goes out. */
  repeat: number;
  /** Ms between two messages. */
  interval: number;
  /**
   * Ms to wait for what comes back; if it is given, something must. `undefined` is 2 s over a stream and not at all over
   * UDP.
   */
  wait?: number;
  /** Our side of a stream is ended only after the answer. */
  noHalfClose: boolean;
  until?: string;
  json: boolean;
}

const DEFAULT_WAIT = 2000;
/** Characters of the longest line that is printed as one. */
const LONGEST_LINE = 65_536;

/**
 * Sends messages, then prints what comes back: over a stream until the peer closes, over UDP until there are
 * as many answers as messages, and never longer than `wait`.
 *
 * @throws {PinwireError} what dialling and sending throw; `no_answer` if `wait` is given and nothing came
 * @returns whether all could be sent
 */
export async function send(
  address: Address,
  messages: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: SendOptions,
  context: Context,
): Promise<boolean> {
  const { reporter, stop, codec, clock } = context;
  const isDatagram = address.scheme === "udp";
  const isPieces = !isDatagram && Boolean(codec.isPerRead);
  // Once the word has gone out, what is said to it may still come.
  const said = new MessageWatch(context, options, isDatagram);
  const heard = new MessageWatch(context, options, isDatagram);
  const printer = new Printer((line) => reporter.print(line));
  const isOver = Promise.withResolvers<void>();
  const isAnswered = Promise.withResolvers<void>();
  let sent = 0;
  let answers = 0;
  let isSent = false;
  let isFirst = true;
  let hasFailed = false;
  let hasEnded = false;

  function onMessage(body: Uint8Array, peer: string) {
    heard.received(peer, body, (event) => {
      if (options.json) reporter.report(event);
      else printer.print(event.text, !isPieces);
    });
    answers++;
    lookForAnswers();
    if (heard.isOver) isOver.resolve();
  }

  function lookForAnswers() {
    // Where a read is a message, only the peer's end shows that an answer is whole.
    if (isSent && answers >= sent && !isPieces) isAnswered.resolve();
  }

  const link = await openLink(address, options, context, onMessage);
  const ended = link.ended.finally(() => hasEnded = true);
  ended.catch(() => {});
  const onStop = () => link.close();
  stop.signal.addEventListener("abort", onStop);
  try {
    for await (const bytes of messages) {
      for (let i = 0; i < options.repeat && !stop.signal.aborted; i++) {
        if (!isFirst) await pause(options.interval, stop.signal, clock);
        isFirst = false;
        if (await sendOne(link, bytes)) sent++;
        else hasFailed = true;
      }
      said.sent(bytes);
      if (said.isOver || stop.signal.aborted) break;
    }
    isSent = true;
    lookForAnswers();
    const deadline = clock.now() + (options.wait ?? (isDatagram ? 0 : DEFAULT_WAIT));
    const waitFor = async (...ends: Promise<void>[]) => {
      const ms = deadline - clock.now();
      if (ms > 0) await withTimeout(ms, Promise.race([ended, isOver.promise, ...ends]), clock);
    };
    if (isDatagram || options.noHalfClose) await waitFor(isAnswered.promise);
    if (!isDatagram && !hasEnded) {
      await link.finish();
      await waitFor();
    }
    if (options.wait && !answers && !hasFailed && !stop.signal.aborted) {
      throw noAnswer(link.peer, hasEnded, options);
    }
    return !hasFailed;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    return !hasFailed;
  } finally {
    stop.signal.removeEventListener("abort", onStop);
    link.close();
    printer.end();
  }
}

async function sendOne(link: Link, bytes: Uint8Array): Promise<boolean> {
  try {
    return await link.send(bytes);
  } catch (error) {
    // What the peer said before it left tells more than that it left.
    if (hasGone(error)) await link.ended;
    throw error;
  }
}

function noAnswer(peer: string, hasEnded: boolean, { wait, noHalfClose }: SendOptions): PinwireError {
  const message = hasEnded
    ? `${peer} closed the connection without an answer`
    : `no answer from ${peer} within ${wait! / 1000} s`;
  const hint = !hasEnded
    ? "wait longer with --wait, or check that a server answers there"
    : noHalfClose
    ? "check what it expects, such as --newline or --frame"
    : "if it gives up as soon as our side has ended, use --no-half-close";
  return new PinwireError("no_answer", message, { hint });
}

/**
 * Puts a message as it was typed into bytes.
 *
 * @throws {PinwireError} `usage` for a message of `--hex` that isn't hexadecimal
 */
export function outgoing(text: string, options: SendOptions, context: Context): Uint8Array {
  if (!options.hex) {
    const newline = options.newline ? { lf: "\n", crlf: "\r\n" }[options.newline] : "";
    return encodeText(context, text + newline);
  }
  const bytes = parseHex(text);
  if (!bytes) {
    throw usageError(`"${text}" is not hexadecimal`, "write two digits a byte, as in 68656c6c6f or 0d:0a");
  }
  return bytes;
}

/** Prints text that comes in pieces, line by line, or messages that are each a line. */
class Printer {
  #print: (line: string) => void;
  #rest = "";

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  print(text: string, isWhole: boolean): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = isWhole && lines.at(-1) !== "" ? "" : lines.pop()!;
    for (const line of lines) this.#print(visibleLines(line));
    // A line without an end is cut, and not kept for ever.
    if (this.#rest.length > LONGEST_LINE) this.end();
  }

  end(): void {
    if (this.#rest) this.#print(visibleLines(this.#rest));
    this.#rest = "";
  }
}

/** For a message that could not be asked for. */
export function missing(what: string): PinwireError {
  return usageError(
    `${what} is missing`,
    "give it on the command line, or use a terminal to be asked for it",
  );
}
