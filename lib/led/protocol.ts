import { usageError } from "../errors.ts";

/** The port that the tutorials' LED server has. */
export const DEFAULT_PORT = 11235;

/** What both ends say they speak, and what their proofs are bound to. */
export const VERSION = 1;
export const PROTOCOL = `pinwire led ${VERSION}`;

/** The longest line that either end takes, in bytes; a longer one is skipped. */
export const LONGEST_LINE = 1024;

/** Ms of silence after which an agent, or a controller, asks whether the other is there. */
export const AGENT_PING = 2_000;
export const CONTROLLER_PING = 3_000;
/** Ms of silence after which the link counts as dead. */
export const DEAD_AFTER = 6_000;

/** What a pin is told to do. */
export type Command =
  | { do: "on" }
  | { do: "off" }
  | { do: "toggle" }
  | { do: "blink"; hz: number };

/** What an agent is told: to do something, or to say what its pin is. */
export type Word = Command | { do: "state?" };

/** The fastest and slowest blinking, in Hz. */
const FASTEST = 50;
const SLOWEST = 0.01;

const WORD = /\s*(?:(on|off|toggle|state\?)|blink\s+(\d{1,4}(?:\.\d{1,4})?))/y;

/**
 * Reads a message to an agent. It is obeyed only if it is wholly made of these words, with space between them or
 * glued, as two writes of a simple server arrive: `on`, `on\noff`, `onoff`, `blink 2`.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseWords("onoff\n"), [{ do: "on" }, { do: "off" }]);
 * assertEquals(parseWords("blink 2off"), [{ do: "blink", hz: 2 }, { do: "off" }]);
 * assertEquals(parseWords("moonlight"), []);
 * ```
 */
export function parseWords(message: string): Word[] {
  const words: Word[] = [];
  const text = message.trimEnd();
  for (let at = 0; at < text.length; at = WORD.lastIndex) {
    WORD.lastIndex = at;
    const [, word, hz] = WORD.exec(text) ?? [];
    if (word) words.push({ do: word as "on" });
    else if (hz && isBlinkable(Number(hz))) words.push({ do: "blink", hz: Number(hz) });
    else return [];
  }
  return words;
}

const isBlinkable = (hz: number) => hz >= SLOWEST && hz <= FASTEST;

/** A command as it is said to an agent, without its newline. */
export function printCommand(command: Word): string {
  return command.do === "blink" ? `blink ${command.hz}` : command.do;
}

/**
 * Reads how fast to blink.
 *
 * @throws {PinwireError} `usage`
 */
export function parseHz(text: string): number {
  const hz = /^\d{1,4}(\.\d{1,4})?$/.test(text) ? Number(text) : NaN;
  if (isBlinkable(hz)) return hz;
  throw usageError(
    `"${text}" is no rate to blink at`,
    `use ${SLOWEST} to ${FASTEST} times a second, such as 2`,
  );
}

const NAME = /^[\w.-]{1,32}$/;

/** Whether a device can be called so: what a number or `all` means is taken. */
export function isName(name: string): boolean {
  return NAME.test(name) && !/^\d+$/.test(name) && name !== "all";
}

/**
 * Reads a device's name.
 *
 * @throws {PinwireError} `usage`
 */
export function parseName(name: string): string {
  if (isName(name)) return name;
  throw usageError(
    `"${name}" can't be a device's name`,
    "use up to 32 letters of ASCII, digits, _ . and -, not digits alone and not all",
  );
}

/** A host's name as the name of its device. */
export function nameOfHost(host: string): string {
  const name = host.replace(/[^\w.-]/g, "-").slice(0, 32);
  return isName(name) ? name : `pi-${name}`.slice(0, 32);
}

/** The first line of either end: `hello {json}`. What it doesn't know in there, nobody minds. */
export interface Hello {
  role: "agent" | "control" | "controller";
  /** An agent's device. */
  name?: string;
  /** An agent's pin, as it was named on its command line. */
  pin?: string;
  /** The label of its chip. */
  chip?: string;
  version: number;
  /** The challenge to the other side, from whoever has a token. */
  nonce?: string;
}

/** What either end says besides words for pins. */
export type Message =
  | { say: "hello"; hello: Hello }
  | { say: "state"; on: boolean }
  | { say: "ping" | "pong" }
  | { say: "proof"; proof: string }
  /** A controller doesn't let an end in, and why. */
  | { say: "refused"; why: string }
  /** How a controller's answer to a line of `control` ends. */
  | { say: "ok" }
  | { say: "error"; message: string; hint?: string }
  /** A device, in the answer to `status`. */
  | { say: "device"; device: DeviceStatus };

/** What a controller knows of a device. */
export interface DeviceStatus {
  index: number;
  name?: string;
  peer?: string;
  pin?: string;
  chip?: string;
  /** It has never said hello, and knows no more than on and off. */
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

/** Whether a line only opens a link or keeps it up, which is no message to tell of. */
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
      return `device ${JSON.stringify(message.device)}`;
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
    name: shortText(name),
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
