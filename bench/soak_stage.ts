import { median } from "./report.ts";

/** What a scene is given: a program just started. */
export interface Stage {
  /** Where a server listens, or we do for a client. */
  readonly port: number;
  /** A connection to the program: dialled to a server, or the next one that a client has dialled. */
  connect(): Promise<Deno.TcpConn>;
  /** Milliseconds; for scenes that have no end of their own. */
  readonly duration: number;
  /** The certificate of a server of TLS, in PEM. */
  readonly certificate?: string;
  /** The program's memory in MiB; rejects if it is gone. */
  memory(): Promise<number>;
  /** How many files and sockets it has open. */
  openFiles(): Promise<number>;
  say(line: string): void;
}

/** One kind of peers that behave badly; `run` rejects if the program takes harm. */
export interface Scene {
  /** The program, `echo serve` by default. */
  readonly command?: readonly [mode: string, verb: string];
  /** Whether it serves TLS. */
  readonly isTls?: boolean;
  /** Options of the program. */
  readonly options: string[];
  /** How long it lasts by default; for scenes that have no end of their own. */
  readonly minutes?: number;
  run(stage: Stage): Promise<void>;
}

/** MiB between the second and the last quarter of the time: what garbage collection leaves undecided. */
const GROWTH = 16;

/** Looks at the memory while `work` goes on, which must be flat after the first quarter of the time. */
export async function staysFlat({ duration, memory, say }: Stage, work: () => Promise<void>): Promise<void> {
  const start = performance.now();
  const samples: { at: number; mebibytes: number }[] = [];
  let failure: Error | undefined;
  const sampler = setInterval(async () => {
    try {
      samples.push({ at: (performance.now() - start) / duration, mebibytes: await memory() });
    } catch (error) {
      failure ??= error as Error;
    }
  }, Math.max(100, duration / 1000));
  try {
    await work();
  } finally {
    clearInterval(sampler);
  }
  if (failure) throw failure;
  const quarter = (n: number) =>
    median(samples.filter(({ at }) => at >= n / 4 && at < (n + 1) / 4).map(({ mebibytes }) => mebibytes));
  const quarters = [0, 1, 2, 3].map(quarter);
  say(`memory by quarter of the time: ${quarters.map((mebibytes) => mebibytes.toFixed(1)).join(", ")} MiB`);
  if (quarters[3] - quarters[1] > GROWTH) throw new Error("memory grows");
}
