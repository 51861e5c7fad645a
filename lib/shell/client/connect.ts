import { PinwireError } from "../../errors.ts";
import { type Console, type Context, dialOptions, openSharedConsole } from "../../app/mod.ts";
import { type Address, type Connection, reasonOf } from "../../net/mod.ts";
import type { Token } from "../../session/token.ts";
import { redial } from "../../session/redial.ts";
import { visible } from "../../text/mod.ts";
import { Printer } from "./printer.ts";
import type { Exit, Signal } from "../protocol.ts";
import { openRemote, type Remote } from "./remote.ts";
import { openToken } from "../token.ts";

/** What `shell connect` is told. */
export interface ConnectOptions {
  wire: "v1" | "simple";
  tokenFile?: string;
  cwd?: string;
  raw: boolean;
  json: boolean;
  ca?: string;
}

/** What Ctrl-C sends to the command that runs: the first, the second, any other. */
const INSISTENCE: Signal[] = ["SIGINT", "SIGTERM", "SIGKILL"];

/** What ends the console. */
const CLOSING_WORDS = ["bye", "exit", "logout", "quit"];

/**
 * A console for commands one by one, until `bye` or the end of its lines. A lost link is dialled again.
 *
 * @returns whether every command could be run
 * @throws {PinwireError} what the first dial throws, or why the server didn't let us in then
 */
export async function runConsole(
  address: Address,
  options: ConnectOptions,
  context: Context,
): Promise<boolean> {
  const token = options.wire === "v1" ? await openToken(options.tokenFile) : undefined;
  const { ca } = await dialOptions(address, options.ca);
  const shell = new ShellConsole(options, token, context);
  const console = await openSharedConsole("", options.json, context, {
    interrupt: () => shell.interrupt(),
    repeats: true,
  });
  const reading = shell.runLines(console);
  try {
    await redial(address, { ca, firstMustHold: true }, context, (connection) => shell.serve(connection));
  } finally {
    shell.close();
    context.stop.now();
    console.close();
    await reading;
  }
  return shell.outcome();
}

/** The console's side of a link that may come and go. */
class ShellConsole {
  #options: ConnectOptions;
  #console?: Console;
  #token?: Token;
  #context: Context;
  #printer: Printer;
  #remote?: Remote;
  #opened = Promise.withResolvers<void>();
  #hasOpened = false;
  #isOver = false;
  #cwd?: string;
  #exit?: Exit;
  #interrupts = -1;
  #hasFailed = false;
  #hasLeft = false;
  #refusal: unknown;

  constructor(options: ConnectOptions, token: Token | undefined, context: Context) {
    this.#options = options;
    this.#token = token;
    this.#context = context;
    this.#cwd = options.cwd;
    this.#printer = new Printer(options, context);
  }

  /** Has the lines run over this connection, until it is lost; true if no other is wanted. */
  async serve(connection: Connection): Promise<boolean> {
    const { reporter } = this.#context;
    let remote: Remote;
    try {
      remote = await openRemote(connection, this.#token, this.#context);
    } catch (error) {
      if (this.#hasOpened) throw error;
      this.#refusal = error;
      return true;
    }
    reporter.report({ event: "connected", peer: connection.remote });
    this.#remote = remote;
    this.#hasOpened = true;
    this.#cwd ??= remote.about?.cwd;
    this.#hasLeft = false;
    // It may have been typed at while there was no link.
    if (this.#interrupts < 0) this.#retitle();
    this.#opened.resolve();
    using _stopping = this.#context.stop.onStop(() => this.#leave(remote));
    try {
      return await remote.lost;
    } catch (error) {
      const isOver = this.#isOver || this.#context.stop.signal.aborted;
      const reason = isOver ? "end of stream" : reasonOf(error);
      reporter.report({ event: "disconnected", peer: connection.remote, reason });
      if (isOver) return true;
      if (this.#hasLeft) return false;
      throw error;
    } finally {
      this.#remote = undefined;
      this.#opened = Promise.withResolvers();
    }
  }

  /** Runs the lines, one after the other. */
  async runLines(console: Console): Promise<void> {
    this.#console = console;
    await this.#opened.promise;
    if (console.isTerminal && !this.#isOver) console.print("Each line is a command; bye or Ctrl-D ends.");
    this.#prompt();
    for await (const line of console.lines) {
      if (this.#isOver || CLOSING_WORDS.includes(line.trim())) break;
      if (line.trim()) await this.#run(line);
      if (this.#isOver) break;
      if (this.#printer.isMidLine) this.#context.reporter.write("\n");
      this.#printer.isMidLine = false;
      this.#prompt();
    }
    this.#isOver = true;
    this.#context.stop.now();
  }

  /** Ends the link, and with it what runs there. */
  #leave(remote: Remote): void {
    remote.close();
    // To give the terminal back waits for what is being written, and that for whoever doesn't read it.
    if (this.#console?.isTerminal && this.#printer.isPrinting) Deno.exit();
  }

  /** Ctrl-C. */
  interrupt(): void {
    if (!this.#remote) return this.#context.stop.now();
    if (this.#interrupts < 0) return;
    const signal = INSISTENCE[Math.min(this.#interrupts++, INSISTENCE.length - 1)];
    // Where the wire has no signals, to leave is what ends a command.
    if (this.#remote.signal(signal)) return;
    this.#hasLeft = true;
    this.#remote.close();
  }

  /** There will be no other link. */
  close(): void {
    this.#isOver = true;
    this.#opened.resolve();
  }

  /** @throws {PinwireError} why the server never let us in; `output_unwritable` */
  outcome(): boolean {
    if (this.#refusal) throw this.#refusal;
    this.#printer.check();
    return !this.#hasFailed;
  }

  async #run(line: string): Promise<void> {
    const { reporter } = this.#context;
    await this.#opened.promise;
    const remote = this.#remote;
    if (!remote) return;
    this.#interrupts = 0;
    // Whoever comes back to it by fg is shown no prompt meanwhile.
    this.#console?.retitle("");
    try {
      const argv = remote.about?.shell === false ? wordsOf(line) : [line];
      this.#exit = await remote.run(argv, this.#cwd, this.#printer.print);
      await this.#printer.end();
      const { code, signal, cwd, reason } = this.#exit;
      this.#cwd = cwd ?? this.#cwd;
      if (this.#options.json) reporter.report({ event: "exit", code, signal });
      if (reason !== undefined) reporter.error(new Error(`the command ${reason}`));
    } catch (error) {
      if (!(error instanceof PinwireError)) throw error;
      this.#exit = undefined;
      if (this.#context.stop.signal.aborted) return;
      this.#hasFailed ||= !this.#console?.isTerminal;
      if (error.code === "no_folder") {
        this.#cwd = remote.about?.cwd;
        reporter.error(
          new PinwireError(error.code, error.message, { hint: `now in ${this.#cwd}, nothing was run` }),
        );
      } else if (remote === this.#remote) {
        // Of a link that was lost its own end tells.
        reporter.error(error);
      }
    } finally {
      this.#interrupts = -1;
    }
  }

  #prompt(): void {
    this.#retitle();
    this.#console?.prompt();
  }

  #retitle(): void {
    const about = this.#remote?.about;
    const place = about ? `${about.host}:${this.#cwd}` : "";
    const code = this.#exit?.code ? ` [${this.#exit.code}]` : "";
    this.#console?.retitle(`${visible(place)}${code}> `.trimStart());
  }
}

/**
 * Words as a shell has them, with either kind of quotes and no more.
 *
 * @throws {PinwireError} `open_quote`
 */
function wordsOf(line: string): string[] {
  const words = [...line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+|["']/g)].map(([word]) => word);
  if (words.some((word) => word === '"' || word === "'")) {
    throw new PinwireError("open_quote", "a quote has no end", {
      hint: "put one behind, or quote it with the other kind",
    });
  }
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single));
}
