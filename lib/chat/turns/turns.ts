import { PinwireError } from "../../errors.ts";
import { type Context, dialOptions, type DialSettings } from "../../app/mod.ts";
import { type Address, dial } from "../../net/mod.ts";
import { reportConnection, serve, type ServerOptions } from "../../session/mod.ts";
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
        throw new PinwireError("busy", `refused ${connection.peer.name}, somebody is talking already`, {
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
  options: TurnsOptions & DialSettings,
  context: Context,
): Promise<void> {
  const { stop, reporter } = context;
  const { signal } = stop;
  await using dialogue = await Dialogue.open(true, options, context);
  const connection = context.trace(
    await dial(address, { ...await dialOptions(address, options, context.form), signal }, context.clock),
  );
  using _closing = stop.onStop(() => connection.close());
  const { name: peer } = connection.peer;
  const isDone = await reportConnection(
    connection,
    reporter,
    () => signal.aborted ? "stopped" : undefined,
    async () => {
      dialogue.listenToConsole();
      try {
        return await dialogue.converse(connection) || dialogue.hasEnded || signal.aborted;
      } finally {
        connection.close();
      }
    },
  );
  if (isDone) return;
  throw new PinwireError("connection_closed", `${peer} has closed the connection`, {
    hint: "run it again to go on",
  });
}
