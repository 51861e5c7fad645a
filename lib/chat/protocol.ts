import { PinwireError, usageError } from "../errors.ts";

/** The port that the tutorials use. */
export const DEFAULT_PORT = 8888;

/** The longest line that is taken, in bytes, unless `--max-frame` says another; a longer one is skipped. */
export const LONGEST_LINE = 4096;

/** The same for a client: a relayed line is longer than what was said, and may be so in another encoding. */
export const LONGEST_RELAYED = 65_536;

/** A line counts as one of those that a member may say a second, and for each so many bytes as one more. */
export const BYTES_A_LINE = 4_096;

/** The room that everybody comes into. */
export const LOBBY = "lobby";

/** The nickname of who sits at the server's console. */
export const CONSOLE_NICK = "server";

/** What a server says first. */
export const GREETING = "* pinwire chat 1, /help for help";

/** What ends the session of a peer that sends no newlines, and every `--turns` and `chat peer`. */
export const CLOSING_WORDS: readonly string[] = ["end", "88"];

/** Ms between two messages to a peer without newlines, which takes each read for one. */
export const BARE_GAP = 50;

/** Ms of silence after which an end of ours asks whether the other is there. */
export const PING_AFTER = 2_000;
/** Ms of silence after which the link counts as dead. */
export const DEAD_AFTER = 6_000;

/** What a line of a member is. */
export type Said =
  | { do: "nothing" | "who" | "rooms" | "history" | "help" | "quit" }
  | { do: "say" | "me"; text: string }
  | { do: "nick"; nick: string }
  | { do: "join"; room: string }
  | { do: "msg"; nick: string; text: string }
  | { do: "kick"; nick: string; why: string };

/** The commands, each with what it takes and what it does; `/kick` is for the server's console. */
export const COMMANDS: readonly (readonly [command: string, what: string])[] = [
  ["/nick NAME", "be called so"],
  ["/join ROOM", "go to another room, or make it"],
  ["/who", "who is in this room"],
  ["/rooms", "the rooms, and how many are in each"],
  ["/me TEXT", "as in /me waves"],
  ["/msg NAME TEXT", "to one member alone"],
  ["/history", "the last lines of this room, once more"],
  ["//TEXT", "say something that begins with /"],
  ["/quit", "leave"],
];

/** The console's own. */
export const KICK: readonly [command: string, what: string] = ["/kick NAME [WHY]", "throw somebody out"];

/**
 * Reads what a member says.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseSaid("hello"), { do: "say", text: "hello" });
 * assertEquals(parseSaid("/msg amy see you"), { do: "msg", nick: "amy", text: "see you" });
 * ```
 *
 * @throws {PinwireError} `bad_command`, `bad_name`
 */
export function parseSaid(line: string): Said {
  if (line.trim() === "") return { do: "nothing" };
  if (!line.startsWith("/")) return { do: "say", text: line };
  if (line.startsWith("//")) return { do: "say", text: line.slice(1) };
  const [, word, rest] = line.trimEnd().match(/^\/(\S*)\s*([^]*)$/)!;
  const [, first, text] = rest.match(/^(\S*)\s*([^]*)$/)!;
  switch (word.toLowerCase()) {
    case "who":
    case "rooms":
    case "history":
    case "help":
    case "quit":
      return { do: word.toLowerCase() as "who" };
    case "nick":
      return { do: "nick", nick: parseName(needed(rest, "/nick NAME")) };
    case "join":
      return { do: "join", room: parseName(needed(rest, "/join ROOM")) };
    case "me":
      return { do: "me", text: needed(rest, "/me TEXT") };
    case "msg":
      return { do: "msg", nick: first, text: needed(text, "/msg NAME TEXT") };
    case "kick":
      return { do: "kick", nick: needed(first, KICK[0]), why: text };
  }
  throw new PinwireError("bad_command", `there is no /${word}`, { hint: "/help lists what there is" });
}

/** Whether a line is somebody's words, and not a command. */
export function isSpoken(line: string): boolean {
  return line.trim() !== "" && (!line.startsWith("/") || /^\/(\/|me\s)/i.test(line));
}

function needed(value: string, form: string): string {
  if (value) return value;
  throw new PinwireError("bad_command", "something is missing", { hint: `write ${form}` });
}

/** Letters, digits, `_`, `.` and `-` of any script, none of them invisible. */
const NAME = /^(?!.*\p{Default_Ignorable_Code_Point})[\p{L}\p{N}_][\p{L}\p{M}\p{N}_.-]{0,23}$/u;

/**
 * A nickname or a room's name, in its composed form.
 *
 * @throws {PinwireError} `bad_name`
 */
export function parseName(text: string): string {
  const name = text.normalize("NFC");
  if (NAME.test(name)) return name;
  throw new PinwireError("bad_name", `"${text.slice(0, 40)}" can't be a name`, {
    hint: "a name is 1 to 24 letters, digits, _, . and -",
  });
}

/** Names that would be taken for somebody, or something, else. */
export const RESERVED: readonly string[] = [CONSOLE_NICK, "you"];

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

/** What two names have in common that can't be told apart, or only by case. */
export function nameKey(name: string): string {
  return name.normalize("NFKC").toLowerCase();
}

/** A line that was said in a room. */
export interface HistoryEntry {
  /** Ms since 1970. */
  time: number;
  room: string;
  nick: string;
  text: string;
  /** Whether it was said with `/me`. */
  isAction: boolean;
  /** The server's run that it was said in, and its number in its room there. */
  log: string;
  line: number;
}

/** How an entry is relayed: `amy: hello`, or `** amy waves`, since what begins with one `*` is a notice. */
export function entryLine(entry: HistoryEntry, withTime: boolean): string {
  const { nick, text, isAction } = entry;
  const line = isAction ? `** ${nick} ${text}` : `${nick}: ${text}`;
  return withTime ? `[${clockTime(entry.time)}] ${line}` : line;
}

/** `10:00:00` in local time, or `2026-11-21 10:00:00` if that was another day. */
function clockTime(ms: number): string {
  const date = new Date(ms);
  const two = (number: number) => String(number).padStart(2, "0");
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  if (date.toDateString() === new Date().toDateString()) return time;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`;
}

/** What an entry's line tells whoever receives it. */
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

/** What begins a notice with words for one member alone. No nickname begins so: `/me` can't pretend to be one. */
export const PRIVATE = "[private] ";

/** Reads what is behind the `* ` of such a notice. */
export function parsePrivate(notice: string): { nick: string; text: string } | undefined {
  const [, nick, text] = notice.match(/^\[private\] (\S+): ([^]*)$/) ?? [];
  return nick === undefined ? undefined : { nick, text };
}

/** Whom a notice tells to be there now, or no more. */
export function arrivalsIn(notice: string): [nick: string, isHere: boolean][] {
  const [, before, after] = notice.match(/^(\S+) is now (\S+)$/) ?? [];
  if (before !== undefined) return [[before, false], [after, true]];
  const [, names, verb] = notice.match(/^(.+) ha(?:s|ve) (joined|left)$/) ?? [];
  if (names === undefined) return [];
  return names.split(/, | and /).filter((name) => !name.includes(" "))
    .map((name) => [name, verb === "joined"]);
}

/** What is said to one member alone, by another. */
export const privateLine = (nick: string, text: string) => `* ${PRIVATE}${nick}: ${text}`;
