import { PinwireError } from "../../errors.ts";
import { composed, visible } from "../../text/mod.ts";
import { LONGEST_NAME } from "../protocol.ts";
import { BLINK, type Command, isVerb, levelOf, parseAmount, resolve, VERBS } from "../verbs.ts";

/** Topics of a node: of a whole agent or controller, and of each device under it. */
export const topicsOf = (node: string) => ({
  /** Whether the node is there: retained `online` or `offline`. */
  status: `pinwire/${node}/status`,
  /** Whether a device of it is there, where that is not always so. */
  deviceStatus: (device: string) => `pinwire/${node}/${device}/status`,
  /** What a device is: retained, as {@linkcode stateOf} writes it. */
  state: (device: string) => `pinwire/${node}/${device}/state`,
  /** What a device is told, as {@linkcode parseSet} reads it. */
  set: (device: string) => `pinwire/${node}/${device}/set`,
});

/** What a topic is of: a device of a node, or with two names less the node itself. */
export interface TopicParts {
  node: string;
  device?: string;
  /** `status`, `state`, `set`. */
  kind: string;
}

/** Reads one of {@linkcode topicsOf}; nothing if it is another. */
export function parseTopic(topic: string): TopicParts | undefined {
  const [root, node, ...rest] = topic.split("/");
  const kind = rest.pop();
  if (root !== "pinwire" || kind === undefined || rest.length > 1) return undefined;
  return { node, device: rest[0] === undefined ? undefined : composed(rest[0], LONGEST_NAME), kind };
}

/** What a device is, as Home Assistant's JSON lights have it: a blinking one is on, at its own rate. */
export function stateOf(doing: Command): string {
  if (doing.do !== "blink") {
    return JSON.stringify({ state: levelOf(resolve(doing, false)) ? "ON" : "OFF", effect: null });
  }
  return JSON.stringify({ state: "ON", effect: effectOf(doing.amount ?? BLINK.amount.usual) });
}

/** The name of the effect that blinks so often a second. */
export const effectOf = (hz: number) => `blink ${hz}`;

/** Home Assistant's word for no effect, where somebody is to choose. */
export const NO_EFFECT = "off";

/**
 * Reads what {@linkcode stateOf} writes: what a device does, as a command that has it do the same again. Nothing if it is
 * something else.
 */
export function parseState(payload: Uint8Array): Command | undefined {
  const text = payload.length > LONGEST_PAYLOAD ? undefined : decode(payload);
  return text?.startsWith("{") ? parseJson(text) : undefined;
}

/** Bytes of the longest `set` or `state` that is read. */
const LONGEST_PAYLOAD = 1024;

/**
 * Reads what a device is told: `on`, `off`, `toggle` or `blink HZ` in either case, or the JSON of Home Assistant,
 * `{"state":"ON","effect":"blink 2"}`.
 *
 * @throws {PinwireError} `bad_set`
 */
export function parseSet(payload: Uint8Array): Command {
  const text = payload.length > LONGEST_PAYLOAD ? undefined : decode(payload);
  const command = text?.startsWith("{") ? parseJson(text) : text === undefined ? undefined : parseWords(text);
  if (command) return command;
  const shown = text === undefined ? `${payload.length} bytes` : `"${visible(text.slice(0, 80))}"`;
  throw new PinwireError("bad_set", `${shown} is no command for a device`, {
    hint: 'write on, off, toggle, blink 2, or {"state":"ON","effect":"blink 2"}',
  });
}

function decode(payload: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(payload).trim();
  } catch {
    return undefined;
  }
}

function parseWords(text: string): Command | undefined {
  const [word, amount, ...more] = text.toLowerCase().split(/\s+/);
  if (!isVerb(word) || more.length) return undefined;
  const verb = VERBS[word];
  if (amount === undefined) return verb.amount ? { do: word, amount: verb.amount.usual } : { do: word };
  if (!verb.amount) return undefined;
  try {
    return { do: word, amount: parseAmount(verb.amount, amount) };
  } catch {
    return undefined;
  }
}

/** What stands for no effect. */
const NO_EFFECTS: unknown[] = [undefined, null, "", NO_EFFECT, "none"];

function parseJson(text: string): Command | undefined {
  let value: { state?: unknown; effect?: unknown };
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const state = typeof value.state === "string" ? value.state.toLowerCase() : undefined;
  if (state === "off") return { do: "off" };
  if (value.state !== undefined && state !== "on") return undefined;
  const effect = typeof value.effect === "string" ? value.effect.toLowerCase() : value.effect;
  if (NO_EFFECTS.includes(effect)) return state === "on" ? { do: "on" } : undefined;
  const command = typeof effect === "string" ? parseWords(effect) : undefined;
  return command?.do === "blink" ? command : undefined;
}
