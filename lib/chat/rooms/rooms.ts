import { PinwireError } from "../../errors.ts";
import { type HistoryEntry, LOBBY, nameKey } from "../protocol.ts";
import { Room, type RoomOptions } from "./room.ts";

/** How many rooms there may be. A new one may take the place of an empty one. */
const MOST_ROOMS = 100;

/** The rooms of a chat, by their names. */
export class Rooms {
  readonly lobby: Room;
  #options: RoomOptions;
  #rooms = new Map<string, Room>();

  constructor(options: RoomOptions) {
    this.#options = options;
    this.lobby = this.make(LOBBY);
  }

  /** Those that somebody is in. */
  used(): Room[] {
    return [...this.#rooms.values()].filter(({ members }) => members.size);
  }

  /**
   * The room of this name, which is made if there is none.
   *
   * @throws {PinwireError} `too_many_rooms`
   */
  open(name: string): Room {
    if (!this.#rooms.has(nameKey(name)) && this.#rooms.size >= MOST_ROOMS) this.#forgetEmptyRoom();
    return this.make(name);
  }

  /** The same, however many there are: for those of other servers. */
  make(name: string): Room {
    return this.#rooms.get(nameKey(name)) ?? this.keep(new Room(name, this.#options));
  }

  keep(room: Room): Room {
    this.#rooms.set(nameKey(room.name), room);
    return room;
  }

  /** Puts lines that were kept from an earlier run back into their rooms. */
  restore(entries: Iterable<HistoryEntry>): void {
    for (const entry of entries) {
      const isKnown = this.#rooms.has(nameKey(entry.room));
      if (isKnown || this.#rooms.size < MOST_ROOMS) this.make(entry.room).remember(entry);
    }
  }

  /** All lines that the rooms remember, oldest first. */
  remembered(): HistoryEntry[] {
    return [...this.#rooms.values()].flatMap(({ history }) => history).sort((a, b) => a.time - b.time);
  }

  /** Announces no more who comes and goes. */
  close(): void {
    for (const room of this.#rooms.values()) room.close();
  }

  #forgetEmptyRoom(): void {
    for (const [key, room] of this.#rooms) {
      if (room.members.size || room === this.lobby) continue;
      this.#rooms.delete(key);
      room.close();
      return;
    }
    throw new PinwireError("too_many_rooms", `there are ${MOST_ROOMS} rooms already`, {
      hint: "join one of them, /rooms lists them",
    });
  }
}
