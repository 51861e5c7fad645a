import { PinwireError } from "../errors.ts";
import { type Clock, withTimeout } from "../net/mod.ts";
import type { RedisClient } from "./client.ts";
import { mute } from "./reasons.ts";
import type { StoreSettings } from "./settings.ts";

/** Ms that a store may take to take us in. */
const GREETING_TIME = 5_000;

/** The first version with `XADD KEY 0-*`. */
const OLDEST = 7;

/**
 * Says who we are, chooses the database, and looks whether the store is one that we can rely on.
 *
 * @throws {PinwireError} why it is not, or what it refuses
 */
export async function greet(
  client: RedisClient,
  { user, password, database }: StoreSettings,
  clock: Clock,
): Promise<void> {
  const greeting = (async () => {
    // A password is said to a store alone: whatever else listens there is found out by this.
    await client.call("PING").catch((error) => {
      if (!(error instanceof PinwireError && error.code === "store_forbids")) throw error;
    });
    if (user !== undefined) await client.call("AUTH", user, password ?? "");
    else if (password !== undefined) await client.call("AUTH", password);
    if (database) await client.call("SELECT", database);
    check(String(await client.call("INFO")), client.store);
  })();
  if (!await withTimeout(GREETING_TIME, greeting, clock)) throw mute(client.store);
}

/**
 * Looks at what `INFO` tells.
 *
 * @throws {PinwireError} `store_too_old`, `store_evicts`, `store_replica`, `store_cluster`
 */
export function check(info: string, store: string): void {
  const field = (name: string) => info.match(new RegExp(`^${name}:(.*?)\\r?$`, "m"))?.[1];
  const refuse = (code: string, what: string, hint: string) =>
    new PinwireError(code, `the store at ${store} ${what}`, { hint });
  const version = field("redis_version") ?? "of an unknown version";
  if (!(Number.parseInt(version) >= OLDEST)) {
    throw refuse("store_too_old", `is Redis ${version}`, `take Redis ${OLDEST} or newer, or Valkey`);
  }
  const policy = field("maxmemory_policy");
  if (policy !== "noeviction") {
    const hint = "set its maxmemory-policy to noeviction";
    throw refuse(
      "store_evicts",
      `may throw away what was said (maxmemory-policy is ${policy ?? "unknown"})`,
      hint,
    );
  }
  if (field("role") !== "master") {
    throw refuse("store_replica", "is a replica, which only reads", "name the primary");
  }
  if (field("cluster_enabled") === "1") {
    throw refuse("store_cluster", "is a node of a cluster", "name a single store");
  }
}
