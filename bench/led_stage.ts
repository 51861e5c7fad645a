import { Child } from "./child.ts";
import type { Effort } from "./pairs.ts";
import { pinwire, ROOT, type Tools } from "./peers.ts";
import { median, quantile, type Section, show } from "./report.ts";

/** One run in µs. */
interface Run {
  p50: number;
  p99: number;
  max: number;
}

const CHANGES = 2000;
const OURS = "pinwire", PLAIN = "plain Deno", PYTHON = "Python", REPORTING = "Python that reports";
const SERVE = pinwire(["led", "serve", "--json", "127.0.0.1:0"]);
const AGENT = pinwire(["led", "agent", "--json", "--gpio", "simulated", "--name", "lamp"]);

const plain = (role: string) => [Deno.execPath(), "run", "--allow-net", "bench/peers/led.ts", role];
const python = (role: string) => ["python3", "bench/peers/led.py", role];

/** What is driven, by the program: the arguments of led.c. */
const ROUTES: [title: string, programs: Record<string, string[]>][] = [
  ["console to pin", {
    [OURS]: ["change", ...SERVE, "--", ...AGENT],
    [PLAIN]: ["change", ...plain("serve"), "0", "--", ...plain("client")],
    [PYTHON]: ["change", ...python("serve"), "0", "--", ...python("client")],
    [REPORTING]: ["change", ...python("serve"), "0", "--", ...python("reporter")],
  }],
  ["agent alone", {
    [OURS]: ["agent", ...AGENT],
    [PLAIN]: ["agent", ...plain("reporter")],
    [PYTHON]: ["agent", ...python("reporter")],
  }],
];

/** µs from a line on the controller's console to the agent's line about its pin, and to an agent and back. */
export async function measureLed(tools: Tools, effort: Effort): Promise<Section> {
  const rows: string[][] = [];
  const ratios = new Map<string, number>();
  const hasPython = !tools.absent.includes("python3");
  for (const [title, programs] of ROUTES) {
    const names = Object.keys(programs).filter((name) => !name.startsWith(PYTHON) || hasPython);
    const runs = new Map(names.map((name) => [name, [] as Run[]]));
    for (let round = 0; round < effort.rounds; round++) {
      for (const name of round % 2 ? names.toReversed() : names) {
        const run = await drive(tools, programs[name]);
        runs.get(name)!.push(run);
        effort.log(`${round + 1}/${effort.rounds} ${title}, ${name}: p50 ${show(run.p50)} µs`);
      }
    }
    for (const [name, own] of runs) {
      const of = (value: (run: Run) => number) => show(median(own.map(value)));
      const over = own.map((run, i) => run.p50 / (runs.get(PYTHON)?.[i].p50 ?? NaN));
      const range = `${show(Math.min(...over))} … ${show(Math.max(...over))}`;
      ratios.set(`${title}, ${name}`, median(over));
      rows.push([
        `${title}: ${name}`,
        of((run) => run.p50),
        of((run) => run.p99),
        of((run) => run.max),
        `${show(median(over))} (${range})`,
      ]);
    }
  }
  return {
    title: "Command to pin change",
    note:
      "Console to pin: from `0:1` or `0:2` written to the controller's stdin until the agent's line about " +
      "the change is read from its stdout. One change after another; both stdouts are pipes that `led.c` " +
      "reads. Both ends of pinwire run with `--json`, its pin is simulated, and its agent reports each " +
      "change to the controller, which prints it. Python is a threaded socketserver and a blocking client; " +
      "it and plain Deno print the command alone, unless they report it likewise. Agent alone: `led.c` " +
      "is the controller, from `on` until `state on` comes back; the agent's stdout is /dev/null. " +
      `${effort.rounds} rounds of ${
        show(CHANGES)
      } changes after 200, in turn; medians of the rounds, and of ` +
      "their ratios.",
    columns: ["", "p50 µs", "p99 µs", "max µs", "p50 ÷ Python (range)"],
    rows,
    targets: [{
      what: "console to pin: p50 ÷ Python",
      sign: "<=",
      bound: 1,
      unit: "",
      reached: ratios.get(`console to pin, ${OURS}`) ?? NaN,
    }],
  };
}

async function drive(tools: Tools, [mode, ...programs]: string[]): Promise<Run> {
  const driver = new Child([tools.led, mode, "-n", `${CHANGES}`, ...programs], { cwd: ROOT });
  const { times }: { times: number[] } = JSON.parse(await driver.output(60));
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99), max: Math.max(...times) };
}
