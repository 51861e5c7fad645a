import { measureChat } from "./chat_stage.ts";
import { measureDecode } from "./decode_stage.ts";
import { measureFanout } from "./fanout_stage.ts";
import { measureLed } from "./led_stage.ts";
import { measureMemory } from "./memory.ts";
import { type Effort, measurePairs, type Row } from "./pairs.ts";
import { COMPILED, type Tools } from "./peers.ts";
import { type Section, show, type Target } from "./report.ts";
import { measureRecord } from "./record_stage.ts";
import { measureRelay } from "./relay_stage.ts";
import { measureShare } from "./share_stage.ts";
import { measureShell } from "./shell_stage.ts";
import { measureStart } from "./startup.ts";
import { measureWebSockets } from "./websocket_stage.ts";

/** One thing that is measured: a section of the page. */
export interface Stage {
  readonly title: string;
  run(tools: Tools, effort: Effort): Promise<Section>;
}

type Find = (name: string) => Row | undefined;

/** A target on a figure of the pairs; a figure over missing rows is NaN. */
type Goal = [what: string, sign: Target["sign"], bound: number, figure: (row: Find) => number];

interface Race {
  title: string;
  note: string;
  transport: "tcp" | "udp";
  load: string[];
  peers: string[];
  unit: string;
  columns: (keyof typeof COLUMNS)[];
  goals: Goal[];
}

const COLUMNS = {
  range: ["÷ C (range)", (row: Row) => `${show(row.ratio)} (${row.range.map(show).join(" … ")})`],
  p50: ["p50 µs", (row: Row) => show(row.p50)],
  p99: ["p99 µs", (row: Row) => show(row.p99)],
  p99Ratio: ["p99 ÷ C", (row: Row) => show(row.p99Ratio)],
  least: ["least served", (row: Row) => show(row.least)],
  cpu: ["CPU µs each", (row: Row) => show(row.cpu)],
} satisfies Record<string, [string, (row: Row) => string]>;

const ratio = (find: Find, name: string) => find(name)?.ratio ?? NaN;
const toC: Goal[3] = (find) => ratio(find, "pinwire");
const to = (other: string): Goal[3] => (find) => ratio(find, "pinwire") / ratio(find, other);

const FOUR = "pinwire --workers 4", DENOS = "pinwire, Deno's sockets";
const STAMPED = "Every server puts the 27-byte stamp before its answer, formatted once a second.";

/** All stages by the name that the command line knows them by, in the order of the page. */
export const STAGES: Record<string, Stage> = {
  echo1: race({
    title: "One connection, 64 bytes",
    note: `${STAMPED} The next message leaves when the answer to the one before is there.`,
    transport: "tcp",
    load: ["pingpong", "-c", "1"],
    peers: ["pinwire", COMPILED, DENOS, "Node net", "Go", "asyncio"],
    unit: "messages/s",
    columns: ["range", "p50", "p99", "cpu"],
    goals: [["p50 ÷ C", "<=", 1.2, (find) => (find("pinwire")?.p50 ?? NaN) / (find("C")?.p50 ?? NaN)]],
  }),
  echo64: race({
    title: "64 connections, 64 bytes",
    note:
      `${STAMPED} Each connection sends when its answer is there. socat and ncat answer without a stamp ` +
      "and are held against a C server without one.",
    transport: "tcp",
    load: ["pingpong", "-c", "64"],
    peers: ["pinwire", COMPILED, DENOS, "Node net", "Go", "asyncio", "socat EXEC:cat", "ncat -e /bin/cat"],
    unit: "messages/s",
    columns: ["range", "p50", "p99", "cpu"],
    goals: [
      ["rate ÷ C", ">=", 1, toC],
      ["ahead of Node", ">=", 1, to("Node net")],
      ["level with Go", ">=", 1, to("Go")],
      ["÷ asyncio", ">=", 2.5, to("asyncio")],
      ["÷ socat", ">=", 2.5, to("socat EXEC:cat")],
      ["÷ ncat", ">=", 2.5, to("ncat -e /bin/cat")],
    ],
  }),
  echo1000: race({
    title: "1,000 busy connections, 64 bytes",
    note: `${STAMPED} “Least served” is the connection that got the fewest answers, as a share of the mean.`,
    transport: "tcp",
    load: ["pingpong", "-c", "1000"],
    peers: ["pinwire", COMPILED, FOUR, DENOS, "Node net", "Go", "asyncio"],
    unit: "messages/s",
    columns: ["range", "p99", "p99Ratio", "least"],
    goals: [
      ["rate ÷ C", ">=", 0.9, toC],
      ["p99 ÷ C", "<=", 1.2, (find) => find("pinwire")?.p99Ratio ?? NaN],
      ["least served", ">=", 0.9, (find) => find("pinwire")?.least ?? NaN],
      ["rate: ahead of Node", ">=", 1, to("Node net")],
      ["rate: ahead of Go", ">=", 1, to("Go")],
      ["rate: one thread ÷ four workers", ">=", 1, to(FOUR)],
    ],
  }),
  bulk: race({
    title: "1 GiB over one connection",
    note: `${STAMPED} The client sends and reads at once; the clock starts after the first 64 MiB.`,
    transport: "tcp",
    load: ["bulk", "-n", "1024"],
    peers: ["pinwire", COMPILED, DENOS, "Node net", "Node net, writev", "Go", "asyncio"],
    unit: "MB/s",
    columns: ["range", "cpu"],
    goals: [["rate ÷ C", ">=", 1, toC], ["÷ Node", ">=", 2, to("Node net")]],
  }),
  churn: race({
    title: "Connect, one message, close",
    note: `${STAMPED} Eight clients at a time.`,
    transport: "tcp",
    load: ["churn", "-c", "8"],
    peers: ["pinwire", COMPILED, DENOS, "Node net", "Go", "asyncio"],
    unit: "connections/s",
    columns: ["range", "p50", "p99", "cpu"],
    goals: [["rate ÷ C", ">=", 0.95, toC]],
  }),
  udp: race({
    title: "UDP, 64 bytes",
    note: `${STAMPED} Four sockets with 16 datagrams under way each.`,
    transport: "udp",
    load: ["udp", "-c", "4", "-w", "16"],
    peers: ["pinwire", COMPILED, "plain Deno loop", "Node dgram", "Go", "asyncio"],
    unit: "datagrams/s",
    columns: ["range", "p50", "p99", "cpu"],
    goals: [["rate ÷ C", ">=", 0.8, toC], ["ahead of Go", ">=", 1, to("Go")]],
  }),
  decode: { title: "Cutting bytes into frames", run: measureDecode },
  led: { title: "Command to pin change", run: measureLed },
  fanout: { title: "1,000 agents at once", run: measureFanout },
  chat: { title: "One speaks, many listen", run: measureChat },
  share: { title: "One chat over several servers", run: measureShare },
  websocket: { title: "WebSockets", run: measureWebSockets },
  shell: { title: "A command on another machine", run: measureShell },
  relay: { title: "Between two programs", run: measureRelay },
  record: { title: "What recording and tracing cost", run: measureRecord },
  start: { title: "Start", run: measureStart },
  memory: { title: "Memory", run: measureMemory },
};

function race({ title, note, transport, load, peers, unit, columns, goals }: Race): Stage {
  return {
    title,
    async run(tools, effort) {
      const rows = await measurePairs(tools, tools[transport], peers, load, effort);
      const find: Find = (name) => rows.find((row) => row.name === name);
      const shown = columns.map((column) => COLUMNS[column]);
      const failures = rows.flatMap((row) => row.failures.map((why) => ` ${row.name} failed: ${why}.`));
      const absent = peers.filter((name) => !find(name)).map((name) => ` ${name}: not installed.`);
      return {
        title,
        note: `${note}${absent.join("")}${failures.join("")} ${effort.rounds} rounds of ${effort.seconds} s.`,
        columns: ["", unit, ...shown.map(([head]) => head)],
        rows: rows.map((row) => [row.name, show(row.rate), ...shown.map(([, cell]) => cell(row))]),
        targets: goals.map(([what, sign, bound, figure]) => ({
          what,
          sign,
          bound,
          unit: "",
          reached: figure(find),
        })),
      };
    },
  };
}
