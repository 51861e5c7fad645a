import { CommandConsole, type Context } from "../../app/mod.ts";
import { type Address, prepareReset } from "../../net/mod.ts";
import { serve, type ServerOptions } from "../../session/mod.ts";
import { complete, execute } from "./console.ts";
import { relayDatagrams } from "./datagrams.ts";
import { DIRECTIONS, isRandom } from "./disturbance.ts";
import { Relay, type RelayOptions } from "./relay.ts";

/** Ms without a datagram after which a sender is forgotten, unless it is said. */
const UDP_IDLE_TIMEOUT = 60_000;

/** What `relay` is told. */
export interface ServeRelayOptions
  extends Omit<ServerOptions, "idleTimeout">, Omit<RelayOptions, "seed" | "idleTimeout" | "hasResets"> {
  idleTimeout?: number;
  seed?: number;
}

/**
 * Listens, and takes each client to the target, until the context stops.
 *
 * @param opened is called once the socket is open
 * @throws {PinwireError} why it can't listen
 */
export async function serveRelay(
  address: Address,
  target: Address,
  options: ServeRelayOptions,
  context: Context,
  opened: () => void,
): Promise<void> {
  const { maxClients, json, seed = Math.floor(Math.random() * 1_000_000) } = options;
  const { reporter, clock, stop } = context;
  const idleTimeout = options.idleTimeout ?? (address.scheme === "udp" ? UDP_IDLE_TIMEOUT : 0);
  // It is for the side that has datagrams; where neither has, both refuse it.
  const interfaceOf = (one: Address, other: Address) =>
    one.scheme === "udp" || other.scheme !== "udp" ? options.interface : undefined;
  // Before the permission for it is given up.
  using resets = prepareReset();
  const relay = new Relay(
    target,
    {
      ...options,
      seed,
      idleTimeout,
      hasResets: resets.isPossible,
      interface: interfaceOf(target, address),
    },
    context,
  );
  await relay.prepare();
  const { recorder } = context;
  // Each read is shown once, in its direction, and not as the client's alone.
  const untraced: Context = {
    ...context,
    traceAccepted: (connection) => connection,
    traceDatagrams: (socket) => recorder?.datagrams(socket) ?? socket,
  };
  const console = await CommandConsole.open({
    json,
    owner: "the relay",
    complete: (line) => complete(line, relay.pairs),
    answer: (line, print) =>
      execute(line, { pairs: relay.pairs, now: clock.now(), print, quit: () => stop.now() }),
  }, context);
  let answering: Promise<void> | undefined;
  await serve(address, { ...options, idleTimeout: 0, interface: interfaceOf(address, target) }, untraced, {
    isExact: true,
    form: relay.form,
    warning: recorder?.warning(target),
    connection: (client, _pending, owe) => relay.relay(client, owe),
    datagrams: (socket, owe) =>
      relayDatagrams(
        socket,
        { maxClients, owe, relay: (sender, owe) => relay.relay(sender, owe, true) },
        untraced,
      ),
    opened() {
      opened();
      // The ready line comes first.
      answering = Promise.resolve().then(() => {
        const isChance = DIRECTIONS.some((direction) => isRandom(options.disturbances[direction]));
        if (isChance && options.seed === undefined) {
          reporter.report({ event: "notice", text: `--seed ${seed} repeats what chance does now` });
        }
        return console.answerLines();
      });
    },
  });
  console.close();
  await answering;
}
