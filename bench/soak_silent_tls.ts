import { median, show } from "./report.ts";
import { type Stage, staysFlat } from "./soak_stage.ts";

/** Silent connections of a wave. */
const WAVE = 3_000;
/** How many of them come at a time, and milliseconds between: 1,500 a second at most, as 1,024 newer ones crowd one out. */
const GROUP = 60;
const GROUP_BEAT = 40;
/** Milliseconds between two newcomers. */
const BEAT = 200;
/** Milliseconds for a newcomer to be answered, many times what it takes beside a wave. */
const IN_TIME = 15_000;
/** Milliseconds until a wave's files must be closed: 5 s for a handshake, and as long again. */
const CLEARED = 10_000;
/** Files that a newcomer, and one that has just left, may have open. */
const NEWCOMERS = 2;

/** The first bytes of a record of 512 with a ClientHello (RFC 8446, sections 5.1 and 4.1.2). */
const HALF_HELLO = new Uint8Array(100);
HALF_HELLO.set([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]);

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Wave after wave connects to a TLS port and says nothing, or half a ClientHello, while newcomers come one after another:
 * each must get in and be answered, memory must be flat, and the server must close what is silent.
 */
export async function silentTls(stage: Stage): Promise<void> {
  const { duration, openFiles, say } = stage;
  const host = await dial(stage);
  const answering = answerAll(host);
  // If it is cut off, the newcomers tell.
  answering.catch(() => {});
  await visit(stage, "the first");
  const before = await openFiles();
  const ends = performance.now() + duration;
  const times: number[] = [], cleared: number[] = [];
  let most = 0;

  const newcomers = async () => {
    for (let i = 1; performance.now() < ends; i++, await pause(BEAT)) times.push(await visit(stage, `${i}`));
  };
  const waves = async () => {
    while (performance.now() < ends) {
      const wave = await openWave(stage.port);
      most = Math.max(most, await openFiles() - before);
      cleared.push(await untilClosed(stage, before + NEWCOMERS));
      for (const connection of wave) connection.close();
    }
  };
  await staysFlat(stage, async () => void await Promise.all([newcomers(), waves()]));
  await untilClosed(stage, before);

  say(
    `${times.length} newcomers were answered after ${show(median(times))} ms, ${
      show(Math.max(...times))
    } at most`,
  );
  const worst = show(Math.max(...cleared) / 1000);
  say(
    `${cleared.length} × ${WAVE} silent ones: ${most} files open at most, all closed after ${worst} s at most`,
  );
  host.close();
  await answering;
}

function dial({ port, certificate }: Stage): Promise<Deno.TlsConn> {
  return Deno.connectTls({ hostname: "127.0.0.1", port, caCerts: [certificate!] });
}

/** A newcomer says a line, and leaves when it is answered; how many milliseconds that took. */
async function visit(stage: Stage, name: string): Promise<number> {
  const start = performance.now();
  const connection = await dial(stage);
  const late = setTimeout(() => connection.close(), IN_TIME);
  try {
    await say(connection, `hello ${name}`);
    for await (const line of linesOf(connection)) {
      if (line.endsWith(`welcome ${name}`)) return performance.now() - start;
    }
    throw new Error("the server ended its connection");
  } catch (error) {
    throw new Error(`newcomer ${name} did not get in: ${(error as Error).message}`);
  } finally {
    clearTimeout(late);
    connection.close();
  }
}

/** Answers each newcomer, until the connection is closed here. */
async function answerAll(connection: Deno.TlsConn): Promise<void> {
  try {
    for await (const line of linesOf(connection)) {
      const name = line.match(/: hello (.+)$/)?.[1];
      if (name) await say(connection, `welcome ${name}`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted)) throw error;
  }
}

async function say(connection: Deno.TlsConn, line: string): Promise<void> {
  await connection.write(new TextEncoder().encode(`${line}\n`));
}

async function* linesOf(connection: Deno.TlsConn): AsyncGenerator<string> {
  const buffer = new Uint8Array(4096), decoder = new TextDecoder();
  let rest = "";
  for (let count; (count = await connection.read(buffer)) !== null;) {
    const lines = (rest + decoder.decode(buffer.subarray(0, count), { stream: true })).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

/** Every other one says half a ClientHello. */
async function openWave(port: number): Promise<Deno.TcpConn[]> {
  const wave: Deno.TcpConn[] = [];
  const open = async (_: unknown, i: number) => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    wave.push(connection);
    if (i % 2) await connection.write(HALF_HELLO);
  };
  for (; wave.length < WAVE; await pause(GROUP_BEAT)) await Promise.all(Array.from({ length: GROUP }, open));
  return wave;
}

/** Milliseconds until the server has no more than `files` open. */
async function untilClosed({ openFiles }: Stage, files: number): Promise<number> {
  const start = performance.now();
  for (;;) {
    const open = await openFiles(), passed = performance.now() - start;
    if (open <= files) return passed;
    if (passed > CLEARED) {
      throw new Error(`${open - files} files are still open after ${show(passed / 1000)} s`);
    }
    await pause(50);
  }
}
