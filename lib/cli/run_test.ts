import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { PinwireError, usageError } from "../errors.ts";
import { does, fails, notCapable, others, outcome, outcomeOf, program } from "./_run_testing.ts";

Deno.test("run gives what the command gives as the exit code, and loads no other module", async () => {
  assertEquals(await outcome("box", "open"), { code: 3, out: "", err: "" });
  assertEquals(await outcome("box", "open", "here", "--count=7"), { code: 7, out: "", err: "" });
  assertEquals(await outcome("box", "close"), { code: 0, out: "", err: "" });
  assertEquals(others.loaded, 0);
});

Deno.test("run takes the longest name that there is", async () => {
  const codeOf = async (...args: string[]) => (await outcome(...args)).code;
  assertEquals([await codeOf("lab"), await codeOf("lab", "states")], [10, 11]);
  assertEquals([await codeOf("lab", "cidr"), await codeOf("lab", "cidr", "10.0.0.0/8")], [20, 21]);
  assertEquals([await codeOf("lab", "cidr", "split"), await codeOf("lab", "cidr", "splat")], [30, 21]);
});

Deno.test("run takes a word for a misspelled command, where nothing else can stand", async () => {
  const { code, err } = await outcome("tour", "strat");
  assertEquals([code, err], [2, 'prog: unknown command "tour strat": did you mean tour start?\n']);
  assertEquals((await outcome("tour")).code, 40);
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
