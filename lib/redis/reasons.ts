import { messageOf, PinwireError } from "../errors.ts";

/** The code of the error that a store's connection is gone: whether what was said last was done, nobody knows. */
const STORE_LOST = "store_lost";

/** What is said of refusals that we know more about than their words, by the code that they begin with. */
const REFUSALS: Record<string, [code: string, what: string, hint: string]> = {
  NOAUTH: ["store_forbids", "wants a password", "give it in PINWIRE_REDIS_PASSWORD or --password-file"],
  WRONGPASS: [
    "store_forbids",
    "refuses our name or password",
    "check USER in redis://USER@HOST, and PINWIRE_REDIS_PASSWORD or --password-file",
  ],
  NOPERM: [
    "store_forbids",
    "does not let us do what we need",
    "its log says what: give the user +@all ~pinwire:*",
  ],
  OOM: ["store_full", "is full", "give it more maxmemory"],
  MISCONF: ["store_stuck", "can't save, and so takes nothing", "look at its disk and at its log"],
  READONLY: ["store_replica", "is a replica, which only reads", "name the primary"],
  MASTERDOWN: ["store_replica", "is a replica without its primary", "name the primary"],
  LOADING: ["store_loading", "is still loading what it had saved", "wait a moment"],
  BUSY: ["store_busy", "is busy with somebody's script", "wait, or end that with SCRIPT KILL"],
  MOVED: ["store_cluster", "is a node of a cluster", "name a single store"],
  CROSSSLOT: ["store_cluster", "is a node of a cluster", "name a single store"],
  CLUSTERDOWN: ["store_cluster", "is a node of a cluster", "name a single store"],
  WRONGTYPE: [
    "store_foreign",
    "has something else under a key of ours",
    "choose another database: redis://HOST/1",
  ],
};

/**
 * What an answer of a store's that is an error tells a person.
 *
 * @param store its address
 */
export function refusal(error: Error, store: string): PinwireError {
  const [word] = error.message.split(" ", 1);
  const [code, what, hint] = REFUSALS[word] ?? refusalByWords(error.message);
  return new PinwireError(code, `the store at ${store} ${what}`, { hint, cause: error });
}

function refusalByWords(message: string): [code: string, what: string, hint: string] {
  if (/without any password/.test(message)) {
    return ["store_forbids", "has no password, and we gave one", "leave it out"];
  }
  if (/DB index/.test(message)) {
    return ["no_database", "has no such database", "name another behind the last / of its URL"];
  }
  if (/max number of clients/.test(message)) {
    return ["store_busy", "has no room for another client", "raise its maxclients"];
  }
  if (/smaller than the target stream top|equal or smaller/.test(message)) {
    const hint = "its entries are 0-1, 0-2 …: write there with XADD KEY 0-*, and delete what has other ids";
    return ["store_foreign", "has an entry in a room that we did not number", hint];
  }
  return ["store_refuses", `refuses a command (${message})`, "its log may say more"];
}

/**
 * What ended a connection to a store.
 *
 * @param store its address
 */
export function loss(error: unknown, store: string): PinwireError {
  if (/RESP type/.test(messageOf(error))) {
    return new PinwireError(STORE_LOST, `what listens at ${store} is no Redis`, {
      hint: "check the address: a store listens on 6379, with TLS where it was told to (rediss://)",
      cause: error,
    });
  }
  const why = error instanceof PinwireError ? ` (${error.message})` : "";
  return new PinwireError(STORE_LOST, `the link to the store at ${store} is lost${why}`, { cause: error });
}

/** What listens there says nothing to us. */
export const mute = (store: string) =>
  new PinwireError("store_mute", `what listens at ${store} does not answer`, {
    hint: "it may be busy, speak TLS (rediss://), or be no Redis",
  });
