import { type Command, flagName, type Kind } from "../command.ts";

/** Where in a command line a word stands. */
export interface Place {
  /** What the word is, or will be: the value of an option, or an argument. */
  kind?: Kind<unknown>;
  /** Characters of the word that are before that value: `--frame=`. */
  prefix: string;
  /** Whether an option can stand here. */
  isOption: boolean;
  /** What follows belongs to another program. */
  isBehindDashes: boolean;
  /** The values of the options before, by their names; the flags are empty. */
  given: Record<string, string>;
}

/** Where `word` stands behind the words `before` it, which follow the name of the command. */
export function placeOf(command: Command, before: readonly string[], word: string): Place {
  const given: Record<string, string> = {};
  const place = { prefix: "", isOption: false, isBehindDashes: false, given };
  let position = 0;
  for (let i = 0; i < before.length; i++) {
    if (before[i] === "--") return { ...place, kind: kindAt(command, i, true), isBehindDashes: true };
    const option = optionIn(command, before[i]);
    if (!option) {
      if (!before[i].startsWith("-")) position++;
      continue;
    }
    const { name, kind, value } = option;
    if (kind && value === undefined && i === before.length - 1) return { ...place, kind };
    given[name] = value ?? (kind ? before[++i] : "");
  }
  const option = word.startsWith("--") && word.includes("=") ? optionIn(command, word) : undefined;
  if (option) return { ...place, kind: option.kind, prefix: word.slice(0, word.indexOf("=") + 1) };
  return { ...place, kind: kindAt(command, position, false), isOption: true };
}

/** The option that a word names, with the value in it: of letters in one word the last. */
function optionIn(
  { options }: Command,
  word: string,
): { name: string; kind?: Kind<unknown>; value?: string } | undefined {
  if (!/^-./.test(word)) return undefined;
  const entries = Object.entries(options);
  if (word.startsWith("--")) {
    const [, flag, value] = word.match(/^([^=]*)(?:=(.*))?$/s)!;
    const found = entries.find(([name]) => flagName(name) === flag);
    return found && { name: found[0], kind: found[1].kind, value };
  }
  for (let at = 1; at < word.length; at++) {
    const found = entries.find(([, { short }]) => short === word[at]);
    const rest = word.slice(at + 1);
    if (!found) return undefined;
    const [name, { kind }] = found;
    if (kind || !rest) return { name, kind, value: kind && rest ? rest.replace(/^=/, "") : undefined };
  }
  return undefined;
}

function kindAt(
  { positionals }: Command,
  position: number,
  isBehindDashes: boolean,
): Kind<unknown> | undefined {
  const all = Object.values(positionals).filter(({ behindDashes = false }) =>
    behindDashes === isBehindDashes
  );
  return (all[position] ?? all.findLast(({ variadic }) => variadic))?.kind;
}
