import type { Console, ConsoleKeys } from "./types.ts";
import type { Stop } from "../stop.ts";
import { exitAt } from "../terminal.ts";

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
  stdout.on("resize", () => screen.emit("resize"));
  const completer = complete && ((line: string): [string[], string] => [complete(line), line]);
  const readline = createInterface({ input: stdin, output: screen, terminal: true, prompt, completer });
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
  // The line being typed may take several rows. Drawn again, it begins where the cursor is.
  function drawAbove(line: string) {
    if (isOpen) moveCursor(screen, 0, -readline.getCursorPos().rows);
    cursorTo(screen, 0);
    clearScreenDown(screen);
    screen.write(line);
    if (!isOpen) return;
    Object.assign(readline, { prevRows: 0 });
    readline.prompt(true);
  }
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
