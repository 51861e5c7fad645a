import net from "node:net";
import { type Stage, staysFlat } from "./soak_stage.ts";

const CLIENTS = 32;
const STAMP = 27;

/** Random clients, good and bad, for `duration`; the server's memory must be flat after the first quarter of it. */
export async function abuse(stage: Stage): Promise<void> {
  const { port, duration, say } = stage;
  const ends = performance.now() + duration;
  const counts = new Map<string, number>();
  let failure: Error | undefined;
  const client = async () => {
    while (performance.now() < ends && !failure) {
      const [name, act] = ACTS[Math.floor(Math.random() * ACTS.length)];
      try {
        await act(port);
        counts.set(name, (counts.get(name) ?? 0) + 1);
      } catch (error) {
        failure ??= new Error(`${name}: ${(error as Error).message}`);
      }
    }
  };
  await staysFlat(stage, async () => {
    await Promise.all(Array.from({ length: CLIENTS }, client));
    say([...counts].map(([name, count]) => `${count} × ${name}`).join(", "));
    if (failure) throw failure;
  });
}

const ACTS: [name: string, act: (port: number) => Promise<void>][] = [
  ["talk", talk],
  ["half-close", halfClose],
  ["come and go", async (port) => (await dial(port)).close()],
  ["half a frame", async (port) => (await sayAndLeave(port, frame(random(60_000)).subarray(0, -1)))],
  ["half a length", (port) => sayAndLeave(port, new Uint8Array(2))],
  ["leave unread", (port) => sayAndLeave(port, frame(random(60_000)))],
  ["negative length", (port) => refused(port, -1)],
  ["oversized length", (port) => refused(port, 0x7fffffff)],
  ["reset", reset],
];

const dial = (port: number) => Deno.connect({ hostname: "127.0.0.1", port });
const random = (most: number) => Math.floor(Math.random() * most);

function frame(size: number): Uint8Array {
  const bytes = new Uint8Array(4 + size);
  new DataView(bytes.buffer).setInt32(0, size, true);
  return bytes;
}

async function send(connection: Deno.TcpConn, bytes: Uint8Array) {
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
}

async function receive(connection: Deno.TcpConn, length: number) {
  const buffer = new Uint8Array(65_536);
  for (let left = length; left > 0;) {
    const count = await connection.read(buffer.subarray(0, Math.min(left, buffer.length)));
    if (count === null) throw new Error(`cut off ${left} bytes before the end of an answer of ${length}`);
    left -= count;
  }
}

async function untilEnd(connection: Deno.TcpConn): Promise<number> {
  const buffer = new Uint8Array(65_536);
  let total = 0;
  for (let count; (count = await connection.read(buffer)) !== null;) total += count;
  return total;
}

async function talk(port: number) {
  using connection = await dial(port);
  for (let messages = 1 + random(20); messages > 0; messages--) {
    const size = random(messages === 1 ? 60_000 : 500);
    await send(connection, frame(size));
    await receive(connection, 4 + STAMP + size);
  }
}

async function halfClose(port: number) {
  using connection = await dial(port);
  const size = random(5000);
  await send(connection, frame(size));
  await connection.closeWrite();
  const total = await untilEnd(connection);
  if (total !== 4 + STAMP + size) throw new Error(`${total} bytes for ${size}`);
}

async function sayAndLeave(port: number, bytes: Uint8Array) {
  using connection = await dial(port);
  await send(connection, bytes);
}

/** A length that no frame has must end the connection, with no answer. */
async function refused(port: number, length: number) {
  using connection = await dial(port);
  const header = new Uint8Array(4);
  new DataView(header.buffer).setInt32(0, length, true);
  await send(connection, header);
  await untilEnd(connection).catch((error) => {
    if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
  });
}

/** A true reset, which Deno's own API can't send. */
function reset(port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = net.connect(port, "127.0.0.1", () => {
    socket.write(frame(random(5000)), () => {
      socket.resetAndDestroy();
      resolve();
    });
  });
  socket.on("error", reject);
  return promise;
}
