import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { PinwireError } from "../errors.ts";
import { has, run } from "../../tests/support.ts";
import { command } from "./command.ts";
import { complete, completionScript, SHELLS } from "./completions.ts";
import { choice, text } from "./kinds.ts";

const FRAMES = ["raw", "line", "len:i32le", "len:i32be"];

const serve = command({
  summary: "",
  positionals: { address: { kind: text("ADDRESS"), optional: true, help: "" } },
  options: {
    frame: { kind: choice("SPEC", FRAMES), short: "f", help: "" },
    tlsCert: { kind: text("FILE"), help: "" },
    json: { short: "j", help: "" },
  },
  permissions: [],
  examples: [],
  run: () => Promise.resolve(0),
});

const shell = { ...serve, positionals: { shell: { kind: choice("SHELL", ["bash", "sh"]), help: "" } } };

const commands = { "echo serve": serve, "echo connect": serve, shell };

Deno.test({
  name: "complete offers the commands, then their second words",
  permissions: "none",
  fn() {
    assertEquals(complete(commands, [""]), ["echo", "shell", "help", "completions"]);
    assertEquals(complete(commands, ["e"]), ["echo"]);
    assertEquals(complete(commands, ["echo"]), ["echo"]);
    assertEquals(complete(commands, ["echo", ""]), ["serve", "connect"]);
    assertEquals(complete(commands, ["echo", "c"]), ["connect"]);
    assertEquals(complete(commands, ["completions", ""]), SHELLS);
    assertEquals(complete(commands, ["help", "o"]), ["options"]);
    assertEquals(complete(commands, ["nothing", ""]), []);
    assertEquals(complete(commands, []), ["echo", "shell", "help", "completions"]);
  },
});

Deno.test({
  name: "complete offers a command's options",
  permissions: "none",
  fn() {
    const options = ["--frame", "--tls-cert", "--json", "--help"];
    assertEquals(complete(commands, ["echo", "serve", "-"]), options);
    assertEquals(complete(commands, ["echo", "serve", "8080", "--json", "--"]), options);
    assertEquals(complete(commands, ["echo", "serve", "--t"]), ["--tls-cert"]);
    assertEquals(complete(commands, ["shell", "--j"]), ["--json"]);
  },
});

Deno.test({
  name: "complete offers nothing after --",
  permissions: "none",
  fn() {
    for (const word of ["", "-", "--", "--j", "b"]) {
      assertEquals(complete(commands, ["shell", "--", word]), [], word);
      assertEquals(complete(commands, ["echo", "serve", "8080", "--", "ls", word]), [], word);
    }
  },
});

Deno.test({
  name: "complete offers the values of an option, by its long and its short name",
  permissions: "none",
  fn() {
    assertEquals(complete(commands, ["echo", "serve", "--frame", ""]), FRAMES);
    assertEquals(complete(commands, ["echo", "serve", "-f", "l"]), ["line", "len:i32le", "len:i32be"]);
    assertEquals(complete(commands, ["echo", "serve", "-f", "len:i32l"]), ["len:i32le"]);
    assertEquals(complete(commands, ["echo", "serve", "--tls-cert", ""]), []);
  },
});

Deno.test({
  name: "complete offers the values of an argument",
  permissions: "none",
  fn() {
    assertEquals(complete(commands, ["shell", ""]), ["bash", "sh"]);
    assertEquals(complete(commands, ["shell", "b"]), ["bash"]);
    assertEquals(complete(commands, ["echo", "serve", ""]), []);
  },
});

Deno.test({
  name: "completionScript knows three shells and refuses others as a wrong command line",
  permissions: "none",
  fn() {
    for (const shell of SHELLS) assertMatch(completionScript("prog", shell), /\bprog __complete\b/);
    for (const shell of [undefined, "", "tcsh"]) {
      const error = assertThrows(() => completionScript("prog", shell), PinwireError);
      assertEquals([error.exitCode, error.hint], [2, "use bash, zsh, fish"]);
    }
  },
});

/** Prints what a line becomes with each offer, the cursor being at its end. It is cut into words as bash does it. */
const TYPED = `
prog() {
  local offer
  for offer in raw line len:i32le len:i32be 'two words'; do
    [[ $offer == "\${@: -1}"* ]] && printf '%s\\n' "$offer"
  done
}
typed() {
  local line=$1 word
  if [[ $COMP_WORDBREAKS == *:* ]]; then line=\${line//:/ : }; fi
  read -ra COMP_WORDS <<<"$line"
  [[ $line == *' ' ]] && COMP_WORDS+=('')
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
  COMP_LINE=$1
  COMP_POINT=\${#COMP_LINE}
  word=\${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  _prog prog "$word" "\${COMP_WORDS[COMP_CWORD - 1]}"
  for word in "\${COMPREPLY[@]/#/\${1%"$word"}}"; do printf '%s\\n' "$word"; done
}
`;

/** What the line becomes with each offer, by bash and our script in it. */
async function completed(...lines: string[]): Promise<string[]> {
  const calls = lines.map((line) => `typed '${line}'`).join("\n");
  const script = `${completionScript("prog", "bash")}\n${TYPED}\n${calls}`;
  const { code, stdout, stderr } = await run("bash", ["--norc", "-c", script]);
  assertEquals([code, stderr], [0, ""]);
  return stdout.split("\n").slice(0, -1);
}

const inBash = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name: `${name} (needs bash)`, ignore: !has("bash"), fn });

inBash("completionScript in bash offers what the program offers, a line each", async () => {
  assertEquals(await completed("prog --frame "), [
    "prog --frame raw",
    "prog --frame line",
    "prog --frame len:i32le",
    "prog --frame len:i32be",
    "prog --frame two words",
  ]);
  assertEquals(await completed("prog --frame li"), ["prog --frame line"]);
  assertEquals(await completed("prog --frame x"), []);
});

inBash("completionScript in bash completes a value with a colon in it, at the first Tab too", async () => {
  const line = "prog --frame len:i32l";
  assertEquals(await completed(line, line), ["prog --frame len:i32le", "prog --frame len:i32le"]);
});

inBash("completionScript in bash asks for the words up to the cursor", async () => {
  const script = `${completionScript("prog", "bash")}
prog() { printf '<%s>' "$@"; }
COMP_WORDS=(prog echo serve --fr 8080)
COMP_CWORD=3
_prog
echo "$COMPREPLY"
complete -p prog`;
  const { code, stdout, stderr } = await run("bash", ["--norc", "-c", script]);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout, "<__complete><echo><serve><--fr>\ncomplete -o default -F _prog prog\n");
});

inBash("completionScript in bash says nothing when the program fails", async () => {
  const script = `${completionScript("prog", "bash")}
prog() { echo broken >&2; return 1; }
COMP_WORDS=(prog x)
COMP_CWORD=1
_prog
echo "\${#COMPREPLY[@]}"`;
  const { stdout, stderr } = await run("bash", ["--norc", "-c", script]);
  assertEquals([stdout, stderr], ["0\n", ""]);
});

for (const name of ["zsh", "fish"]) {
  Deno.test({
    name: `completionScript for ${name} is a script that ${name} reads (needs ${name})`,
    ignore: !has(name),
    async fn() {
      const { code, stderr } = await run(name, ["-n", "-c", completionScript("prog", name)]);
      assertEquals([code, stderr], [0, ""]);
    },
  });
}

Deno.test({
  name: "completionScript gives each shell a way to ask with the word under the cursor",
  permissions: "none",
  fn() {
    assertStringIncludes(completionScript("prog", "zsh"), "compdef _prog prog");
    assertStringIncludes(completionScript("prog", "fish"), "(commandline -ct)");
    assert(completionScript("prog", "fish").includes("complete -c prog"));
  },
});
