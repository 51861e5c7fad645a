import { Child } from "./child.ts";
import type { Effort } from "./pairs.ts";
import { type Peer, start, type Tools } from "./peers.ts";
import { median, type Section, show } from "./report.ts";

const OURS = "pinwire", C = "C", NODE = "Node net", BROKER = "ncat --broker", NAMES = "ncat --chat";

/** How many listen, and how many lines are under way. */
const CROWDS: [title: string, listeners: number, lines: number][] = [
  ["100, 16 lines", 100, 16],
  ["1,000, 16 lines", 1000, 16],
  ["1,000, one line", 1000, 1],
];
const [HUNDRED, MANY, ONE] = CROWDS.map(([title]) => title);

/** What chat.c saw in one run: deliveries a second, times in µs, and KiB. */
interface Run {
  rate: number;
  p50: number;
  p99: number;
  memory: number;
}

/** Deliveries a second from one that speaks to many that listen. */
export async function measureChat(tools: Tools, effort: Effort): Promise<Section> {
  const runs = new Map<string, (Run | undefined)[]>();
  const failures: string[] = [];
  for (const [title, listeners, lines] of CROWDS) {
    // It tells each of the names of all, which takes it minutes.
    const names = [...tools.chat.keys()].filter((name) => name !== NAMES || listeners < 1000);
    for (const name of names) runs.set(`${title}: ${name}`, []);
    for (let round = 0; round < effort.rounds; round++) {
      for (const name of round % 2 ? names.toReversed() : names) {
        const own = runs.get(`${title}: ${name}`)!;
        try {
          own[round] = await run(tools, tools.chat.get(name)!, listeners, lines, effort.seconds);
          effort.log(
            `${round + 1}/${effort.rounds} ${title}, ${name}: ${show(own[round]!.rate)} deliveries/s`,
          );
        } catch (error) {
          failures.push(` ${title}, ${name}: a run failed.`);
          effort.log(`${round + 1}/${effort.rounds} ${title}, ${name}: ${(error as Error).message}`);
        }
      }
    }
  }

  const figures = (title: string, name: string, value: (run: Run) => number) =>
    (runs.get(`${title}: ${name}`) ?? []).flatMap((run) => run ? value(run) : []);
  const figure = (...of: Parameters<typeof figures>) => median(figures(...of));
  /** pinwire's, or another's, over that of a run of the same round. */
  const ratios = (title: string, over: string, value: (run: Run) => number, name = OURS) => {
    const base = runs.get(`${title}: ${over}`) ?? [];
    return (runs.get(`${title}: ${name}`) ?? []).flatMap((run, round) => {
      const other = base[round];
      return run && other ? value(run) / value(other) : [];
    });
  };
  const rate = (run: Run) => run.rate,
    p99 = (run: Run) => run.p99,
    mebibytes = (run: Run) => run.memory / 1024;
  const ahead = CROWDS.map(([title]) => median(ratios(title, BROKER, rate)));

  return {
    title: "One speaks, many listen",
    note: "Deliveries a second: lines of 64 bytes that one member says, times the members that listen. " +
      "`chat.c` plays them all in one thread; it begins when all members have joined and nothing was said " +
      "for 1.2 s. It says the next line when few enough deliveries are still to come, and fails unless " +
      "each listener gets every line once and in order. pinwire runs with `--rate 0`, puts `guest1001: ` " +
      "before each line, keeps a history and prints every line on its console, here a pipe; C, Node and " +
      "asyncio pass on what they read as it came, and so does `ncat --broker`, which leaves Nagle's " +
      "algorithm on. `ncat --chat` announces to each newcomer all others, and with 1,000 is not ready " +
      "after 40 s: left out. Memory: VmRSS with all connected, before the first line. " +
      `${effort.rounds} rounds of ${effort.seconds} s after 0.5, in turn; medians of the rounds, and of the ratios ` +
      `to the C server's run of the same round.${failures.join("")}`,
    columns: ["", "deliveries/s", "÷ C (range)", "p50 ms", "p99 ms", "p99 ÷ C", "memory MiB"],
    rows: CROWDS.flatMap(([title]) =>
      [...tools.chat.keys()].filter((name) => runs.has(`${title}: ${name}`)).map((name) => {
        const toC = ratios(title, C, rate, name);
        const range = toC.length ? ` (${show(Math.min(...toC))} … ${show(Math.max(...toC))})` : "";
        return [
          `${title}: ${name}`,
          show(figure(title, name, rate)),
          `${show(median(toC))}${range}`,
          show(figure(title, name, (run) => run.p50 / 1e3)),
          show(figure(title, name, (run) => run.p99 / 1e3)),
          show(median(ratios(title, C, p99, name))),
          show(figure(title, name, mebibytes)),
        ];
      })
    ),
    targets: [
      {
        what: "100, 16 lines: rate ÷ C",
        sign: ">=",
        bound: 1,
        unit: "",
        reached: median(ratios(HUNDRED, C, rate)),
      },
      {
        what: "1,000, 16 lines: million deliveries/s",
        sign: ">=",
        bound: 1,
        unit: "M/s",
        reached: figure(MANY, OURS, rate) / 1e6,
      },
      {
        what: "1,000, 16 lines: p99 ÷ C",
        sign: "<=",
        bound: 1.2,
        unit: "",
        reached: median(ratios(MANY, C, p99)),
      },
      {
        what: "1,000, one line: rate ÷ C",
        sign: ">=",
        bound: 0.9,
        unit: "",
        reached: median(ratios(ONE, C, rate)),
      },
      {
        what: "1,000, one line: ÷ Node",
        sign: ">=",
        bound: 1.2,
        unit: "",
        reached: median(ratios(ONE, NODE, rate)),
      },
      ...CROWDS.map(([title], i) => (
        { what: `${title}: ÷ ncat --broker`, sign: ">=", bound: 1, unit: "", reached: ahead[i] } as const
      )),
      {
        what: "memory, 1,000 members",
        sign: "<=",
        bound: 60,
        unit: "MiB",
        reached: median([...figures(MANY, OURS, mebibytes), ...figures(ONE, OURS, mebibytes)]),
      },
    ],
  };
}

async function run(
  tools: Tools,
  peer: Peer,
  listeners: number,
  lines: number,
  seconds: number,
): Promise<Run> {
  const { server, port } = await start(peer);
  await using _ends = server;
  const options = ["-c", `${listeners}`, "-w", `${lines}`, "-d", `${seconds}`];
  const client = new Child([tools.crowd, ...options, "-P", `${port}`, "-p", `${server.pid}`]);
  return JSON.parse(await client.output(30 + seconds));
}
