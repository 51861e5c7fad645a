import { Child } from "./child.ts";
import { type Peer, STAMP, start, type Tools } from "./peers.ts";
import { median } from "./report.ts";

/** What the load generator saw in one run; times in µs. */
export interface Run {
  rate: number;
  p50: number;
  p99: number;
  least: number;
  lost: number;
  /** Seconds of CPU that the server and its processes took a second. */
  cpu: number;
  /** The most memory of each of them together, in KiB. */
  peak: number;
}

/** A server's runs of one stage, each beside a run of the C server just before it: medians. */
export interface Row {
  readonly name: string;
  /** Messages or connections a second, or MB/s. */
  readonly rate: number;
  /** Rate ÷ the C server's, and the smallest and largest of its rounds. */
  readonly ratio: number;
  readonly range: [number, number];
  /** Latencies in µs. */
  readonly p50: number;
  readonly p99: number;
  /** p99 ÷ the C server's. */
  readonly p99Ratio: number;
  /** What the least-served connection got ÷ the mean. */
  readonly least: number;
  /** CPU time in µs that the server and its processes took for one message (or MB). */
  readonly cpu: number;
  /** Why rounds are missing, if any are. */
  readonly failures: string[];
}

/** How long and how often to measure. */
export interface Effort {
  readonly rounds: number;
  readonly seconds: number;
  /** Tells of progress. */
  log(line: string): void;
}

/**
 * Measures every peer against C: a fresh server a run, the C run right before its peer's, the peers' order
 * turned round every other round. On a shared machine only such pairs can be compared.
 */
export async function measurePairs(
  tools: Tools,
  peers: ReadonlyMap<string, Peer>,
  names: string[],
  load: string[],
  effort: Effort,
): Promise<Row[]> {
  const present = names.filter((name) => peers.has(name));
  const runs = new Map(present.map((name) => [name, [] as { own: Run; base: Run }[]]));
  const failures = new Map(present.map((name) => [name, new Set<string>()]));
  const baseRuns: Run[] = [];

  for (let round = 0; round < effort.rounds; round++) {
    for (const name of round % 2 ? present.toReversed() : present) {
      const peer = peers.get(name)!;
      const tell = (line: string) => effort.log(`${round + 1}/${effort.rounds} ${name}: ${line}`);
      try {
        const base = await runOnce(
          tools.load,
          peers.get(peer.stamps ? "C" : "C plain")!,
          load,
          effort.seconds,
        );
        if (peer.stamps) baseRuns.push(base);
        const own = await runOnce(tools.load, peer, load, effort.seconds);
        runs.get(name)!.push({ own, base });
        tell(`${(own.rate / base.rate).toFixed(2)} × C`);
      } catch (error) {
        failures.get(name)!.add((error as Error).message);
        tell((error as Error).message);
      }
    }
  }
  return [
    summary("C", baseRuns.map((own) => ({ own, base: own })), []),
    ...present.map((name) => summary(name, runs.get(name)!, [...failures.get(name)!])),
  ];
}

/** Starts the server, asks it once for `seconds`, and ends it. */
export async function runOnce(load: string, peer: Peer, args: string[], seconds: number): Promise<Run> {
  const { server, port } = await start(peer);
  await using _ends = server;
  const client = new Child(
    [
      load,
      ...args,
      "-P",
      `${port}`,
      "-p",
      `${server.pid}`,
      "-d",
      `${seconds}`,
      "-x",
      `${peer.stamps ? STAMP : 0}`,
    ],
  );
  return JSON.parse(await client.output(60 + seconds));
}

function summary(name: string, runs: { own: Run; base: Run }[], failures: string[]): Row {
  const of = (value: (pair: { own: Run; base: Run }) => number) => median(runs.map(value));
  const ratios = runs.map(({ own, base }) => own.rate / base.rate);
  return {
    name,
    rate: of(({ own }) => own.rate),
    ratio: median(ratios),
    range: [Math.min(...ratios), Math.max(...ratios)],
    p50: of(({ own }) => own.p50),
    p99: of(({ own }) => own.p99),
    p99Ratio: of(({ own, base }) => own.p99 / base.p99),
    least: of(({ own }) => own.least),
    cpu: of(({ own }) => own.cpu / own.rate * 1e6),
    failures,
  };
}
