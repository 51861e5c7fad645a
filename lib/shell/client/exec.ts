import { messageOf, PinwireError } from "../../errors.ts";
import { type Context, dialOptions, type DialSettings, standardInput } from "../../app/mod.ts";
import { type Address, type Connection, dial } from "../../net/mod.ts";
import { ShellClient } from "./client.ts";
import { Printer } from "./printer.ts";
import type { Exit } from "../wire/bodies.ts";
import { openRemote } from "./remote.ts";
import { openLocalTerminal } from "./terminal.ts";
import { clientToken } from "../token.ts";

/** The options of `shell exec`. */
export interface ExecOptions extends DialSettings {
  wire: "v1" | "simple";
  tokenFile?: string;
  cwd?: string;
  pty: boolean;
  raw: boolean;
  json: boolean;
}

/** The exit code after a second Ctrl-C: 128+n (bash(1), EXIT STATUS). */
const INTERRUPTED = 130;

/**
 * Runs one command on a server and gives its exit code.
 *
 * @throws {PinwireError} what kept it from running
 */
export async function runExec(
  address: Address,
  argv: readonly string[],
  options: ExecOptions,
  context: Context,
): Promise<number> {
  const { stop, reporter } = context;
  using interrupts = new Interrupts();
  const token = options.wire === "v1" ? await clientToken(address, options.tokenFile) : undefined;
  const dialling = { ...await dialOptions(address, options), signal: stop.signal };
  const dialled = await dial(address, dialling, context.clock);
  const connection = context.trace(dialled);
  const printer = new Printer({ json: options.json, raw: options.raw || options.pty }, context);
  if (!token) return await runSimple(connection, argv, printer, context);
  const client = await ShellClient.open(connection, token, context);
  reporter.report({ event: "connected", peer: connection.peer.name });
  using _stopping = stop.onStop(() => client.close());
  using terminal = options.pty ? openLocalTerminal() : undefined;
  const running = client.start({ argv, cwd: options.cwd, pty: terminal?.size }, printer.print);
  terminal?.onResize((size) => running.resize(size));
  interrupts.on(() => running.signal("SIGINT"));
  // A read may still be pending when the command ends; the process ends all the same.
  void running.feed((buffer) => readStdin(buffer, context)).catch(() => {});
  try {
    const exit = await running.exited;
    await printer.end();
    printer.check();
    return report(exit, context, connection.peer.name);
  } catch (error) {
    printer.check();
    // Nobody reads our output any more.
    if (stop.signal.aborted) return 0;
    throw error;
  } finally {
    client.close();
  }
}

/** Reads stdin; if that fails, it says so, and stdin is at its end. */
async function readStdin(buffer: Uint8Array, { reporter }: Context): Promise<number | null> {
  try {
    return await standardInput.read(buffer);
  } catch (error) {
    const why = messageOf(error);
    reporter.error(
      new PinwireError("stdin_unreadable", `stdin can't be read (${why})`, {
        hint: "check where it comes from",
      }),
    );
    return null;
  }
}

async function runSimple(
  connection: Connection,
  argv: readonly string[],
  printer: Printer,
  context: Context,
): Promise<number> {
  const remote = await openRemote(connection, undefined, context);
  context.reporter.report({ event: "connected", peer: connection.peer.name });
  try {
    const exit = await remote.run(argv, undefined, printer.print);
    await printer.end();
    printer.check();
    return report(exit, context, connection.peer.name);
  } finally {
    remote.close();
  }
}

function report({ code, signal, reason }: Exit, { reporter }: Context, peer: string): number {
  reporter.report({ event: "exit", code, signal });
  if (reason !== undefined) reporter.error(new Error(`the command ${reason}`), peer);
  reporter.report({ event: "disconnected", peer, reason: "end of stream" });
  return code;
}

/** Passes Ctrl-C on to the command that runs there. A second one, or one before there is a command, ends us. */
class Interrupts implements Disposable {
  #pass?: () => void;
  #onInterrupt = () => {
    if (!this.#pass) Deno.exit(INTERRUPTED);
    this.#pass();
    this.#pass = undefined;
  };

  constructor() {
    Deno.addSignalListener("SIGINT", this.#onInterrupt);
  }

  /** Passes the next one to `pass`. */
  on(pass: () => void): void {
    this.#pass = pass;
  }

  [Symbol.dispose](): void {
    Deno.removeSignalListener("SIGINT", this.#onInterrupt);
  }
}
