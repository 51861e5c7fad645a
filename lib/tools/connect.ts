import { type Context, dialOptions, type DialSettings } from "../app/mod.ts";
import { type Address, dial, dialDatagram, tellOfTls } from "../net/mod.ts";
import { reportConnection } from "../session/mod.ts";
import { endsForm, type EndsOptions, openEnds } from "./ends.ts";
import { exchange, noAnswer, untilStopped } from "./exchange.ts";
import { DEFAULT_WAIT, exchangeDatagrams } from "./exchange_datagrams.ts";

/** What `connect` is told. */
export interface ConnectOptions extends EndsOptions, DialSettings {
  /** Ms of silence to wait for behind the end of stdin, default 2 s over UDP; if it is given, something must come. */
  wait?: number;
}

/**
 * Dials, and is then a plain client: what stdin gives goes out, what comes is shown on stdout.
 *
 * @throws {PinwireError} what dialling throws; `connection_reset`; `no_answer` if `wait` is given and nothing came
 * @returns whether all could be sent
 */
export async function connect(address: Address, options: ConnectOptions, context: Context): Promise<boolean> {
  const { reporter, stop, clock } = context;
  const stopReason = () => stop.signal.aborted ? "stopped" : undefined;
  const settings = {
    ...await dialOptions(address, options, endsForm(options, context)),
    signal: stop.signal,
  };
  if (address.scheme === "udp") {
    const socket = await dialDatagram(address, (socket) => context.traceDatagrams(socket), settings);
    using ends = await openEnds(options, true, context);
    const { wait } = options;
    let hasHeard = false;
    const talk = async () =>
      void (hasHeard = await exchangeDatagrams(socket, ends, wait ?? DEFAULT_WAIT, context));
    await untilStopped(talk(), stop, () => socket.close(), clock);
    if (wait && !hasHeard && !ends.hasFailed && !stop.signal.aborted) throw noAnswer(socket.name, wait);
    return !ends.hasFailed;
  }
  const connection = context.trace(tellOfTls(await dial(address, { ...settings, isExact: true }, clock)));
  using ends = await openEnds(options, false, context);
  // Nobody sees that our side has ended.
  const silence = connection.peer.endsWhole ? DEFAULT_WAIT : undefined;
  const talk = () => exchange(connection, ends, context, options.wait, silence);
  await reportConnection(connection, reporter, stopReason, talk);
  return !ends.hasFailed;
}
