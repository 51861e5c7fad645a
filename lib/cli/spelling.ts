import { type Command, flagName, type Option } from "./command.ts";

type Options = Command["options"];

/** A command's arguments: `ADDRESS [MESSAGE]`. */
export function synopsis(command: Command): string {
  return Object.values(command.positionals).map(({ kind, optional, variadic, behindDashes }) => {
    const word = `${behindDashes ? "-- " : ""}${kind.meta}${variadic ? "…" : ""}`;
    return optional ? `[${word}]` : word;
  }).join(" ");
}

/** The same with its options, which after `--` would not be read as such. */
export function usage(command: Command): string {
  const words = synopsis(command);
  return words.includes("-- ") ? words.replace("-- ", "[OPTIONS] -- ") : `${words} [OPTIONS]`.trimStart();
}

/** An option's names, and its value: `-f, --frame SPEC`. */
export function spelled(name: string, { short, kind }: Option): string {
  return `${short ? `-${short}, ` : ""}${flagName(name)}${kind ? ` ${kind.meta}` : ""}`;
}

/** A command's options: those that most commands have, and its own. */
export function splitOptions(options: Options): { own: Options; common: Options } {
  const entries = Object.entries(options);
  return {
    own: Object.fromEntries(entries.filter(([, { common }]) => common === undefined)),
    common: Object.fromEntries(entries.filter(([, { common }]) => common !== undefined)),
  };
}

/** What a command says of the options that most commands have: their names, and its own defaults. */
export function commonSentence(common: Options): string {
  return Object.entries(common).map(([name, option]) => {
    const words = spelled(name, { ...option, kind: undefined });
    return option.common ? `${words} (${option.common})` : words;
  }).join(", ");
}

/** The options that most commands have. */
export function commonOptions(commands: Record<string, Command>): Options {
  return Object.assign({}, ...Object.values(commands).map(({ options }) => splitOptions(options).common));
}

/** A summary as a sentence. */
export const sentence = (text: string) => `${text[0].toUpperCase()}${text.slice(1)}.`;
