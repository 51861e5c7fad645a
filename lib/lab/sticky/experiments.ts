import type { ReadsEvent } from "../../app/mod.ts";

/** What recv(1024) of the tutorials asks for. */
const ROOM = 1024;

/** Shows on real connections of this machine that a read has nothing to do with a write. */
export async function readsAndWrites(): Promise<ReadsEvent[]> {
  return [await stuck("stuck"), await torn(), await split(), await stuck("no_delay"), await rest()];
}

/** A connection over loopback: each end writes, and reads what has come. */
export async function connected(): Promise<[client: Deno.TcpConn, server: Deno.TcpConn]> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return await Promise.all([
    Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port }),
    listener.accept(),
  ]);
}

/** Three writes are there before anybody reads. */
async function stuck(experiment: "stuck" | "no_delay"): Promise<ReadsEvent> {
  const [client, server] = await connected();
  using _ends = ends(client, server);
  if (experiment === "no_delay") client.setNoDelay(true);
  const writes = ["one", "two", "three"];
  for (const text of writes) await write(client, text);
  return { event: "reads", experiment, writes, reads: [await read(server)] };
}

/** A read takes no more than it has room for. */
async function torn(): Promise<ReadsEvent> {
  const [client, server] = await connected();
  using _ends = ends(client, server);
  const text = "a message of some length";
  await write(client, text);
  const reads: string[] = [];
  while (reads.join("").length < text.length) reads.push(await read(server, 10));
  return { event: "reads", experiment: "torn", writes: [text], reads };
}

/** A message comes in two pieces, and is read between them. */
async function split(): Promise<ReadsEvent> {
  const [client, server] = await connected();
  using _ends = ends(client, server);
  const writes = ["hel", "lo"];
  const reads: string[] = [];
  for (const text of writes) {
    await write(client, text);
    reads.push(await read(server));
  }
  return { event: "reads", experiment: "split", writes, reads };
}

/** The remote shell of the tutorial: what was left of one answer is read as the next. */
async function rest(): Promise<ReadsEvent> {
  const [client, server] = await connected();
  using _ends = ends(client, server);
  const writes = ["A".repeat(1500), "B".repeat(5)];
  const reads: string[] = [];
  for (const text of writes) {
    await write(server, text);
    reads.push(await read(client));
  }
  return { event: "reads", experiment: "rest", writes, reads };
}

async function write(conn: Deno.TcpConn, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

async function read(conn: Deno.TcpConn, room = ROOM): Promise<string> {
  const buffer = new Uint8Array(room);
  return new TextDecoder().decode(buffer.subarray(0, await conn.read(buffer) ?? 0));
}

/** Closes both. */
export function ends(...connections: Deno.TcpConn[]): Disposable {
  return {
    [Symbol.dispose]() {
      for (const connection of connections) connection.close();
    },
  };
}
