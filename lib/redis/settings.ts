import { dialOptions, parseService, passwordFor, type Service, type ServiceKind } from "../app/mod.ts";
import { usageError } from "../errors.ts";
import type { DialOptions } from "../net/mod.ts";

const STORE: ServiceKind = {
  noun: "a store",
  scheme: "redis",
  ports: [6379, 6379],
  variable: "PINWIRE_REDIS_PASSWORD",
  path: { form: /^\d{0,4}$/, hint: "write the number of its database behind the /, as redis://HOST/1" },
};

/** A store, how it is dialled, and who we are there. */
export interface StoreSettings extends Pick<Service, "address" | "user"> {
  password?: string;
  database: number;
  dialling: DialOptions;
}

/**
 * Reads `redis://[USER@]HOST[:PORT][/DB]`, or `rediss://` for TLS.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseStore("redis://amy@[::1]/2"), {
 *   address: { scheme: "tcp", hostname: "::1", port: 6379 },
 *   user: "amy",
 *   database: 2,
 * });
 * ```
 *
 * @throws {PinwireError} `usage`, telling what is right
 */
export function parseStore(text: string): Omit<StoreSettings, "dialling" | "password"> {
  const { path, ...store } = parseService(text, STORE);
  return { ...store, database: Number(path) };
}

/**
 * How to reach a store, with the password from `--password-file` or from the environment.
 *
 * @throws {PinwireError} `usage`; `file_unreadable`, `bad_certificate`
 */
export async function storeSettings(
  url: string,
  { ca, passwordFile }: { ca?: string; passwordFile?: string },
): Promise<StoreSettings> {
  const store = parseStore(url);
  if (ca !== undefined && store.address.scheme !== "tls") {
    throw usageError("--ca is for rediss:// stores", "write rediss://HOST");
  }
  return {
    ...store,
    password: await passwordFor(STORE, passwordFile),
    dialling: await dialOptions(store.address, { ca }),
  };
}
