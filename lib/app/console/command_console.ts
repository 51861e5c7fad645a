import { PinwireError } from "../../errors.ts";
import { sleep } from "../../net/mod.ts";
import { openSharedConsole } from "../console.ts";
import type { Context } from "../context.ts";
import type { Console } from "./types.ts";

/** After so many lines everything else has its turn: those of a script come all at once. */
const LINES_AT_ONCE = 50;

/** What a {@linkcode CommandConsole} does. */
export interface CommandConsoleOptions {
  /** Its answers go to stderr, since stdout is for events alone; so they do if a recording goes to stdout. */
  json: boolean;
  /** What goes on when the console has ended: `the relay`. */
  owner: string;
  /** What a line could go on to, a whole line each: Tab. */
  complete(line: string): string[];
  /**
   * Carries out a line.
   *
   * @throws {PinwireError} what is wrong with it
   */
  answer(line: string, print: (text: string) => void): void;
}

/** The console of a server, where somebody types commands. */
export class CommandConsole {
  #console: Console;
  #isApart: boolean;
  #options: CommandConsoleOptions;
  #context: Context;

  private constructor(console: Console, isApart: boolean, options: CommandConsoleOptions, context: Context) {
    this.#console = console;
    this.#isApart = isApart;
    this.#options = options;
    this.#context = context;
  }

  /** Opens it on stdin. */
  static async open(options: CommandConsoleOptions, context: Context): Promise<CommandConsole> {
    const { complete } = options;
    const isApart = options.json || context.recorder?.takesStdout === true;
    const console = await openSharedConsole("cmd> ", isApart, context, { complete });
    return new CommandConsole(console, isApart, options, context);
  }

  /** Carries out what is typed, a line each, until the console ends. */
  async answerLines(): Promise<void> {
    const { clock, reporter, stop } = this.#context;
    const console = this.#console;
    console.prompt();
    let count = 0;
    for await (const line of console.lines) {
      this.#answer(line);
      console.prompt();
      if (++count % LINES_AT_ONCE === 0) await sleep(0, clock);
      await reporter.drained();
    }
    if (console.isTerminal && !stop.signal.aborted) {
      reporter.note(`The console has ended; Ctrl-C ends ${this.#options.owner}.\n`);
    }
  }

  close(): void {
    this.#console.close();
  }

  #answer(line: string): void {
    const { answer } = this.#options;
    const { reporter } = this.#context;
    const print = (text: string) => this.#isApart ? reporter.note(`${text}\n`) : this.#console.print(text);
    try {
      answer(line, print);
    } catch (error) {
      if (!(error instanceof PinwireError)) throw error;
      if (this.#isApart) reporter.error(error);
      else this.#console.print(error.sentence);
    }
  }
}
