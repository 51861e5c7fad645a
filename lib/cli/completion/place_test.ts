import { assertEquals } from "@std/assert";
import { command } from "../command.ts";
import { choice, text } from "../kinds.ts";
import { placeOf } from "./place.ts";

const SPEC = choice("SPEC", ["raw", "line"]);
const ADDRESS = text("ADDRESS");
const WORD = text("WORD");
const REST = text("COMMAND");

const say = command({
  summary: "say it",
  positionals: {
    address: { kind: ADDRESS, help: "" },
    words: { kind: WORD, variadic: true, help: "" },
    rest: { kind: REST, variadic: true, behindDashes: true, help: "" },
  },
  options: {
    frameSpec: { kind: SPEC, short: "f", help: "" },
    json: { short: "j", help: "" },
    quiet: { short: "q", help: "" },
  },
  permissions: [],
  examples: [],
  run: () => Promise.resolve(0),
});

/** Where the last word of a line stands: its kind, what is before it, and the options given. */
function at(line: string) {
  const words = line.split(" ");
  const { kind, prefix, isOption, given } = placeOf(say, words.slice(0, -1), words.at(-1)!);
  return [kind?.meta, prefix, isOption, given];
}

Deno.test({
  name: "placeOf counts the arguments before, and no options or their values",
  permissions: "none",
  fn() {
    assertEquals(at(""), ["ADDRESS", "", true, {}]);
    assertEquals(at("8000 "), ["WORD", "", true, {}]);
    assertEquals(at("8000 one two"), ["WORD", "", true, {}]);
    assertEquals(at("--json --frame-spec raw "), ["ADDRESS", "", true, { json: "", frameSpec: "raw" }]);
    assertEquals(at("-fraw --frame-spec=line -"), ["ADDRESS", "", true, { frameSpec: "line" }]);
    assertEquals(at("--what 8000 "), ["WORD", "", true, {}]);
    assertEquals(at("- "), ["ADDRESS", "", true, {}]);
  },
});

Deno.test({
  name: "placeOf knows the value of an option in each form that it can be written in",
  permissions: "none",
  fn() {
    assertEquals(at("--frame-spec l"), ["SPEC", "", false, {}]);
    assertEquals(at("8000 -f "), ["SPEC", "", false, {}]);
    assertEquals(at("-jqf "), ["SPEC", "", false, {}]);
    assertEquals(at("--frame-spec=l"), ["SPEC", "--frame-spec=", false, {}]);
    assertEquals(at("--frame-spec --json"), ["SPEC", "", false, {}]);
    assertEquals(at("--json=l"), [undefined, "--json=", false, {}]);
  },
});

Deno.test({
  name: "placeOf leaves what follows -- to the argument that wants it",
  permissions: "none",
  fn() {
    assertEquals(at("-- "), ["COMMAND", "", false, {}]);
    assertEquals(at("-j 8000 -- ls --frame-spec"), ["COMMAND", "", false, { json: "" }]);
    assertEquals(placeOf(say, ["--"], "").isBehindDashes, true);
  },
});
