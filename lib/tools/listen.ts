import type { Context } from "../app/mod.ts";
import type { Address } from "../net/mod.ts";
import { endsForm, type EndsOptions, openEnds } from "./ends.ts";
import { exchange } from "./exchange.ts";
import { answerFirst, DEFAULT_WAIT } from "./exchange_datagrams.ts";
import { type PeerOptions, servePeers } from "./peers.ts";

/** What `listen` is told. */
export interface ListenOptions extends EndsOptions, PeerOptions {
  /** Ms of silence to wait for behind the end of stdin, default 2 s over UDP. */
  wait?: number;
}

/**
 * Waits for a peer, and is then what `connect` is: what stdin gives goes out, what comes is shown on stdout.
 *
 * @throws {PinwireError} why it can't listen there; `connection_reset`; `no_answer` if `wait` is given and nothing came
 * @returns whether all could be sent
 */
export async function listenForPeer(
  address: Address,
  options: ListenOptions,
  context: Context,
  opened: () => void,
): Promise<boolean> {
  using ends = await openEnds(options, address.scheme === "udp", context);
  await servePeers(address, options, context, {
    opened,
    form: endsForm(options, context),
    connection: (connection) => exchange(connection, ends, context, options.wait),
    datagrams: (socket) => answerFirst(socket, ends, options.wait ?? DEFAULT_WAIT, options.keepOpen, context),
  });
  return !ends.hasFailed;
}
