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
    if (!entry) damaged.push(number);
    entries.push(...entry ? [entry] : entriesIn(line));
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

/**
 * An entry as it is printed: an object without objects in it. Inside a string `{"` can't stand, as its quote has a
 * backslash before it: no text can pass for an entry.
 */
const ENTRY = /\{"time":(?:[^"{}]|"(?:[^"\\]|\\.)*")*\}/y;
const START = '{"time":';

function entriesIn(line: Uint8Array): HistoryEntry[] {
  const found: HistoryEntry[] = [];
  const characters = latin1.decode(line);
  for (let at = 0; (at = characters.indexOf(START, at)) >= 0;) {
    ENTRY.lastIndex = at;
    const [whole] = characters.match(ENTRY) ?? [];
    const entry = whole === undefined ? undefined : parseEntry(line.subarray(at, at + whole.length));
    if (entry) found.push(entry);
    at += entry ? whole!.length : START.length;
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
