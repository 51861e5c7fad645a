import { visible } from "../../text/mod.ts";
import { type HistoryEntry, parseName } from "../protocol.ts";

/** What {@linkcode readLines} finds in a history. */
export interface HistoryLines {
  /** The whole entries, in their order. */
  entries: HistoryEntry[];
  /** The numbers of the lines, from 1, that hold something else, perhaps beside entries. */
  damaged: number[];
  /** Whether there is nothing but the beginning of one line, as a crash may leave it. */
  isTorn: boolean;
}

/** Entries as lines of JSON. */
export const printEntries = (entries: HistoryEntry[]) =>
  entries.map((entry) => JSON.stringify(entry) + "\n").join("");

/**
 * Reads what {@linkcode printEntries} wrote, and takes from what a crash has left of it every whole entry: a torn line may
 * have no end, another one behind it, or zeros of a block that never came to the disk.
 */
export function readLines(bytes: Uint8Array): HistoryLines {
  const entries: HistoryEntry[] = [];
  const damaged: number[] = [];
  let last: Uint8Array = new Uint8Array();
  let number = 0;
  for (const line of linesOf(bytes)) {
    number++;
    if (!line.length) continue;
    last = line;
    const entry = parseEntry(line);
    if (entry) {
      entries.push(entry);
      continue;
    }
    damaged.push(number);
    for (const found of entriesIn(line)) entries.push(found);
  }
  const isTorn = !entries.length && damaged.length === 1 && bytes.at(-1) !== NEWLINE && isTornObject(last);
  return { entries, damaged, isTorn };
}

const NEWLINE = 0x0a;
const BRACE = 0x7b;

function* linesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start);
    const line = bytes.subarray(start, newline < 0 ? bytes.length : newline);
    start += line.length + 1;
    yield line;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });
/** One character a byte. */
const latin1 = new TextDecoder("latin1");

/** More characters than an entry has: of damage only so many are looked at for each that seems to begin. */
const LONGEST_ENTRY = 1 << 20;
const START = '{"time":';

/**
 * Where the entry ends that begins at `at`, as it is printed: an object without objects in it, all in one line; -1 if
 * there is none. Inside a string `{"` can't stand, as its quote has a backslash before it: no text can pass for an entry.
 */
function endOfEntry(characters: string, at: number): number {
  let isInString = false;
  const end = Math.min(characters.length, at + LONGEST_ENTRY);
  for (let i = at + START.length; i < end; i++) {
    const character = characters[i];
    if (character < " ") return -1;
    if (character === '"') isInString = !isInString;
    else if (isInString) { if (character === "\\") i++; }
    else if (character === "}") return i + 1;
    else if (character === "{") return -1;
  }
  return -1;
}

function entriesIn(line: Uint8Array): HistoryEntry[] {
  const found: HistoryEntry[] = [];
  const characters = latin1.decode(line);
  for (let at = 0; (at = characters.indexOf(START, at)) >= 0;) {
    const end = endOfEntry(characters, at);
    const entry = end < 0 ? undefined : parseEntry(line.subarray(at, end));
    if (entry) found.push(entry);
    at = entry ? end : at + START.length;
  }
  return found;
}

function parseEntry(line: Uint8Array): HistoryEntry | undefined {
  try {
    const { time, room, nick, text, isAction, log, line: number } = JSON.parse(utf8.decode(line));
    const isEntry = typeof text === "string" && typeof log === "string" && typeof isAction === "boolean" &&
      Math.abs(time) <= LAST_DAY && Number.isSafeInteger(number);
    if (!isEntry) return undefined;
    // Somebody may have edited the file: names and texts are checked again.
    return {
      time,
      room: parseName(room),
      nick: parseName(nick),
      text: visible(text),
      isAction,
      log,
      line: number,
    };
  } catch {
    return undefined;
  }
}

function isTornObject(line: Uint8Array): boolean {
  if (line[0] !== BRACE) return false;
  try {
    JSON.parse(utf8.decode(line));
    return false;
  } catch {
    return true;
  }
}

/** The last time that a Date can hold, in milliseconds (ECMA-262, section 21.4.1.1). */
const LAST_DAY = 8.64e15;
