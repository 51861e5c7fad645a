import { usageError } from "../errors.ts";
import { allCommands, type Command, command, type Program } from "./command.ts";
import { completionScript, SHELLS } from "./completion/scripts.ts";
import { commandHelp, commandsHelp, commonHelp, tasksHelp } from "./help.ts";
import { text } from "./kinds.ts";
import { pageWidth } from "./layout.ts";
import { BUILT_IN, commandsOf, unknownCommand } from "./lookup.ts";

/** What `help` takes beside the names of commands. */
export const PAGES = ["all", "options"];

/** The commands that every program has. */
export function builtIns(program: Program): Record<string, Command> {
  const completions = command({
    summary: "print a completion script for your shell",
    description:
      "With it a Tab completes commands, options, their values, files, and the names of devices. It asks " +
      `${program.name} at every Tab, so that it need not be made again for a new version.`,
    positionals: {
      shell: { kind: { ...text(SHELLS.join("|")), values: () => SHELLS }, help: "the shell" },
    },
    options: {},
    permissions: [],
    examples: [
      [`bash >> ~/.bashrc`, "for bash, from its next start on"],
      [`zsh > ~/.zfunc/_${program.name}`, "for zsh, in a folder of its fpath"],
      [`fish > ~/.config/fish/completions/${program.name}.fish`, "for fish"],
    ],
    run(_, { shell }) {
      console.log(completionScript(program.name, shell));
      return Promise.resolve(0);
    },
  });
  const help = command({
    summary: "tell what people do, or all of a command",
    description: "Without arguments it is one page of what people do.",
    positionals: {
      words: {
        kind: text("COMMAND"),
        optional: true,
        variadic: true,
        help: "a command or its first word; or all: every command; or options: those that most commands have",
      },
    },
    options: { man: { help: `write the man page, ${program.name}.1, on stdout` } },
    permissions: [],
    examples: [
      ["completions", "what completions does, and its options"],
      ["all", "every command"],
      [`--man > ${program.name}.1`, "the man page of all this"],
    ],
    async run({ man }, { words }) {
      console.log(man ? await manual(program) : await helpOf(program, words));
      return 0;
    },
  });
  return { completions, help };
}

/**
 * A page of the help.
 *
 * @throws {PinwireError} `usage` if there is none of these words
 */
export async function helpOf(program: Program, words: readonly string[]): Promise<string> {
  const width = pageWidth();
  const [first] = words;
  if (first === undefined) return tasksHelp(program, (await program.guide()).guide);
  if (PAGES.includes(first)) {
    if (words.length > 1) throw usageError(`"${words[1]}" is too much`, `write help ${first}`);
    if (first === "all") return commandsHelp(program, await everything(program), width);
    return commonHelp(program, await allCommands(program), width);
  }
  const commands = BUILT_IN.includes(first) ? builtIns(program) : await commandsOf(program, first, PAGES);
  const name = words.join(" ");
  if (Object.hasOwn(commands, name)) return commandHelp(program, name, commands[name], width, commands);
  const isGroup = Object.keys(commands).some((other) => other.startsWith(`${name} `));
  if (isGroup) return commandsHelp(program, commands, width, name);
  throw unknownCommand(name, [...Object.keys(commands), ...BUILT_IN, ...PAGES]);
}

async function manual(program: Program): Promise<string> {
  const [{ manPage }, { guide }] = await Promise.all([import("./man/page.ts"), program.guide()]);
  return manPage(program, await everything(program), guide);
}

const everything = async (program: Program) => ({ ...await allCommands(program), ...builtIns(program) });
