import { assertEquals } from "@std/assert";
import { type Command, command, type Program } from "./command.ts";
import { commandHelp, commandsHelp, commonHelp, tasksHelp } from "./help.ts";
import { choice, text } from "./kinds.ts";

const program: Program = {
  name: "prog",
  version: "1.2.3",
  home: new URL("https://example.org/prog/"),
  summary: "does things",
  printable: (text) => text,
  modules: {},
  guide: () => Promise.reject(),
};

const WIDTH = 100;

/** The help of a program that isn't compiled. */
const helpOf = (name: string, command: Command, others?: Record<string, Command>) =>
  commandHelp(program, name, command, WIDTH, others, false);

const say = command({
  summary: "say it",
  description: "Says what it is told, and when it is told much it goes on and on, over the end of the line " +
    "and into the next.\n\nA second paragraph.",
  positionals: {
    address: { kind: text("ADDRESS"), help: "where" },
    words: { kind: text("WORD"), variadic: true, optional: true, help: "what" },
  },
  options: {
    newline: { kind: choice("lf|crlf", ["lf", "crlf"]), short: "n", help: "how a line ends" },
    veryLongOptionName: {
      kind: text("SOMETHING-LONG"),
      help: "a long left side stands alone, and its text is cut where the page of a hundred columns ends",
    },
    json: { help: "for programs" },
  },
  permissions: ["net", "read"],
  examples: [["here", "on loopback"]],
  run: () => Promise.resolve(0),
});

const bare = command({
  summary: "do nothing",
  positionals: {},
  options: {},
  permissions: [],
  examples: [],
  run: () => Promise.resolve(0),
});

Deno.test({
  name: "commandHelp shows a command as it is declared",
  permissions: "none",
  fn() {
    assertEquals(
      helpOf("say", say),
      `prog say ADDRESS [WORD…] [OPTIONS]

Say it.

Says what it is told, and when it is told much it goes on and on, over the end of the line and into
the next.

A second paragraph.

  ADDRESS  where
  WORD     what

Options:
  -n, --newline lf|crlf               how a line ends
      --very-long-option-name SOMETHING-LONG
                                      a long left side stands alone, and its text is cut where the
                                      page of a hundred columns ends
      --json                          for programs
  -h, --help                          this page

Examples:
  prog say here  on loopback

With Deno: deno run --allow-net --allow-read main.ts say`,
    );
  },
});

/** What the two of them have in common. */
const frame = { kind: text("SPEC"), short: "f", common: "default raw", help: "how it is cut, at length" };
const common = { frame, json: { common: "", help: "for programs" }, loud: { help: "shout" } };

Deno.test({
  name: "commandHelp only names what most commands have, and commonHelp tells of it once",
  permissions: "none",
  fn() {
    assertEquals(
      commandHelp(program, "say", { ...bare, options: common }, WIDTH, {}, true),
      `prog say [OPTIONS]

Do nothing.

Options:
      --loud  shout
  -h, --help  this page

Common options, which prog help options tells of: -f, --frame (default raw), --json`,
    );
    assertEquals(
      commonHelp(
        program,
        { say, one: { ...bare, options: common }, two: { ...bare, options: { frame } } },
        WIDTH,
      ),
      `prog: the options that most commands have

  -f, --frame SPEC  how it is cut, at length
      --json        for programs`,
    );
  },
});

Deno.test({
  name: "commandHelp says nothing of Deno once it is compiled",
  permissions: "none",
  fn() {
    const [compiled, source] = [true, false].map((is) =>
      commandHelp(program, "nothing", bare, WIDTH, {}, is)
    );
    assertEquals(source, `${compiled}\n\nWith Deno: deno run main.ts nothing`);
  },
});

Deno.test({
  name: "commandHelp leaves out what a command doesn't have",
  permissions: "none",
  fn() {
    assertEquals(
      helpOf("nothing", bare),
      `prog nothing [OPTIONS]

Do nothing.

Options:
  -h, --help  this page

With Deno: deno run main.ts nothing`,
    );
  },
});

Deno.test({
  name: "commandHelp puts the options before the --, after which they would not be read",
  permissions: "none",
  fn() {
    const words = { kind: text("COMMAND"), variadic: true, behindDashes: true, help: "what" };
    const address = { kind: text("ADDRESS"), optional: true, help: "where" };
    const usageOf = (positionals: typeof say.positionals) =>
      helpOf("do", { ...bare, positionals }).split("\n")[0];
    assertEquals(usageOf({ address, words }), "prog do [ADDRESS] [OPTIONS] -- COMMAND…");
    assertEquals(usageOf({ words }), "prog do [OPTIONS] -- COMMAND…");
    assertEquals(
      commandsHelp(program, { do: { ...bare, positionals: { address, words } } }, WIDTH).split("\n")[2]
        .trim(),
      "do [ADDRESS] -- COMMAND…  do nothing",
    );
  },
});

Deno.test({
  name: "commandHelp names the commands whose names go on where this one's ends",
  permissions: "none",
  fn() {
    assertEquals(
      helpOf("say", bare, { say: bare, "say twice": say, "says who": bare }),
      `prog say [OPTIONS]

Do nothing.

Commands:
  say twice ADDRESS [WORD…]  say it

Options:
  -h, --help  this page

With Deno: deno run main.ts say`,
    );
  },
});

Deno.test({
  name: "commandHelp cuts a long example before its options, as a shell reads it",
  permissions: "none",
  fn() {
    const examples = [["there --one 1 --two 2 -- 'a long word'", "at length"]] as const;
    const help = commandHelp(program, "say", { ...bare, examples }, 40, {}, true);
    assertEquals(
      help.slice(help.indexOf("Examples:")),
      `Examples:
  prog say there --one 1 --two 2 \\
    -- 'a long word'
                 at length`,
    );
  },
});

Deno.test({
  name: "commandHelp stays within the width that it is given",
  permissions: "none",
  fn() {
    for (const width of [40, 60, 80]) {
      const lines = commandHelp(program, "say", say, width).split("\n");
      // What can't be cut may stand out.
      const long = lines.filter((line) => line.length > width && !/SOMETHING-LONG|^ *\S+$/.test(line));
      assertEquals(long, [], `${width} columns`);
    }
  },
});

Deno.test({
  name: "commandsHelp lists every command with its arguments",
  permissions: "none",
  fn() {
    assertEquals(
      commandsHelp(program, { say, "box open": bare, "box close": bare }, WIDTH),
      `prog 1.2.3: does things

  say ADDRESS [WORD…]  say it
  box open             do nothing
  box close            do nothing

prog COMMAND --help tells more.`,
    );
  },
});

Deno.test({
  name: "commandsHelp of a group lists its commands alone",
  permissions: "none",
  fn() {
    assertEquals(
      commandsHelp(program, { say, "box open": bare, "boxes count": bare }, WIDTH, "box"),
      `prog box: its commands

  box open  do nothing

prog COMMAND --help tells more.`,
    );
  },
});

Deno.test({
  name: "tasksHelp shows what people do, in groups, whatever script it is in",
  permissions: "none",
  fn() {
    const guide = {
      tasks: [
        { title: "Say", lines: [["say 你好", "greet"], ["say bye", "leave"]] as const },
        { title: "Boxes", lines: [["box open", "see what is in it"]] as const },
      ],
      date: "",
      description: "",
      sections: {},
      seeAlso: [],
    };
    assertEquals(
      tasksHelp(program, guide),
      `prog 1.2.3: does things

Say    prog say 你好  greet
       prog say bye   leave
Boxes  prog box open  see what is in it

prog help all       every command
prog help COMMAND   its options and examples, as prog COMMAND --help does
prog help options   the options that most commands have`,
    );
  },
});
