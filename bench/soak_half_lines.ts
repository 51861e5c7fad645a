import { type Stage, staysFlat } from "./soak_stage.ts";

const BYTE = new TextEncoder().encode("x");
const NEWLINE = new TextEncoder().encode("\n");
/** Bytes of a line: fewer than a chat server takes. */
const LINE = 2_000;

/** So many connections say lines a byte at a time: of a read that ends inside a line nothing may stay behind it. */
export function halfLines(connections: number): (stage: Stage) => Promise<void> {
  return async (stage) => {
    const ends = performance.now() + stage.duration;
    let bytes = 0;
    const speak = async () => {
      using connection = await stage.connect();
      connection.setNoDelay(true);
      const heard = listen(connection);
      for (let i = 1; performance.now() < ends; i++, bytes++) {
        await connection.write(i % LINE ? BYTE : NEWLINE);
      }
      await connection.closeWrite();
      await heard;
    };
    await staysFlat(stage, async () => {
      await Promise.all(Array.from({ length: connections }, speak));
      stage.say(
        `${connections} ${connections === 1 ? "connection" : "connections"}, ${bytes} writes of a byte`,
      );
    });
  };
}

async function listen(connection: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(65_536);
  while (await connection.read(buffer) !== null);
}
