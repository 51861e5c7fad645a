import { Child } from "./child.ts";
import type { Effort } from "./pairs.ts";
import { pinwire, ROOT, type Tools } from "./peers.ts";
import { median, type Section, show } from "./report.ts";

/** ms from spawn to the ready line, against `deno run` of an empty file from spawn to its end. */
export async function measureStart(_tools: Tools, effort: Effort): Promise<Section> {
  const empty = await Deno.makeTempFile({ prefix: "pinwire-", suffix: ".ts" });
  const bare: number[] = [], loop: number[] = [], ours: number[] = [];
  try {
    const runs = Math.max(20, effort.rounds * 10);
    for (let run = -2; run < runs; run++) {
      const times = [
        await emptyFile(empty),
        await toListening([Deno.execPath(), "run", "--allow-net", "bench/peers/loop.ts", "0", "tcp"]),
        await toListening(pinwire(["echo", "serve", "127.0.0.1:0"])),
      ];
      // The first ones fill Deno's caches.
      if (run < 0) continue;
      bare.push(times[0]);
      loop.push(times[1]);
      ours.push(times[2]);
    }
  } finally {
    await Deno.remove(empty);
  }
  const over = (times: number[]) => median(times.map((time, i) => time / bare[i]));
  effort.log(`${show(median(ours))} ms, ${show(over(ours))} × an empty file`);
  return {
    title: "Start to listening",
    note:
      "`deno run --allow-net main.ts echo serve` and the plain loop, until their ready lines; in turn with " +
      `\`deno run\` of an empty file until it ends; medians of ${ours.length} runs each, modules cached.`,
    columns: ["", "ms", "÷ empty file"],
    rows: Object.entries({ "empty file": bare, "plain Deno loop": loop, "pinwire echo serve": ours })
      .map(([name, times]) => [name, show(median(times)), show(over(times))]),
    targets: [{ what: "÷ empty file", sign: "<=", bound: 1.4, unit: "", reached: over(ours) }],
  };
}

async function emptyFile(path: string): Promise<number> {
  const start = performance.now();
  await new Child([Deno.execPath(), "run", path]).output(15);
  return performance.now() - start;
}

async function toListening(argv: string[]): Promise<number> {
  const start = performance.now();
  await using server = new Child(argv, { cwd: ROOT });
  await server.announcedPort();
  return performance.now() - start;
}
