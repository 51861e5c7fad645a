import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { has, run } from "../../../tests/support.ts";
import { PinwireError } from "../../errors.ts";
import { completionScript, SHELLS } from "./scripts.ts";

Deno.test({
  name: "completionScript knows three shells and refuses others as a wrong command line",
  permissions: "none",
  fn() {
    for (const shell of SHELLS) assertMatch(completionScript("prog", shell), /\bprog __complete\b/);
    for (const shell of ["", "tcsh", "toString"]) {
      const error = assertThrows(() => completionScript("prog", shell), PinwireError);
      assertEquals([error.exitCode, error.hint], [2, "use bash, zsh, fish"]);
    }
  },
});

Deno.test({
  name: "completionScript for bash is what shellcheck would write (needs shellcheck)",
  ignore: !has("shellcheck"),
  async fn() {
    const script = `${completionScript("prog", "bash")}\n`;
    const { code, stdout } = await run("shellcheck", ["-"], { stdin: script });
    assertEquals([code, stdout], [0, ""]);
  },
});

for (const name of SHELLS) {
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
  name:
    "completionScript for bash leaves COMP_WORDBREAKS to others, and is quiet where the program fails (needs bash)",
  ignore: !has("bash"),
  async fn() {
    const script = `before=$COMP_WORDBREAKS
${completionScript("prog", "bash")}
prog() { echo broken >&2; return 1; }
COMP_WORDS=(prog x) COMP_CWORD=1 COMP_LINE='prog x' COMP_POINT=6
_prog
echo "\${#COMPREPLY[@]} \$?"
[[ $before == "$COMP_WORDBREAKS" ]] && complete -p prog`;
    const { stdout, stderr } = await run("bash", ["--norc", "-c", script]);
    assertEquals([stdout, stderr], ["0 0\ncomplete -F _prog prog\n", ""]);
  },
});

/** Asks for a word behind `prog`, in a folder with files whose names a shell would take for more than a name. */
const ASK = [
  `folder=$(mktemp -d) && cd "$folder" && trap 'rm -r "$folder"' EXIT`,
  "touch 'a$(touch out)' 'a`touch out`' 'a;b' 'a b' \"a'b\" plain",
  "prog() { printf ':files\\tunix:\\n'; }",
  `COMP_WORDBREAKS=' ' COMP_WORDS=(prog "$1") COMP_CWORD=1 COMP_LINE="prog $1" COMP_POINT=99`,
  "_prog",
  `printf '%s\\n' "\${COMPREPLY[@]}" | LC_ALL=C sort`,
].join("\n");

for (
  const [typed, offers] of [
    ["unix:", [
      "unix:a\\ b",
      "unix:a\\$\\(touch\\ out\\)",
      "unix:a\\'b",
      "unix:a\\;b",
      "unix:a\\`touch\\ out\\`",
      "unix:plain",
    ]],
    ['"unix:', ["unix:a b", "unix:plain"]],
    ["'unix:", ["unix:a b", "unix:plain"]],
  ] as const
) {
  Deno.test({
    name: `completionScript for bash offers behind ${typed} no name of a file that would run (needs bash)`,
    ignore: !has("bash"),
    async fn() {
      const lines = `${completionScript("prog", "bash")}\n${ASK}`;
      const { stdout, stderr } = await run("bash", ["-c", lines, "bash", typed]);
      assertEquals([stdout.trim().split("\n"), stderr], [[...offers], ""]);
    },
  });
}
