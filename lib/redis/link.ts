import type { Context } from "../app/mod.ts";
import { type Connection, dial, formatAddress } from "../net/mod.ts";
import { redial } from "../session/redial.ts";
import { RedisClient } from "./client.ts";
import { greet } from "./greeting.ts";
import { type StoreSettings, storeSettings } from "./settings.ts";

/** Two connections to a store: a command that waits for something new would hold up those behind it. */
export interface StoreLink {
  /** For commands that are answered at once. */
  readonly commands: RedisClient;
  /** For one that waits. */
  readonly waiting: RedisClient;
}

/** Serves a link until it is lost; `isIn` says that the store is one that we can use: from then on it is dialled again. */
type Serve = (link: StoreLink, isIn: () => void) => Promise<void>;

/**
 * Prepares a link to a store.
 *
 * @throws {PinwireError} what {@linkcode storeSettings} throws
 * @returns what keeps the link up until the context stops. It rejects with why there is no store, or none that can be used,
 * the first time; later the store is dialled again and again.
 */
export async function prepareStore(
  url: string,
  options: { ca?: string; passwordFile?: string },
): Promise<(serve: Serve, context: Context) => Promise<void>> {
  const settings = await storeSettings(url, options);
  return async (serve, context) => {
    let wasIn = false;
    const options = { ...settings.dialling, firstMustHold: true, isFinal: () => !wasIn };
    await redial(settings.address, options, context, async (connection) => {
      const clients: RedisClient[] = [];
      let isUsed = false;
      // What is in use says goodbye first.
      using _closing = context.stop.onStop(() => isUsed || clients.forEach((client) => client.close()));
      try {
        const commands = await open(connection, settings, context, clients);
        const other = await dial(
          settings.address,
          { ...settings.dialling, signal: context.stop.signal },
          context.clock,
        );
        const waiting = await open(context.trace(other), settings, context, clients);
        await serve({ commands, waiting }, () => wasIn = isUsed = true);
      } finally {
        for (const client of clients) client.close();
      }
    });
  };
}

async function open(
  connection: Connection,
  settings: StoreSettings,
  { clock }: Context,
  clients: RedisClient[],
): Promise<RedisClient> {
  const client = await RedisClient.open(connection, formatAddress(settings.address));
  clients.push(client);
  await greet(client, settings, clock);
  return client;
}
