import { visible } from "../text/mod.ts";
import type { Context } from "./context.ts";
import type { Stop } from "./stop.ts";
import { exitAt } from "./terminal.ts";

/** Where a person, or a script in place of one, types lines. */
export interface Console {
  /** Whether there is a person: stdin and stdout are both terminals. */
  readonly isTerminal: boolean;
  /** The lines typed, until the end of stdin. One reader only. */
  readonly lines: AsyncIterable<string>;
  /** Prints a line above the one being typed, which stays. */
  print(line: string): void;
  /** Shows the prompt, for the next line. */
  prompt(): void;
  /** From now on prompts so, the line being typed too. */
  retitle(prompt: string): void;
  close(): void;
}

/** What keys do on a terminal, besides editing. */
export interface ConsoleKeys {
  /** What the line typed could go on to, a whole line each: Tab. */
  complete?(line: string): string[];
  /** Ctrl-C; the line being typed is given up. Without it Ctrl-C stops the command. */
  interrupt?(): void;
  /** Whether a line that was typed before its prompt is shown once more behind that. */
  repeats?: boolean;
}

/**
 * Opens the console. On a terminal it has line editing and history; Ctrl-C stops, Ctrl-D ends.
 *
 * @param write writes to stdout, without ever standing still for a reader that doesn't read
 */
export async function openConsole(
  prompt: string,
  stop: Stop,
  write: (text: string) => void,
  keys: ConsoleKeys = {},
): Promise<Console> {
  if (Deno.stdin.isTerminal() && Deno.stdout.isTerminal()) {
    return await openTerminal(prompt, stop, write, keys);
  }
  const lines = typedLines(stop.signal);
  const print = (line: string) => write(`${line}\n`);
  return { isTerminal: false, lines, print, prompt() {}, retitle() {}, close() {} };
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
  const console = await openConsole(json ? "" : prompt, stop, (text) => reporter.write(text), keys);
  if (json) return { ...console, retitle() {} };
  if (console.isTerminal && Deno.stderr.isTerminal()) reporter.divert((line) => console.print(line));
  return console;
}

// Stdin's own stream would take three times as long. A read can't be cancelled: at a stop it is left behind.
async function* typedLines(signal: AbortSignal): AsyncGenerator<string> {
  let wake = () => {};
  signal.addEventListener("abort", () => wake());
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(65_536);
  let rest = "";
  while (!signal.aborted) {
    // A promise of its own for each read: one for all would remember every race.
    const { promise: stopped, resolve } = Promise.withResolvers<null>();
    wake = () => resolve(null);
    const count = await Promise.race([Deno.stdin.read(buffer), stopped]);
    if (signal.aborted) return;
    const isEnd = count === null;
    const lines = decoder.decode(buffer.subarray(0, count ?? 0), { stream: !isEnd }).split("\n");
    lines[0] = rest + lines[0];
    rest = lines.pop()!;
    for (const line of lines) yield line.replace(/\r$/, "");
    if (!isEnd) continue;
    if (rest) yield rest;
    return;
  }
}

async function openTerminal(
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
