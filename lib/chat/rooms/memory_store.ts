import { CONSOLE_NICK, type HistoryEntry } from "../protocol.ts";
import type { Member, Room } from "./room.ts";
import type { Outcome, Spoken, Store } from "./store.ts";

/** A chat of one server, whose rooms are in its memory. */
export class MemoryStore implements Store {
  readonly consoleNick = CONSOLE_NICK;
  #onSaid?: (entry: HistoryEntry) => void;
  #guests = 0;

  /** @param onSaid is called with every line that was said, to keep it */
  constructor(onSaid?: (entry: HistoryEntry) => void) {
    this.#onSaid = onSaid;
  }

  isReserved(): boolean {
    return false;
  }

  ensure(): void {}

  guest(): number {
    return ++this.#guests;
  }

  claim(): undefined {}

  sign(): void {}

  release(): void {}

  open(): undefined {}

  say(room: Room, line: Spoken, speaker: Member): Outcome {
    const entry = { ...line, room: room.name, log: room.log, line: room.line + 1 };
    room.relay(entry, speaker);
    this.#onSaid?.(entry);
    return "said";
  }

  announce(): void {}

  order(): Promise<void> {
    throw new Error("there are no other servers");
  }
}
