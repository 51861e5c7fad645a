import { Child } from "./child.ts";
import type { Effort } from "./pairs.ts";
import { pinwire, ROOT, type Tools } from "./peers.ts";
import { median, type Section, show } from "./report.ts";

const AGENTS = 1000;
const REPETITIONS = 20;
const OURS = "pinwire `--json`", C = "C", NODE = "Node net";

/** What led.c saw in one run: a time in µs for each repetition, and memory in KiB. */
interface Run {
  told: number[];
  reported: number[];
  memory: number;
}

/** ms until the last of many agents has its command, and until the controller knows of the last report. */
export async function measureFanout(tools: Tools, effort: Effort): Promise<Section> {
  const serve = (...options: string[]) => pinwire(["led", "serve", "127.0.0.1:0", ...options]);
  const controllers: Record<string, [argv: string[], lines: number]> = {
    [C]: [[tools.fanout, "0"], 1],
    [NODE]: [["node", "bench/peers/fanout.mjs", "0"], 1],
    [OURS]: [serve("--json"), AGENTS],
    "pinwire `--quiet`": [serve("--quiet"), 0],
  };
  const names = Object.keys(controllers).filter((name) => name !== NODE || !tools.absent.includes("node"));
  const runs = new Map(names.map((name) => [name, [] as Run[]]));
  const rounds = Math.min(effort.rounds, 3);
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 ? names.toReversed() : names) {
      const [argv, lines] = controllers[name];
      const options = ["-n", `${REPETITIONS}`, "-w", "4", "-c", `${AGENTS}`, "-r", `${lines}`];
      const run: Run = JSON.parse(
        await new Child([tools.led, "fanout", ...options, ...argv], { cwd: ROOT }).output(60),
      );
      runs.get(name)!.push(run);
      effort.log(`${round + 1}/${rounds} ${name}: all told in ${show(median(run.told) / 1e3)} ms`);
    }
  }
  const p50 = (name: string, times: "told" | "reported") =>
    median((runs.get(name) ?? []).flatMap((run) => run[times])) / 1e3;
  return {
    title: "1,000 agents at once",
    note:
      "From `on all` or `off all` written to the controller's stdin until the last agent has its command, " +
      "and until the controller has said that the last report came: pinwire by the 1,000th `state` event " +
      "on its stdout, a pipe that `led.c` reads (with `--quiet` it says nothing); the others by one line. " +
      "The agents are simulated: `led.c` plays them all in one thread, over 1,000 connections, each of " +
      "which said hello. C is one epoll thread that writes the same bytes and counts lines; neither it nor " +
      "Node knows who reports. " +
      `${rounds} rounds of ${REPETITIONS} commands, 50 ms apart, in turn; p50 of all, and the range. Memory: ` +
      "as below, with the agents connected.",
    columns: ["", "all told, ms", "range", "all reported, ms", "range", "memory MiB"],
    rows: [...runs].map(([name, own]) => [
      name,
      ...(["told", "reported"] as const).flatMap((times) => {
        const all = own.flatMap((run) => run[times]).map((time) => time / 1e3);
        return [
          show(p50(name, times)),
          all.length ? `${show(Math.min(...all))} … ${show(Math.max(...all))}` : "–",
        ];
      }),
      show(median(own.map(({ memory }) => memory)) / 1024),
    ]),
    targets: [{
      what: "all reported: slower than the slower of C and Node by",
      sign: "<=",
      bound: 150,
      unit: "ms",
      reached: p50(OURS, "reported") - Math.max(p50(C, "reported"), p50(NODE, "reported")),
    }],
  };
}
