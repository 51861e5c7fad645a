import { PinwireError } from "../../errors.ts";
import { type Context, dialOptions } from "../../app/mod.ts";
import { type Address, dial } from "../../net/mod.ts";
import { serve, type ServerOptions } from "../../session/mod.ts";
import { guardLines } from "../../session/browser_guard.ts";
import { Dialogue, type TurnsOptions } from "./dialogue.ts";

/**
 * Waits for one client after another, and talks with it in turn: it speaks first. Ends with the last word.
 *
 * @throws {PinwireError} why it can't listen
 */
export async function serveTurns(
  address: Address,
  options: TurnsOptions & ServerOptions,
  context: Context,
  opened: () => void,
): Promise<void> {
  const { stop } = context;
  await using dialogue = await Dialogue.open(false, options, context);
  let isTalking = false;
  await serve(address, options, context, {
    async connection(connection) {
      if (isTalking) {
        throw new PinwireError("busy", `refused ${connection.remote}, somebody is talking already`, {
          hint: "without --turns many can connect",
        });
      }
      isTalking = true;
      try {
        if (await dialogue.converse(guardLines(connection, context.codec))) stop.now();
      } finally {
        isTalking = false;
      }
    },
    datagrams: () => Promise.resolve(),
    opened() {
      opened();
      dialogue.listenToConsole();
    },
  });
}

/**
 * Dials and talks in turn: we speak first. Ends with the last word, or with the end of stdin.
 *
 * @throws {PinwireError} what dialling throws; `connection_closed` if the other left before the last word
 */
export async function talkInTurns(
  address: Address,
  options: TurnsOptions & { ca?: string },
  context: Context,
): Promise<void> {
  const { stop, reporter } = context;
  const { signal } = stop;
  await using dialogue = await Dialogue.open(true, options, context);
  const connection = context.trace(
    await dial(address, { ...await dialOptions(address, options.ca), signal }),
  );
  using _closing = stop.onStop(() => connection.close());
  const peer = connection.remote;
  reporter.report({ event: "connected", peer });
  dialogue.listenToConsole();
  try {
    const isThrough = await dialogue.converse(connection);
    if (isThrough || dialogue.hasEnded || signal.aborted) return;
    throw new PinwireError("connection_closed", `${peer} has closed the connection`, {
      hint: "connect again for more",
    });
  } finally {
    connection.close();
    reporter.report({ event: "disconnected", peer, reason: signal.aborted ? "stopped" : "end of stream" });
  }
}
