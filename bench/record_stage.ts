import { type Effort, type Run, runOnce } from "./pairs.ts";
import { type Peer, pinwire, type Tools } from "./peers.ts";
import { median, type Section, show } from "./report.ts";

const PLAIN = "plain", RECORD = "--record", TRACE = "--trace";

/** What `--record` and `--trace` cost an echo server. */
export async function measureRecord(tools: Tools, effort: Effort): Promise<Section> {
  const folder = await Deno.makeTempDir({ prefix: "pinwire-bench-" });
  const peers = {
    [PLAIN]: server(folder),
    [RECORD]: server(folder, "--record", `${folder}/recording`, "--force"),
    [TRACE]: server(folder, "--trace"),
  };
  const names = Object.keys(peers) as (keyof typeof peers)[];
  const rounds: Record<string, Run>[] = [];
  const failures = new Set<string>();
  try {
    for (let round = 0; round < effort.rounds; round++) {
      const runs: Record<string, Run> = {};
      for (const name of round % 2 ? names.toReversed() : names) {
        const tell = (line: string) => effort.log(`${round + 1}/${effort.rounds} ${name}: ${line}`);
        try {
          runs[name] = await runOnce(
            tools.load,
            peers[name],
            ["pingpong", "-c", "64", "-u", "2"],
            effort.seconds,
          );
          tell(`${show(runs[name].rate)} messages/s`);
        } catch (error) {
          failures.add(` ${name} failed: ${(error as Error).message}.`);
          tell((error as Error).message);
        }
      }
      rounds.push(runs);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }

  const cpu = (run: Run) => run.cpu / run.rate * 1e6;
  const figure = (name: string, value: (run: Run) => number) =>
    median(rounds.flatMap((runs) => runs[name] ? value(runs[name]) : []));
  const ratios = (name: string, value: (run: Run) => number) =>
    rounds.flatMap((runs) => runs[name] && runs[PLAIN] ? value(runs[name]) / value(runs[PLAIN]) : []);
  const ratio = (name: string, value: (run: Run) => number) => {
    const all = ratios(name, value);
    return `${show(median(all))} (${show(Math.min(...all))} … ${show(Math.max(...all))})`;
  };
  const rate = (run: Run) => run.rate;
  return {
    title: "What recording and tracing cost",
    note:
      "`echo serve` alone, with `--record` and with `--trace`: 64 connections, 64 bytes, of which each is " +
      "sent when the answer to the last is there. A message is a read and a write: two packets in the " +
      "recording, each with a comment and in the file before the server goes on; of the trace some 1.4 KB. " +
      "Both go to files. In brackets: the range of the ratios to the plain run of the same round. " +
      `${effort.rounds} rounds of ${effort.seconds} s after 2, in turn.${[...failures].join("")}`,
    columns: ["", "messages/s", "÷ plain (range)", "p99 µs", "CPU µs each", "÷ plain (range)"],
    rows: names.map((name) => [
      name,
      show(figure(name, rate)),
      ratio(name, rate),
      show(figure(name, (run) => run.p99)),
      show(figure(name, cpu)),
      ratio(name, cpu),
    ]),
    targets: [
      {
        what: "recorded: rate ÷ plain",
        sign: ">=",
        bound: 0.7,
        unit: "",
        reached: median(ratios(RECORD, rate)),
      },
      {
        what: "traced: rate ÷ plain",
        sign: ">=",
        bound: 0.4,
        unit: "",
        reached: median(ratios(TRACE, rate)),
      },
    ],
  };
}

/** An echo server whose stderr goes to a file: whoever read it here would take the time that is measured. */
function server(folder: string, ...options: string[]): Peer {
  const flags = ["--allow-net", `--allow-write=${folder}`];
  return {
    argv: (port) => {
      const serve = ["echo", "serve", `127.0.0.1:${port}`, "--quiet", "--max-clients", "20000", ...options];
      return ["sh", "-c", 'exec "$@" 2>"$0"', `${folder}/stderr`, ...pinwire(serve, flags)];
    },
    stamps: true,
    announces: false,
  };
}
