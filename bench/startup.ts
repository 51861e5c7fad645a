import { Child } from "./child.ts";
import type { Effort } from "./pairs.ts";
import { pinwire, ROOT, type Tools } from "./peers.ts";
import { median, type Section, show } from "./report.ts";

/** ms from spawn to the ready line, against `deno run` of an empty file from spawn to its end. */
export async function measureStart(_tools: Tools, effort: Effort): Promise<Section> {
  const empty = await Deno.makeTempFile({ prefix: "pinwire-", suffix: ".ts" });
  const bare: number[] = [], ours: number[] = [];
  try {
    const runs = Math.max(20, effort.rounds * 10);
    for (let run = -2; run < runs; run++) {
      const times = [await emptyFile(empty), await toListening()];
      // The first ones fill Deno's caches.
      if (run < 0) continue;
      bare.push(times[0]);
      ours.push(times[1]);
    }
  } finally {
    await Deno.remove(empty);
  }
  const reached = median(ours.map((time, i) => time / bare[i]));
  effort.log(`${show(median(ours))} ms, ${show(reached)} × an empty file`);
  return {
    title: "Start to listening",
    note:
      `\`deno run --allow-net main.ts echo serve\` until its ready line, in turn with \`deno run\` of an ` +
      `empty file until it ends; medians of ${ours.length} runs each, modules cached.`,
    columns: ["", "ms"],
    rows: [["empty file", show(median(bare))], ["pinwire echo serve", show(median(ours))]],
    targets: [{ what: "÷ empty file", sign: "<=", bound: 1.4, unit: "", reached }],
  };
}

async function emptyFile(path: string): Promise<number> {
  const start = performance.now();
  await new Child([Deno.execPath(), "run", path]).output(15);
  return performance.now() - start;
}

async function toListening(): Promise<number> {
  const start = performance.now();
  await using server = new Child(pinwire(["echo", "serve", "127.0.0.1:0"]), { cwd: ROOT });
  await server.announcedPort();
  return performance.now() - start;
}
