import { Child } from "./child.ts";
import type { Effort } from "./pairs.ts";
import { COMPILED, STAMP, start, type Tools } from "./peers.ts";
import { median, type Section, show, type Target } from "./report.ts";

const COUNTS = [1000, 10_000];
const PEERS = ["pinwire", COMPILED, "plain Deno loop", "C", "Node net", "Go", "asyncio"];

/** Memory in MiB of a server at rest, and with connections open that have each been answered once. */
export async function measureMemory(tools: Tools, effort: Effort): Promise<Section> {
  const counts = COUNTS.slice(0, await openFiles() > 10_100 ? 2 : 1);
  const rows = new Map<string, number[]>();
  for (const name of PEERS) {
    const peer = tools.tcp.get(name);
    if (!peer) continue;
    const columns: number[][] = [[], ...counts.map(() => [])];
    for (let round = 0; round < Math.min(effort.rounds, 3); round++) {
      for (const [index, count] of counts.entries()) {
        const { server, port } = await start(peer);
        await using _ends = server;
        const args = ["idle", "-c", `${count}`, "-d", "1", "-P", `${port}`, "-p", `${server.pid}`];
        const client = new Child([tools.load, ...args, "-x", `${STAMP}`]);
        const { before, memory } = JSON.parse(await client.output(120));
        columns[0].push(before / 1024);
        columns[index + 1].push(memory / 1024);
      }
    }
    rows.set(name, columns.map(median));
    effort.log(`${name}: ${columns.map(median).map(show).join(" / ")} MiB`);
  }
  const [idle, thousand, tenThousand] = rows.get("pinwire")!;
  const target = (what: string, bound: number, reached = NaN): Target => {
    return { what, sign: "<=", bound, unit: "MiB", reached };
  };
  return {
    title: "Memory",
    note:
      "MiB: Pss. The program's own file is counted whole, although the benchmark, which runs on Deno too, " +
      "shares it. Each connection has been answered once and stays open." +
      (counts.length < 2 ? " `ulimit -n` does not allow 10,000 connections here." : ""),
    columns: ["", "idle", "1,000 connections", "10,000 connections"],
    rows: [...rows].map(([name, values]) => [name, ...values.map(show), ...counts.length < 2 ? ["–"] : []]),
    targets: [
      target("idle", 40, idle),
      target("1,000 connections", 45, thousand),
      target("10,000 connections", 80, tenThousand),
    ],
  };
}

/** How many files a process may open here (`ulimit -Hn`; servers and load generator raise theirs to it). */
async function openFiles(): Promise<number> {
  const limits = await Deno.readTextFile("/proc/self/limits");
  return Number(limits.match(/^Max open files\s+\S+\s+(\d+)/m)?.[1] ?? 0);
}
