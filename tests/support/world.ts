import { assertEquals } from "@std/assert";
import { ask, LOOPBACK } from "./connection.ts";
import { pinwire } from "./pinwire.ts";
import type { Process } from "./process.ts";

/** A server with one client that behaves, and whom nobody's bad input may harm. */
interface World extends AsyncDisposable {
  server: Process;
  /** A connection of somebody else, and how events name it. */
  intruder(): Promise<{ conn: Deno.TcpConn; peer: string }>;
  /** The good client asks and is answered. */
  isWell(): Promise<void>;
}

/** Starts a pure echo over TCP; `question` is a message in its frame. */
export async function echo(options: string[], question = "ping\n"): Promise<World> {
  const args = ["echo", "serve", "127.0.0.1:0", "--reply", "{data}", "--json", ...options];
  const server = await pinwire(args);
  const connect = () => Deno.connect({ hostname: LOOPBACK, port: server.port });
  const good = await connect();
  await server.next("connected");
  const world = {
    server,
    async intruder() {
      const conn = await connect();
      return { conn, peer: (await server.next("connected")).peer! };
    },
    async isWell() {
      assertEquals(await ask(good, question), question);
      await server.next("message");
    },
    async [Symbol.asyncDispose]() {
      good.close();
      await server[Symbol.asyncDispose]();
    },
  };
  await world.isWell();
  return world;
}
