import { dim } from "@std/fmt/colors";
import { PinwireError } from "../errors.ts";
import {
  type Context,
  type DialSettings,
  encodeText,
  hasColors,
  type MessageEvent,
  MessageWatch,
  openConsole,
  readableLines,
  showText,
  type WatchOptions,
} from "../app/mod.ts";
import { type Address, race, withTimeout } from "../net/mod.ts";
import { type Link, openLink } from "../session/mod.ts";

/** What `echo connect` is told. */
export interface ConnectOptions extends WatchOptions, DialSettings {
  /** Ms to wait for an answer; if it is given, each message must have one. */
  wait?: number;
  json: boolean;
  noColor: boolean;
}

/** Ms to wait for an answer, unless it is said. */
const DEFAULT_WAIT = 2000;
/** Once everything is sent, late answers are still printed for so many ms. */
const LINGER = 500;

/**
 * Sends what is typed, a message each line, and prints the answers, until an empty line or the end of stdin.
 *
 * @throws {PinwireError} what dialling throws; `connection_closed` if the peer left before that
 * @returns whether every message had its answer, where `wait` asks for one
 */
export async function connect(
  address: Address,
  options: ConnectOptions,
  context: Context,
): Promise<boolean> {
  const { stop, reporter, clock } = context;
  const watch = new MessageWatch(context, options, address.scheme === "udp");
  const console = await openConsole("> ", stop, (text) => reporter.write(text));
  let answered = Promise.withResolvers<void>();
  let answers = 0;
  let isWaiting = false;
  let sentAt = clock.now();
  let isAnswered = true;
  let isRefused = false;
  const wait = options.wait ?? DEFAULT_WAIT;

  function printTimed(event: MessageEvent) {
    if (!isWaiting) return console.print(showText(event));
    isWaiting = false;
    const time = `  ${(clock.now() - sentAt).toFixed(2)} ms`;
    console.print(showText(event) + (hasColors(Deno.stdout, options.noColor) ? dim(time) : time));
  }

  function onMessage(body: Uint8Array, peer: string) {
    watch.received(peer, body, console.isTerminal && !options.json ? printTimed : undefined);
    answers++;
    answered.resolve();
  }

  let link: Link | undefined;
  try {
    const onRefused = () => {
      isRefused = true;
      answered.resolve();
    };
    link = await openLink(address, options, context, onMessage, { onRefused });
    const { ended, peer } = link;
    let hasLeft = false;
    ended.catch(() => {}).then(() => {
      hasLeft = true;
      // A person is told at once; a script may have nothing more to send.
      if (console.isTerminal) console.close();
    });

    const stopped = new Promise<void>((resolve) => stop.signal.addEventListener("abort", () => resolve()));
    console.prompt();
    for await (const line of readableLines(console, reporter)) {
      if (line === "") break;
      if (hasLeft) throw closedByPeer(peer);
      answered = Promise.withResolvers();
      const answersBefore = answers;
      const message = encodeText(context, line);
      watch.sent(message);
      sentAt = clock.now();
      isWaiting = true;
      isRefused = false;
      if (await link.send(message)) {
        const inTime = await withTimeout(
          wait,
          race([answered.promise, ended, stopped]),
          clock,
        );
        if (stop.signal.aborted) return isAnswered;
        if (!inTime || isRefused) {
          if (!isRefused) reporter.error(noAnswer(wait, address), peer);
          isAnswered &&= options.wait === undefined;
        } else if (answers === answersBefore) throw closedByPeer(peer);
      }
      if (watch.isOver) break;
      console.prompt();
    }
    if (hasLeft && console.isTerminal && !watch.isOver) throw closedByPeer(peer);
    if (stop.signal.aborted) return isAnswered;
    await link.finish();
    await withTimeout(LINGER, race([ended, stopped]), clock);
    return isAnswered;
  } finally {
    console.close();
    link?.close();
  }
}

const closedByPeer = (peer: string) =>
  new PinwireError("connection_closed", `${peer} has closed the connection`, {
    hint: "run it again to go on",
  });

function noAnswer(wait: number, { scheme }: Address): PinwireError {
  const check = scheme === "udp" ? "a server listens there" : "both sides use the same --frame";
  return new PinwireError("no_answer", `no answer within ${wait / 1000} s`, {
    hint: `wait longer with --wait, or check that ${check}`,
  });
}
