import { type Console, type Context, openSharedConsole } from "../app/mod.ts";
import { PinwireError } from "../errors.ts";
import { sleep } from "../net/mod.ts";
import { completeRequest, type Desk, execute, parseRequest } from "./console.ts";
import type { Registry } from "./registry.ts";

/** If this many lines come within {@linkcode AT_ONCE}, the next ones wait a moment. */
const LINES_AT_ONCE = 50;
/** In milliseconds. */
const AT_ONCE = 2;

/** Where somebody types commands for the devices of a controller. */
export class ControllerConsole {
  #console: Console;
  #desk: Desk;
  #isJson: boolean;
  #context: Context;

  private constructor(registry: Registry, console: Console, isJson: boolean, context: Context) {
    const { reporter, stop } = context;
    this.#console = console;
    this.#desk = {
      registry,
      // With --json stdout is for events alone.
      print: (text) => isJson ? reporter.note(`${text}\n`) : console.print(text),
      quit: () => stop.now(),
    };
    this.#isJson = isJson;
    this.#context = context;
  }

  /** Opens it on stdin; with `isJson` its answers go to stderr. */
  static async open(registry: Registry, isJson: boolean, context: Context): Promise<ControllerConsole> {
    const complete = (line: string) => completeRequest(line, registry.names());
    const console = await openSharedConsole("cmd> ", isJson, context, { complete });
    return new ControllerConsole(registry, console, isJson, context);
  }

  /** Carries out what is typed, a line each, until the console ends. `quit` stops the context. */
  async answerLines(): Promise<void> {
    const { clock, reporter, stop } = this.#context;
    const console = this.#console;
    console.prompt();
    let count = 0;
    let since = clock.now();
    for await (const line of console.lines) {
      this.#answer(line);
      console.prompt();
      if (++count < LINES_AT_ONCE) continue;
      // The lines of a script come all at once. What they send has to get out in between.
      if (clock.now() - since < AT_ONCE) await sleep(0, clock);
      count = 0;
      since = clock.now();
    }
    if (console.isTerminal && !stop.signal.aborted) {
      reporter.note("The console has ended; Ctrl-C ends the controller.\n");
    }
  }

  close(): void {
    this.#console.close();
  }

  #answer(line: string): void {
    try {
      execute(parseRequest(line), this.#desk);
    } catch (error) {
      if (!(error instanceof PinwireError)) throw error;
      if (this.#isJson) this.#context.reporter.error(error);
      else this.#console.print(error.sentence);
    }
  }
}
