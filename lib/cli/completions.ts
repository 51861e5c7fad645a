import { usageError } from "../errors.ts";
import { type Command, flagName } from "./command.ts";

/** Shells that a completion script can be made for. */
export const SHELLS = ["bash", "zsh", "fish"];

/** What the last of `words`, which may be empty, could be completed to. The scripts below ask for it. */
export function complete(commands: Record<string, Command>, words: string[]): string[] {
  const word = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const name = Object.keys(commands).find((name) =>
    before.slice(0, name.split(" ").length).join(" ") === name
  );
  const offers = name ? commandWords(commands[name], before, word) : nextWords(commands, before);
  return offers.filter((offer) => offer.startsWith(word));
}

function nextWords(commands: Record<string, Command>, before: string[]): string[] {
  const depth = before.length;
  const names = [
    ...Object.keys(commands),
    ...Object.keys(commands).map((name) => `help ${name}`),
    "help options",
    ...SHELLS.map((shell) => `completions ${shell}`),
  ];
  const next = names.map((name) => name.split(" "))
    .filter((parts) => parts.length > depth && before.every((word, i) => word === parts[i]))
    .map((parts) => parts[depth]);
  return [...new Set(next)];
}

function commandWords(command: Command, before: string[], word: string): string[] {
  const last = before.at(-1) ?? "";
  for (const [name, option] of Object.entries(command.options)) {
    if (option.kind && (last === flagName(name) || (option.short && last === `-${option.short}`))) {
      return option.kind.values?.() ?? [];
    }
  }
  // What follows belongs to another program.
  if (before.includes("--")) return [];
  if (word.startsWith("-")) return [...Object.keys(command.options).map(flagName), "--help"];
  return Object.values(command.positionals).flatMap(({ kind }) => kind.values?.() ?? []);
}

/**
 * A completion script, which asks the program itself (`pinwire __complete WORDS…`) at every Tab.
 *
 * @throws {PinwireError} `usage` for another shell
 */
export function completionScript(program: string, shell: string | undefined): string {
  switch (shell) {
    case "bash":
      // bash splits words at ":", as in len:i32le, unless it is told not to.
      return `# eval "$(${program} completions bash)"
COMP_WORDBREAKS=\${COMP_WORDBREAKS//:/}
_${program}() {
  local IFS=$'\\n'
  COMPREPLY=($(${program} __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _${program} ${program}`;
    case "zsh":
      return `#compdef ${program}
# eval "$(${program} completions zsh)"
_${program}() {
  local -a offers
  offers=("\${(@f)$(${program} __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -a offers
}
compdef _${program} ${program}`;
    case "fish":
      return `# ${program} completions fish | source
complete -c ${program} -a "(${program} __complete (commandline -opc)[2..] (commandline -ct) 2>/dev/null)"`;
    default:
      throw usageError(
        `no completions for ${shell ? `"${shell}"` : "an unnamed shell"}`,
        `use ${SHELLS.join(", ")}`,
      );
  }
}
