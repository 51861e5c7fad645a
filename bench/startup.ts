import { Child } from "./child.ts";
import type { Effort } from "./pairs.ts";
import { pinwire, PROGRAM, ROOT, type Tools } from "./peers.ts";
import { median, type Section, show } from "./report.ts";

/** Something that is started and timed: until it is ready if it listens, else until it has ended. */
interface Start {
  readonly argv: string[];
  readonly listens?: boolean;
  /** The one that its times are divided by. */
  readonly base: string;
}

/** What `deno run` of nothing takes, and what a program compiled of nothing takes. */
const EMPTY = "empty file", EMPTY_COMPILED = "empty file, compiled";

/**
 * ms from spawn until `pinwire --version` has ended and until `echo serve` is ready, against an empty file. Compiled
 * too, if the environment names a compiled pinwire (`PINWIRE_BIN`) and an empty file compiled likewise (`EMPTY_BIN`).
 */
export async function measureStart({ absent }: Tools, effort: Effort): Promise<Section> {
  const empty = await Deno.makeTempFile({ prefix: "pinwire-", suffix: ".ts" });
  const emptyProgram = Deno.env.get("EMPTY_BIN");
  const starts = {
    ...fromSource(empty),
    ...PROGRAM && emptyProgram && compiled(PROGRAM, emptyProgram),
    ...others(absent),
  };
  const times = new Map(Object.keys(starts).map((name) => [name, [] as number[]]));
  const runs = Math.max(20, effort.rounds * 10);
  try {
    for (let run = -2; run < runs; run++) {
      for (const [name, start] of Object.entries(starts)) {
        const time = await timed(start);
        // The first ones fill Deno's caches.
        if (run >= 0) times.get(name)!.push(time);
      }
    }
  } finally {
    await Deno.remove(empty);
  }
  const over = (name: string) => {
    const base = times.get(starts[name].base)!;
    return median(times.get(name)!.map((time, i) => time / base[i]));
  };
  const rows = Object.keys(starts).map((name) => [name, show(median(times.get(name)!)), show(over(name))]);
  for (const row of rows) effort.log(`${row[0]}: ${row[1]} ms, ${row[2]} × an empty file`);
  return {
    title: "Start",
    note:
      "From spawn until what says something has ended, and until a server's ready line, one after the other in " +
      `turn; medians of ${runs} runs each, modules cached. What is compiled is divided by an empty file compiled ` +
      "by the same Deno, all else by `deno run` of one." +
      (PROGRAM ? ` Compiled: ${await versionOf(PROGRAM)}.` : ""),
    columns: ["", "ms", "÷ empty file"],
    rows,
    targets: Object.keys(starts).filter((name) => name.startsWith("pinwire"))
      .map((name) => ({
        what: `${name} ÷ empty file`,
        sign: "<=",
        bound: 1.4,
        unit: "",
        reached: over(name),
      })),
  };
}

function fromSource(empty: string): Record<string, Start> {
  const deno = [Deno.execPath(), "run", "--allow-net"];
  return {
    [EMPTY]: { argv: [...deno, empty], base: EMPTY },
    "plain Deno loop": { argv: [...deno, "bench/peers/loop.ts", "0", "tcp"], listens: true, base: EMPTY },
    "pinwire --version": { argv: pinwire(["--version"]), base: EMPTY },
    "pinwire echo serve": { argv: pinwire(["echo", "serve", "127.0.0.1:0"]), listens: true, base: EMPTY },
  };
}

function compiled(program: string, empty: string): Record<string, Start> {
  return {
    [EMPTY_COMPILED]: { argv: [empty], base: EMPTY_COMPILED },
    // Before the other: what its very first run has loaded is all that a compiled program keeps of V8's code.
    "pinwire echo serve, compiled": {
      argv: [program, "echo", "serve", "127.0.0.1:0"],
      listens: true,
      base: EMPTY_COMPILED,
    },
    "pinwire --version, compiled": { argv: [program, "--version"], base: EMPTY_COMPILED },
  };
}

function others(absent: string[]): Record<string, Start> {
  return {
    ...!absent.includes("node") && { "node -e 0": { argv: ["node", "-e", "0"], base: EMPTY } },
    ...!absent.includes("ncat") && { "ncat --version": { argv: ["ncat", "--version"], base: EMPTY } },
  };
}

const versionOf = async (program: string) => (await new Child([program, "--version"]).output(15)).trim();

async function timed({ argv, listens }: Start): Promise<number> {
  const start = performance.now();
  await using child = new Child(argv, { cwd: ROOT });
  if (listens) await child.announcedPort();
  else await child.output(15);
  return performance.now() - start;
}
