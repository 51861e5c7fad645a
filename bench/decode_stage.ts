import { Child } from "./child.ts";
import type { Effort } from "./pairs.ts";
import { ROOT, type Tools } from "./peers.ts";
import { median, type Section, show } from "./report.ts";

const CASES: [name: string, what: string, bound?: number][] = [
  ["views of 64 B", "`subarray` for each 64 bytes, no decoder"],
  ["len 64 B", "`len:i32le`, 64 bytes", 2],
  ["len 1 MiB", "`len:i32le`, 1 MiB", 8],
  ["line 64 B", "`line`, 64 bytes", 0.9],
  ["stream of len 64 B", "stream adapter, `len:i32le`, 64 bytes", 1.4],
];

/** GB/s of the decoders and of the stream adapter over 32 MiB in chunks of 64 KiB. */
export async function measureDecode(_tools: Tools, effort: Effort): Promise<Section> {
  const rates = new Map<string, number[]>(CASES.map(([name]) => [name, []]));
  for (let round = 0; round < effort.rounds; round++) {
    for (const [name] of CASES) {
      const script = new Child([Deno.execPath(), "run", "bench/decode.ts", name], { cwd: ROOT });
      rates.get(name)!.push(Number(await script.output(120)));
    }
  }
  const rows = CASES.map(([name, what, bound]) => ({ what, bound, runs: rates.get(name)! }));
  for (const { what, runs } of rows) effort.log(`${what}: ${show(median(runs))} GB/s`);
  return {
    title: "Cutting bytes into frames",
    note:
      `From memory alone: 32 MiB in chunks of 64 KiB, each case in ${effort.rounds} processes of its own. ` +
      "The stream adapter gives an array of frames for each chunk.",
    columns: ["", "GB/s", "range"],
    rows: rows.map(({ what, runs }) => [
      what,
      show(median(runs)),
      `${show(Math.min(...runs))} … ${show(Math.max(...runs))}`,
    ]),
    targets: rows.flatMap(({ what, bound, runs }) => {
      return bound ? [{ what, sign: ">=", bound, unit: "GB/s", reached: median(runs) }] : [];
    }),
  };
}
