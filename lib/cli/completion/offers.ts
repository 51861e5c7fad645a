import { allCommands, type Command, flagName, type Kind, nameIn, type Program } from "../command.ts";
import { builtIns, PAGES } from "../builtin.ts";
import { placeOf } from "./place.ts";

/** What a word could be completed to, and what that is. */
export interface Offer {
  word: string;
  what?: string;
}

/** What is offered for a word; the names of files are left to the shell. */
export interface Completion {
  offers: Offer[];
  paths?: { which: "files" | "folders"; /** What of the word is before the name. */ prefix: string };
}

/**
 * Prints what the last of `words`, which may be empty, could be completed to, as the scripts read it: a word a line, behind
 * a tab what that is; `:files` and `:folders`, behind a tab what is before the name.
 */
export async function printCompletions(program: Program, words: string[]): Promise<void> {
  const { offers, paths } = await complete(program, words);
  for (const { word, what } of offers) console.log(what ? `${word}\t${what}` : word);
  if (paths) console.log(`:${paths.which}\t${paths.prefix}`);
}

/** What the last of `words`, which may be empty, could be completed to. */
export async function complete(program: Program, words: readonly string[]): Promise<Completion> {
  const word = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const { offers, paths } = await everythingAt(program, before, word);
  const fitting = offers.filter((offer) => offer.word.startsWith(word) && isPlain(offer.word));
  return { offers: [...new Map(fitting.map((offer) => [offer.word, offer])).values()], paths };
}

/** A word that no shell takes for more than a word. */
const isPlain = (word: string) =>
  /^(?:-{1,2}[a-z]|[\p{L}\p{N}])[\p{L}\p{M}\p{N}.,_@%+=:/-]*$|^-$/u.test(word);

async function everythingAt(program: Program, before: string[], word: string): Promise<Completion> {
  const [first] = before;
  if (first === undefined) return { offers: firstWords(await everyCommand(program), word) };
  const isHelp = first === "help";
  const commands = isHelp ? await everyCommand(program) : await commandsWith(program, first);
  const name = nameIn(commands, before);
  const offers = nextWords(commands, isHelp ? before.slice(1) : before);
  if (isHelp && before.length === 1) offers.push(...PAGES.map((page) => ({ word: page })));
  if (name === undefined) return { offers };
  const own = await commandWords(commands[name], before.slice(name.split(" ").length), word);
  return { offers: [...offers, ...own.offers], paths: own.paths };
}

const everyCommand = async (program: Program) => ({ ...await allCommands(program), ...builtIns(program) });

async function commandsWith(program: Program, first: string): Promise<Record<string, Command>> {
  if (!Object.hasOwn(program.modules, first)) return builtIns(program);
  return (await program.modules[first]()).commands;
}

function firstWords(commands: Record<string, Command>, word: string): Offer[] {
  return word.startsWith("-") ? [{ word: "--help" }, { word: "--version" }] : nextWords(commands, []);
}

/** The words with which the names of commands go on; a word with more behind it is told by those. */
function nextWords(commands: Record<string, Command>, before: readonly string[]): Offer[] {
  const rests = Object.entries(commands)
    .map(([name, { summary }]) => ({ parts: name.split(" "), summary }))
    .filter(({ parts }) => parts.length > before.length && before.every((word, i) => word === parts[i]))
    .map(({ parts, summary }) => ({ words: parts.slice(before.length), summary }));
  return [...Map.groupBy(rests, ({ words }) => words[0])].map(([word, all]) => {
    const own = all.find(({ words }) => words.length === 1);
    return { word, what: brief(own?.summary ?? all.map(({ words }) => words[1]).join(", ")) };
  });
}

async function commandWords(command: Command, before: string[], word: string): Promise<Completion> {
  const { kind, prefix, isOption, isBehindDashes, given } = placeOf(command, before, word);
  if (isBehindDashes) return { offers: [], paths: kind && { which: "files", prefix: "" } };
  if (isOption && word.startsWith("-")) {
    const options = Object.entries(command.options)
      .filter(([name, { multiple }]) => multiple || given[name] === undefined)
      .map(([name, { help }]) => ({ word: flagName(name), what: brief(help) }));
    return { offers: [...options, { word: "--help", what: "what it does, and its options" }] };
  }
  if (!kind) return { offers: [] };
  const which = PATHS[kind.meta];
  const values = await valuesOf(kind, given);
  // One that would be an option: devices choose their names themselves.
  const offers = values.filter((value) => !/^-./.test(value)).map((value) => ({ word: prefix + value }));
  if (which) return { offers, paths: { which, prefix } };
  const isPath = values.includes(UNIX) && word.startsWith(prefix + UNIX);
  return { offers, paths: isPath ? { which: "files", prefix: prefix + UNIX } : undefined };
}

/** What can be offered. Whoever presses Tab is told of no error. */
async function valuesOf(kind: Kind<unknown>, given: Record<string, string>): Promise<readonly string[]> {
  try {
    return await kind.values?.(given) ?? [];
  } catch {
    return [];
  }
}

/** The values that are names of files or of folders, by their placeholders. */
const PATHS: Record<string, "files" | "folders"> = {
  FILE: "files",
  PATH: "files",
  DIR: "folders",
  FOLDER: "folders",
};

/** The scheme behind which a path stands. */
const UNIX = "unix:";

/** The longest that is told of an offer, in characters. */
const LONGEST = 60;

/** How a help begins, up to where it goes into detail. */
function brief(text: string): string {
  const [start] = text.split(/(?<=.{8})(?:[;:] | \(|, as in )|\. /);
  return start.length <= LONGEST ? start : `${start.slice(0, LONGEST).replace(/\s*\S*$/, "")}…`;
}
