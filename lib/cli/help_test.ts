import { assertEquals } from "@std/assert";
import { command, type Program } from "./command.ts";
import { commandHelp, commonHelp, programHelp } from "./help.ts";
import { choice, text } from "./kinds.ts";

const program: Program = {
  name: "prog",
  version: "1.2.3",
  home: new URL("https://example.org/prog/"),
  summary: "does things",
  printable: (text) => text,
  modules: {},
};

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
      commandHelp(program, "say", say),
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
      commandHelp(program, "say", { ...bare, options: common }, true),
      `prog say [OPTIONS]

Do nothing.

Options:
      --loud  shout
  -h, --help  this page

Common options (prog help options tells more):
  -f, --frame SPEC (default raw)  --json`,
    );
    assertEquals(
      commonHelp(program, { say, one: { ...bare, options: common }, two: { ...bare, options: { frame } } }),
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
    const [compiled, source] = [true, false].map((is) => commandHelp(program, "nothing", bare, is));
    assertEquals(source, `${compiled}\n\nWith Deno: deno run main.ts nothing`);
  },
});

Deno.test({
  name: "commandHelp leaves out what a command doesn't have",
  permissions: "none",
  fn() {
    assertEquals(
      commandHelp(program, "nothing", bare),
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
      commandHelp(program, "do", { ...bare, positionals }).split("\n")[0];
    assertEquals(usageOf({ address, words }), "prog do [ADDRESS] [OPTIONS] -- COMMAND…");
    assertEquals(usageOf({ words }), "prog do [OPTIONS] -- COMMAND…");
    assertEquals(
      programHelp(program, { do: { ...bare, positionals: { address, words } } }).split("\n")[2].trim(),
      "do [ADDRESS] -- COMMAND…   do nothing",
    );
  },
});

Deno.test({
  name: "programHelp lists every command with its arguments, and what is built in",
  permissions: "none",
  fn() {
    assertEquals(
      programHelp(program, { say, "box open": bare, "box close": bare }),
      `prog 1.2.3: does things

  say ADDRESS [WORD…]        say it
  box open                   do nothing
  box close                  do nothing
  completions bash|zsh|fish  print a completion script for your shell
  help [COMMAND]             this page, or a command's own
  help options               the options that most commands have

prog COMMAND --help tells more.`,
    );
  },
});

Deno.test({
  name: "programHelp of a group lists its commands alone",
  permissions: "none",
  fn() {
    assertEquals(
      programHelp(program, { say, "box open": bare, "boxes count": bare }, "box"),
      `prog box: its commands

  box open  do nothing

prog COMMAND --help tells more.`,
    );
  },
});
