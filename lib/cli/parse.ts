import { parseArgs } from "@std/cli/parse-args";
import { PinwireError, usageError } from "../errors.ts";
import { type Command, flagName, type Kind, type Option } from "./command.ts";

/** What a command line says. */
export interface Parsed {
  /** `--help` or `-h` was given: nothing else was read. */
  help: boolean;
  options: Record<string, unknown>;
  positionals: Record<string, unknown>;
}

/**
 * Reads the arguments that follow a command's name.
 *
 * @throws {PinwireError} `usage`: an unknown option (with the nearest name), a missing or wrong value
 */
export function parseCommandLine(command: Command, args: string[]): Parsed {
  const entries = Object.entries(command.options);
  const flags = entries.filter(([, option]) => !option.kind).map(([name]) => flagName(name).slice(2));
  const withValue = entries.filter(([, option]) => option.kind).map(([name]) => flagName(name).slice(2));
  const attached = attachValues(command, args);
  if (!attached) return { help: true, options: {}, positionals: {} };
  const raw = parseArgs(attached, {
    boolean: flags,
    string: [...withValue, "_"],
    collect: entries.filter(([, option]) => option.multiple).map(([name]) => flagName(name).slice(2)),
    "--": true,
  });
  const options: Record<string, unknown> = {};
  for (const [name, option] of entries) {
    const flag = flagName(name);
    const value = raw[flag.slice(2)];
    options[name] = option.kind ? optionValue(flag, option, value) : value === true;
  }
  return { help: false, options, positionals: parsePositionals(command, raw._, raw["--"] ?? []) };
}

function optionValue(flag: string, { kind, multiple, default: fallback }: Option, value: unknown): unknown {
  const parse = (text: unknown) => parseValue(flag, kind!.parse, String(text));
  if (multiple) return (value as unknown[] | undefined ?? []).map(parse);
  return value === undefined ? fallback : parse(value);
}

// parseArgs does not take "-5" as the value in "--n -5", and does not notice a missing value. Here an option takes
// the next argument, whatever that begins with, and every name is checked and written out in full. Gives
// `undefined` if --help is asked for.
function attachValues({ options, positionals }: Command, args: string[]): string[] | undefined {
  const byFlag = new Map<string, Option>();
  const longOf = new Map<string, string>();
  for (const [name, option] of Object.entries(options)) {
    byFlag.set(flagName(name), option);
    if (option.short) longOf.set(`-${option.short}`, flagName(name));
  }
  const hint = splitsAtDashes(positionals)
    ? `--help lists the options; ${PART_OF_COMMAND}`
    : "--help lists the options, and -- stands before an argument that begins with -";
  const out: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (arg === "--") return [...out, ...args.slice(i)];
    if (arg === "--help" || arg === "-h") return undefined;
    const pasted = PASTED.exec(arg)?.[1];
    if (pasted && (pasted === "help" || byFlag.has(`--${pasted}`))) {
      throw usageError(`${arg} begins with a dash that isn't the keyboard's`, `write it as --${pasted}`);
    }
    if (arg === "-" || !arg.startsWith("-")) {
      out.push(arg);
      continue;
    }
    const words = arg.startsWith("--") ? [arg] : splitShort(arg, longOf, byFlag, hint);
    for (const word of words) {
      const equals = word.indexOf("=");
      const flag = equals < 0 ? word : word.slice(0, equals);
      const option = byFlag.get(flag);
      if (!option) throw unknownOption(flag, [...byFlag.keys()], hint);
      if (!option.kind && equals >= 0) {
        throw usageError(`${flag} takes no value`, `write it as ${flag} alone`);
      }
      if (option.kind && equals < 0) {
        if (++i >= args.length) {
          throw usageError(`${flag} needs a value`, `write ${flag} ${option.kind.meta}`);
        }
        out.push(`${flag}=${args[i]}`);
      } else {
        out.push(word);
      }
    }
  }
  return out;
}

/** An option as a web page may show it: with one dash, or two, of print (U+2010 to U+2015, U+2212). */
const PASTED = /^-?[\u2010-\u2015\u2212][-\u2010-\u2015\u2212]*([a-z][a-z-]*)/;

// "-jq" is two flags; "-c64", "-c=64" and "-c 64" are one option with its value.
function splitShort(
  arg: string,
  longOf: Map<string, string>,
  byFlag: Map<string, Option>,
  hint: string,
): string[] {
  const words: string[] = [];
  for (let at = 1; at < arg.length; at++) {
    const long = longOf.get(`-${arg[at]}`);
    if (!long) throw unknownOption(`-${arg[at]}`, [...longOf.keys(), ...byFlag.keys()], hint);
    const rest = arg.slice(at + 1);
    if (byFlag.get(long)?.kind) return [...words, rest ? `${long}=${rest.replace(/^=/, "")}` : long];
    words.push(long);
  }
  return words;
}

function unknownOption(flag: string, known: string[], hint: string): PinwireError {
  return usageError(`unknown option ${flag}`, hint, { word: flag, known });
}

function parseValue(where: string, parse: (text: string) => unknown, value: string): unknown {
  try {
    return parse(value);
  } catch (error) {
    if (!(error instanceof PinwireError)) throw error;
    throw usageError(`${where}: ${error.message}`, error.hint, error.near);
  }
}

function parsePositionals(command: Command, before: string[], behind: string[]): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  const positionals = Object.entries(command.positionals);
  const splits = splitsAtDashes(command.positionals);
  const words = splits ? before : [...before, ...behind];
  let at = 0;
  for (const [name, { kind, optional, variadic, behindDashes }] of positionals) {
    const given = behindDashes ? behind : variadic ? words.slice(at) : words.slice(at, at + 1);
    if (!given.length && !optional) {
      // It may have been given without the dashes: that is said below.
      if (behindDashes && at < words.length) break;
      const hint = behindDashes ? dashesOf(command) : "--help shows how it is written";
      throw usageError(`${kind.meta} is missing`, hint);
    }
    if (!behindDashes) at += given.length;
    const parsed = given.map((word) => parseWord(kind, word, words[at]));
    values[name] = variadic ? parsed : parsed[0];
  }
  if (at < words.length) throw tooMany(words[at], positionals.length === 0, splits);
  return values;
}

// nc and telnet take HOST PORT, where here one argument has both.
function parseWord({ meta, parse }: Kind<unknown>, word: string, next: string | undefined): unknown {
  try {
    return parseValue(meta, parse, word);
  } catch (error) {
    const whole = `${word}:${next}`;
    if (next === undefined || !/^\d+$/.test(next) || !canParse(parse, whole)) throw error;
    throw usageError(`"${word}" and "${next}" are one argument`, `write ${whole}`);
  }
}

function canParse(parse: (text: string) => unknown, text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}

const splitsAtDashes = (positionals: Command["positionals"]) =>
  Object.values(positionals).some(({ behindDashes }) => behindDashes);

const DASHES = "write it behind --";
const PART_OF_COMMAND = `if it is part of what is to be run, ${DASHES}`;

function dashesOf({ examples }: Command): string {
  const example = examples.map(([call]) => call).find((call) => call.startsWith("-- "));
  return example === undefined ? DASHES : `${DASHES}, as in ${example}`;
}

function tooMany(word: string, takesNone: boolean, splits: boolean): PinwireError {
  if (splits) return usageError(`"${word}" is too much`, PART_OF_COMMAND);
  if (takesNone) return usageError(`"${word}" is too much`, "this command takes no arguments");
  const hint = /^\d+$/.test(word)
    ? "an address is one argument, as in 127.0.0.1:8000"
    : "put quotes around an argument with spaces";
  return usageError(`too many arguments: "${word}"`, hint);
}
