import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { PinwireError } from "../errors.ts";
import { command } from "./command.ts";
import { choice, duration, integer, text } from "./kinds.ts";
import { parseCommandLine } from "./parse.ts";

const sample = command({
  summary: "a sample",
  positionals: {
    address: { kind: text("ADDRESS"), help: "where" },
    message: { kind: text("MESSAGE"), optional: true, help: "what" },
  },
  options: {
    reply: { kind: text("TEMPLATE"), short: "r", default: "ok", help: "answer" },
    maxFrame: { kind: integer("BYTES", 1, 9000), short: "m", help: "longest" },
    newline: { kind: choice("lf|crlf", ["lf", "crlf"]), help: "end of line" },
    wait: { kind: duration(), help: "how long" },
    json: { short: "j", help: "JSON" },
    quiet: { short: "q", help: "quiet" },
    noColor: { help: "no colours" },
  },
  permissions: [],
  examples: [],
  run: () => Promise.resolve(0),
});

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

const repeated = command({
  summary: "a sample",
  positionals: { where: { kind: text("WHERE"), optional: true, help: "where" } },
  options: {
    pin: { kind: integer("PIN", 1, 40), short: "p", multiple: true, help: "several" },
    activeLow: { kind: text("WORD"), multiple: true, help: "several, of two words" },
    json: { short: "j", help: "JSON" },
  },
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

/** The options that `args` set, beside those that stay as they are. */
function optionsOf(...args: string[]): Record<string, unknown> {
  const { options } = parseCommandLine(sample, ["here", ...args]);
  const unset = parseCommandLine(sample, ["here"]).options;
  return Object.fromEntries(Object.entries(options).filter(([name, value]) => unset[name] !== value));
}

/** What is said of a wrong command line. */
function refusal(...args: string[]): string {
  const error = assertThrows(() => parseCommandLine(sample, args), PinwireError);
  assertEquals([error.code, error.exitCode], ["usage", 2]);
  return error.sentence;
}

Deno.test({
  name: "parseCommandLine gives every option its default, a flag false",
  permissions: "none",
  fn() {
    assertEquals(parseCommandLine(sample, ["here"]), {
      help: false,
      options: {
        reply: "ok",
        maxFrame: undefined,
        newline: undefined,
        wait: undefined,
        json: false,
        quiet: false,
        noColor: false,
      },
      positionals: { address: "here", message: undefined },
    });
  },
});

Deno.test({
  name: "parseCommandLine reads a value in each form that it can be written in",
  permissions: "none",
  fn() {
    const forms = [["--max-frame=64"], ["--max-frame", "64"], ["-m64"], ["-m=64"], ["-m", "64"], ["-jm64"]];
    for (const form of forms) assertEquals(optionsOf(...form).maxFrame, 64, form.join(" "));
    assertEquals(optionsOf("-jm64"), { json: true, maxFrame: 64 });
    assertEquals(optionsOf("-jqm", "64"), { json: true, quiet: true, maxFrame: 64 });
    assertEquals(optionsOf("--json", "--no-color", "-q"), { json: true, noColor: true, quiet: true });
  },
});

Deno.test({
  name: "parseCommandLine gives an option the next argument whatever that begins with",
  permissions: "none",
  fn() {
    for (
      const value of [
        "-5",
        "--json",
        "-j",
        "--",
        "-",
        "--help",
        "-h",
        "=",
        "=x",
        "a=b",
        "",
        "\n",
        "1e3",
        "-=x",
      ]
    ) {
      assertEquals(optionsOf("--reply", value), { reply: value });
      assertEquals(optionsOf("-r", value), { reply: value });
      assertEquals(optionsOf(`--reply=${value}`), { reply: value });
    }
    assertEquals(optionsOf("--reply", "--json", "--json"), { reply: "--json", json: true });
    assertEquals(
      refusal("here", "--max-frame", "-5"),
      '--max-frame: "-5" is not a whole number: use 1 to 9000',
    );
  },
});

Deno.test({
  name: "parseCommandLine gives back any value and any arguments behind --",
  permissions: "none",
  fn() {
    fc.assert(fc.property(fc.string(), fc.string(), fc.string(), (reply, address, message) => {
      const { options, positionals } = parseCommandLine(sample, ["-r", reply, "--", address, message]);
      assertEquals([options.reply, positionals], [reply, { address, message }]);
    }));
  },
});

Deno.test({
  name: "parseCommandLine takes the last of an option given twice",
  permissions: "none",
  fn() {
    assertEquals(optionsOf("--reply", "a", "-rb", "--json", "-j"), { reply: "b", json: true });
  },
});

Deno.test({
  name: "parseCommandLine gives every value of an option that may stand there several times, in order",
  permissions: "none",
  fn() {
    const valuesOf = (...args: string[]) => parseCommandLine(repeated, args).options;
    assertEquals(valuesOf(), { pin: [], activeLow: [], json: false });
    assertEquals(valuesOf("-p", "3").pin, [3]);
    assertEquals(valuesOf("--pin", "3", "here", "-p5", "--pin=7", "-jp", "9", "-p=5"), {
      pin: [3, 5, 7, 9, 5],
      activeLow: [],
      json: true,
    });
    assertEquals(valuesOf("--active-low", "a=b", "--active-low", "--pin", "--active-low=").activeLow, [
      "a=b",
      "--pin",
      "",
    ]);
  },
});

Deno.test({
  name: "parseCommandLine takes nothing behind -- for an option that may stand there several times",
  permissions: "none",
  fn() {
    const { options, positionals } = parseCommandLine(repeated, ["-p", "3", "--", "--pin=4"]);
    assertEquals([options.pin, positionals.where], [[3], "--pin=4"]);
  },
});

Deno.test({
  name: "parseCommandLine refuses a wrong value among several, and one that is missing",
  permissions: "none",
  fn() {
    const sentenceOf = (...args: string[]) =>
      assertThrows(() => parseCommandLine(repeated, args), PinwireError).sentence;
    assertEquals(sentenceOf("-p", "3", "-p", "41"), '--pin: "41" is out of range: use 1 to 40');
    assertEquals(sentenceOf("-p", "3", "--pin"), "--pin needs a value: write --pin PIN");
  },
});

Deno.test({
  name: "parseCommandLine takes options before, between and behind the arguments",
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
  name: "parseCommandLine takes nothing behind -- for an option",
  permissions: "none",
  fn() {
    const { help, options, positionals } = parseCommandLine(sample, ["-q", "--", "--json", "-h"]);
    assertEquals(positionals, { address: "--json", message: "-h" });
    assertEquals([help, options.json, options.quiet], [false, false, true]);
    assertEquals(parseCommandLine(sample, ["a", "--", "--"]).positionals.message, "--");
  },
});

Deno.test({
  name: "parseCommandLine asks for a value that is missing",
  permissions: "none",
  fn() {
    assertEquals(refusal("here", "--max-frame"), "--max-frame needs a value: write --max-frame BYTES");
    assertEquals(refusal("here", "-jm"), "--max-frame needs a value: write --max-frame BYTES");
  },
});

Deno.test({
  name: "parseCommandLine refuses a value for a flag",
  permissions: "none",
  fn() {
    assertEquals(refusal("here", "--json=true"), "--json takes no value: write it as --json alone");
    assertEquals(refusal("here", "--json="), "--json takes no value: write it as --json alone");
  },
});

Deno.test({
  name: "parseCommandLine refuses an unknown option",
  permissions: "none",
  fn() {
    assertEquals(
      refusal("here", "--jsn"),
      "unknown option --jsn: --help lists the options, and -- stands before an argument that begins with -",
    );
    assertEquals(
      refusal("here", "--maxframe=3"),
      "unknown option --maxframe: --help lists the options, and -- stands before an argument that begins with -",
    );
    assertEquals(
      refusal("here", "-x"),
      "unknown option -x: --help lists the options, and -- stands before an argument that begins with -",
    );
    assertEquals(
      refusal("here", "-jx"),
      "unknown option -x: --help lists the options, and -- stands before an argument that begins with -",
    );
    assertEquals(
      refusal("-5"),
      "unknown option -5: --help lists the options, and -- stands before an argument that begins with -",
    );
  },
});

Deno.test({
  name: "parseCommandLine knows options by no other name than their own",
  permissions: "none",
  fn() {
    for (
      const name of ["--toString", "--constructor", "--no-json", "--no-reply", "--reply.x=1", "--maxFrame=1"]
    ) {
      assertEquals(refusal("here", name).split(":")[0], `unknown option ${name.split("=")[0]}`);
    }
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
    const error = assertThrows(() => parseCommandLine(variadic, ["a", "80", "x"]), PinwireError);
    assertEquals(error.sentence, 'PORT: "x" is not a whole number: use 1 to 65535');
  },
});

Deno.test({
  name: "parseCommandLine doesn't hide what a kind throws that is no PinwireError",
  permissions: "none",
  fn() {
    const kind = {
      meta: "X",
      parse() {
        throw new TypeError("a bug");
      },
    };
    const broken = { ...sample, options: { x: { kind, help: "" } } };
    assertThrows(() => parseCommandLine(broken, ["a", "--x", "1"]), TypeError, "a bug");
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
  name: "parseCommandLine gives a variadic argument all that follow, one at least",
  permissions: "none",
  fn() {
    assertEquals(parseCommandLine(variadic, ["a", "1", "2", "--", "3"]).positionals, {
      host: "a",
      ports: [1, 2, 3],
    });
    const error = assertThrows(() => parseCommandLine(variadic, ["a"]), PinwireError);
    assertEquals([error.message, error.exitCode], ["PORT is missing", 2]);
  },
});

Deno.test({
  name: "parseCommandLine reads nothing else where help is asked for",
  permissions: "none",
  fn() {
    for (const args of [["--help"], ["-h"], ["a", "b", "c", "-h"], ["--json", "--help", "--nonsense"]]) {
      assertEquals(parseCommandLine(sample, args), { help: true, options: {}, positionals: {} });
    }
  },
});

Deno.test({
  name: "parseCommandLine gives what stands behind -- to the argument that wants it, and to no other",
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
  name: "parseCommandLine says that -- is missing where an argument wants to stand behind it",
  permissions: "none",
  fn() {
    const sentenceOf = (...args: string[]) => {
      const error = assertThrows(() => parseCommandLine(behind, args), PinwireError);
      assertEquals([error.code, error.exitCode], ["usage", 2]);
      return error.sentence;
    };
    for (const args of [[], ["--"]]) {
      assertEquals(sentenceOf(...args), "COMMAND is missing: write it behind --");
    }
    assertEquals(
      sentenceOf("pi", "uptime"),
      '"uptime" is too much: if it is part of what is to be run, write it behind --',
    );
    assertEquals(
      sentenceOf("pi", "uptime", "--", "-p"),
      '"uptime" is too much: if it is part of what is to be run, write it behind --',
    );
    assertEquals(sentenceOf("pi"), "COMMAND is missing: write it behind --");
    assertEquals(sentenceOf("pi", "--"), "COMMAND is missing: write it behind --");
  },
});
