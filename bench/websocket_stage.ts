import { Child } from "./child.ts";
import type { Effort } from "./pairs.ts";
import { pinwire, ROOT, type Tools } from "./peers.ts";
import { median, type Section, show } from "./report.ts";

const OURS = "pinwire", NODE = "Node ws", DENO = "Deno.upgradeWebSocket";

/** What is asked of each server, and how many connections there are. */
const SCENES = [
  { title: "echo, one connection", mode: "echo", connections: 1 },
  { title: "echo, 64 connections", mode: "echo", connections: 64 },
  { title: "one speaks, 1,000 listen", mode: "chat", connections: 1000 },
] as const;

/** What websocket.c saw in one run: messages, or deliveries, a second, and times in µs. */
interface Run {
  rate: number;
  p50: number;
  p99: number;
}

/** WebSockets against those of Node's `ws` and of the runtime. */
export async function measureWebSockets(tools: Tools, effort: Effort): Promise<Section> {
  const servers: Record<string, (mode: "echo" | "chat") => string[]> = {
    [OURS]: (mode) =>
      mode === "echo"
        ? pinwire(["echo", "serve", "ws://127.0.0.1:0", "--reply", "{data}", "--quiet"])
        : pinwire(["chat", "serve", "ws://127.0.0.1:0", "--rate", "0", "--max-clients", "3000", "--quiet"]),
    [NODE]: (mode) => ["node", "bench/peers/ws_node.mjs", "0", mode],
    [DENO]: (mode) => [Deno.execPath(), "run", "--allow-net", "bench/peers/ws_deno.ts", "0", mode],
  };
  const names = Object.keys(servers).filter((name) => name !== NODE || !tools.absent.includes("ws of npm"));
  const runs = new Map<string, Run[]>();
  for (const { title, mode, connections } of SCENES) {
    for (let round = 0; round < effort.rounds; round++) {
      for (const name of round % 2 ? names.toReversed() : names) {
        const run = await measure(tools, servers[name](mode), mode, connections, effort.seconds);
        const key = `${title}: ${name}`;
        runs.set(key, [...runs.get(key) ?? [], run]);
        effort.log(`${round + 1}/${effort.rounds} ${key}: ${show(run.rate)}/s`);
      }
    }
  }
  /** The ratios of our runs to those of the same round. */
  const ratio = (title: string, name: string, value: (run: Run) => number) =>
    median(
      (runs.get(`${title}: ${OURS}`) ?? []).map((run, round) =>
        value(run) / value(runs.get(`${title}: ${name}`)?.[round] ?? { rate: NaN, p50: NaN, p99: NaN })
      ),
    );
  const target = (what: string, sign: ">=" | "<=", reached: number) => (
    { what, sign, bound: 1, unit: "", reached } as const
  );
  return {
    title: "WebSockets",
    note: "Messages a second, and deliveries where one speaks: text of 64 bytes. `websocket.c` plays all " +
      "clients in one thread; to those that listen 16 lines are under way, and it fails unless each gets every " +
      "line, in order. What is unanswered at the end counts in p99 by its age. pinwire's chat puts a name before " +
      `each line and keeps a history. ${effort.rounds} rounds of ${effort.seconds} s, in turn; medians.`,
    columns: ["", "messages/s", "p50 µs", "p99 µs"],
    rows: [...runs].map(([name, own]) => [
      name,
      ...(["rate", "p50", "p99"] as const).map((field) => show(median(own.map((run) => run[field])))),
    ]),
    targets: SCENES.flatMap(({ title }) =>
      [NODE, DENO].flatMap((name) => [
        target(`${title}: rate ÷ ${name}`, ">=", ratio(title, name, ({ rate }) => rate)),
        target(`${title}: p99 ÷ ${name}`, "<=", ratio(title, name, ({ p99 }) => p99)),
      ])
    ),
  };
}

async function measure(
  tools: Tools,
  argv: string[],
  mode: string,
  connections: number,
  seconds: number,
): Promise<Run> {
  await using server = new Child(argv, { cwd: ROOT, stdin: "piped" });
  const port = await server.announcedPort();
  const load = [tools.webSocket, mode, "-P", `${port}`, "-c", `${connections}`, "-d", `${seconds}`];
  return JSON.parse(await new Child(load).output(seconds + 30));
}
