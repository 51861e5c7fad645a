import { usageError } from "../errors.ts";

/** What a verb can do with a device: here stands whatever the device is able to. */
export interface Moved {
  /** Blinks until it is told something else. */
  blink(hz: number): void;
}

/** The number after a verb, such as the rate of `blink 2`. */
export interface Amount {
  readonly least: number;
  readonly most: number;
  /** What it is if it is left out. */
  readonly usual: number;
  /** What it is, as an error ends: `"x" is no rate to blink at`. */
  readonly name: string;
  /** Its unit, with an example, as the error's hint ends: `use 0.01 to 50 times a second, such as 2`. */
  readonly unit: string;
}

interface VerbTexts {
  /** How it is typed on a controller's console; none if it is shown together with the one before. */
  readonly usage?: string;
  /** What the console's help says of it. */
  readonly help?: string;
}

/** A verb after which the pin stays as it is. */
export interface SteadyVerb extends VerbTexts {
  /** What `--help` says of the command that does this with one pin, such as `led on`. */
  readonly summary: string;
  readonly amount?: undefined;
  /** What the pin is afterwards. */
  level(wasOn: boolean): boolean;
}

/** A verb after which the pin goes on changing by itself. */
export interface MovingVerb extends VerbTexts {
  readonly amount: Amount;
  readonly level?: undefined;
  /** Completes "kitchen was told …". */
  told(amount: number): string;
  /** Sets the device in motion. */
  move(device: Moved, amount: number): void;
}

/** A verb: the wire, the console, the controller and the device know of it what stands here. */
export type Verb = SteadyVerb | MovingVerb;

/** How `blink` is written and done; its number is in Hz. */
export const BLINK: MovingVerb = {
  usage: "blink kitchen 2",
  help: "blink twice a second",
  amount: { least: 0.01, most: 50, usual: 1, name: "rate to blink at", unit: "times a second, such as 2" },
  told: (hz) => `to blink at ${hz} Hz`,
  move: (device, hz) => device.blink(hz),
};

const TABLE = {
  on: {
    usage: "on 3, off kitchen",
    help: "switch a device, by number or name; all is every one, those away when they are back",
    summary: "switch a pin on, or a controller's device",
    level: () => true,
  },
  off: {
    summary: "switch a pin off, or a controller's device",
    level: () => false,
  },
  toggle: {
    usage: "toggle 3",
    help: "on if it is off, off if it is on",
    summary: "switch a pin on if it is off, off if it is on",
    level: (wasOn) => !wasOn,
  },
  blink: BLINK,
} satisfies Record<string, Verb>;

/** The word that stands for a verb, on the wire and on the console. */
export type VerbWord = keyof typeof TABLE;

/** Every verb, by its word. */
export const VERBS: Readonly<Record<VerbWord, Verb>> = TABLE;

/** The words, in the order of the table. */
export const VERB_WORDS = Object.keys(TABLE) as VerbWord[];

/** Whether a word stands for a verb. */
export const isVerb = (word: string): word is VerbWord => Object.hasOwn(TABLE, word);

/** What a pin is told to do. */
export interface Command {
  readonly do: VerbWord;
  /** The number after the verb, if it takes one: for `blink` in Hz. */
  readonly amount?: number;
}

/** What {@linkcode parseAmount} reads, as the source of a pattern. */
export const AMOUNT = String.raw`\d{1,4}(?:\.\d{1,4})?`;

const WHOLE_AMOUNT = new RegExp(`^${AMOUNT}$`);

/** Whether a number may stand there. */
export const isAmount = ({ least, most }: Amount, number: number) => number >= least && number <= most;

/**
 * Reads the number after a verb.
 *
 * @throws {PinwireError} `usage`
 */
export function parseAmount(amount: Amount, text: string): number {
  const number = WHOLE_AMOUNT.test(text) ? Number(text) : NaN;
  if (isAmount(amount, number)) return number;
  const { least, most, name, unit } = amount;
  throw usageError(`"${text}" is no ${name}`, `use ${least} to ${most} ${unit}`);
}

/** What a command comes to for a pin that is on or off: `toggle` becomes `on` or `off`, the others stay. */
export function resolve(command: Command, wasOn: boolean): Command {
  const { level } = VERBS[command.do];
  return level ? { do: level(wasOn) ? "on" : "off" } : command;
}

/** Whether a pin that was told so goes on changing, as it does when it blinks. */
export const isMoving = (command: Command | undefined) => command !== undefined && !VERBS[command.do].level;

/** What a pin is to be by a resolved command; `undefined` if it goes on changing. */
export const levelOf = (resolved: Command): boolean | undefined => VERBS[resolved.do].level?.(false);

/** Whether a pin counts as on: one that goes on changing does. */
export const isLit = (doing: Command): boolean => levelOf(doing) ?? true;

/** Whether a pin that is on, or off, has done what a resolved command says. */
export const isDone = (resolved: Command, on: boolean) => isMoving(resolved) || levelOf(resolved) === on;

/** Completes "kitchen was told …". */
export function toldText({ do: word, amount }: Command): string {
  const verb = VERBS[word];
  return verb.amount ? verb.told(amount ?? verb.amount.usual) : word;
}
