import { listen, parseAddress } from "../../lib/net/mod.ts";
import { LOOPBACK } from "./connection.ts";
import { isWindows } from "./machine.ts";
import { pinwireCommand } from "./pinwire.ts";
import { Process } from "./process.ts";

/** A test of what a shell does with stdin and stdout. */
export function shelled(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: isWindows, fn });
}

/** Runs pinwire by a shell, with what stands behind it: `<in >out`, `<&-`, `| head -c 5` … */
export function shell(args: string[], behind: string): Process {
  // In place of the shell, so that whoever ends it ends pinwire.
  const exec = behind.includes("|") ? "" : "exec ";
  return new Process("sh", ["-c", `${exec}"$@" ${behind}`, "sh", ...pinwireCommand(args)]);
}

export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** A peer over TCP that the test plays: how it is dialled, and its connections. */
export async function tcpPeer() {
  const listener = await listen(parseAddress(`${LOOPBACK}:0`, { schemes: ["tcp"] }), { isExact: true });
  return {
    address: listener.address.replace("tcp://", ""),
    accept: async () => (await listener.accept())!,
    [Symbol.dispose]: () => listener.close(),
  };
}

/** A peer that says everything back, and then ends its side. */
export async function echoPeer() {
  const peer = await tcpPeer();
  async function serve(): Promise<void> {
    for (;;) {
      const connection = await peer.accept();
      if (!connection) return;
      await connection.receive((bytes) => connection.write(bytes));
      await connection.closeWrite();
      connection.close();
    }
  }
  const serving = serve();
  return {
    address: peer.address,
    async [Symbol.asyncDispose]() {
      peer[Symbol.dispose]();
      await serving;
    },
  };
}
