import { type Effort, type Run, runOnce } from "./pairs.ts";
import { start, type Tools } from "./peers.ts";
import { median, type Section, show, type Target } from "./report.ts";

const OURS = "pinwire relay", SOCAT = "socat", NONE = "none";

/** What is asked of each relay, as load.c takes it. */
const LOADS = {
  "1 bulk": ["bulk", "-n", "512"],
  "64 bulk": ["bulk", "-n", "512", "-c", "64"],
  "1 talk": ["pingpong", "-c", "1"],
  "64 talk": ["pingpong", "-c", "64"],
};
type Load = keyof typeof LOADS;

/** Bytes and messages a second through what stands between the load generator and one C echo server. */
export async function measureRelay(tools: Tools, effort: Effort): Promise<Section> {
  const echo = tools.tcp.get("C plain")!;
  const { server, port } = await start(echo);
  await using _ends = server;
  const relays = new Map([...tools.relays(port), [NONE, echo]]);
  const names = [...relays.keys()];
  const runs = new Map<string, (Run | undefined)[]>();
  const of = (load: Load, name: string) => runs.getOrInsertComputed(`${load} ${name}`, () => []);
  const failures = new Set<string>();

  for (let round = 0; round < effort.rounds; round++) {
    for (const load of Object.keys(LOADS) as Load[]) {
      for (const name of round % 2 ? names.toReversed() : names) {
        const tell = (line: string) => effort.log(`${round + 1}/${effort.rounds} ${load}, ${name}: ${line}`);
        try {
          const run = await runOnce(tools.load, relays.get(name)!, LOADS[load], effort.seconds);
          of(load, name)[round] = run;
          tell(`${show(run.rate)} ${load.endsWith("bulk") ? "MB" : "messages"}/s`);
        } catch (error) {
          failures.add(` ${name} failed: ${(error as Error).message}.`);
          tell((error as Error).message);
        }
      }
    }
  }

  const figure = (load: Load, name: string, value: (run: Run) => number) =>
    median(of(load, name).flatMap((run) => run ? value(run) : []));
  const ratios = (load: Load, name: string, value: (run: Run) => number) => {
    const base = of(load, SOCAT);
    return of(load, name).flatMap((run, round) => {
      const other = base[round];
      return run && other ? value(run) / value(other) : [];
    });
  };
  const rate = (run: Run) => run.rate, p50 = (run: Run) => run.p50;
  const cpu = (run: Run) => run.cpu / run.rate * 1e6;
  const cell = (load: Load, name: string, value: (run: Run) => number) => {
    const all = ratios(load, name, value);
    const toSocat = all.length
      ? ` (${show(median(all))}: ${show(Math.min(...all))} … ${show(Math.max(...all))})`
      : "";
    return `${show(figure(load, name, value))}${toSocat}`;
  };
  const target = (
    what: string,
    sign: Target["sign"],
    bound: number,
    load: Load,
    value: (run: Run) => number,
  ) => ({
    what,
    sign,
    bound,
    unit: "",
    reached: median(ratios(load, OURS, value)),
  });

  return {
    title: "Between two programs",
    note:
      "Each stands between `load.c` and the same C server, which echoes without a stamp; “none” is that " +
      "server alone. MB/s: 512 MiB there and back, spread over the connections, after the first 64 MiB. " +
      "Messages of 64 bytes: each connection sends when its answer is there. CPU: µs for each of these, of " +
      "the relay, or of the server where there is none. `socat TCP-LISTEN:…,fork,reuseaddr TCP:…` makes a " +
      "process for each connection, which are all counted; beside other work 64 processes get more of the " +
      "cores than one, and then CPU tells more than the rate. Memory: VmHWM with 64 connections that carry " +
      "MB, of socat the sum of its processes, so that the pages that they share count in each. In brackets: " +
      "the median of the ratios to socat's run of the same round, and their range. " +
      `${effort.rounds} rounds of ${effort.seconds} s, in turn.${
        relays.has(SOCAT) ? "" : " socat: not installed."
      }${[...failures].join("")}`,
    columns: ["", "1: MB/s", "64: MB/s", "64: messages/s", "64: CPU µs", "1: p50 µs", "memory MiB"],
    rows: names.map((name) => [
      name,
      cell("1 bulk", name, rate),
      cell("64 bulk", name, rate),
      cell("64 talk", name, rate),
      cell("64 talk", name, cpu),
      cell("1 talk", name, p50),
      show(figure("64 bulk", name, (run) => run.peak / 1024)),
    ]),
    targets: [
      target("1 connection: MB/s ÷ socat", ">=", 1, "1 bulk", rate),
      target("64 connections: MB/s ÷ socat", ">=", 1, "64 bulk", rate),
      target("64 connections: messages/s ÷ socat", ">=", 1, "64 talk", rate),
      target("1 connection: p50 ÷ socat", "<=", 2, "1 talk", p50),
    ],
  };
}
