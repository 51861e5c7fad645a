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
    const room = this.#rooms.get(nameKey(name));
    if (!room && this.#rooms.size >= MOST_ROOMS && !this.#forgetEmptyRoom()) {
      throw new PinwireError("too_many_rooms", `there are ${MOST_ROOMS} rooms already`, {
        hint: "join one of them, /rooms lists them",
      });
    }
    return room ?? this.make(name);
  }

  /** The same, however many there are: for those of other servers. */
  make(name: string): Room {
    let room = this.#rooms.get(nameKey(name));
    if (room) return room;
    if (this.#rooms.size >= MOST_ROOMS) this.#forgetEmptyRoom();
    this.#rooms.set(nameKey(name), room = new Room(name, this.#options));
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

  /** Makes room for another one, if a room is empty. */
  #forgetEmptyRoom(): boolean {
    for (const [key, room] of this.#rooms) {
      if (room.members.size || room === this.lobby) continue;
      this.#rooms.delete(key);
      room.close();
      return true;
    }
    return false;
  }
}
