import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { outcome, outcomeOf, whole } from "./_run_testing.ts";

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

Deno.test("run prints what people do where nothing, or help, is asked for", async () => {
  for (const args of [[], ["help"], ["--help"], ["-h"]]) {
    const { code, out, err } = await outcomeOf(whole, args);
    assertEquals([code, err], [0, ""]);
    assertMatch(out, /^prog 1\.2\.3: does things\n\nBoxes {2}prog box open {2}see what is in it\n/);
  }
});

Deno.test("run has a page with every command, those that are built in too", async () => {
  const { code, out, err } = await outcomeOf(whole, ["help", "all"]);
  assertEquals([code, err], [0, ""]);
  assertMatch(
    out,
    /^ {2}box open \[WORD\] .*\n(.*\n)* {2}completions bash\|zsh\|fish .*\n {2}help \[COMMAND…\] /m,
  );
});

Deno.test("run has a page for the options that most commands have", async () => {
  const { code, out, err } = await outcomeOf(whole, ["help", "options"]);
  assertEquals([code, err], [0, ""]);
  assertMatch(out, /^prog: the options that most commands have\n/);
});

Deno.test("run has help for a command with whose name others begin, and for those", async () => {
  const { out } = await outcome("help", "lab");
  assertMatch(out, /^prog lab \[WORD\] \[OPTIONS\]\n[^]*\nCommands:\n {2}lab cidr \[WORD\] /);
  assertEquals((await outcome("lab", "--help")).out, out);
  assertMatch((await outcome("lab", "cidr", "-h")).out, /^prog lab cidr \[WORD\] \[OPTIONS\]\n/);
});

Deno.test("run writes the man page", async () => {
  const { code, out, err } = await outcomeOf(whole, ["help", "--man"]);
  assertEquals([code, err], [0, ""]);
  assertMatch(out, /^\.TH "PROG" "1" "2026-01-02" "prog 1\.2\.3"\n/);
});

Deno.test("run refuses help for what there is not", async () => {
  assertEquals((await outcome("help", "bxo")).err, 'prog: unknown command "bxo": did you mean box?\n');
  assertEquals(
    (await outcome("help", "optoins")).err,
    'prog: unknown command "optoins": did you mean options?\n',
  );
  assertEquals((await outcome("help", "all", "box")).err, 'prog: "box" is too much: write help all\n');
  const { code, err } = await outcome("help", "box", "shut");
  assertEquals([code, err.startsWith('prog: unknown command "box shut"')], [2, true]);
  assertEquals((await outcome("help", "--mna")).err, "prog: unknown option --mna: did you mean --man?\n");
});

Deno.test("run has help for the commands that are built in", async () => {
  for (const name of ["completions", "help"]) {
    const { code, out, err } = await outcomeOf(whole, ["help", name]);
    assertEquals([code, err], [0, ""], name);
    assertStringIncludes(out, `prog ${name} `);
    assertEquals(await outcomeOf(whole, [name, "--help"]), { code, out, err });
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
  assertStringIncludes(out, "complete -F _prog prog");
  assertEquals(await outcome("completions", "tcsh"), {
    code: 2,
    out: "",
    err: 'prog: no completions for "tcsh": use bash, zsh, fish\n',
  });
});
