import { createHash } from "node:crypto";
import { nameKey, nickTaken } from "../protocol.ts";
import { CLAIM, LEASE, nickKey, RELEASE, RENEW } from "./keys.ts";
import type { StoreClient } from "./link.ts";

/** Names in one command. */
const BATCH = 500;
/** The signature of no session. */
const UNSIGNED = "-";

/** The names of a server's members: each is claimed in the store, and renewed as long as it is in use. */
export class Names {
  #server: string;
  /** The names that we hold, with the signatures of their sessions. */
  #held = new Map<string, { nick: string; signature: string }>();

  constructor(server: string) {
    this.#server = server;
  }

  /**
   * Takes a name.
   *
   * @param session the secret of a session that may have it elsewhere
   * @returns the other server that had it
   * @throws {PinwireError} `nick_taken`, or what the store refuses
   */
  async claim(client: StoreClient, nick: string, session?: string): Promise<string | undefined> {
    const key = nameKey(nick);
    // To the store it is our server's: which of two members of ours has it, is decided here.
    if (this.#held.has(key)) throw nickTaken(nick);
    const signature = session === undefined ? UNSIGNED : signatureOf(session);
    this.#held.set(key, { nick, signature });
    try {
      const words = [nickKey(nick), this.#server, signature, signature, LEASE];
      const had = await client.call("EVAL", CLAIM, 1, ...words);
      if (typeof had !== "string") throw nickTaken(nick);
      return had && had !== this.#server ? had : undefined;
    } catch (error) {
      this.#held.delete(key);
      throw error;
    }
  }

  /** Holds a name that is claimed as soon as the store is back. */
  hold(nick: string): void {
    this.#held.set(nameKey(nick), { nick, signature: UNSIGNED });
  }

  /** Whoever knows the session's secret may take the name elsewhere. */
  sign(client: StoreClient | undefined, nick: string, session: string): void {
    const held = this.#held.get(nameKey(nick));
    if (!held) return;
    held.signature = signatureOf(session);
    // Should that fail, the next renewal tells.
    client?.call("EVAL", RENEW, 1, nickKey(nick), this.#server, LEASE, held.signature).catch(() => {});
  }

  /** Lets others have a name. */
  release(client: StoreClient | undefined, nick: string): void {
    if (!this.#held.delete(nameKey(nick))) return;
    // Without a link it runs out.
    if (client) this.#giveBack(client, nick).catch(() => {});
  }

  /** Lets others have all names. */
  async releaseAll(client: StoreClient): Promise<void> {
    await Promise.all(this.#held.values().map(({ nick }) => this.#giveBack(client, nick)));
  }

  async #giveBack(client: StoreClient, nick: string): Promise<void> {
    await client.call("EVAL", RELEASE, 1, nickKey(nick), this.#server);
  }

  /**
   * Keeps all names.
   *
   * @returns those that are another's now
   * @throws {PinwireError} what the store refuses
   */
  async renew(client: StoreClient): Promise<string[]> {
    const all = [...this.#held.values()];
    const lost: string[] = [];
    const renewing = [];
    for (let i = 0; i < all.length; i += BATCH) {
      const names = all.slice(i, i + BATCH);
      renewing.push(
        client.call(
          ...["EVAL", RENEW, names.length, ...names.map(({ nick }) => nickKey(nick))],
          ...[this.#server, LEASE, ...names.map(({ signature }) => signature)],
        ).then((places) => lost.push(...(places as number[]).map((place) => names[place - 1].nick))),
      );
    }
    await Promise.all(renewing);
    for (const nick of lost) this.#held.delete(nameKey(nick));
    return lost;
  }
}

const signatureOf = (session: string) => createHash("sha256").update(session).digest("hex").slice(0, 32);
