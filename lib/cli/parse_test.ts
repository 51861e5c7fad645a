import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { refusalOf, sample } from "./_parse_testing.ts";
import { command } from "./command.ts";
import { integer, text } from "./kinds.ts";
import { parseCommandLine } from "./parse.ts";

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

/** The options that `args` set, without those that keep their defaults. */
function optionsOf(...args: string[]): Record<string, unknown> {
  const { options } = parseCommandLine(sample, ["here", ...args]);
  const unset = parseCommandLine(sample, ["here"]).options;
  return Object.fromEntries(Object.entries(options).filter(([name, value]) => unset[name] !== value));
}

const refusal = (...args: string[]) => refusalOf(sample, ...args);

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
    for (const size of ["100kb", "1.5M", "2 MiB", "1G"]) {
      assertEquals(
        refusal("here", "--max-frame", size),
        `--max-frame: "${size}" is not a whole number: write 64k, 2M, or a number alone`,
      );
    }
  },
});

Deno.test({
  name: "parseCommandLine gives back any value and any arguments after --",
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
  name: "parseCommandLine gives every value of an option that may be given several times, in order",
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
  name: "parseCommandLine takes nothing after -- for an option that may be given several times",
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
    assertEquals(refusalOf(repeated, "-p", "3", "-p", "41"), '--pin: "41" is out of range: use 1 to 40');
    assertEquals(refusalOf(repeated, "-p", "3", "--pin"), "--pin needs a value: write --pin PIN");
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
  name:
    "parseCommandLine tells an option that was pasted with a dash of print from an argument that begins so",
  permissions: "none",
  fn() {
    for (const pasted of ["—json", "–-json", "-–json=1"]) {
      assertEquals(
        refusal("here", pasted),
        `${pasted} begins with a dash that isn't the keyboard's: write it as --json`,
      );
    }
    assertEquals(refusal("—help").split(": ")[1], "write it as --help");
    assertEquals(parseCommandLine(sample, ["here", "—hi"]).positionals.message, "—hi");
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
  name: "parseCommandLine lets an error of a kind pass that is no PinwireError",
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
  name: "parseCommandLine reads nothing else when help is asked for",
  permissions: "none",
  fn() {
    for (const args of [["--help"], ["-h"], ["a", "b", "c", "-h"], ["--json", "--help", "--nonsense"]]) {
      assertEquals(parseCommandLine(sample, args), { help: true, options: {}, positionals: {} });
    }
  },
});
