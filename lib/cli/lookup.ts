import { type PinwireError, usageError } from "../errors.ts";
import { allCommands, type Command, type Program } from "./command.ts";

/** The commands that every program has; builtin.ts declares them. */
export const BUILT_IN = ["help", "completions"];

/**
 * The commands that begin with a word, and perhaps others of their module. No other module is loaded.
 *
 * @param known words besides that can stand there
 * @throws {PinwireError} `usage` if there are none
 */
export async function commandsOf(
  program: Program,
  word: string,
  known: readonly string[] = ["--version"],
): Promise<Record<string, Command>> {
  const load = Object.hasOwn(program.modules, word) ? program.modules[word] : undefined;
  if (load) return (await load()).commands;
  const inGroup = word.startsWith("-") ? undefined : await commandEnding(program, word);
  if (inGroup) throw usageError(`unknown command "${word}"`, `did you mean ${inGroup}?`);
  throw unknownCommand(word, [...Object.keys(program.modules), ...BUILT_IN, ...known]);
}

/** `echo serve` for `serve`. */
async function commandEnding(program: Program, word: string): Promise<string | undefined> {
  return Object.keys(await allCommands(program)).find((name) => name.endsWith(` ${word}`));
}

/** What is wrong with `word` behind the first word of commands. */
export function notACommand(group: string, word: string | undefined, commands: string[]): PinwireError {
  if (word !== undefined && !word.startsWith("-")) return unknownCommand(`${group} ${word}`, commands);
  const words = commands.filter((name) => name.startsWith(`${group} `)).map((name) => name.split(" ")[1]);
  return usageError(`"${group}" needs one more word`, `use one of ${words.join(", ")}`);
}

/** What is wrong with a word that is none of those `known`. */
export function unknownCommand(word: string, known: string[]): PinwireError {
  if (word.startsWith("-")) {
    return usageError(`"${word}" is not a command`, "options stand behind the command", { word, known });
  }
  return usageError(`unknown command "${word}"`, "see the help for the commands", { word, known });
}
