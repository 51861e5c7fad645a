import { assert, assertEquals, assertMatch } from "@std/assert";
import { allCommands } from "../lib/cli/command.ts";
import { commandHelp } from "../lib/cli/help.ts";
import { parseCommandLine } from "../lib/cli/parse.ts";
import { program } from "../main.ts";
import { shellWords } from "./support/shell_words.ts";

/** Every command of ours. */
const COMMANDS = Object.entries(await allCommands(program));

Deno.test("each first word of the program leads to its commands, and each command has its first word", async () => {
  for (const [word, load] of Object.entries(program.modules)) {
    const names = Object.keys((await load()).commands);
    assert(names.some((name) => name.split(" ")[0] === word), `no command begins with ${word}`);
    for (const name of names) assert(name.split(" ")[0] in program.modules, `nothing leads to ${name}`);
  }
});

for (const [name, command] of COMMANDS) {
  const { summary, options, examples } = command;

  Deno.test(`the help of ${name} is at most 100 columns wide`, () => {
    for (const line of commandHelp(program, name, command).split("\n")) assert(line.length <= 100, line);
  });

  Deno.test(`the help of ${name} says in one line what it is for`, () => {
    assertMatch(summary, /^[a-z][^\n]*[^.\n]$/);
  });

  Deno.test(`${name} has examples, and each is a command line of it`, () => {
    assert(examples.length > 0);
    for (const [args] of examples) {
      const [[, ...words]] = shellWords(`pinwire ${args}`);
      assertEquals(parseCommandLine(command, words).help, false);
    }
  });

  Deno.test(`no two options of ${name} have the same letter`, () => {
    const letters = Object.values(options).flatMap(({ short }) => short ?? []);
    assertEquals(letters.filter((letter, i) => letters.indexOf(letter) !== i || letter === "h"), []);
  });
}

Deno.test("what help says of an option that most commands have is true of each of them", () => {
  const said = new Map<string, string>();
  for (const [name, { options }] of COMMANDS) {
    for (const [key, { common, help }] of Object.entries(options)) {
      if (common === undefined) continue;
      assertEquals(help, said.get(key) ?? help, `--${key} of ${name}`);
      said.set(key, help);
    }
  }
  assert(said.size > 0);
});

Deno.test("the shell's words", () => {
  assertEquals(shellWords("printf 'one\\ntwo' | pinwire send udp://8 --reply '{data} x' <in > out # why"), [
    ["printf", "one\\ntwo"],
    ["pinwire", "send", "udp://8", "--reply", "{data} x"],
  ]);
});
