import type { ProbeEvent } from "../../lib/app/mod.ts";
import { LOOPBACK } from "./connection.ts";
import { runPinwire } from "./pinwire.ts";

/** One event `probe`. */
export type Row = ProbeEvent;

/** What `pinwire probe` finds. */
export async function probed(args: string[]): Promise<{ code: number; rows: Row[]; stderr: string }> {
  const { code, stdout, stderr } = await runPinwire(["probe", "--json", ...args]);
  return { code, rows: stdout.trim().split("\n").filter(Boolean).map((line) => JSON.parse(line)), stderr };
}

/** A server that does one thing with each connection, and keeps it. */
export function serverOf<C extends Deno.Conn>(
  listener: Deno.Listener<C>,
  action: (conn: C) => unknown,
): { port: number } & AsyncDisposable {
  const conns: C[] = [];
  const over = (async () => {
    for await (const conn of listener) {
      conns.push(conn);
      await action(conn);
    }
  })();
  return {
    port: (listener.addr as Deno.NetAddr).port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await over;
      conns.forEach((conn) => conn.close());
    },
  };
}

/** The same over TCP alone. */
export const plainServer = (action: (conn: Deno.TcpConn) => unknown) =>
  serverOf(Deno.listen({ hostname: LOOPBACK, port: 0 }), action);
