import type { Clock } from "../../net/mod.ts";
import type { Hub } from "../rooms/hub.ts";
import type { Room } from "../rooms/room.ts";
import { nameKey } from "../protocol.ts";
import { BATCH, KEPT_ROOM, logKey, LOOK, roomKey } from "./keys.ts";
import {
  entryOf,
  markOf,
  readEntries,
  readLine,
  readLog,
  type StoredLine,
  type StreamEntry,
} from "./lines.ts";
import type { StoreClient } from "./link.ts";

/** A room that members of ours are in. */
export interface StoredRoom {
  readonly room: Room;
  /** Its log, as the store has it. */
  log: string;
  /** The id of the last entry that was read. */
  position: string;
  /** Who said the last line that we know, by which number. */
  mark: string;
  /** Whether nobody was there when it was looked at last. */
  isEmpty?: boolean;
}

/** What a {@linkcode StoredRooms} tells of. */
export interface StoredRoomHandlers {
  /** The next line of a room. */
  tell(room: Room, line: StoredLine): Promise<void> | undefined;
  /** A room has begun a new log: what was said in the one before, and was not told yet, is lost. */
  begun(stored: StoredRoom, client: StoreClient): Promise<void>;
}

/** The rooms of the store that members of ours are in, each with its place in the stream. */
export class StoredRooms {
  #hub: Hub;
  #history: number;
  #handlers: StoredRoomHandlers;
  #clock: Clock;
  #rooms = new Map<string, StoredRoom>();
  #opening = new Map<string, Promise<StoredRoom>>();

  /** @param history how many lines a room remembers */
  constructor(hub: Hub, history: number, handlers: StoredRoomHandlers, clock: Clock) {
    this.#hub = hub;
    this.#history = history;
    this.#handlers = handlers;
    this.#clock = clock;
  }

  /** All of them, by the keys of their streams. */
  get all(): ReadonlyMap<string, StoredRoom> {
    return this.#rooms;
  }

  /** The room, if it is open. */
  get(room: Room): StoredRoom | undefined {
    const stored = this.#rooms.get(roomKey(room.name));
    if (stored?.room !== room) return undefined;
    stored.isEmpty = false;
    return stored;
  }

  /**
   * Opens a room: from now on its lines are read.
   *
   * @throws {PinwireError} what the store refuses
   */
  open(room: Room, client: StoreClient): Promise<StoredRoom> {
    const key = nameKey(room.name);
    let opening = this.#opening.get(key);
    if (!opening) {
      opening = this.#open(room, client).finally(() => this.#opening.delete(key));
      this.#opening.set(key, opening);
    }
    return opening;
  }

  /**
   * Reads no more of rooms that nobody of ours is in; the lobby is where newcomers are.
   *
   * @param isBusy whether lines of a room are still awaited
   */
  tidy(isBusy: (stored: StoredRoom) => boolean): void {
    for (const [key, stored] of this.#rooms) {
      const { room, isEmpty } = stored;
      stored.isEmpty = !room.locals && room !== this.#hub.rooms.lobby && !isBusy(stored);
      // Whoever has opened it may be about to enter.
      if (isEmpty && stored.isEmpty) this.#rooms.delete(key);
    }
  }

  /**
   * Looks whether the log of a room is still the one that we know, and else begins the new one.
   *
   * @throws {PinwireError} what the store refuses
   */
  async look(stored: StoredRoom, client: StoreClient): Promise<void> {
    const { room } = stored;
    const value = await this.#logOf(stored, client);
    if (value === stored.log) return;
    const { log, base } = readLog(value);
    const past = await this.#past(room, `0-${base}`, client);
    // What the old log still has, and we have not told yet, comes first.
    let position: string;
    do {
      position = stored.position;
      const rest = await client.call(
        "XRANGE",
        roomKey(room.name),
        `(${position}`,
        `0-${base}`,
        "COUNT",
        BATCH,
      );
      if (position === stored.position) await this.take(stored, readEntries(rest), client);
    } while (position !== stored.position);
    // Somebody else may have looked meanwhile.
    if (value === stored.log) return;
    stored.log = value;
    stored.position = `0-${base}`;
    stored.mark = markOfLast(past);
    room.begin(log, base, past.map((line) => entryOf(line, room.name, "")));
    for (const member of room.members) member.replaced();
    room.notice("the store has lost what was said here: lines are numbered anew");
    await this.#handlers.begun(stored, client);
  }

  /** Tells the next lines of a room, unless somebody else does meanwhile, or it begins another log. */
  async take(stored: StoredRoom, entries: readonly StreamEntry[], client: StoreClient): Promise<void> {
    const { log } = stored;
    let { position } = stored;
    for (const entry of entries) {
      if (stored.log !== log || stored.position !== position) return;
      const line = readLine(entry, this.#clock.wall());
      // It is another one when it has a number.
      if (line.number === undefined) return this.look(stored, client);
      stored.position = position = entry[0];
      stored.mark = markOf(line);
      await this.#handlers.tell(stored.room, line);
    }
  }

  async #open(room: Room, client: StoreClient): Promise<StoredRoom> {
    const value = await this.#logOf({ room, log: "", mark: "" }, client);
    const { log, base } = readLog(value);
    const past = await this.#past(room, "+", client);
    const last = past.at(-1);
    const line = last?.number ?? base;
    const entries = past.map((line) => entryOf(line, room.name, line.number! > base ? log : ""));
    room.begin(log, line, this.#history ? entries : []);
    const stored = { room, log: value, position: `0-${line}`, mark: markOfLast(past) };
    this.#rooms.set(roomKey(room.name), stored);
    return stored;
  }

  async #logOf(
    { room, log, mark }: Pick<StoredRoom, "room" | "log" | "mark">,
    client: StoreClient,
  ): Promise<string> {
    const keys = [roomKey(room.name), logKey(room.name)];
    const known = [log, log ? room.line : 0, mark];
    const kept = room === this.#hub.rooms.lobby ? 0 : KEPT_ROOM;
    return await client.call("EVAL", LOOK, 2, ...keys, crypto.randomUUID(), ...known, kept) as string;
  }

  /** The last lines up to an id, oldest first. */
  async #past(room: Room, upTo: string, client: StoreClient): Promise<StoredLine[]> {
    const count = Math.max(1, this.#history);
    const reply = await client.call("XREVRANGE", roomKey(room.name), upTo, "-", "COUNT", count);
    return readEntries(reply).reverse().map((entry) => readLine(entry, this.#clock.wall()))
      .filter(({ number }) => number !== undefined);
  }
}

function markOfLast(lines: readonly StoredLine[]): string {
  const last = lines.at(-1);
  return last ? markOf(last) : "";
}
