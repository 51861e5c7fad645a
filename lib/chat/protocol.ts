import { PinwireError, usageError } from "../errors.ts";
import { composedName } from "../text/mod.ts";

/** The port that the tutorials use. */
export const DEFAULT_PORT = 8888;

/** The longest line in bytes that a server takes, unless `--max-frame` says another; longer lines are skipped. */
export const LONGEST_LINE = 4096;

/** The same for a client. A relayed line is longer than what was said, even more so in some encodings. */
export const LONGEST_RELAYED = 65_536;

/** Bytes that count as one more line for `--rate`. */
export const BYTES_A_LINE = 4_096;

/** The room that every new member comes into. */
export const LOBBY = "lobby";

/** The nickname of the server's console. */
export const CONSOLE_NICK = "server";

/** The first line that a server sends. */
export const GREETING = "* pinwire chat 1, /help for help";

/** Words that end the session of a peer that sends no newlines, and that end every `--turns` and `chat peer`. */
export const CLOSING_WORDS: readonly string[] = ["end", "88"];

/** Milliseconds between two messages to a peer without newlines: it takes each of its reads for one message. */
export const BARE_GAP = 50;

/** Milliseconds after which a member that has said nothing is let in as it is: a client of ours would have told its name. */
export const HELLO_TIME = 200;

/** Milliseconds of silence until an end of ours asks whether the other end is still there. */
export const PING_AFTER = 2_000;
/** Milliseconds of silence until the link counts as dead. */
export const DEAD_AFTER = 6_000;

/** The longest name, in characters. */
const LONGEST_NAME = 24;

/**
 * A nickname or a room's name, in its composed form.
 *
 * @throws {PinwireError} `bad_name`
 */
export function parseName(text: string): string {
  const name = composedName(text, LONGEST_NAME);
  if (name !== undefined && !/^[.-]/.test(name)) return name;
  throw new PinwireError("bad_name", `"${text.slice(0, 40)}" can't be a name`, {
    hint: "a name is 1 to 24 letters, digits, _, . and -",
  });
}

/** A machine's name as a part of a nickname, with room for what stands before and behind it. */
export const hostNick = (host: string): string =>
  host.split(".", 1)[0].replace(/[^A-Za-z0-9_-]/g, "-").slice(0, LONGEST_NAME - 10) || "host";

/** Nicknames that nobody may have: they would be mistaken for the console, or for the reader. */
export const RESERVED: readonly string[] = [CONSOLE_NICK, "you"];

/** A nickname that somebody else has, or that nobody may have. */
export const nickTaken = (nick: string): PinwireError =>
  new PinwireError("nick_taken", `the name ${nick} is taken`, { hint: "choose another" });

/** Whether it is {@linkcode nickTaken}. */
export const isNickTaken = (error: unknown): boolean =>
  error instanceof PinwireError && error.code === "nick_taken";

/** A nickname on the command line. */
export function parseNickOption(text: string): string {
  if (!RESERVED.includes(nameKey(text))) return parseRoomOption(text);
  throw usageError(`nobody can be called ${text}`, "choose another name");
}

/** A room on the command line. */
export function parseRoomOption(text: string): string {
  try {
    return parseName(text);
  } catch (error) {
    throw usageError((error as PinwireError).message, (error as PinwireError).hint!);
  }
}

/** Names with the same key are one name: they differ in nothing, or only in case or width. */
export function nameKey(name: string): string {
  // What is so long is nobody's name, and would take long to compose.
  return name.length > 8 * LONGEST_NAME ? name : name.normalize("NFKC").toLowerCase();
}

/** A line that was said in a room. */
export interface HistoryEntry {
  /** Milliseconds since 1970. */
  time: number;
  room: string;
  nick: string;
  text: string;
  /** Whether it was said with `/me`. */
  isAction: boolean;
  /** The room's `log` that the line belongs to, and its number there. */
  log: string;
  line: number;
}

/**
 * How an entry is relayed: `amy: hello`, or `** amy waves`, since what begins with one `*` is a notice.
 *
 * @param now milliseconds since 1970: then the line begins with its time, and with its date unless that is today's
 */
export function entryLine(entry: HistoryEntry, now?: number): string {
  const { nick, text, isAction } = entry;
  const line = isAction ? `** ${nick} ${text}` : `${nick}: ${text}`;
  return now === undefined ? line : `[${clockTime(entry.time, now)}] ${line}`;
}

/** `10:00:00` in local time, or `2026-11-21 10:00:00` if `now` is another day. */
function clockTime(time: number, now: number): string {
  const date = new Date(time);
  const two = (number: number) => String(number).padStart(2, "0");
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  if (date.toDateString() === new Date(now).toDateString()) return clock;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock}`;
}

/** What {@linkcode parseRelayed} reads from a line. */
export interface Relayed {
  nick: string;
  text: string;
  isAction: boolean;
}

/** Reads a line made by {@linkcode entryLine}. */
export function parseRelayed(line: string): Relayed | undefined {
  const [, actor, action, nick, text] =
    line.match(/^(?:\[[\d :-]+\] )?(?:\*\* (\S+) ([^]*)|([^\s:]+): ([^]*))$/) ?? [];
  if (actor !== undefined) return { nick: actor, text: action, isAction: true };
  return nick === undefined ? undefined : { nick, text, isAction: false };
}

/** How a notice with words for one member alone begins. No nickname begins so: nobody can imitate it with `/me`. */
export const PRIVATE = "[private] ";

/** Reads what follows the `* ` of such a notice. */
export function parsePrivate(notice: string): { nick: string; text: string } | undefined {
  const [, nick, text] = notice.match(/^\[private\] (\S+): ([^]*)$/) ?? [];
  return nick === undefined ? undefined : { nick, text };
}

/** Who, by a notice, has come into the room, and who has left it. */
export function arrivalsIn(notice: string): [nick: string, isHere: boolean][] {
  const [, before, after] = notice.match(/^(\S+) is now (\S+)$/) ?? [];
  if (before !== undefined) return [[before, false], [after, true]];
  const [, names, verb] = notice.match(/^(.+) ha(?:s|ve) (joined|left)$/) ?? [];
  if (names === undefined) return [];
  return names.split(/, | and /).filter((name) => !name.includes(" "))
    .map((name) => [name, verb === "joined"]);
}

/** The line that tells a member what another says to it alone. */
export const privateLine = (nick: string, text: string) => `* ${PRIVATE}${nick}: ${text}`;
