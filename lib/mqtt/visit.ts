import type { Context } from "../app/mod.ts";
import { PinwireError } from "../errors.ts";
import { dial, race } from "../net/mod.ts";
import type { MqttOptions } from "./client.ts";
import type { Message, Publication } from "./messages.ts";
import { MqttSession } from "./session.ts";

/** What is done at a broker by somebody who doesn't stay. */
export interface Visit<T> {
  /** Topic filters that are subscribed to. */
  readonly filters: readonly string[];
  onMessage(message: Message): void;
  /** What the visit is for, once all that the broker had kept has come. The visit is over when it is done. */
  act(publish: (publication: Publication) => void): Promise<T>;
}

/** Ms that goodbye may take. */
const GOODBYE_TIME = 1_000;

/**
 * Is at a broker for a moment, under a name that nobody else has.
 *
 * @throws what `act` throws; {@linkcode PinwireError} why the broker can't be reached, refuses us or forbids a topic
 */
export async function visitBroker<T>(
  { broker, password, dialling }: Pick<MqttOptions, "broker" | "password" | "dialling">,
  { filters, onMessage, act }: Visit<T>,
  context: Context,
): Promise<T> {
  const { stop, clock } = context;
  const connection = context.trace(await dial(broker.address, { ...dialling, signal: stop.signal }, clock));
  using _closing = stop.onStop(() => connection.close());
  const { promise: acted, resolve, reject } = Promise.withResolvers<T>();
  let refused: PinwireError | undefined;
  const clientId = `pinwire-${crypto.randomUUID()}`;
  const session = new MqttSession(connection, { clientId, user: broker.user, password }, {
    filters,
    onMessage,
    onReady: () => void act((publication) => session.publish(publication)).then(resolve, reject),
    onError(error) {
      refused ??= error;
      reject(error);
    },
  }, clock);
  const gone = session.run().then((): never => {
    throw new PinwireError("link_lost", `the broker at ${connection.peer.name} hung up`);
  });
  try {
    const result = await race([acted, gone]);
    // What was said last may be refused.
    await session.leave(GOODBYE_TIME);
    if (refused) throw refused;
    return result;
  } finally {
    connection.close();
    await gone.catch(() => {});
  }
}
