import { PinwireError } from "../errors.ts";
import { parseName } from "./protocol.ts";
import type { Hub } from "./rooms/hub.ts";
import type { Member } from "./rooms/room.ts";
import { memberList } from "./rooms/roster.ts";
import type { Outcome } from "./rooms/store.ts";

/** One command of the chat. Parsing, execution, completion and `/help` read its record; docs/chat.md lists it too. */
export interface Verb<Args = unknown> {
  /** What follows the `/`, in lower case. */
  readonly word: string;
  /** How it is written, as `/help` and an error show it. */
  readonly usage: string;
  /** What it does, in one line; without it `/help` leaves the command out. */
  readonly help?: string;
  /** Whether only the server's console may use it. */
  readonly isConsoleOnly?: boolean;
  /** Whether it says words to the room. */
  readonly isSpoken?: boolean;
  /**
   * Reads what follows the word; `undefined` means that something is missing. A verb without it takes nothing.
   *
   * @throws {PinwireError} `bad_name`
   */
  parse?(rest: string): Args | undefined;
  /**
   * Does it, and gives what became of it: by a promise where a store is asked.
   *
   * @throws {PinwireError} why it can't be done
   */
  run(member: Member, hub: Hub, args: Args): Outcome | void | Promise<Outcome | void>;
}

const SAY = verb({
  word: "",
  usage: "TEXT",
  isSpoken: true,
  parse: (text) => text,
  run: (member, hub, text) => hub.say(member, text),
});

const SAY_WITH_SLASH = verb({ ...SAY, word: "/", usage: "//TEXT", help: "say something that begins with /" });

/** The commands, in the order of `/help`. */
export const VERBS: readonly Verb[] = [
  verb({
    word: "nick",
    usage: "/nick NAME",
    help: "be called so",
    parse: optionalName,
    run: (member, hub, nick) => hub.rename(member, nick),
  }),
  verb({
    word: "join",
    usage: "/join ROOM",
    help: "go to another room, or make it",
    parse: optionalName,
    run: (member, hub, room) => hub.move(member, room),
  }),
  verb({
    word: "who",
    usage: "/who",
    help: "who is in this room",
    run: (member) => member.tell(`* in ${member.room.name}: ${memberList(member.room, member.isConsole)}`),
  }),
  verb({
    word: "rooms",
    usage: "/rooms",
    help: "the rooms, and how many are in each",
    run: (member, hub) =>
      member.tell(...hub.rooms.used().map(({ name, members }) => `* ${name}: ${members.size} here`)),
  }),
  verb({
    word: "me",
    usage: "/me TEXT",
    help: "as in /me waves",
    isSpoken: true,
    parse: (text) => text || undefined,
    run: (member, hub, text) => hub.say(member, text, true),
  }),
  verb({
    word: "msg",
    usage: "/msg NAME TEXT",
    help: "to one member alone",
    parse(rest) {
      const [nick, text] = splitWord(rest);
      return text ? { nick, text } : undefined;
    },
    run: (member, hub, { nick, text }) => hub.whisper(member, nick, text),
  }),
  verb({
    word: "history",
    usage: "/history",
    help: "the last lines of this room, once more",
    run: (member) => member.tellPast(),
  }),
  SAY_WITH_SLASH,
  verb({ word: "quit", usage: "/quit", help: "leave", run: () => "leaves" }),
  verb({ word: "help", usage: "/help", run: (member) => member.tell(...helpLines(member.isConsole)) }),
  verb({
    word: "kick",
    usage: "/kick NAME [WHY]",
    help: "throw somebody out",
    isConsoleOnly: true,
    parse(rest) {
      const [nick, why] = splitWord(rest);
      return nick ? { nick, why } : undefined;
    },
    run: (_member, hub, { nick, why }) => hub.kick(nick, why),
  }),
];

/** What a member's line asks for. */
export interface Said {
  readonly verb: Verb;
  /** What the verb's `parse` has made of the line. */
  readonly args: unknown;
}

/**
 * Reads what a member says; nothing if the line is blank.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const { verb, args } = parseSaid("/msg amy see you")!;
 * assertEquals([verb.word, args], ["msg", { nick: "amy", text: "see you" }]);
 * ```
 *
 * @throws {PinwireError} `bad_command`, `bad_name`
 */
export function parseSaid(line: string): Said | undefined {
  if (line.trim() === "") return undefined;
  const { word, verb, rest } = findVerb(line);
  if (!verb) {
    throw new PinwireError("bad_command", `there is no /${word}`, { hint: "/help lists what there is" });
  }
  const args = verb.parse?.(rest);
  if (verb.parse && args === undefined) {
    throw new PinwireError("bad_command", "something is missing", { hint: `write ${verb.usage}` });
  }
  return { verb, args };
}

/** Whether a line says words to the room. */
export function isSpoken(line: string): boolean {
  if (line.trim() === "") return false;
  const { verb, rest } = findVerb(line);
  return verb?.isSpoken === true && verb.parse?.(rest) !== undefined;
}

/** Does what a member's line asks for, and answers it. */
export function execute(line: string, member: Member, hub: Hub): Outcome | Promise<Outcome> {
  try {
    const said = parseSaid(line);
    if (!said) return undefined;
    const { verb, args } = said;
    if (verb.isConsoleOnly && !member.isConsole) {
      throw new PinwireError("bad_command", "only the server's console can do that");
    }
    const outcome = verb.run(member, hub, args);
    return outcome instanceof Promise
      ? outcome.then((one) => one || undefined, (error) => refuse(error, member))
      : outcome || undefined;
  } catch (error) {
    return refuse(error, member);
  }
}

function refuse(error: unknown, member: Member): undefined {
  if (!(error instanceof PinwireError)) throw error;
  member.tell(`* ${error.sentence}`);
}

/** The commands as they are typed, for completion: `/nick`, `/join` … */
export function commandWords(forConsole: boolean): string[] {
  return VERBS.filter((verb) => verb !== SAY_WITH_SLASH && (forConsole || !verb.isConsoleOnly))
    .map(({ word }) => `/${word}`);
}

/** Lets TypeScript derive what `run` is given from what `parse` returns. */
function verb<Args>(record: Verb<Args>): Verb<Args> {
  return record;
}

function findVerb(line: string): { word: string; verb?: Verb; rest: string } {
  if (!line.startsWith("/")) return { word: "", verb: SAY, rest: line };
  if (line.startsWith("//")) return { word: "/", verb: SAY_WITH_SLASH, rest: line.slice(1) };
  const [, word, rest] = line.trimEnd().match(/^\/(\S*)\s*([^]*)$/)!;
  const key = word.toLowerCase();
  return { word, verb: VERBS.find((verb) => verb.word === key), rest };
}

function helpLines(forConsole = false): string[] {
  return VERBS.filter(({ help, isConsoleOnly }) => help !== undefined && (forConsole || !isConsoleOnly))
    .map(({ usage, help }) => `* ${usage.padEnd(16)} ${help}`);
}

/** The first word, and what follows it. */
function splitWord(text: string): [first: string, rest: string] {
  const [, first, rest] = text.match(/^(\S*)\s*([^]*)$/)!;
  return [first, rest];
}

function optionalName(text: string): string | undefined {
  return text ? parseName(text) : undefined;
}
