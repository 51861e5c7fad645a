import type { ClientStream } from "../lib/shell/client/client_stream.ts";
import { Child } from "./child.ts";
import type { Effort } from "./pairs.ts";
import { ROOT, type Tools } from "./peers.ts";
import { median, quantile, type Section, show, type Target } from "./report.ts";
import { type Invocation, type ShellPeer, startPinwire, startSocat, startSsh } from "./shell_peers.ts";

const EXEC = "pinwire `shell exec`", KEPT = "pinwire, client kept open";
const SSH = "ssh", GCM = "ssh -c aes128-gcm", MASTER = "ssh, ControlMaster", SOCAT = "socat EXEC:sh";
const FLOOR = "`/bin/true`, local", EMPTY = "`deno run` of an empty file";
const ROWS = [KEPT, EXEC, MASTER, SSH, GCM, SOCAT, EMPTY, FLOOR];

const GIB = 2 ** 30;
const ZEROS = "head -c 1G /dev/zero";
/** How often a round runs `true` on an open connection, in our process and as a process, and from cold. */
const OPEN = 50, OPEN_PROCESS = 8, COLD = 4;
const NEIGHBOURS = 4;
const LINE = new TextEncoder().encode(`${"x".repeat(63)}\n`);
/** What no single command may take, in ms. */
const PATIENCE = 60_000;

/** What is measured of a row; ms, or MB/s, or MiB. A figure for each round. */
type Measure =
  | "open"
  | "cold"
  | "rate"
  | "server"
  | "client"
  | "idle p50"
  | "idle p99"
  | "busy p50"
  | "busy p99";

/** Bytes from here to `cat` and back: sends a line, and is done when it is here again. */
type Echo = () => Promise<void>;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A remote command's cost, its throughput and memory, and what neighbours do to it: against ssh and socat. */
export async function measureShell(_tools: Tools, effort: Effort): Promise<Section> {
  const folder = await Deno.makeTempDir({ prefix: "pinwire-bench-shell-" });
  await using all = new AsyncDisposableStack();
  all.defer(() => Deno.remove(folder, { recursive: true }));
  const ours = all.use(await startPinwire(folder));
  const absent: string[] = [];
  const attempt = async <T>(name: string, start: () => Promise<T>) => {
    try {
      return await start();
    } catch (error) {
      effort.log(`${name} is left out: ${(error as Error).message}`);
      absent.push(` ${name} is left out: ${(error as Error).message.split("\n")[0]}.`);
      return undefined;
    }
  };
  const ssh = await attempt("ssh", () => startSsh(folder));
  if (ssh) all.use(ssh);
  const socat = await attempt("socat", startSocat);
  if (socat) all.use(socat);

  const peers = new Map<string, ShellPeer>([[EXEC, ours]]);
  if (ssh) peers.set(SSH, ssh).set(GCM, ssh.withCipher("aes128-gcm@openssh.com"));
  if (socat) peers.set(SOCAT, socat);
  for (const [name, peer] of peers) await checkWhole(name, peer);

  const figures = new Figures();
  const empty = `${folder}/empty.ts`;
  await Deno.writeTextFile(empty, "");
  const client = await ours.open();
  all.defer(() => client.close());
  await runTrue(client);
  for (let round = 0; round < effort.rounds; round++) {
    const inTurn = round % 2 ? ROWS.toReversed() : ROWS;
    const tell = (line: string) => effort.log(`${round + 1}/${effort.rounds} ${line}`);
    for (const name of inTurn) {
      const times = name === KEPT ? await repeat(OPEN, () => runTrue(client)) : await repeat(
        OPEN_PROCESS,
        name === MASTER && ssh
          ? () => timed(ssh.overOpen!("true"))
          : name === SOCAT && socat
          ? () => timed(socat.command("true"))
          : name === FLOOR
          ? () => timed({ argv: ["/bin/true"] })
          : undefined,
      );
      if (times.length) figures.add(round, name, "open", median(times));
    }
    const cold = new Map<string, number[]>();
    for (let again = 0; again < COLD; again++) {
      for (const name of inTurn.filter((name) => peers.has(name) && name !== GCM || name === EMPTY)) {
        const invocation = peers.get(name)?.command("true") ?? { argv: [Deno.execPath(), "run", empty] };
        cold.set(name, [...cold.get(name) ?? [], await timed(invocation)]);
      }
    }
    for (const [name, times] of cold) figures.add(round, name, "cold", median(times));
    tell(
      `true: ${show(figures.of(KEPT, "open").at(-1)!)} ms open, ${show(median(cold.get(EXEC)!))} ms cold`,
    );
    for (const name of inTurn) {
      const peer = peers.get(name);
      if (!peer) continue;
      const { ms, server, client } = await watched(peer, peer.command(ZEROS));
      figures.add(round, name, "rate", GIB / 1e6 / (ms / 1e3));
      figures.add(round, name, "server", Math.max(...server));
      figures.add(round, name, "client", Math.max(...client));
      tell(`1 GiB, ${name}: ${show(GIB / 1e3 / ms)} MB/s`);
    }
    for (const name of inTurn) {
      const peer = name === KEPT ? ours : peers.get(name);
      if (!peer || name === GCM) continue;
      const { echo, close } = name === KEPT ? await catIn(client) : await catOf(peer);
      try {
        const idle = await roundTrips(echo, effort.seconds * 500);
        const busy = await besideNeighbours(peer, () => roundTrips(echo, effort.seconds * 500));
        for (const [share, q] of [["p50", 0.5], ["p99", 0.99]] as const) {
          figures.add(round, name, `idle ${share}`, quantile(idle, q));
          figures.add(round, name, `busy ${share}`, quantile(busy, q));
        }
        tell(`cat, ${name}: p99 ${show(quantile(idle, 0.99))} ms, beside four ${show(quantile(busy, 0.99))}`);
      } finally {
        await close();
      }
    }
  }
  const growth = new Map<string, Record<"server" | "client", [first: number, last: number]>>();
  for (const name of [EXEC, SSH, SOCAT]) {
    const peer = peers.get(name);
    if (!peer) continue;
    const command = `for i in 1 2 3 4; do ${ZEROS}; done`;
    const { server, client } = await watched(peer, peer.command(command));
    const ends = (peaks: number[]) =>
      [Math.max(...peaks.slice(0, Math.ceil(peaks.length / 4))), Math.max(...peaks)] as [number, number];
    growth.set(name, { server: ends(server), client: ends(client) });
    effort.log(`4 GiB, ${name}: peaks ${JSON.stringify(growth.get(name))} MiB`);
  }
  return section(figures, growth, effort, `${absent.join("")}${ssh ? ` ${ssh.version}.` : ""}`);
}

/** Figures by row and measure; those of a round make a pair. */
class Figures {
  #values = new Map<string, (number | undefined)[]>();

  add(round: number, row: string, measure: Measure, value: number): void {
    const key = `${row}/${measure}`;
    const values = this.#values.get(key) ?? [];
    values[round] = value;
    this.#values.set(key, values);
  }

  of(row: string, measure: Measure): number[] {
    return (this.#values.get(`${row}/${measure}`) ?? []).flatMap((value) => value ?? []);
  }

  median(row: string, measure: Measure): number {
    return median(this.of(row, measure));
  }

  /** One row's over another's, of the same rounds. */
  ratios([row, measure]: [string, Measure], [other, over]: [string, Measure]): number[] {
    const base = this.#values.get(`${other}/${over}`) ?? [];
    return (this.#values.get(`${row}/${measure}`) ?? []).flatMap((value, round) => {
      const by = base[round];
      return value === undefined || by === undefined ? [] : value / by;
    });
  }
}

function section(
  figures: Figures,
  growth: Map<string, Record<"server" | "client", [number, number]>>,
  effort: Effort,
  remarks: string,
): Section {
  const toSsh = (row: string, measure: Measure) => {
    const ratios = figures.ratios([row, measure], [measure === "open" ? MASTER : SSH, measure]);
    const value = show(figures.median(row, measure));
    return ratios.length
      ? `${value} (${show(median(ratios))}: ${show(Math.min(...ratios))} … ${show(Math.max(...ratios))})`
      : value;
  };
  const byIdle = (row: string) => median(figures.ratios([row, "busy p99"], [row, "idle p99"]));
  const grown = (row: string, end: "server" | "client") => {
    const [first, last] = growth.get(row)?.[end] ?? [NaN, NaN];
    return last / first;
  };
  const memory = (row: string, end: "server" | "client") => {
    const peak = growth.get(row)?.[end];
    const value = show(figures.median(row, end));
    return peak ? `${value}, ${peak.map(show).join(" → ")}` : value;
  };
  const target = (what: string, sign: Target["sign"], bound: number, reached: number): Target => ({
    what,
    sign,
    bound,
    unit: "",
    reached,
  });
  const ratio = (row: string, measure: Measure, over: string) =>
    median(figures.ratios([row, measure], [over, measure]));
  return {
    title: "A command on another machine",
    note: "`open`: milliseconds for `true` over a connection that is already open. For pinwire that is one " +
      "`ShellClient` in the benchmark's process; ssh with a ControlMaster starts a process for each, and " +
      "socat a process and a connection: `/bin/true` started here is the least that both can take. `cold`: " +
      "milliseconds from the start of the client's process to its end, with connection and key exchange; " +
      "pinwire is `deno run main.ts`, and the least that it can take is `deno run` of an empty file. " +
      "`MB/s`: `head -c 1G /dev/zero` to `/dev/null`, the whole life of the client's process. In brackets: " +
      "the median of the ratios to ssh's run of the same round, and their range. Peaks in MiB are VmHWM, " +
      "of the server with its own processes and of the client, during the 1 GiB, and then over four GiB in " +
      "one command, after the first and after the last; shared pages are counted in each process, " +
      "including the program's own file. `cat`: 64-byte " +
      `lines to a \`cat\` there and back, ms, one at a time, at rest and beside ${NEIGHBOURS} clients of the same ` +
      "server that each fetch 1 GiB. The same sshd, with a key, without the account's shell start-up " +
      "files; ssh encrypts, here pinwire and socat do not (pinwire does off loopback, by TLS)." +
      `${remarks} ${effort.rounds} rounds, in turn.`,
    columns: [
      "",
      "open",
      "cold",
      "MB/s",
      "server's peak",
      "client's peak",
      "cat p50",
      "p99",
      "beside four: p50",
      "p99",
      "p99 ÷ at rest",
    ],
    rows: ROWS.filter((row) =>
      figures.of(row, "open").length + figures.of(row, "rate").length > 0 || row === EMPTY
    )
      .map((row) => [
        row,
        toSsh(row, "open"),
        toSsh(row, "cold"),
        toSsh(row, "rate"),
        memory(row, "server"),
        memory(row, "client"),
        ...(["idle p50", "idle p99", "busy p50", "busy p99"] as const).map((of) =>
          show(figures.median(row, of))
        ),
        show(byIdle(row)),
      ]),
    targets: [
      target("open connection: ÷ ssh with ControlMaster", "<=", 1, ratio(KEPT, "open", MASTER)),
      target("from cold: ÷ ssh", "<=", 1.3, ratio(EXEC, "cold", SSH)),
      target("MB/s ÷ ssh", ">=", 1, ratio(EXEC, "rate", SSH)),
      target("MB/s ÷ ssh with aes128-gcm", ">=", 1, ratio(EXEC, "rate", GCM)),
      target("p99 beside four ÷ at rest, client kept open", "<=", 3, byIdle(KEPT)),
      target("p99 beside four ÷ at rest, `shell exec`", "<=", 3, byIdle(EXEC)),
      target("server's peak after 4 GiB ÷ after the first", "<=", 1.1, grown(EXEC, "server")),
      target("client's peak after 4 GiB ÷ after the first", "<=", 1.1, grown(EXEC, "client")),
    ],
  };
}

type Client = Awaited<ReturnType<Awaited<ReturnType<typeof startPinwire>>["open"]>>;

async function runTrue(client: Client): Promise<number> {
  const start = performance.now();
  const running = client.start({ argv: ["true"] }, () => {});
  await running.feed(() => Promise.resolve(null));
  const { code } = await running.exited;
  if (code !== 0) throw new Error(`true ended with ${code}`);
  return performance.now() - start;
}

async function repeat(count: number, action: (() => Promise<number>) | undefined): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; action && i < count; i++) times.push(await action());
  return times;
}

/** ms that a process takes from start to end, which must be with 0. */
async function timed(invocation: Invocation): Promise<number> {
  const start = performance.now();
  const process = spawn(invocation, "null");
  await end(process, invocation);
  return performance.now() - start;
}

/** The same, and how high the memory of both ends has been by then, in MiB, again and again. */
async function watched(
  peer: ShellPeer,
  invocation: Invocation,
): Promise<{ ms: number; server: number[]; client: number[] }> {
  const server: number[] = [], client: number[] = [];
  const start = performance.now();
  const process = spawn(invocation, "null");
  let isOver = false;
  const watching = (async () => {
    for (; !isOver; await pause(50)) {
      const [here, there] = [peakOf(process.pid), peakOfTree(peer.pid, peer.program)];
      // The one is not what it will be yet, or is gone.
      if (isOver || here === 0) continue;
      client.push(here);
      server.push(there);
    }
  })();
  await end(process, invocation);
  const ms = performance.now() - start;
  isOver = true;
  await watching;
  return { ms, server, client };
}

function spawn({ argv, stdin }: Invocation, stdout: "null" | "piped"): Deno.ChildProcess {
  const process = new Deno.Command(argv[0], {
    args: argv.slice(1),
    cwd: ROOT,
    stdin: stdin === undefined ? "null" : "piped",
    stdout,
    stderr: "null",
  }).spawn();
  if (stdin !== undefined) void give(process, stdin);
  return process;
}

async function give(process: Deno.ChildProcess, text: string): Promise<void> {
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
}

async function end(process: Deno.ChildProcess, { argv }: Invocation): Promise<void> {
  const timer = setTimeout(() => process.kill("SIGKILL"), PATIENCE);
  const { success, code } = await process.status;
  clearTimeout(timer);
  if (!success) throw new Error(`${argv.join(" ")} ended with ${code}`);
}

/** What is fast because it loses something is not to be measured. */
async function checkWhole(name: string, peer: ShellPeer): Promise<void> {
  const size = 64 * 2 ** 20;
  const invocation = peer.command(`head -c ${size} /dev/zero`);
  const process = spawn(invocation, "piped");
  let count = 0;
  for await (const bytes of process.stdout) count += bytes.length;
  await end(process, invocation);
  if (count !== size) throw new Error(`${name} gave ${count} bytes of ${size}`);
}

/** VmHWM in MiB; 0 of a process that is gone. */
function peakOf(pid: number): number {
  return Number(statusOf(pid).match(/^VmHWM:\s+(\d+)/m)?.[1] ?? 0) / 1024;
}

function peakOfTree(pid: number, program: string): number {
  const isItsOwn = new RegExp(`^Name:\\s+${program}`).test(statusOf(pid));
  return children(pid).reduce((sum, child) => sum + peakOfTree(child, program), isItsOwn ? peakOf(pid) : 0);
}

function statusOf(pid: number): string {
  return readOr("", `/proc/${pid}/status`);
}

function children(pid: number): number[] {
  return readOr("", `/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);
}

function readOr(other: string, path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return other;
  }
}

async function roundTrips(echo: Echo, ms: number): Promise<number[]> {
  const times: number[] = [];
  for (const until = performance.now() + ms; performance.now() < until;) {
    const start = performance.now();
    await echo();
    times.push(performance.now() - start);
  }
  return times;
}

/** Measures while clients fetch a GiB each, again and again. */
async function besideNeighbours<T>(peer: ShellPeer, measure: () => Promise<T>): Promise<T> {
  const { argv, stdin } = peer.command(ZEROS);
  const line = stdin === undefined ? '"$@" </dev/null' : `printf %s '${stdin}' | "$@"`;
  const script = `while ${line} >/dev/null 2>&1; do :; done`;
  const neighbours = Array.from(
    { length: NEIGHBOURS },
    () => new Child(["/bin/sh", "-c", script, "sh", ...argv], { cwd: ROOT }),
  );
  try {
    await pause(700);
    return await measure();
  } finally {
    await Promise.all(neighbours.map((one) => one.end()));
    // What they ran goes with them, if not at once.
    await pause(400);
  }
}

/** `cat` over the connection of a client in this process. */
async function catIn(client: Client): Promise<{ echo: Echo; close(): Promise<void> }> {
  let here: PromiseWithResolvers<void> | undefined, count = 0;
  let asked = Promise.withResolvers<boolean>();
  const running: ClientStream = client.start({ argv: ["cat"] }, (_kind, bytes) => {
    count += bytes.length;
    if (count < LINE.length) return;
    count -= LINE.length;
    here?.resolve();
  });
  void running.feed(async (buffer) => {
    if (!await asked.promise) return null;
    asked = Promise.withResolvers();
    buffer.set(LINE);
    return LINE.length;
  });
  const echo: Echo = () => {
    here = Promise.withResolvers();
    asked.resolve(true);
    return here.promise;
  };
  await echo();
  return {
    echo,
    async close() {
      asked.resolve(false);
      await running.exited;
    },
  };
}

/** `cat` through a client's process. */
async function catOf({ cat }: ShellPeer): Promise<{ echo: Echo; close(): Promise<void> }> {
  const process = new Deno.Command(cat.argv[0], {
    args: cat.argv.slice(1),
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = process.stdin.getWriter(), reader = process.stdout.getReader();
  const echo: Echo = async () => {
    await writer.write(LINE);
    for (let count = 0; count < LINE.length;) {
      const { value } = await reader.read();
      if (!value) throw new Error(`${cat.argv.join(" ")} ended`);
      count += value.length;
    }
  };
  const timer = setTimeout(() => process.kill("SIGKILL"), PATIENCE);
  if (cat.preamble) {
    await writer.write(new TextEncoder().encode(cat.preamble));
    await reader.read();
  }
  await echo();
  return {
    echo,
    async close() {
      await writer.close().catch(() => {});
      await reader.cancel();
      await process.status;
      clearTimeout(timer);
    },
  };
}
