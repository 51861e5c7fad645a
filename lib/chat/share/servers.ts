import type { Clock } from "../../net/mod.ts";
import type { Elsewhere } from "../rooms/elsewhere.ts";
import type { News } from "../rooms/store.ts";
import { EVENTS, KEPT_EVENTS, LEASE, serverKey, SERVERS } from "./keys.ts";
import {
  printEvent,
  printMember,
  readEntries,
  readEvent,
  readMember,
  type StoreEvent,
  type StreamEntry,
} from "./lines.ts";
import type { StoreClient } from "./link.ts";
import { nameKey } from "../protocol.ts";

/** What `PTTL` gives for a key that does not run out: its server has just made it. */
const FOREVER = -1;

/** The id before all others. */
const NOTHING = "0-0";

/** Whether an id, `MS-NUMBER`, comes before another. */
function isBehind(id: string, other: string): boolean {
  const [[ms, number], [otherMs, otherNumber]] = [id, other].map((one) => one.split("-").map(BigInt));
  return ms < otherMs || ms === otherMs && number < otherNumber;
}

/** The servers of a chat, as they tell each other through the store who is there. */
export class Servers {
  /** The last event that we know. */
  position = NOTHING;
  #own: string;
  #elsewhere: Elsewhere;
  /** Our members, as our hash has them. */
  #members = new Map<string, { nick: string; room: string }>();
  #clock: Clock;
  /** Until then the others may still be about to come back to a store that was away, or has lost all. */
  #patientUntil = 0;

  constructor(own: string, elsewhere: Elsewhere, clock: Clock) {
    this.#own = own;
    this.#elsewhere = elsewhere;
    this.#clock = clock;
  }

  /**
   * Tells the others what is new. What can't be told while the store is away they learn from our hash when it is back.
   *
   * @param client nothing if the store is away
   */
  announce(news: News, client: StoreClient | undefined): void {
    const key = serverKey(this.#own);
    const ignore = () => {};
    const put = (nick: string, room: string) => {
      this.#members.set(nameKey(nick), { nick, room });
      client?.call("HSET", key, nameKey(nick), printMember(nick, room)).catch(ignore);
      // A name that was claimed just now must not outlast its member here.
      client?.call("PEXPIRE", key, LEASE).catch(ignore);
    };
    const drop = (nick: string) => {
      this.#members.delete(nameKey(nick));
      client?.call("HDEL", key, nameKey(nick)).catch(ignore);
    };
    if (news.say === "joined") put(news.nick, news.room);
    else if (news.say === "left") drop(news.nick);
    else {
      const room = this.#members.get(nameKey(news.before))?.room;
      drop(news.before);
      if (room !== undefined) put(news.nick, room);
    }
    if (client) this.tell(client, news).catch(ignore);
  }

  /**
   * Writes an event.
   *
   * @param to the server that it is for
   * @throws {PinwireError} what the store refuses
   */
  async tell(client: StoreClient, what: StoreEvent["what"], to?: string): Promise<void> {
    const event = printEvent({ by: this.#own, to, what });
    await client.call("XADD", EVENTS, "MAXLEN", "~", KEPT_EVENTS, "*", ...event);
  }

  /**
   * Says that we are there, with all our members, and learns who else is.
   *
   * @param isFirst whether we know nothing yet: then nobody has just come
   * @throws {PinwireError} what the store refuses
   */
  async enter(client: StoreClient, isFirst: boolean): Promise<void> {
    if (isFirst) this.position = await this.#lastEvent(client);
    else this.#patientUntil = this.#clock.now() + LEASE;
    await this.#rewrite(client);
    await this.look(client, !isFirst);
  }

  /** Brings our hash to what we have: while the store was away it was not told who came and went. */
  async #rewrite(client: StoreClient): Promise<void> {
    const key = serverKey(this.#own);
    const gone = (await client.call("HKEYS", key) as string[]).filter((name) => !this.#members.has(name));
    const members = [...this.#members].flatMap(([name, { nick, room }]) => [name, printMember(nick, room)]);
    await Promise.all([
      gone.length && client.call("HDEL", key, ...gone),
      members.length && client.call("HSET", key, ...members),
      client.call("PEXPIRE", key, LEASE),
      client.call("SADD", SERVERS, this.#own),
    ]);
  }

  /**
   * Keeps our hash.
   *
   * @throws {PinwireError} what the store refuses
   */
  async renew(client: StoreClient): Promise<void> {
    const key = serverKey(this.#own);
    const [isKept, size] = await Promise.all([client.call("PEXPIRE", key, LEASE), client.call("HLEN", key)]);
    if (isKept === 1 && size === this.#members.size) return;
    this.#patientUntil = this.#clock.now() + LEASE;
    await this.#rewrite(client);
  }

  /**
   * Looks which servers are there: the members of one that has not kept its hash are gone.
   *
   * @param isNews whether those that we did not know have just come
   * @returns ms until the first of them may be gone
   * @throws {PinwireError} what the store refuses
   */
  async look(client: StoreClient, isNews = true): Promise<number> {
    const [listed, last] = await Promise.all([
      client.call("SMEMBERS", SERVERS) as Promise<string[]>,
      this.#lastEvent(client),
    ]);
    // A store that has lost its events may begin anew behind the last that we know.
    if (isBehind(last, this.position)) this.position = last;
    const others = new Set([...listed, ...this.#elsewhere.servers].filter((one) => one !== this.#own));
    const leases = await Promise.all([...others].map(async (server) => {
      const key = serverKey(server);
      const [lease, fields] = await Promise.all([client.call("PTTL", key), client.call("HVALS", key)]);
      if (lease === FOREVER) await client.call("PEXPIRE", key, LEASE);
      else if (typeof lease !== "number" || lease < 0) {
        if (this.#clock.now() < this.#patientUntil) return LEASE;
        this.#elsewhere.forget(server);
        await client.call("SREM", SERVERS, server);
        return LEASE;
      }
      const members = (fields as string[]).map(readMember).filter((one) => one !== undefined);
      this.#elsewhere.sync(server, members, isNews);
      return lease === FOREVER ? LEASE : lease;
    }));
    return Math.min(LEASE, ...leases);
  }

  async #lastEvent(client: StoreClient): Promise<string> {
    const [last] = readEntries(await client.call("XREVRANGE", EVENTS, "+", "-", "COUNT", 1));
    return last?.[0] ?? NOTHING;
  }

  /** Takes what is new among the events. */
  take(entries: readonly StreamEntry[]): void {
    for (const [id, fields] of entries) {
      this.position = id;
      const event = readEvent(fields);
      if (!event || event.by === this.#own || event.to !== undefined && event.to !== this.#own) continue;
      const { by, what } = event;
      switch (what.say) {
        case "bye":
          this.#elsewhere.forget(by);
          break;
        case "joined":
        case "left":
        case "renamed":
          this.#elsewhere.hear(by, what);
          break;
        default:
          if (event.to === this.#own) this.#elsewhere.obey(what);
      }
    }
  }

  /**
   * Says that we go.
   *
   * @throws {PinwireError} what the store refuses
   */
  async leave(client: StoreClient): Promise<void> {
    await Promise.all([
      this.tell(client, { say: "bye" }),
      client.call("DEL", serverKey(this.#own)),
      client.call("SREM", SERVERS, this.#own),
    ]);
  }
}
