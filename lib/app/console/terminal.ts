import type { Console, ConsoleKeys } from "./types.ts";
import type { Stop } from "../stop.ts";
import { exitAt } from "../terminal.ts";
import { placeAfter } from "../../text/width.ts";
import { useClusters } from "./clusters.ts";

/** Opens the console on a terminal that can be drawn on: with line editing and history. */
export async function openTerminal(
  prompt: string,
  stop: Stop,
  write: (text: string) => void,
  { complete, interrupt, repeats }: ConsoleKeys,
): Promise<Console> {
  const [{ createInterface, clearScreenDown, cursorTo, moveCursor }, { stdin, stdout }, { Writable }] =
    await Promise.all([import("node:readline"), import("node:process"), import("node:stream")]);
  // The process's own would stand still, and everything else with it, for as long as the terminal doesn't read.
  const screen = Object.assign(
    new Writable({
      decodeStrings: false,
      write(text, _encoding, done) {
        write(String(text));
        done();
      },
    }),
    { isTTY: true },
  );
  Object.defineProperty(screen, "columns", { get: () => stdout.columns });
  const completer = complete && ((line: string): [string[], string] => [complete(line), line]);
  const readline = createInterface({ input: stdin, output: screen, terminal: true, prompt, completer });
  const columns = () => stdout.columns || Infinity;
  // It takes each code point of an emoji for a character of its own.
  Object.assign(readline, { _getDisplayPos: (text: string) => placeAfter(text, columns()) });
  useClusters(readline);
  // At SIGINT and SIGTERM the stop closes it.
  const leaving = exitAt("SIGHUP", "SIGQUIT");
  let isOpen = true;
  let isPrompting = false;
  let givenUp = 0;
  // One listener from the start: lines pasted while another is at work wait in the queue.
  const queue = new ReadableStream<Typed>({
    start(controller) {
      readline.on("line", (text: string) => {
        // Ctrl-\ and the like get into it unseen.
        if (isOpen) {
          controller.enqueue({ text: text.replace(UNSEEN, ""), isEarly: !isPrompting, round: givenUp });
        }
        isPrompting = false;
      });
      readline.on("close", () => {
        leaving[Symbol.dispose]();
        // Whatever is said after the end begins on a line of its own.
        if (isPrompting) screen.write("\n");
        if (isOpen) controller.close();
        isOpen = false;
      });
    },
    // Whoever reads the lines may stop before their end.
    cancel() {
      isOpen = false;
    },
  });
  readline.on("SIGINT", () => {
    if (!interrupt) return stop.now();
    interrupt();
    if (!isOpen) return;
    // As a terminal does it: what was typed ahead is given up with the line.
    givenUp++;
    Object.assign(readline, { line: "", cursor: 0, prevRows: 0 });
    if (!isPrompting) return;
    screen.write("^C\n");
    readline.prompt();
  });
  // After Ctrl-Z and fg it would wait for somebody to say so.
  readline.on("SIGCONT", () => readline.resume());
  // Behind whatever else is done at a stop: to give the terminal back waits for one that isn't read.
  stop.signal.addEventListener("abort", () => setTimeout(() => readline.close()));
  /** How wide the terminal was when the line being typed was drawn. */
  let drawnAt = columns();
  // How far above the cursor that line begins. A terminal that has become wider or narrower has wrapped it anew.
  function rowsAbove(): number {
    const { rows, cols } = readline.getCursorPos();
    const isAtEnd = readline.cursor === readline.line.length;
    // Behind a row that is full by chance the cursor still stands in that. Drawn so, it was made to go on.
    const wasDrawnFull = placeAfter(readline.getPrompt() + readline.line, drawnAt).cols === 0;
    return rows > 0 && cols === 0 && isAtEnd && !wasDrawnFull ? rows - 1 : rows;
  }
  // Drawn again, the line being typed begins where the cursor is.
  function drawAbove(line: string) {
    if (isOpen) moveCursor(screen, 0, -rowsAbove());
    cursorTo(screen, 0);
    clearScreenDown(screen);
    screen.write(line);
    if (!isOpen) return;
    Object.assign(readline, { prevRows: 0 });
    drawnAt = columns();
    readline.prompt(true);
  }
  stdout.on("resize", () => {
    if (isOpen && (isPrompting || readline.line)) drawAbove("");
  });
  async function* lines() {
    for await (const { text, isEarly, round } of queue) {
      if (round < givenUp) continue;
      if (isEarly && repeats) {
        screen.write(`${text}\n`);
        isPrompting = false;
      }
      yield text;
    }
  }
  return {
    isTerminal: true,
    lines: lines(),
    print: (line) => drawAbove(`${line}\n`),
    retitle(prompt) {
      readline.setPrompt(prompt);
      if (isPrompting) drawAbove("");
    },
    prompt() {
      if (!isOpen) return;
      isPrompting = true;
      // What was pasted may have begun the next line already.
      readline.prompt(true);
    },
    close: () => readline.close(),
  };
}

/** A line, and whether it was typed before it was asked for. */
interface Typed {
  text: string;
  isEarly: boolean;
  /** How often Ctrl-C had been typed before. */
  round: number;
}

const UNSEEN = /(?!\t)\p{Cc}/gu;
