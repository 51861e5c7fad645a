import { PinwireError } from "../errors.ts";
import { type Context, type DialSettings, type MessageEvent, MessageWatch } from "../app/mod.ts";
import { type Address, hasGone, type MessageForm, pause, race } from "../net/mod.ts";
import { type Link, openLink } from "../session/mod.ts";
import { Pump, untilSilent } from "./pump.ts";
import type { Source } from "./stdio.ts";

/** What `send` is told. */
export interface SendOptions extends DialSettings {
  /** Times that each message goes out; default 1. */
  repeat?: number;
  /** Ms between two messages; default 0. */
  interval?: number;
  /**
   * Ms to wait for what comes back, after all is sent and after each read; if it is given, something must come.
   * `undefined` is 2 s over a stream and not at all over UDP.
   */
  wait?: number;
  /** Ms after which it ends in any case, from when it is connected. */
  timeout?: number;
  /** Our side of a stream is ended only after the answer. */
  noHalfClose: boolean;
  until?: string;
  /** An answer as only TLS would send is data and no error. */
  isExact?: boolean;
  /** How the messages of a WebSocket are bytes. */
  form?: MessageForm;
}

/** What is done with what comes back. */
export interface Answers {
  /** Takes the bytes of each read, or datagram; nothing more is read until it is done. */
  bytes?(bytes: Uint8Array): Promise<void>;
  /** Takes each message, in place of the reporter. */
  message?(event: MessageEvent): void;
  /** Told at the end what is left of a character that has no end. */
  end?(rest: string): void;
}

const DEFAULT_WAIT = 2000;

/**
 * Sends what the source gives, then takes what comes back: over a stream until the peer closes, over UDP until there are
 * as many answers as messages, and never longer than `wait` after the last of it.
 *
 * @throws {PinwireError} what dialling and sending throw; `no_answer` if `wait` is given and nothing came; `timed_out` if
 * `timeout` has passed before all was sent
 * @returns whether all could be sent
 */
export async function send(
  address: Address,
  source: Source,
  options: SendOptions,
  answered: Answers,
  context: Context,
): Promise<boolean> {
  const { stop, codec, clock } = context;
  const isDatagram = address.scheme === "udp";
  const isPieces = !isDatagram && Boolean(codec.isPerRead);
  // Once the word has gone out, what is said to it may still come.
  const said = new MessageWatch(context, options, isDatagram);
  const heard = new MessageWatch(context, options, isDatagram);
  const over = Promise.withResolvers<void>();
  const isAnswered = Promise.withResolvers<void>();
  let sent = 0;
  let answers = 0;
  let refusals = 0;
  let isSent = false;
  let isFirst = true;
  let hasFailed = false;
  let hasEnded = false;
  let isOver = false;
  let isLate = false;
  let lastMove = 0;

  function onMessage(body: Uint8Array, peer: string) {
    if (heard.isActive) heard.received(peer, body, answered.message);
    answers++;
    lookForAnswers();
    if (heard.isOver) end();
  }

  function end() {
    isOver = true;
    over.resolve();
  }

  function lookForAnswers() {
    // Where a read is a message, only the peer's end shows that an answer is whole.
    if (isSent && answers + refusals >= sent && !isPieces) isAnswered.resolve();
  }

  const link = await openLink(address, options, context, onMessage, {
    isExact: options.isExact,
    form: options.form,
    async onBytes(bytes) {
      await answered.bytes?.(bytes);
      lastMove = clock.now();
    },
    onRefused() {
      hasFailed = true;
      refusals++;
      lookForAnswers();
    },
  });
  // When our time is up, it is we who end it.
  const ended = link.ended.finally(() => hasEnded = !isLate);
  ended.catch(() => {});

  const pump: Pump = new Pump(source, async (bytes) => {
    for (let i = 0; i < (options.repeat ?? 1) && !stop.signal.aborted; i++) {
      if (!isFirst) await pause(options.interval ?? 0, stop.signal, clock);
      isFirst = false;
      if (await sendOne(link, bytes)) sent++;
      else hasFailed = true;
    }
    said.sent(bytes);
    if (said.isOver) pump.stop();
  });

  function close() {
    end();
    pump.stop();
    link.close();
  }

  using _closing = stop.onStop(close);
  const timer = options.timeout === undefined ? undefined : clock.after(options.timeout, () => {
    isLate = true;
    close();
  });
  try {
    // The peer may have ended its side, and still be sent to.
    await race([pump.done, over.promise, ended.then(() => pump.lapses(clock))]);
    if (isLate) throw tooLate(link.peer, options.timeout!);
    isSent = true;
    lastMove = clock.now();
    lookForAnswers();
    const wait = options.wait ?? (isDatagram ? 0 : DEFAULT_WAIT);
    const waitFor = (...ends: Promise<void>[]) =>
      untilSilent(wait, () => lastMove, race([ended, over.promise, ...ends]), clock);
    if (isDatagram || options.noHalfClose) await waitFor(isAnswered.promise);
    if (!isDatagram && !hasEnded && !isOver) {
      await link.finish();
      await waitFor();
    }
    if (options.wait && !answers && !hasFailed && !stop.signal.aborted) {
      throw noAnswer(link.peer, hasEnded, isLate ? options.timeout! : wait, options);
    }
    // That nobody takes datagrams may be told of now.
    close();
    return !hasFailed;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    return !hasFailed;
  } finally {
    timer?.cancel();
    close();
    answered.end?.(heard.ended());
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

const tooLate = (peer: string, timeout: number) =>
  new PinwireError("timed_out", `not all was sent to ${peer} within ${timeout / 1000} s`, {
    hint: "give it more time with --timeout, or check that it reads",
  });

function noAnswer(peer: string, hasEnded: boolean, ms: number, { noHalfClose }: SendOptions): PinwireError {
  const message = hasEnded
    ? `${peer} closed the connection without an answer`
    : `no answer from ${peer} within ${ms / 1000} s`;
  const hint = !hasEnded
    ? "wait longer with --wait, or check that a server answers there"
    : noHalfClose
    ? "check what it expects, such as --newline or --frame"
    : "if it gives up as soon as our side has ended, use --no-half-close";
  return new PinwireError("no_answer", message, { hint });
}
