import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { PinwireError, usageError } from "../errors.ts";
import { ALL_PERMISSIONS, type Command, command, type Program } from "./command.ts";
import { integer, text } from "./kinds.ts";
import { run } from "./run.ts";

/** A command that does `act` with what was parsed. It declares every permission, so that the tests keep theirs. */
function does(
  act: (options: Record<string, unknown>, positionals: Record<string, unknown>) => number,
): Command {
  return command({
    summary: "do it",
    positionals: { word: { kind: text("WORD"), optional: true, help: "a word" } },
    options: { count: { kind: integer("N", 0), default: 3, help: "how many" } },
    permissions: ALL_PERMISSIONS,
    examples: [],
    run: (options, positionals) => Promise.resolve(act(options, positionals)),
  });
}

const fails = (error: unknown) =>
  does(() => {
    throw error;
  });

const box = {
  commands: { "box open": does(({ count }) => Number(count)), "box close": does(() => 0) },
};

let othersLoaded = 0;

const program: Program = {
  name: "prog",
  version: "1.2.3",
  home: new URL("https://example.org/prog/"),
  summary: "does things",
  printable: (sentence) => sentence,
  modules: {
    box: () => Promise.resolve(box),
    wrong: () => Promise.resolve({ commands: { wrong: fails(usageError("bad word", "use another")) } }),
    broken: () => Promise.resolve({ commands: { broken: fails(new RangeError("a bug")) } }),
    forbidden: () => Promise.resolve({ commands: { forbidden: fails(notCapable()) } }),
    other: () => {
      othersLoaded++;
      return Promise.resolve({ commands: {} });
    },
  },
};

const notCapable = () =>
  new Deno.errors.NotCapable('Requires net access to "0.0.0.0:80", run again with the --allow-net flag');

/** The same program, with only what its help can show. */
const whole: Program = { ...program, modules: { box: program.modules.box } };

interface Outcome {
  code: number;
  out: string;
  err: string;
}

const outcome = (...args: string[]) => outcomeOf(program, args);

/** Runs `args`, and gives what was printed beside the exit code. */
async function outcomeOf(program: Program, args: string[]): Promise<Outcome> {
  const { log, error } = console;
  let out = "";
  let err = "";
  console.log = (line: string) => out += `${line}\n`;
  console.error = (line: string) => err += `${line}\n`;
  try {
    return { code: await run(program, args), out, err };
  } finally {
    Object.assign(console, { log, error });
  }
}

Deno.test("run gives what the command gives as the exit code, and loads no other module", async () => {
  assertEquals(await outcome("box", "open"), { code: 3, out: "", err: "" });
  assertEquals(await outcome("box", "open", "here", "--count=7"), { code: 7, out: "", err: "" });
  assertEquals(await outcome("box", "close"), { code: 0, out: "", err: "" });
  assertEquals(othersLoaded, 0);
});

Deno.test("run names the command nearest to an unknown one", async () => {
  assertEquals(await outcome("bxo"), {
    code: 2,
    out: "",
    err: 'prog: unknown command "bxo": did you mean box?\n',
  });
  assertEquals(await outcome("box", "opne"), {
    code: 2,
    out: "",
    err: 'prog: unknown command "box opne": did you mean box open?\n',
  });
  assertEquals(await outcome("hlep"), {
    code: 2,
    out: "",
    err: 'prog: unknown command "hlep": did you mean help?\n',
  });
});

Deno.test("run names the option nearest to an unknown one, if one is near", async () => {
  assertEquals(
    (await outcome("box", "open", "--cuont", "1")).err,
    "prog: unknown option --cuont: did you mean --count?\n",
  );
  assertEquals(
    (await outcome("box", "open", "-x")).err,
    "prog: unknown option -x: --help lists the options, and -- stands before an argument that begins with -\n",
  );
  assertEquals(
    (await outcome("nosuch")).err,
    'prog: unknown command "nosuch": see the help for the commands\n',
  );
});

Deno.test("run names a group's command whose second word stood alone", async () => {
  assertEquals((await outcome("open", "here")).err, 'prog: unknown command "open": did you mean box open?\n');
});

Deno.test("run takes no name of JavaScript's own for a command", async () => {
  for (const word of ["toString", "constructor", "__proto__"]) {
    const { code, err } = await outcome(word);
    assertEquals(code, 2);
    assertStringIncludes(err, `unknown command "${word}"`);
  }
  assertEquals((await outcome("box", "toString")).code, 2);
});

Deno.test("run tells what a group needs", async () => {
  assertEquals(await outcome("box"), {
    code: 2,
    out: "",
    err: 'prog: "box" needs one more word: use one of open, close\n',
  });
  assertEquals(
    (await outcome("box", "--count")).err,
    'prog: "box" needs one more word: use one of open, close\n',
  );
});

Deno.test("run tells that options stand behind the command", async () => {
  assertEquals(await outcome("--count", "3"), {
    code: 2,
    out: "",
    err: 'prog: "--count" is not a command: options stand behind the command\n',
  });
});

Deno.test("run prints a PinwireError in one sentence and ends with its exit code", async () => {
  assertEquals(await outcome("wrong"), { code: 2, out: "", err: "prog: bad word: use another\n" });
  assertEquals(await outcome("box", "open", "--count", "x"), {
    code: 2,
    out: "",
    err: 'prog: --count: "x" is not a whole number: use 0 or more\n',
  });
});

Deno.test("run prints what nobody expected in one sentence too, and ends with 1", async () => {
  const { code, out, err } = await outcome("broken");
  assertEquals([code, out], [1, ""]);
  assertMatch(err, /^prog: unexpected error: a bug: .+\n$/);
});

Deno.test("run ends with a command's own code where it fails, as 1 could be another program's", async () => {
  const codeOf = async (error: unknown) => {
    const commands = { own: { ...fails(error), failureCode: 255 } };
    const { code, err } = await outcomeOf({
      ...program,
      modules: { own: () => Promise.resolve({ commands }) },
    }, [
      "own",
    ]);
    return [code, err];
  };
  assertEquals(await codeOf(new PinwireError("gone", "it is gone", { hint: "try again" })), [
    255,
    "prog: it is gone: try again\n",
  ]);
  assertEquals((await codeOf(new RangeError("a bug")))[0], 255);
  assertEquals((await codeOf(notCapable()))[0], 255);
  // A wrong command line keeps its code 2, and what is no failure its 0.
  assertEquals(await codeOf(usageError("bad word")), [2, "prog: bad word\n"]);
  assertEquals(await codeOf(new PinwireError("stopped", "stopped", { exitCode: 0 })), [0, ""]);
  const near = { word: "opne", known: ["open"] };
  assertEquals(await codeOf(new PinwireError("unknown", "no opne", { near })), [
    255,
    "prog: no opne: did you mean open?\n",
  ]);
});

Deno.test("run takes a command's code from what it gives, and from a wrong command line, as ever", async () => {
  const own = { ...does(({ count }) => Number(count)), failureCode: 255 };
  const modules = { own: () => Promise.resolve({ commands: { own } }) };
  const codeOf = async (...args: string[]) =>
    (await outcomeOf({ ...program, modules }, ["own", ...args])).code;
  assertEquals([await codeOf("--count", "1"), await codeOf("--count", "x"), await codeOf("--no")], [1, 2, 2]);
});

Deno.test("run names the flag of a missing permission", async () => {
  const { code, err } = await outcome("forbidden");
  assertEquals(code, 1);
  assertMatch(err, /^prog: .*net access to "0\.0\.0\.0:80": run it with deno run --allow-net\n$/);
});

Deno.test("run prints help on stdout and ends with 0", async () => {
  const ofBox = await outcome("help", "box");
  assertEquals([ofBox.code, ofBox.err], [0, ""]);
  assertMatch(ofBox.out, /^prog box: its commands\n\n {2}box open \[WORD\] /);
  assertEquals(await outcome("box", "--help"), ofBox);
  assertEquals(await outcome("box", "-h"), ofBox);
  const ofOpen = await outcome("help", "box", "open");
  assertEquals([ofOpen.code, ofOpen.err], [0, ""]);
  assertMatch(ofOpen.out, /^prog box open \[WORD\] \[OPTIONS\]\n/);
  assertEquals(await outcome("box", "open", "-h"), ofOpen);
  assertEquals(await outcome("box", "open", "--count", "1", "--help"), ofOpen);
});

Deno.test("run prints the program's help where nothing, or help, is asked for", async () => {
  for (const args of [[], ["help"], ["--help"], ["-h"], ["help", "--help"]]) {
    const { code, out, err } = await outcomeOf(whole, args);
    assertEquals([code, err], [0, ""]);
    assertMatch(out, /^prog 1\.2\.3: does things\n\n {2}box open \[WORD\] /);
  }
});

Deno.test("run has a page for the options that most commands have", async () => {
  const { code, out, err } = await outcomeOf(whole, ["help", "options"]);
  assertEquals([code, err], [0, ""]);
  assertMatch(out, /^prog: the options that most commands have\n/);
});

Deno.test("run refuses help for what there is not", async () => {
  assertEquals((await outcome("help", "bxo")).err, 'prog: unknown command "bxo": did you mean box?\n');
  const { code, err } = await outcome("help", "box", "shut");
  assertEquals([code, err.startsWith('prog: unknown command "box shut"')], [2, true]);
});

Deno.test("run has help for the commands that are built in", async () => {
  for (const name of ["completions", "help"]) {
    const { code, out, err } = await outcomeOf(whole, ["help", name]);
    assertEquals([code, err], [0, ""], name);
    assertStringIncludes(out, name);
  }
});

Deno.test("run prints the version", async () => {
  for (const flag of ["--version", "-V"]) {
    assertEquals(await outcome(flag), { code: 0, out: `prog 1.2.3 (Deno ${Deno.version.deno})\n`, err: "" });
  }
});

Deno.test("run prints completion scripts, and refuses shells that it doesn't know", async () => {
  const { code, out } = await outcome("completions", "bash");
  assertEquals(code, 0);
  assertStringIncludes(out, "complete -o default -F _prog prog");
  assertEquals(await outcome("completions", "tcsh"), {
    code: 2,
    out: "",
    err: 'prog: no completions for "tcsh": use bash, zsh, fish\n',
  });
});
