import type { Console, ConsoleKeys } from "./types.ts";
import { stdinReads } from "../stdin.ts";
import type { Stop } from "../stop.ts";

/** Characters of the longest line. */
const LONGEST_LINE = 1_048_576;

/** Opens the console of a script: its lines come by stdin, and no prompt is shown. */
export function openScript(stop: Stop, write: (text: string) => void): Console {
  return {
    isTerminal: false,
    lines: typedLines(stop.signal),
    print: (line) => write(`${line}\n`),
    prompt() {},
    retitle() {},
    close() {},
  };
}

/**
 * Opens the console on a terminal that knows no escape sequences. The system edits the lines (termios(3), ICANON), and
 * what was typed of one can't be drawn again: it stays where it is, and what is printed begins a line below.
 */
export function openDumbTerminal(
  prompt: string,
  stop: Stop,
  write: (text: string) => void,
  { interrupt }: ConsoleKeys,
): Console {
  const closing = new AbortController();
  let title = prompt;
  let isPrompting = false;
  async function* lines() {
    for await (const line of typedLines(AbortSignal.any([stop.signal, closing.signal]))) {
      isPrompting = false;
      yield line;
    }
    // Whatever is said after the end begins on a line of its own.
    if (isPrompting) write("\n");
    isPrompting = false;
  }
  if (interrupt) {
    stop.onInterrupt(() => {
      interrupt();
      // The system has given up what was typed.
      if (isPrompting && !stop.signal.aborted) write(`\n${title}`);
    });
  }
  return {
    isTerminal: true,
    lines: lines(),
    print: (line) => write(isPrompting ? `\n${line}\n${title}` : `${line}\n`),
    prompt() {
      isPrompting = true;
      write(title);
    },
    retitle(prompt) {
      title = prompt;
    },
    close: () => closing.abort(),
  };
}

// Stdin's own stream would take three times as long. A read can't be cancelled: at a stop it is left behind.
async function* typedLines(signal: AbortSignal): AsyncGenerator<string> {
  let wake = () => {};
  signal.addEventListener("abort", () => wake());
  const decoder = new TextDecoder();
  const read = stdinReads(65_536);
  let rest = "";
  while (!signal.aborted) {
    // A promise of its own for each read: one for all would remember every race.
    const { promise: stopped, resolve } = Promise.withResolvers<undefined>();
    wake = () => resolve(undefined);
    const piece = await Promise.race([read(), stopped]);
    if (signal.aborted) return;
    const isEnd = piece === undefined;
    const lines = decoder.decode(piece, { stream: !isEnd }).split("\n");
    lines[0] = rest + lines[0];
    rest = lines.pop()!;
    for (const line of lines) yield line.replace(/\r$/, "");
    // A line without an end is cut, and not kept for ever.
    if (rest.length > LONGEST_LINE) {
      yield rest;
      rest = "";
    }
    if (!isEnd) continue;
    if (rest) yield rest;
    return;
  }
}
