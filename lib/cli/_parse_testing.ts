import { assertEquals, assertThrows } from "@std/assert";
import { PinwireError } from "../errors.ts";
import { type Command, command } from "./command.ts";
import { choice, duration, integer, text } from "./kinds.ts";
import { parseCommandLine } from "./parse.ts";

/** A command with two arguments and an option of each sort. */
export const sample = command({
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

/** What is said of a command line that `command` refuses. */
export function refusalOf(command: Command, ...args: string[]): string {
  const error = assertThrows(() => parseCommandLine(command, args), PinwireError);
  assertEquals([error.code, error.exitCode], ["usage", 2]);
  return error.sentence;
}
