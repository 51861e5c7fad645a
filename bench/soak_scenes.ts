import { median } from "./report.ts";
import { abuse } from "./soak_abuse.ts";
import { badCompany } from "./soak_chat.ts";
import { halfLines } from "./soak_half_lines.ts";
import { silentTls } from "./soak_silent_tls.ts";
import type { Scene, Stage } from "./soak_stage.ts";

/** MiB that a server may grow by with slow readers: socket buffers are the kernel's, not its own. */
const GROWTH = 64;
const GIGABYTE = 1e9;
const LONG_ANSWER = "x".repeat(10_000);
const CROWD = 5000;

/** An agent has a connection for each of its pins. */
const EIGHT_PINS = [11, 12, 13, 15, 16, 18, 22, 29].flatMap((pin) => ["--pin", `pin${pin}=${pin}`]);

/** All scenes by their names on the command line. */
export const SCENES: Record<string, Scene> = {
  flood: { options: [], run: (stage) => neverReads(stage, new Uint8Array(65_536), GIGABYTE) },
  // 200 KB ask for 1 GB. A server that answers all of one read before it writes would hold a third of that.
  amplify: {
    options: ["--frame", "line", "--reply", LONG_ANSWER],
    run: (stage) => neverReads(stage, new TextEncoder().encode("a\n".repeat(1000)), 200_000),
  },
  crowd: { options: ["--max-clients", "6000"], run: idleCrowd },
  abuse: { options: ["--frame", "len:i32le"], minutes: 2, run: abuse },
  chat: { command: ["chat", "serve"], options: ["--max-clients", "1200"], minutes: 5, run: badCompany },
  "silent-tls": { command: ["chat", "serve"], isTls: true, options: [], minutes: 1, run: silentTls },
  "half-lines": { command: ["chat", "serve"], options: [], minutes: 0.5, run: halfLines(8) },
  "half-lines-client": { command: ["chat", "connect"], options: [], minutes: 0.5, run: halfLines(1) },
  "half-lines-controller": { command: ["led", "serve"], options: [], minutes: 0.5, run: halfLines(8) },
  "half-lines-agent": {
    command: ["led", "agent"],
    options: ["--gpio", "simulated", ...EIGHT_PINS],
    minutes: 0.5,
    run: halfLines(8),
  },
};

const connect = (port: number) => Deno.connect({ hostname: "127.0.0.1", port });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** One client sends `total` bytes in pieces and reads nothing until nothing moves any more; then it reads all. */
async function neverReads({ port, memory, say }: Stage, piece: Uint8Array, total: number) {
  const before = await memory();
  let peak = before;
  using client = await connect(port);
  let sent = 0;
  const sending = (async () => {
    while (sent < total) sent += await client.write(piece.subarray(0, Math.min(piece.length, total - sent)));
  })();
  sending.catch(() => {});

  for (let last = -1, still = 0; still < 20; await pause(100)) {
    still = sent === last ? still + 1 : 0;
    last = sent;
    peak = Math.max(peak, await memory());
  }
  say(`sent ${mega(sent)} MB, read none; memory ${before.toFixed(0)} → ${peak.toFixed(0)} MiB`);
  using other = await connect(port);
  say(`another client is answered in ${(await roundTrip(other)).toFixed(1)} ms`);

  const expected = total === GIGABYTE ? GIGABYTE : total / 2 * (LONG_ANSWER.length + 1);
  const buffer = new Uint8Array(262_144);
  let received = 0, sampled = 0;
  while (received < expected) {
    const count = await client.read(buffer);
    if (count === null) throw new Error(`the server ended after ${mega(received)} of ${mega(expected)} MB`);
    received += count;
    if (received - sampled < 50e6) continue;
    sampled = received;
    peak = Math.max(peak, await memory());
  }
  await sending;
  say(`then read ${mega(received)} MB; memory at most ${peak.toFixed(0)} MiB`);
  if (peak - before > GROWTH) throw new Error(`memory grew by ${(peak - before).toFixed(0)} MiB`);
}

/** Thousands of clients stay silent while one talks, which must stay as quick; in the end all are answered. */
async function idleCrowd({ port, memory, say }: Stage) {
  const crowd: Deno.TcpConn[] = [];
  try {
    using talker = await connect(port);
    talker.setNoDelay(true);
    const alone = await talk(talker);
    const before = await memory();
    while (crowd.length < CROWD) crowd.push(await connect(port));
    const among = await talk(talker);
    say(
      `round trip ${alone.toFixed(3)} ms alone, ${among.toFixed(3)} ms among ${CROWD} silent ones (medians)`,
    );
    say(`memory ${before.toFixed(0)} → ${(await memory()).toFixed(0)} MiB`);
    if (among > alone * 3 + 1) throw new Error("the one that talks has become slow");
    for (const member of crowd) await roundTrip(member);
    say(`then all ${CROWD} were answered`);
  } finally {
    for (const member of crowd) member.close();
  }
}

async function talk(connection: Deno.TcpConn): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 2000; i++) times.push(await roundTrip(connection));
  return median(times);
}

/** Milliseconds until a line has its answer, or the beginning of it. */
async function roundTrip(connection: Deno.TcpConn): Promise<number> {
  const start = performance.now();
  await connection.write(new TextEncoder().encode("hello\n"));
  if (await connection.read(new Uint8Array(65_536)) === null) throw new Error("a client was cut off");
  return performance.now() - start;
}

const mega = (bytes: number) => (bytes / 1e6).toFixed(1);
