import { assert, assertEquals, assertMatch } from "@std/assert";
import { builtIns, helpOf } from "../lib/cli/builtin.ts";
import { allCommands, nameIn } from "../lib/cli/command.ts";
import { guide } from "../lib/cli/guide.ts";
import { commandHelp } from "../lib/cli/help.ts";
import { columnsOf } from "../lib/cli/layout.ts";
import { parseCommandLine } from "../lib/cli/parse.ts";
import { program } from "../main.ts";
import { shellWords } from "./support/shell_words.ts";

/** Every command of ours. */
const ALL = { ...await allCommands(program), ...builtIns(program) };
const COMMANDS = Object.entries(ALL);

Deno.test("each first word of the program leads to its commands, and each command has its first word", async () => {
  for (const [word, load] of Object.entries(program.modules)) {
    const names = Object.keys((await load()).commands);
    assert(names.some((name) => name.split(" ")[0] === word), `no command begins with ${word}`);
    for (const name of names) assert(name.split(" ")[0] in program.modules, `nothing leads to ${name}`);
  }
});

for (const [name, command] of COMMANDS) {
  const { summary, options, examples } = command;

  Deno.test(`the help of ${name} keeps to the width of the terminal`, () => {
    for (const width of [80, 100]) {
      for (const line of commandHelp(program, name, command, width).split("\n")) {
        assert(columnsOf(line) <= width, line);
      }
    }
  });

  Deno.test(`the help of ${name} says in one line what it is for`, () => {
    assertMatch(summary, /^([a-z]|[A-Z]{2})[^\n]*[^.\n]$/);
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

Deno.test("the first page of the help fits on a terminal of 80 columns and 24 rows, with the prompt below", async () => {
  const lines = (await helpOf(program, [])).split("\n");
  assert(lines.length < 24, `${lines.length} lines`);
  for (const line of lines) assert(columnsOf(line) <= 80, line);
});

Deno.test("what people do is a command line each", () => {
  for (const [args] of guide.tasks.flatMap(({ lines }) => lines)) {
    const [words] = shellWords(args);
    const name = nameIn(ALL, words);
    assert(name !== undefined, args);
    assertEquals(parseCommandLine(ALL[name], words.slice(name.split(" ").length)).help, false);
  }
});

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
