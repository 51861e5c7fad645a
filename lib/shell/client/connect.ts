import { PinwireError } from "../../errors.ts";
import {
  type Console,
  type Context,
  dialOptions,
  type DialSettings,
  openSharedConsole,
} from "../../app/mod.ts";
import type { Address, Connection } from "../../net/mod.ts";
import { reportConnection } from "../../session/mod.ts";
import { redial } from "../../session/redial.ts";
import { visible } from "../../text/mod.ts";
import { clientToken } from "../token.ts";
import type { Exit, Signal } from "../wire/bodies.ts";
import type { TokenSource } from "../wire/handshake.ts";
import { Insistence } from "./insistence.ts";
import { Printer } from "./printer.ts";
import { openRemote, type Remote } from "./remote.ts";
import { wordsOf } from "./words.ts";

/** The options of `shell connect`. */
export interface ConnectOptions extends DialSettings {
  wire: "v1" | "simple";
  tokenFile?: string;
  cwd?: string;
  raw: boolean;
  noReconnect: boolean;
  json: boolean;
}

/** Where commands get input, as in ssh; wire simple has none. */
const ELSEWHERE = "; for more: pinwire shell exec --pty -- bash";

/** What ends the console. */
const CLOSING_WORDS = ["bye", "exit", "logout", "quit"];

/**
 * A console for commands one by one, until `bye` or the end of its lines. A lost link is dialled again.
 *
 * @returns whether every command could be run, and no link was lost
 * @throws {PinwireError} what the first dial throws, or why the server didn't let us in then
 */
export async function runConsole(
  address: Address,
  options: ConnectOptions,
  context: Context,
): Promise<boolean> {
  const token = options.wire === "v1" ? await clientToken(address, options.tokenFile) : undefined;
  const dialling = await dialOptions(address, options);
  const shell = new ShellConsole(options, token, context);
  const console = await openSharedConsole("", options.json, context, {
    interrupt: () => shell.interrupt(),
    repeats: true,
  });
  const reading = shell.runLines(console);
  try {
    const { noReconnect } = options;
    await redial(
      address,
      { ...dialling, firstMustHold: true, noReconnect },
      context,
      (link) => shell.serve(link),
    );
  } finally {
    shell.close();
    context.stop.now();
    console.close();
    await reading;
  }
  return shell.outcome();
}

/** The link to the server, as it comes and goes. */
type Link =
  /** The first one isn't there yet. */
  | { is: "opening" }
  /** Commands can be run. `hasLeft`: we have closed it, and want another. */
  | { is: "up"; remote: Remote; hasLeft: boolean }
  /** It was lost, and is dialled again. */
  | { is: "down" }
  /** No other link is wanted; `refusal` is why the server never let us in, if it didn't. */
  | { is: "over"; refusal?: unknown };

/** A console's commands, over a link that may come and go. */
class ShellConsole {
  #options: ConnectOptions;
  #console?: Console;
  #token?: TokenSource;
  #context: Context;
  #printer: Printer;
  #link: Link = { is: "opening" };
  /** Fulfilled while the link is up, and once it is over. */
  #settled = Promise.withResolvers<void>();
  #cwd?: string;
  #exit?: Exit;
  /** Takes Ctrl-C for the command that runs; undefined when none does. */
  #interrupts?: Insistence;
  #hasFailed = false;

  constructor(options: ConnectOptions, token: TokenSource | undefined, context: Context) {
    this.#options = options;
    this.#token = token;
    this.#context = context;
    this.#cwd = options.cwd;
    this.#printer = new Printer(options, context);
  }

  /** Has the lines run over this connection, until it is lost; true if no other is wanted. */
  async serve(connection: Connection): Promise<boolean> {
    let remote: Remote;
    try {
      remote = await openRemote(connection, this.#token, this.#context);
    } catch (error) {
      if (this.#link.is !== "opening") throw error;
      this.#link = { is: "over", refusal: error };
      return true;
    }
    const up = { is: "up" as const, remote, hasLeft: false };
    const stopReason = () => this.#isStopping() ? "end of stream" : undefined;
    try {
      return await reportConnection(connection, this.#context.reporter, stopReason, () => this.#use(up));
    } catch (error) {
      if (this.#isStopping()) return true;
      if (up.hasLeft) return false;
      this.#hasFailed = true;
      throw error;
    }
  }

  /** Runs the lines, one after the other. */
  async runLines(console: Console): Promise<void> {
    this.#console = console;
    await this.#settled.promise;
    if (console.isTerminal && this.#link.is !== "over") {
      console.print(`Each line is a command without input${this.#token ? ELSEWHERE : ""}`);
      console.print("bye or Ctrl-D ends.");
    }
    this.#prompt();
    for await (const line of console.lines) {
      if (this.#link.is === "over" || CLOSING_WORDS.includes(line.trim())) break;
      if (line.trim()) await this.#run(line);
      if (this.#isOver()) break;
      if (this.#printer.isMidLine) this.#context.reporter.write("\n");
      this.#printer.isMidLine = false;
      this.#prompt();
    }
    this.close();
    this.#context.stop.now();
  }

  /** Ctrl-C. */
  interrupt(): void {
    if (this.#link.is === "up") this.#interrupts?.press();
    else this.#context.stop.now();
  }

  /** There will be no other link. */
  close(): void {
    if (this.#link.is !== "over") this.#link = { is: "over" };
    this.#settled.resolve();
  }

  /** @throws {PinwireError} why the server never let us in; `output_unwritable` */
  outcome(): boolean {
    if (this.#link.is === "over" && this.#link.refusal) throw this.#link.refusal;
    this.#printer.check();
    return !this.#hasFailed;
  }

  /** Lets the lines run over a link, until that is lost. */
  async #use(up: Link & { is: "up" }): Promise<never> {
    const { remote } = up;
    if (!this.#isOver()) this.#link = up;
    this.#cwd ??= remote.about?.cwd;
    // A line may be being typed since before the link was there.
    if (this.#interrupts === undefined) this.#retitle();
    this.#settled.resolve();
    using _stopping = this.#context.stop.onStop(() => this.#leave(remote));
    try {
      return await remote.lost;
    } finally {
      if (!this.#isOver()) {
        this.#link = { is: "down" };
        this.#settled = Promise.withResolvers();
      }
    }
  }

  #signal(link: Link & { is: "up" }, signal: Signal): void {
    // Where the wire has no signals, only leaving ends a command.
    if (link.remote.signal(signal)) return;
    link.hasLeft = true;
    link.remote.close();
  }

  /** Ends the link, and with it what runs there. */
  #leave(remote: Remote): void {
    remote.close();
    // Restoring the terminal would wait for what is being written to it, and that for a terminal that may not read.
    if (this.#console?.isTerminal && this.#printer.isPrinting) Deno.exit();
  }

  async #run(line: string): Promise<void> {
    const { reporter } = this.#context;
    await this.#settled.promise;
    const link = this.#link;
    if (link.is !== "up") return;
    const { remote } = link;
    using interrupts = new Insistence(this.#context.clock, (signal) => this.#signal(link, signal));
    this.#interrupts = interrupts;
    // A shell's fg shows the prompt again, which doesn't belong above a command's output.
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
      } else if (link === this.#link) {
        // If the link was lost, its own end is reported.
        reporter.error(error);
      }
    } finally {
      this.#interrupts = undefined;
    }
  }

  #isOver(): boolean {
    return this.#link.is === "over";
  }

  #isStopping(): boolean {
    return this.#isOver() || this.#context.stop.signal.aborted;
  }

  #prompt(): void {
    this.#retitle();
    this.#console?.prompt();
  }

  #retitle(): void {
    const about = this.#link.is === "up" ? this.#link.remote.about : undefined;
    const place = about ? `${about.host}:${this.#cwd}` : "";
    const code = this.#exit?.code ? ` [${this.#exit.code}]` : "";
    this.#console?.retitle(`${visible(place)}${code}> `.trimStart());
  }
}
