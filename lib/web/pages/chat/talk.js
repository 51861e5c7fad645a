import { Link } from "../shared/connection.js";
import { History } from "./history.js";
import {
  arrivalsIn,
  parseControl,
  parseNumbered,
  parsePrivate,
  parseRoom,
  parseSaid,
  printHello,
  spokenIn,
  visible,
} from "./lines.js";
import { Outbox } from "./outbox.js";
import { keepPlace, keptPlace } from "./place.js";

/** Ms between two questions for the rooms, which the page asks by itself. */
const ROOMS_AGE = 5_000;
/** Names that are remembered. */
const MOST_NAMES = 1_000;

/** A member of the chat: what it hears and says, and the way back to its place after a lost link. */
export class Talk {
  history = new History();
  nick = "";
  room = "";
  /** Who was heard of in this room. */
  names = new Set();
  /** How many are in each room. */
  rooms = new Map();
  /** Another one whenever a name or a room has changed. */
  revision = 0;
  /** What others have said while nobody looked. */
  unread = 0;
  link;
  outbox;
  #draw;
  /** Where to come back to: session, log, and the last line that is known. */
  #resume;
  /** Whether the server has let us in. */
  #isIn = false;
  #isLeaving = false;
  #pastUpTo = 0;
  #lostAt;
  #foundRooms = new Map();
  #askedRooms = -Infinity;

  /** @param {() => void} draw something is to be shown */
  constructor(draw) {
    this.#draw = draw;
    this.link = new Link({
      ping: "/ping",
      onOpen: () => this.#greet(),
      onState: () => this.#onState(),
      onLine: (line) => {
        this.#onLine(line);
        draw();
      },
    });
    this.outbox = new Outbox((line) => this.link.say(line));
  }

  /** Says a line, or does what it commands: now, or when there is a link again. */
  say(line) {
    if (line.trim() === "") return;
    if (/^\/quit\s*$/i.test(line)) this.#isLeaving = true;
    this.outbox.add(line);
    this.#draw();
  }

  /** Asks for the rooms, unless that was done just now. */
  askRooms() {
    if (!this.#isIn || performance.now() - this.#askedRooms < ROOMS_AGE) return;
    this.#askedRooms = performance.now();
    this.outbox.add("/rooms", true);
  }

  /** Somebody looks. */
  read() {
    if (this.unread === 0) return;
    this.unread = 0;
    this.#draw();
  }

  #greet() {
    const { nick, room, resume } = { ...keptPlace(), ...this.#resume && { resume: this.#resume } };
    this.#isLeaving = false;
    this.link.say(printHello({
      nick: this.nick || nick,
      room: this.room || room,
      resume,
      heartbeat: true,
      encoding: "utf-8",
    }));
  }

  #onState() {
    const { state } = this.link;
    if (state !== "open" && this.#isIn) {
      this.#isIn = false;
      this.#lostAt = performance.now();
      for (const line of this.outbox.lose()) this.#addOwn(line, { isLost: true });
    }
    if (state === "lost" && this.#isLeaving) this.link.end();
    this.#draw();
  }

  #onLine(line) {
    const control = parseControl(line);
    if (control?.say === "welcome") return this.#onWelcome(control.welcome);
    // What comes before the welcome is not for us.
    if (!this.#isIn) return;
    if (control?.say === "ping") return this.link.say("/pong");
    if (control?.say === "bye") return this.#onBye(control.why);
    if (control?.say === "taken") return this.#onTaken(control.line);
    if (control) return;
    const numbered = parseNumbered(line);
    if (numbered) {
      const { number } = numbered;
      if (this.#count(number)) this.#hear(numbered.line, number <= this.#pastUpTo);
    } else if (line.startsWith("* ")) this.#onNotice(visible(line.slice(2)));
    else this.#hear(line, true);
  }

  #onWelcome({ nick, room, session, log, line, past, rate, who }) {
    const before = this.#resume;
    const isOther = room !== this.room;
    if (this.#lostAt !== undefined) {
      this.#note("back", Math.round((performance.now() - this.#lostAt) / 1000));
    }
    this.#lostAt = undefined;
    if (before && !isOther && before.log !== log) this.#note("anew");
    else if (before && !isOther) this.#noteGap(line - past - before.line);
    // To one that has come back what was said meanwhile is new.
    if (!before || isOther || this.#isIn) this.#pastUpTo = line;
    this.#resume = { session, log, line: line - past };
    this.nick = nick;
    this.room = room;
    keepPlace({ nick, room, resume: { session, log, line: 0 } });
    this.revision++;
    if (isOther) this.names.clear();
    for (const name of who) this.#know(visible(name));
    if (!before || isOther) this.#note("in", visible(room), who.map(visible));
    if (!this.#isIn) this.outbox.open(rate);
    this.#isIn = true;
    this.#askedRooms = -Infinity;
    this.askRooms();
  }

  #onBye(why) {
    if (!this.#isLeaving) this.#note("bye", visible(why));
    this.link.end();
  }

  #onTaken(number) {
    const taken = this.outbox.taken();
    if (number !== undefined) this.#count(number);
    if (!taken) return;
    if (taken.isQuiet) {
      this.rooms = this.#foundRooms;
      this.revision++;
      this.#foundRooms = new Map();
    } else this.#addOwn(taken, number === undefined ? { isRefused: true } : { time: now() });
  }

  #onNotice(text) {
    const room = this.outbox.isAnswerQuiet && parseRoom(text);
    if (room) return this.#foundRooms.set(room.room, room.count);
    const whispered = parsePrivate(text);
    if (whispered) return this.#addPrivate(whispered);
    const arrivals = arrivalsIn(text);
    for (const [nick, isHere] of arrivals) isHere ? this.#know(nick) : this.names.delete(nick);
    if (arrivals.length) {
      this.revision++;
      this.askRooms();
    }
    this.history.add({ notice: text, time: now() });
  }

  #hear(line, isPast) {
    const said = parseSaid(visible(line));
    if (!said) return this.history.add({ notice: visible(line) });
    const { nick, text, isAction, stamp } = said;
    if (!isPast) this.#know(nick);
    this.history.add({
      nick,
      text,
      isAction,
      isOwn: nick === this.nick,
      time: stamp ?? (isPast ? "" : now()),
    });
    if (!isPast) this.#countUnread();
  }

  #addPrivate({ nick, text, isOwn }) {
    const who = isOwn ? { nick: this.nick, to: nick } : { nick };
    this.history.add({ ...who, text, isOwn, isPrivate: true, time: now() });
    if (!isOwn) this.#countUnread();
  }

  /** What was said here, where the room was told it, or may have been. Commands are no words. */
  #addOwn({ line }, state) {
    const spoken = spokenIn(line);
    if (!spoken) return;
    const text = visible(spoken.text);
    this.history.add({ ...spoken, text, nick: this.nick, isOwn: true, ...state });
  }

  #countUnread() {
    if (document.hidden || !document.hasFocus()) this.unread++;
  }

  /** Whether a numbered line is a new one; if some before it are missing, says so. */
  #count(number) {
    if (number <= this.#resume.line) return false;
    this.#noteGap(number - this.#resume.line - 1);
    this.#resume.line = number;
    return true;
  }

  #noteGap(count) {
    if (count > 0) this.#note("missed", count);
  }

  #note(note, ...values) {
    this.history.add({ note, values });
  }

  #know(name) {
    if (this.names.has(name) || this.names.size >= MOST_NAMES) return;
    this.names.add(name);
    this.revision++;
  }
}

const now = () => new Date().toTimeString().slice(0, 5);
