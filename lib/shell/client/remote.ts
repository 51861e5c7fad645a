import type { Context } from "../../app/mod.ts";
import type { Connection } from "../../net/mod.ts";
import { ShellClient } from "./client.ts";
import type { Exit, Ready, Signal } from "../wire/bodies.ts";
import type { TokenSource } from "../wire/handshake.ts";
import type { ClientStream, Output } from "./client_stream.ts";
import { SimpleClient } from "./simple_client.ts";

/** A shell on the other side, for one command after the other; either wire leads there. */
export interface Remote {
  /** What the server says of itself; the tutorials' servers say nothing. */
  readonly about?: Ready;
  /** Rejects with why the connection ended; it never resolves. */
  readonly lost: Promise<never>;
  /**
   * Runs a command without stdin.
   *
   * @throws {PinwireError} why it never ran, or what became of the connection
   */
  run(argv: readonly string[], cwd: string | undefined, output: Output): Promise<Exit>;
  /** Sends a signal to the command that runs; false where the wire has no signals. */
  signal(name: Signal): boolean;
  close(): void;
}

/** @throws {PinwireError} why the server doesn't let us in */
export async function openRemote(
  connection: Connection,
  token: TokenSource | undefined,
  context: Context,
): Promise<Remote> {
  if (!token) return overSimple(SimpleClient.open(connection, context));
  const client = await ShellClient.open(connection, token, context);
  const about = await client.ready;
  let running: ClientStream | undefined;
  return {
    about,
    lost: client.lost,
    async run(argv, cwd, output) {
      running = client.start({ argv, cwd }, output);
      await running.feed(() => Promise.resolve(null));
      return await running.exited.finally(() => running = undefined);
    },
    signal(name) {
      running?.signal(name);
      return true;
    },
    close: () => client.close(),
  };
}

function overSimple(client: SimpleClient): Remote {
  return {
    lost: client.lost,
    async run(argv, _cwd, output) {
      await output("stdout", await client.ask(argv.join(" ")));
      return { code: 0, signal: null, cwd: null };
    },
    signal: () => false,
    close: () => client.close(),
  };
}
