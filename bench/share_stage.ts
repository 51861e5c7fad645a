import { Child, freePort } from "./child.ts";
import type { Effort } from "./pairs.ts";
import { pinwire, ROOT, type Tools } from "./peers.ts";
import { median, type Section, show } from "./report.ts";

/** Members, over all servers, and lines that each says. */
const MEMBERS = 10, LINES = 100;
/** Lines of which the way is timed, one after the other. */
const TIMED = 500;
/** What Deno must allow with a store. */
const FLAGS = ["--allow-net", "--allow-ffi", "--allow-env", "--allow-sys"];
/** Clock ticks a second in /proc/PID/stat (proc(5)), on every machine that we know. */
const TICKS = 100;

/** What one number of servers costs. */
interface Run {
  /** µs from one member's write to another member's read, sorted. */
  way: number[];
  /** µs of CPU a line: the store's, and each server's. */
  store: number;
  server: number;
  /** Lines a second when all speak. */
  rate: number;
}

/** How long a line takes from one server to another, and what it costs with so many of them. */
export async function measureShare(tools: Tools, effort: Effort): Promise<Section> {
  const rounds = Math.min(effort.rounds, 3);
  const kinds = [
    [0, "one, alone"],
    ...[1, 2, 5, 10].map((count) => [count, `${count}, with Redis`]),
  ] as const;
  const runs = new Map<string, Run[]>(kinds.map(([, name]) => [name as string, []]));
  if (!tools.absent.includes("redis-server")) {
    for (let round = 0; round < rounds; round++) {
      for (const [count, name] of kinds) {
        const run = await measure(count as number);
        runs.get(name as string)!.push(run);
        effort.log(
          `${round + 1}/${rounds} ${name}: p50 ${show(at(run.way, 0.5))} µs, ${show(run.rate)} lines/s`,
        );
      }
    }
  }
  return {
    title: "One chat over several servers",
    note:
      `${MEMBERS} members over the servers. Way: from a member's write to the read of another at the next ` +
      `server (alone: at the same one), ${TIMED} lines one after the other. CPU and rate: each member says ` +
      `${LINES} lines, the next when the one before is told; all servers, Redis (which writes each line to its ` +
      `disk before it answers: \`appendfsync always\`) and the members share two cores. ${rounds} rounds, medians.`,
    columns: ["servers", "way p50 µs", "p99 µs", "CPU µs a line: Redis", "each server", "lines/s"],
    rows: [...runs].map(([name, own]) => [
      name,
      show(median(own.map(({ way }) => at(way, 0.5)))),
      show(median(own.map(({ way }) => at(way, 0.99)))),
      show(median(own.map(({ store }) => store))),
      show(median(own.map(({ server }) => server))),
      show(median(own.map(({ rate }) => rate))),
    ]),
    targets: [],
  };
}

const at = (sorted: number[], share: number) => sorted[Math.floor(sorted.length * share)] ?? NaN;

async function measure(count: number): Promise<Run> {
  await using stack = new AsyncDisposableStack();
  const store = count ? await startStore(stack) : undefined;
  const servers: Child[] = [];
  for (let i = 0; i < Math.max(1, count); i++) {
    const share = store ? ["--share", `redis://127.0.0.1:${store.port}`] : [];
    const argv = pinwire(["chat", "serve", "127.0.0.1:0", "--rate", "0", "--quiet", ...share], FLAGS);
    servers.push(stack.use(new Child(argv, { cwd: ROOT, stdin: "piped" })));
  }
  const members: Member[] = [];
  for (let i = 0; i < MEMBERS; i++) {
    const port = await servers[i % servers.length].announcedPort();
    members.push(stack.use(await Member.join(port, `m${i}`)));
  }
  const way: number[] = [];
  const [first, second] = members;
  for (let i = 0; i < TIMED; i++) {
    const start = performance.now();
    const heard = second.hears();
    await first.say(`timed ${i}`);
    await heard;
    way.push((performance.now() - start) * 1000);
  }
  const children = [...servers, ...store ? [store.child] : []];
  const before = await Promise.all(children.map(cpuOf));
  const start = performance.now();
  await Promise.all(members.map(async (member) => {
    for (let i = 0; i < LINES; i++) await member.say(`line ${i}`);
  }));
  const seconds = (performance.now() - start) / 1000;
  const used = (await Promise.all(children.map(cpuOf))).map((cpu, i) =>
    (cpu - before[i]) / (MEMBERS * LINES)
  );
  const own = used.slice(0, servers.length);
  return {
    way: way.sort((a, b) => a - b),
    store: store ? used.at(-1)! : 0,
    server: own.reduce((sum, cpu) => sum + cpu, 0) / own.length,
    rate: MEMBERS * LINES / seconds,
  };
}

async function startStore(stack: AsyncDisposableStack): Promise<{ child: Child; port: number }> {
  const dir = await Deno.makeTempDir({ prefix: "pinwire-bench-" });
  stack.defer(() => Deno.remove(dir, { recursive: true }));
  const port = freePort();
  const child = stack.use(
    new Child([
      ...["redis-server", "--port", String(port), "--bind", "127.0.0.1", "--dir", dir, "--save", ""],
      ...["--appendonly", "yes", "--appendfsync", "always"],
    ]),
  );
  await child.accepting(port);
  return { child, port };
}

/** µs of CPU that a process has used. */
async function cpuOf({ pid }: Child): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  const [user, system] = stat.slice(stat.lastIndexOf(")")).split(" ").slice(12, 14).map(Number);
  return (user + system) * 1e6 / TICKS;
}

/** A numbered member, which is told when its line has been. */
class Member implements Disposable {
  #conn: Deno.Conn;
  #decoder = new TextDecoder();
  #text = "";
  #taken?: () => void;
  #heard?: () => void;

  private constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  static async join(port: number, nick: string): Promise<Member> {
    const member = new Member(await Deno.connect({ hostname: "127.0.0.1", port }));
    await member.#write(`/pinwire ${JSON.stringify({ nick, room: "lobby" })}\n`);
    const { promise: isIn, resolve } = Promise.withResolvers<void>();
    void member.#read(resolve);
    await isIn;
    return member;
  }

  /** Says a line; done when it was told. */
  say(line: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#taken = resolve;
    void this.#write(`${line}\n`);
    return promise;
  }

  /** Done when it hears a line. */
  hears(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#heard = resolve;
    return promise;
  }

  [Symbol.dispose](): void {
    this.#conn.close();
  }

  async #write(text: string): Promise<void> {
    await this.#conn.write(new TextEncoder().encode(text));
  }

  async #read(onWelcome: () => void): Promise<void> {
    const buffer = new Uint8Array(65_536);
    for (;;) {
      const count = await this.#conn.read(buffer).catch(() => null);
      if (count === null) return;
      const lines = (this.#text + this.#decoder.decode(buffer.subarray(0, count), { stream: true })).split(
        "\n",
      );
      this.#text = lines.pop()!;
      for (const line of lines) {
        if (line.startsWith("/pinwire ")) onWelcome();
        else if (line.startsWith("/taken")) this.#taken?.();
        else if (line.startsWith("#")) this.#heard?.();
      }
    }
  }
}
