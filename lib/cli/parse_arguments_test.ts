import { assertEquals } from "@std/assert";
import { refusalOf, sample } from "./_parse_testing.ts";
import { command } from "./command.ts";
import { integer, text } from "./kinds.ts";
import { parseCommandLine } from "./parse.ts";

const variadic = command({
  summary: "a sample",
  positionals: {
    host: { kind: text("HOST"), help: "first" },
    ports: { kind: integer("PORT", 1, 65535), variadic: true, help: "rest" },
  },
  options: {},
  permissions: [],
  examples: [],
  run: () => Promise.resolve(0),
});

const behind = command({
  summary: "a sample",
  positionals: {
    address: { kind: text("ADDRESS"), optional: true, help: "where" },
    command: { kind: text("COMMAND"), variadic: true, behindDashes: true, help: "what" },
  },
  options: { json: { short: "j", help: "JSON" } },
  permissions: [],
  examples: [],
  run: () => Promise.resolve(0),
});

const refusal = (...args: string[]) => refusalOf(sample, ...args);

Deno.test({
  name: "parseCommandLine takes options before, between and after the arguments",
  permissions: "none",
  fn() {
    for (const args of [["-j", "a", "b"], ["a", "-j", "b"], ["a", "b", "-j"]]) {
      const { options, positionals } = parseCommandLine(sample, args);
      assertEquals([options.json, positionals], [true, { address: "a", message: "b" }]);
    }
  },
});

Deno.test({
  name: "parseCommandLine keeps arguments as they are written",
  permissions: "none",
  fn() {
    for (const word of ["007", "1e3", "0x10", "-", "true", "a=b", "你好", " "]) {
      assertEquals(parseCommandLine(sample, [word]).positionals.address, word);
    }
  },
});

Deno.test({
  name: "parseCommandLine takes nothing after -- for an option",
  permissions: "none",
  fn() {
    const { help, options, positionals } = parseCommandLine(sample, ["-q", "--", "--json", "-h"]);
    assertEquals(positionals, { address: "--json", message: "-h" });
    assertEquals([help, options.json, options.quiet], [false, false, true]);
    assertEquals(parseCommandLine(sample, ["a", "--", "--"]).positionals.message, "--");
  },
});

Deno.test({
  name: "parseCommandLine names the option or argument whose value is wrong",
  permissions: "none",
  fn() {
    assertEquals(refusal("here", "--newline", "cr"), '--newline: "cr" is not lf, crlf: use one of these');
    assertEquals(
      refusal("here", "--wait", "soon"),
      '--wait: "soon" is not a time: use seconds, as in 2 or 0.5, or 500ms, 5m',
    );
    assertEquals(refusalOf(variadic, "a", "80", "x"), 'PORT: "x" is not a whole number: use 1 to 65535');
  },
});

Deno.test({
  name: "parseCommandLine tells which argument is missing or too many",
  permissions: "none",
  fn() {
    assertEquals(refusal(), "ADDRESS is missing: --help shows how it is written");
    assertEquals(
      refusal("a", "hello", "world"),
      'too many arguments: "world": put quotes around an argument with spaces',
    );
  },
});

Deno.test({
  name: "parseCommandLine gives a variadic argument all that follow, at least one",
  permissions: "none",
  fn() {
    assertEquals(parseCommandLine(variadic, ["a", "1", "2", "--", "3"]).positionals, {
      host: "a",
      ports: [1, 2, 3],
    });
    assertEquals(refusalOf(variadic, "a"), "PORT is missing: --help shows how it is written");
  },
});

Deno.test({
  name: "parseCommandLine gives what follows -- to the argument that wants it, and to no other",
  permissions: "none",
  fn() {
    const cases: [string[], string | undefined, string[]][] = [
      [["--", "uptime"], undefined, ["uptime"]],
      [["pi:8080", "--", "ls", "-l", "--json", "--", "-h"], "pi:8080", ["ls", "-l", "--json", "--", "-h"]],
      [["pi", "--", ""], "pi", [""]],
    ];
    for (const [args, address, command] of cases) {
      const { help, options, positionals } = parseCommandLine(behind, args);
      assertEquals([help, options.json, positionals], [false, false, { address, command }]);
    }
    assertEquals(parseCommandLine(behind, ["-j", "--", "ls"]).options.json, true);
    assertEquals(parseCommandLine(behind, ["pi", "-h", "--", "ls"]).help, true);
  },
});

Deno.test({
  name: "parseCommandLine says that -- is missing where an argument must follow it",
  permissions: "none",
  fn() {
    for (const args of [[], ["--"]]) {
      assertEquals(refusalOf(behind, ...args), "COMMAND is missing: write it behind --");
    }
    assertEquals(
      refusalOf(behind, "pi", "uptime"),
      '"uptime" is too much: if it is part of what is to be run, write it behind --',
    );
    assertEquals(
      refusalOf(behind, "pi", "uptime", "--", "-p"),
      '"uptime" is too much: if it is part of what is to be run, write it behind --',
    );
    assertEquals(refusalOf(behind, "pi"), "COMMAND is missing: write it behind --");
    assertEquals(refusalOf(behind, "pi", "--"), "COMMAND is missing: write it behind --");
    const shown = { ...behind, examples: [["pi -- ls", "far"], ["-- uptime", "here"]] as const };
    assertEquals(refusalOf(shown), "COMMAND is missing: write it behind --, as in -- uptime");
  },
});
