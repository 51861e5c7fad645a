import { PinwireError } from "../errors.ts";
import { visible } from "../text/mod.ts";
import type { Reporter } from "./reporter.ts";
import type { Context } from "./context.ts";
import type { Stop } from "./stop.ts";
import type { Console, ConsoleKeys } from "./console/types.ts";
import { notUtf8 } from "./stdin.ts";
import { isDumb } from "./terminal.ts";
import { openDumbTerminal, openScript } from "./console/plain.ts";

/**
 * Opens the console. On a terminal it has line editing and history, unless that is a dumb one; Ctrl-C stops, Ctrl-D
 * ends.
 *
 * @param write writes to stdout, without ever standing still for a reader that doesn't read
 */
export async function openConsole(
  prompt: string,
  stop: Stop,
  write: (text: string) => void,
  keys: ConsoleKeys = {},
): Promise<Console> {
  if (!Deno.stdin.isTerminal() || !Deno.stdout.isTerminal()) return openScript(stop, write);
  if (isDumb) return openDumbTerminal(prompt, stop, write, keys);
  const { openTerminal } = await import("./console/terminal.ts");
  return await openTerminal(prompt, stop, write, keys);
}

/**
 * Opens the console of a command that has words of its own: what would go to stderr stands above the line being
 * typed if they share a terminal. With `json` stdout is for events, so that there is no prompt.
 */
export async function openSharedConsole(
  prompt: string,
  json: boolean,
  { reporter, stop }: Context,
  keys: ConsoleKeys = {},
): Promise<Console> {
  const opened = await openConsole(json ? "" : prompt, stop, (text) => reporter.write(text), keys);
  const console = { ...opened, lines: untilUnreadable(opened, reporter) };
  if (json) return { ...console, retitle() {} };
  if (console.isTerminal && Deno.stderr.isTerminal()) reporter.divert((line) => console.print(line));
  return console;
}

// A stdin that can't be read, such as a folder, has no lines: that ends no server.
async function* untilUnreadable(console: Console, reporter: Reporter): AsyncGenerator<string> {
  try {
    yield* readableLines(console, reporter);
  } catch (error) {
    if (!(error instanceof PinwireError)) throw error;
    reporter.error(error);
  }
}

/** The lines of a console; one of a script that isn't UTF-8 is reported and left out, as nobody knows what it says. */
export async function* readableLines(
  { isTerminal, lines }: Console,
  reporter: Reporter,
): AsyncGenerator<string> {
  for await (const line of lines) {
    if (!isTerminal && line.includes("\ufffd")) reporter.error(notUtf8("a line was left out; "));
    else yield line;
  }
}

/** Asks for one line after the other. */
export interface Questions extends Disposable {
  /** What was typed; `undefined` at the end of stdin, and when it is time to stop. */
  ask(question: string): Promise<string | undefined>;
}

/** Opens a console for questions. If stdout is no terminal they stand on stderr. */
export async function openQuestions({ reporter, stop }: Context): Promise<Questions> {
  const console = await openConsole("", stop, (text) => reporter.write(text));
  const lines = console.lines[Symbol.asyncIterator]();
  return {
    async ask(question) {
      const shown = `${visible(question)} `;
      console.retitle(shown);
      if (console.isTerminal) console.prompt();
      else reporter.note(shown);
      return (await lines.next()).value;
    },
    [Symbol.dispose]: () => console.close(),
  };
}
