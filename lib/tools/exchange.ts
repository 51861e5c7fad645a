import type { Context, Stop } from "../app/mod.ts";
import { type Clock, type Connection, hasGone, race, withTimeout, wrapConnection } from "../net/mod.ts";
import { PinwireError } from "../errors.ts";
import type { Ends } from "./ends.ts";
import { Pump, untilSilent } from "./pump.ts";

/** Ms that what is under way has at a stop: stdout may have a reader that doesn't read. */
const STOP_TIME = 1_000;

/**
 * Sends what stdin gives and takes what comes, both at once, until both sides of the connection have ended, and closes it.
 * A peer that has ended its side is sent more for as long as there is something to send: see {@linkcode Pump}.
 *
 * @param wait ms of silence behind the end of stdin after which it is over too; if it is given, something must come
 * @param silence the same, where it isn't given, and nothing need come
 * @throws {PinwireError} `connection_reset`; `connection_closed` if not all could be sent; `no_answer`; why stdin can't be
 * read or stdout not be written
 */
export async function exchange(
  connection: Connection,
  ends: Ends,
  { clock, stop }: Pick<Context, "clock" | "stop">,
  wait?: number,
  silence?: number,
): Promise<void> {
  const { bytesOf, decoder } = ends.open();
  const pump = new Pump(ends.source, (piece) => {
    const bytes = bytesOf(piece);
    return bytes && connection.write(bytes);
  });
  const { endsWhole } = connection.peer;
  const sending = pump.done.then(() => endsWhole ? undefined : connection.closeWrite());
  let hasSent = false;
  sending.then(() => hasSent = true, () => {});
  // What a peer that has gone said before is still taken.
  sending.catch((error) => hasGone(error) || connection.close(error));

  function over(): void {
    pump.stop();
    connection.close();
  }

  const patience = wait ?? silence;
  let lastMove = 0;
  let isTaking = false;
  let hasHeard = false;

  async function receive(): Promise<void> {
    const watched = wrapConnection(connection, {
      receive: (sink, options) =>
        connection.receive(async (bytes) => {
          hasHeard = true;
          isTaking = true;
          await sink(bytes);
          isTaking = false;
          lastMove = clock.now();
        }, options),
    });
    await ends.outlet.stream(patience === undefined ? connection : watched, decoder);
    if (endsWhole) return;
    if (!hasSent) ends.peerEnded?.(connection.peer.name);
    await race([sending, pump.lapses(clock)]);
  }

  async function untilQuiet(received: Promise<void>, ms: number): Promise<void> {
    await sending;
    lastMove = clock.now();
    await untilSilent(ms, () => isTaking ? clock.now() : lastMove, received, clock);
  }

  async function bothSides(): Promise<void> {
    const received = receive();
    if (patience === undefined) return await received;
    const isOver = await race([received.then(() => true), untilQuiet(received, patience).then(() => false)]);
    if (!wait || hasHeard || stop.signal.aborted) return;
    throw isOver ? closedUnanswered(connection.peer.name) : noAnswer(connection.peer.name, wait);
  }

  try {
    await untilStopped(bothSides(), stop, over, clock);
  } finally {
    over();
  }
}

/** `--wait` was given, and nothing came. */
export const noAnswer = (peer: string, wait: number): PinwireError =>
  new PinwireError("no_answer", `no answer from ${peer} within ${wait / 1000} s`, {
    hint: "wait longer with --wait, or check that a server answers there",
  });

const closedUnanswered = (peer: string) =>
  new PinwireError("no_answer", `${peer} closed the connection without an answer`, {
    hint: "check what it expects, such as --newline",
  });

/**
 * Waits for work that `close` ends, until it is done or the command is to stop; what it throws then is nobody's error.
 *
 * @throws what `work` throws before
 */
export async function untilStopped(
  work: Promise<void>,
  stop: Stop,
  close: () => void,
  clock: Clock,
): Promise<void> {
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  using _closing = stop.onStop(() => {
    close();
    resolve();
  });
  try {
    await race([work, stopped]);
    if (stop.signal.aborted) await withTimeout(STOP_TIME, work, clock);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  }
}
