import type { Context } from "../../app/mod.ts";
import { PinwireError } from "../../errors.ts";
import { race, withTimeout } from "../../net/mod.ts";
import type { Hub } from "../rooms/hub.ts";
import type { Room } from "../rooms/room.ts";
import { BATCH, EVENTS } from "./keys.ts";
import type { StoreClient, StoreLink } from "./link.ts";
import { entryOf, readEntries, type StoredLine } from "./lines.ts";
import type { Names } from "./names.ts";
import type { Sayings } from "./sayings.ts";
import type { Servers } from "./servers.ts";
import type { StoredRooms } from "./stored_rooms.ts";

/** Ms between two looks at the store, each of which renews what we have there. */
const LOOK = 3_000;
/** Ms for which one command waits for something new, and after which a store that has not answered is away. */
const BLOCK = 1_000, DEAD = 5_000;
/** What an {@linkcode Upkeep} looks after. */
export interface UpkeepOptions {
  /** Our name in the store. */
  server: string;
  hub: Hub;
  names: Names;
  servers: Servers;
  rooms: StoredRooms;
  sayings: Sayings;
  /** Claims a name for the console. */
  claimConsole(client: StoreClient): Promise<string>;
  /** A name for somebody who has none any more. */
  guest(): Promise<string>;
}

/** Keeps what we have in the store, and tells our members what is new there, as long as a link holds. */
export class Upkeep {
  #options: UpkeepOptions;
  #context: Context;

  constructor(options: UpkeepOptions, context: Context) {
    this.#options = options;
    this.#context = context;
  }

  /**
   * Brings the store and us to the same: names, rooms, servers, and lines that had no answer.
   *
   * @param isFirst whether we know nothing yet
   * @throws {PinwireError} what the store refuses, or that it doesn't answer
   */
  async enter(client: StoreClient, isFirst: boolean): Promise<void> {
    await this.#inTime(client, 2 * DEAD, this.#enter(client, isFirst));
  }

  async #enter(client: StoreClient, isFirst: boolean): Promise<void> {
    const { hub, servers, rooms, sayings } = this.#options;
    await this.#renewNames(client);
    await servers.enter(client, isFirst);
    if (isFirst) await rooms.open(hub.rooms.lobby, client);
    await this.#lookAtRooms(client);
    await sayings.sayAgain(client);
  }

  /**
   * Goes on until the link is lost.
   *
   * @throws {PinwireError} how it was lost
   */
  async run({ commands, waiting }: StoreLink): Promise<never> {
    return await race([this.#read(waiting), this.#lookOn(commands)]);
  }

  async #lookOn(client: StoreClient): Promise<never> {
    const { clock } = this.#context;
    const gone = client.gone.then((): never => {
      throw new PinwireError("link_lost", "the link to the store is lost");
    });
    for (let wait = LOOK;;) {
      await withTimeout(wait, gone, clock);
      // Members of a server that is gone are gone as soon as what it had runs out.
      wait = Math.min(LOOK, await this.#inTime(client, DEAD, this.#look(client)) + 1);
    }
  }

  async #look(client: StoreClient): Promise<number> {
    const { rooms, sayings, servers } = this.#options;
    rooms.tidy((stored) => sayings.isOnItsWayTo(stored));
    await this.#renewNames(client);
    await servers.renew(client);
    await this.#lookAtRooms(client);
    return await servers.look(client);
  }

  async #lookAtRooms(client: StoreClient): Promise<void> {
    const { rooms } = this.#options;
    await Promise.all(rooms.all.values().map((stored) => rooms.look(stored, client)));
  }

  async #renewNames(client: StoreClient): Promise<void> {
    for (const nick of await this.#options.names.renew(client)) await this.#rename(nick, client);
  }

  /** A name of ours is another's by now: whoever had it is called something else. */
  async #rename(nick: string, client: StoreClient): Promise<void> {
    const { hub, names, claimConsole, guest } = this.#options;
    const member = hub.member(nick);
    if (!member || member.server) return;
    const fresh = member.isConsole ? await claimConsole(client) : await guest();
    // It may have gone, or have found another name, while it was looked for.
    if (!hub.has(member) || member.nick !== nick) return names.release(client, fresh);
    hub.assign(member, fresh);
    member.replaced();
    member.tell(`* the name ${nick} is somebody else's by now: you are ${fresh}`);
  }

  async #read(client: StoreClient): Promise<never> {
    const { rooms, servers } = this.#options;
    for (;;) {
      const followed = [...rooms.all];
      const keys = [EVENTS, ...followed.map(([key]) => key)];
      const places = [servers.position, ...followed.map(([, { position }]) => position)];
      const reading = client.call("XREAD", "COUNT", BATCH, "BLOCK", BLOCK, "STREAMS", ...keys, ...places);
      const streams = await this.#inTime(client, DEAD, reading) ?? [];
      for (const [key, entries] of streams as [string, never][]) {
        if (key === EVENTS) servers.take(readEntries(entries));
        const stored = rooms.all.get(key);
        // Its log may have become another meanwhile, or the room was opened anew.
        if (stored?.position !== places[keys.indexOf(key)]) continue;
        await rooms.take(stored, readEntries(entries), client);
      }
    }
  }

  /** Tells a room a line of its stream. */
  tell(room: Room, line: StoredLine): Promise<void> | undefined {
    const { hub, server, sayings } = this.#options;
    const said = line.by === server ? sayings.settle(line.n) : undefined;
    const entry = entryOf(line, room.name, room.log);
    try {
      room.relay(entry, said?.speaker);
    } catch (error) {
      // Some frames can't hold every line that another server's can.
      room.line = entry.line;
      this.#context.reporter.error(error);
    }
    said?.told();
    return hub.caughtUp();
  }

  /** What the store answers, or the end of the link. */
  async #inTime<T>(client: StoreClient, ms: number, answer: Promise<T>): Promise<T> {
    if (await withTimeout(ms, answer, this.#context.clock)) return await answer;
    client.close();
    throw new PinwireError("store_silent", `the store has not answered for ${ms / 1000} s`);
  }
}
