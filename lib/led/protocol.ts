import { usageError } from "../errors.ts";
import { composedName } from "../text/mod.ts";
import { AMOUNT, type Command, isAmount, isVerb, VERB_WORDS, VERBS } from "./verbs.ts";

/** The port that the tutorials' LED server has. */
export const DEFAULT_PORT = 11235;

/** What both ends say they speak, and what their proofs are bound to. */
export const VERSION = 1;
export const PROTOCOL = `pinwire led ${VERSION}`;

/** The longest line that either end takes, in bytes; a longer one is skipped. */
export const LONGEST_LINE = 1024;

/** Milliseconds of silence after which an agent, or a controller, asks whether the other is there. */
export const AGENT_PING = 2_000;
export const CONTROLLER_PING = 3_000;
/** Milliseconds of silence after which the link counts as dead. */
export const DEAD_AFTER = 6_000;

/** The same for a page, whose browser may be busy with another. */
export const PAGE_PING = 10_000;
export const PAGE_DEAD_AFTER = 30_000;

/** What an agent is told: to do something, or to say what its pin is. */
export type Word = Command | { do: "state?" };

// Longer words first: of two that begin alike the whole one is meant.
const byLength = VERB_WORDS.toSorted((a, b) => b.length - a.length);
const BARE = byLength.filter((word) => !VERBS[word].amount).join("|");
const WITH_AMOUNT = byLength.filter((word) => VERBS[word].amount).join("|");
const WORD = new RegExp(String.raw`\s*(?:(${BARE}|state\?)|(${WITH_AMOUNT})\s+(${AMOUNT}))`, "y");

/**
 * Reads a message to an agent. It is obeyed only if it is wholly made of these words, with space between them or
 * glued, as two writes of a simple server arrive: `on`, `on\noff`, `onoff`, `blink 2`.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseWords("onoff\n"), [{ do: "on" }, { do: "off" }]);
 * assertEquals(parseWords("blink 2off"), [{ do: "blink", amount: 2 }, { do: "off" }]);
 * assertEquals(parseWords("moonlight"), []);
 * ```
 */
export function parseWords(message: string): Word[] {
  const words: Word[] = [];
  const text = message.trimEnd();
  for (let at = 0; at < text.length; at = WORD.lastIndex) {
    WORD.lastIndex = at;
    const [, bare, moving, digits] = WORD.exec(text) ?? [];
    const word = readWord(bare ?? moving, Number(digits));
    if (!word) return [];
    words.push(word);
  }
  return words;
}

/**
 * Whether a message to an agent ends inside one of its words.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(["o", "onof", "blink", "on", "moonlight"].map(endsInsideWord), [true, true, true, false, false]);
 * ```
 */
export function endsInsideWord(message: string): boolean {
  let at = 0;
  for (WORD.lastIndex = 0; WORD.test(message); at = WORD.lastIndex);
  const rest = message.slice(at).trim();
  return rest !== "" && [...VERB_WORDS, "state?"].some((word) => word.startsWith(rest));
}

function readWord(word: string | undefined, number: number): Word | undefined {
  if (word === "state?") return { do: word };
  if (word === undefined || !isVerb(word)) return undefined;
  const { amount } = VERBS[word];
  if (!amount) return { do: word };
  return isAmount(amount, number) ? { do: word, amount: number } : undefined;
}

/** A word as it is said to an agent, without its newline. */
export function printWord(word: Word): string {
  return "amount" in word ? `${word.do} ${word.amount}` : word.do;
}

/** How every device is meant, those that are away too. */
export const ALL = "all";

/** The longest name of a device, in characters. */
export const LONGEST_NAME = 32;

/** A device's name in its composed form; `undefined` for what can't be one: numbers and `all` mean something else. */
export function nameOf(text: string): string | undefined {
  const name = composedName(text, LONGEST_NAME);
  return name === undefined || name === ALL || /^\p{Nd}+$/u.test(name) ? undefined : name;
}

/**
 * Reads a device's name.
 *
 * @throws {PinwireError} `usage`
 */
export function parseName(text: string): string {
  const name = nameOf(text);
  if (name !== undefined) return name;
  throw usageError(
    `"${text}" can't be a device's name`,
    "use up to 32 letters and digits of any script, _ . and -, not digits alone and not all",
  );
}

/** A host's name as the name of its device. */
export function nameOfHost(host: string): string {
  const name = host.replace(/[^\w.-]/g, "-").slice(0, LONGEST_NAME);
  return nameOf(name) ?? `pi-${name}`.slice(0, LONGEST_NAME);
}

/** The first line of either end: `hello {json}`. Fields that the reader doesn't know are ignored. */
export interface Hello {
  role: "agent" | "control" | "controller";
  /** An agent's device. */
  name?: string;
  /** An agent's pin, as its command line names it. */
  pin?: string;
  /** The label of its chip. */
  chip?: string;
  version: number;
  /** The challenge to the other end, from an end that has a token. */
  nonce?: string;
}

/** What either end says besides words for pins. */
export type Message =
  | { say: "hello"; hello: Hello }
  | { say: "state"; on: boolean }
  | { say: "ping" | "pong" }
  | { say: "proof"; proof: string }
  /** Why a controller doesn't let an end in. */
  | { say: "refused"; why: string }
  /** How a controller's answer to a line of `control` ends. */
  | { say: "ok" }
  | { say: "error"; message: string; hint?: string }
  /** A device, in the answer to `status`. */
  | { say: "device"; device: DeviceStatus }
  /** The same, to a `control` that watches. */
  | { say: "shown"; device: ShownDevice }
  /** To a page that watches: where devices call in. */
  | { say: "listening"; address: string };

/** What somebody that watches is told of a device. */
export interface ShownDevice {
  index: number;
  /** Its name, or its number if it has none. */
  device: string;
  /** What its pin is; null while that isn't known. One that blinks is on. */
  on: boolean | null;
  /** How often a second it blinks, if it does. */
  blink: number | null;
  /** Whether it has gone and may come back. */
  away: boolean;
  /** It has never said hello: it never says what its pin is. */
  plain?: true;
  /** What one that is plain or away was told last; one that is away is told it again when it comes back. */
  desired?: string;
  /** Its number means nobody any more. */
  gone?: true;
}

/** What a controller knows of a device. */
export interface DeviceStatus {
  index: number;
  name?: string;
  peer?: string;
  pin?: string;
  chip?: string;
  /** It has never said hello, and knows `on` and `off` alone. */
  plain?: boolean;
  /** What it last said its pin is. */
  on?: boolean;
  /** What somebody told it, `on`, `off` or `blink 2`. */
  desired?: string;
  /** Since when it is away, RFC 3339. */
  away?: string;
}

/**
 * Reads a line between two ends that both know this protocol; `undefined` if it is none, or malformed.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseMessage("state on"), { say: "state", on: true });
 * assertEquals(parseMessage("hello"), undefined);
 * ```
 */
export function parseMessage(line: string): Message | undefined {
  const [, word, rest = ""] = line.match(/^([a-z]+)(?: ([^\n]*))?$/) ?? [];
  switch (word) {
    case "hello": {
      const hello = parseHello(rest);
      return hello && { say: "hello", hello };
    }
    case "state":
      return rest === "on" || rest === "off" ? { say: "state", on: rest === "on" } : undefined;
    case "ping":
    case "pong":
    case "ok":
      return rest === "" ? { say: word } : undefined;
    case "proof":
      return /^[\w-]{43}$/.test(rest) ? { say: "proof", proof: rest } : undefined;
    case "refused":
      return { say: "refused", why: rest };
    case "error": {
      const { message, hint } = parseObject(rest) ?? {};
      return typeof message === "string" ? { say: "error", message, hint: shortText(hint) } : undefined;
    }
    case "device": {
      const device = parseDevice(rest);
      return device && { say: "device", device };
    }
  }
  return undefined;
}

/** Whether a line only opens a link or keeps it up. Such a line is no message for users. */
export function isLinkTalk(line: string): boolean {
  return /^(hello|proof|refused|ping|pong)\b/.test(line) && parseMessage(line) !== undefined;
}

/** A message as a line, without its newline. */
export function printMessage(message: Message): string {
  switch (message.say) {
    case "hello":
      return `hello ${JSON.stringify(message.hello)}`;
    case "state":
      return `state ${message.on ? "on" : "off"}`;
    case "proof":
      return `proof ${message.proof}`;
    case "refused":
      return `refused ${message.why}`;
    case "error":
      return `error ${JSON.stringify({ message: message.message, hint: message.hint })}`;
    case "device":
    case "shown":
      return `device ${JSON.stringify(message.device)}`;
    case "listening":
      return `listening ${message.address}`;
    default:
      return message.say;
  }
}

function parseHello(json: string): Hello | undefined {
  const fields = parseObject(json);
  if (!fields) return undefined;
  const { role = "agent", name, pin, chip, version = VERSION, nonce } = fields;
  if (role !== "agent" && role !== "control" && role !== "controller") return undefined;
  return {
    role,
    name: shortText(name)?.normalize("NFC"),
    pin: label(typeof pin === "number" ? String(pin) : pin),
    chip: label(chip),
    version: typeof version === "number" ? version : NaN,
    nonce: typeof nonce === "string" && /^[\w-]{22,86}$/.test(nonce) ? nonce : undefined,
  };
}

function parseDevice(json: string): DeviceStatus | undefined {
  const fields = parseObject(json);
  if (!fields || !Number.isSafeInteger(fields.index)) return undefined;
  const { on, plain, away } = fields;
  return {
    index: fields.index as number,
    name: shortText(fields.name),
    peer: shortText(fields.peer),
    pin: label(fields.pin),
    chip: label(fields.chip),
    plain: plain === true,
    on: typeof on === "boolean" ? on : undefined,
    desired: shortText(fields.desired),
    away: typeof away === "string" && !Number.isNaN(Date.parse(away)) ? away : undefined,
  };
}

/** A pin's or chip's name, if it is one that can be shown in a line. */
const label = (value: unknown) =>
  typeof value === "string" && /^[^\p{C}]{1,64}$/u.test(value) ? value : undefined;

const shortText = (value: unknown) => typeof value === "string" && value.length <= 200 ? value : undefined;

function parseObject(json: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(json);
    return value !== null && typeof value === "object" && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
