import { PinwireError } from "../errors.ts";
import { ALL } from "./protocol.ts";
import { type DeviceEntry, labelOf, type Registry } from "./registry.ts";
import {
  type Command,
  isDone,
  isMoving,
  isVerb,
  parseAmount,
  toldText,
  VERB_WORDS,
  VERBS,
  type VerbWord,
} from "./verbs.ts";
import { deviceTable } from "./view.ts";

/** What the commands of a controller's console work with. */
export interface Desk {
  readonly registry: Registry;
  /** Shows one line, or several. */
  print(text: string): void;
  /** Ends the controller. */
  quit(): void;
}

/** A command of the console that is no verb. */
interface ConsoleCommand {
  /** How it is typed, and what the help says of it; without them the help leaves it out. */
  readonly usage?: string;
  readonly help?: string;
  /** Whether a device follows it. */
  readonly takesDevice?: boolean;
  /** How many words may follow it. */
  readonly most: number;
  /**
   * Checks the words that follow it, and adds those that may be left out. Without it no word follows.
   *
   * @throws {PinwireError} `bad_command` if one is missing
   */
  parse?(words: string[]): string[];
  run(desk: Desk, ...words: string[]): void;
}

const TABLE = {
  help: {
    most: 0,
    run: ({ print }) => print(CONSOLE_HELP),
  },
  list: {
    usage: "list",
    help: "the devices, each with its number",
    most: 0,
    run: (desk) => printTable(desk, desk.registry.list()),
  },
  status: {
    usage: "status kitchen",
    help: "what it is",
    takesDevice: true,
    most: 1,
    parse: ([which = ALL]) => [which],
    run: (desk, which) => printTable(desk, desk.registry.select(which)),
  },
  name: {
    usage: "name 3 kitchen",
    help: "call number 3 kitchen",
    takesDevice: true,
    most: 2,
    parse(words) {
      if (words.length === 2) return words;
      throw badCommand("name needs a number and a name", "as in name 3 kitchen");
    },
    run({ registry, print }, which, name) {
      const entry = renameOne(registry, [which, name]);
      print(`number ${entry.index} is ${entry.name}`);
    },
  },
  quit: {
    usage: "quit",
    help: "end the controller",
    most: 0,
    run: ({ quit }) => quit(),
  },
} satisfies Record<string, ConsoleCommand>;

type CommandWord = keyof typeof TABLE;

const COMMANDS: Readonly<Record<CommandWord, ConsoleCommand>> = TABLE;

const isCommand = (word: string): word is CommandWord => Object.hasOwn(TABLE, word);

/** What a line on the console asks for. Devices are meant by number, by name, or all. */
export type Request =
  | { ask: "nothing" }
  | { ask: "switch"; which: string; command: Command }
  | { ask: CommandWord; words: readonly string[] };

/** What `help` prints. */
export const CONSOLE_HELP = helpText();

function helpText(): string {
  const { list, quit, ...others } = COMMANDS;
  const short = { usage: "3:1, 3:2", help: "the same as on 3, off 3" };
  return [list, ...Object.values(VERBS), ...Object.values(others), short, quit]
    .flatMap(({ usage, help }) => usage === undefined ? [] : `${usage.padEnd(20)}${help}`)
    .join("\n");
}

/**
 * Reads a line of the console: the tutorial's commands (`help`, `list`, `3:1`, `3:2`) and plain ones.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseRequest("3:1"), { ask: "switch", which: "3", command: { do: "on" } });
 * assertEquals(parseRequest("off all"), { ask: "switch", which: "all", command: { do: "off" } });
 * ```
 *
 * @throws {PinwireError} `bad_command`, `usage`
 */
export function parseRequest(line: string): Request {
  const [word, ...words] = line.trim().split(/\s+/);
  if (word === "") return { ask: "nothing" };
  const short = line.trim().match(/^([^\s:]+)\s*:\s*(\d+)$/);
  if (short) return parseShort(short[1], Number(short[2]));
  if (isVerb(word)) return parseSwitch(word, words);
  if (!isCommand(word)) throw badCommand(`"${word}" is no command`, "help lists them");
  const { most, parse } = COMMANDS[word];
  checkCount(words, most);
  return { ask: word, words: parse?.(words) ?? [] };
}

/** What a line could go on to, each a whole line; `names` are those of the devices. */
export function completeRequest(line: string, names: readonly string[]): string[] {
  const takesDevice = (word: string) => isVerb(word) || (isCommand(word) && COMMANDS[word].takesDevice);
  const [, word, which] = line.match(/^\s*(\S+)\s+(\S*)$/) ?? [];
  const offers = word === undefined
    ? [...Object.keys(COMMANDS), ...VERB_WORDS].map((word) => takesDevice(word) ? `${word} ` : word)
    : takesDevice(word) && which !== undefined
    ? [...names, ALL].map((name) => `${word} ${name} `)
    : [];
  return offers.filter((offer) => offer.startsWith(line));
}

/**
 * Carries out what a line asks for.
 *
 * @throws {PinwireError} `no_device`, `bad_command`, and why a device can't have a name
 */
export function execute(request: Request, desk: Desk): void {
  if (request.ask === "nothing") return;
  if (request.ask !== "switch") return COMMANDS[request.ask].run(desk, ...request.words);
  const entries = desk.registry.select(request.which);
  if (!entries.length) desk.print(NOBODY);
  for (const entry of entries) switchOne(desk, entry, request.command);
}

/**
 * Gives a device another name.
 *
 * @throws {PinwireError} `no_device`, `bad_command`, and why it can't have that name
 */
export function renameOne(registry: Registry, [which, name]: readonly string[]): DeviceEntry {
  if (which === ALL) throw badCommand("a name is for one device", "as in name 3 kitchen");
  const [entry] = registry.select(which);
  registry.rename(entry, name);
  return entry;
}

const NOBODY = "no device is connected: start an agent, or the tutorial's client";

function printTable({ registry, print }: Desk, entries: DeviceEntry[]): void {
  if (!entries.length) return print(NOBODY);
  for (const row of deviceTable(entries.map((entry) => registry.status(entry)))) print(row);
}

// A device that changes says so itself; of the others nothing would be seen.
function switchOne({ registry, print }: Desk, entry: DeviceEntry, command: Command): void {
  const { on, hello, link } = entry;
  const isSettled = on !== undefined && !entry.isToldNews && !isMoving(entry.desired);
  const desired = registry.command(entry, command);
  const name = labelOf(entry);
  if (!link) print(`${name} is away and will be told when it comes back`);
  else if (isMoving(desired)) {
    print(`${name} was told ${toldText(desired)}${hello ? "" : ", which a plain client may not know"}`);
  } else if (!hello) print(`${name} was told ${toldText(desired)}`);
  else if (isSettled && isDone(desired, on)) print(`${name} is ${desired.do} already`);
}

// In the tutorial 1 is on, 2 is off, and other numbers do nothing.
function parseShort(which: string, number: number): Request {
  if (number !== 1 && number !== 2) return { ask: "nothing" };
  return { ask: "switch", which, command: { do: number === 1 ? "on" : "off" } };
}

function parseSwitch(word: VerbWord, words: string[]): Request {
  const { amount } = VERBS[word];
  checkCount(words, amount ? 2 : 1);
  const [which, number] = words;
  if (which === undefined) throw badCommand(`${word} needs a device`, `as in ${word} 3, or ${word} all`);
  if (!amount) return { ask: "switch", which, command: { do: word } };
  const command = { do: word, amount: number === undefined ? amount.usual : parseAmount(amount, number) };
  return { ask: "switch", which, command };
}

function checkCount(words: string[], most: number): void {
  if (words.length > most) throw badCommand(`"${words[most]}" is too much`, "help shows how it is written");
}

const badCommand = (message: string, hint: string) => new PinwireError("bad_command", message, { hint });
