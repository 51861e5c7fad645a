import { type Event, Reporter } from "../../app/mod.ts";
import { FakeClock } from "../../net/_fake_clock.ts";
import type { HistoryEntry } from "../protocol.ts";
import { Hub } from "./hub.ts";
import { MemoryStore } from "./memory_store.ts";
import type { Member, Room } from "./room.ts";
import { WriteScheduler } from "./write_scheduler.ts";

/** A member that writes down what it hears. */
export class Listener implements Member {
  nick = "";
  declare room: Room;
  isConsole?: boolean;
  isAnnounced = false;
  session?: string;
  readonly heard: string[] = [];
  ended?: string;
  arrivals = 0;

  hear(line: string): void {
    this.heard.push(line);
  }

  tell(...lines: string[]): void {
    this.heard.push(...lines);
  }

  tellPast(): void {}

  arrived(): void {
    this.arrivals++;
  }

  replaced(): void {}

  end(why: string): void {
    this.ended = why;
  }

  /** What it has heard since it was last asked. */
  news(): string[] {
    return this.heard.splice(0);
  }
}

/** A hub, what it said and reported, and a way in. */
export class World implements Disposable {
  readonly events: Event[] = [];
  readonly said: HistoryEntry[] = [];
  readonly clock = new FakeClock();
  readonly hub: Hub;

  constructor(history = 100) {
    this.hub = new Hub({
      history,
      maxQueue: 65_536,
      timestamps: false,
      scheduler: new WriteScheduler(),
      clock: this.clock,
      reporter: new Reporter({ program: "", role: "server", forward: (event) => this.events.push(event) }),
      store: new MemoryStore((entry) => void this.said.push(entry)),
    });
  }

  /** A newcomer, of whom nobody knows yet. */
  arrive(): Listener {
    const member = new Listener();
    this.hub.add(member, this.hub.guestNick() as string);
    return member;
  }

  /** The console. */
  open(): Listener {
    const console = new Listener();
    console.isConsole = true;
    console.isAnnounced = true;
    this.hub.addConsole(console);
    return console;
  }

  /** A new member, announced and called so. */
  join(nick?: string): Listener {
    const member = this.arrive();
    if (nick !== undefined) this.hub.rename(member, nick);
    this.hub.announce(member);
    // Tells at once whom it would gather.
    member.room.notice("");
    return member;
  }

  [Symbol.dispose](): void {
    this.hub.close();
  }
}
