import { ROOT } from "./peers.ts";

/** One target of the project and what was reached. */
export interface Target {
  readonly what: string;
  /** The least (`>=`) or the most (`<=`) that will do. */
  readonly sign: ">=" | "<=";
  readonly bound: number;
  readonly unit: string;
  /** NaN when it could not be measured. */
  readonly reached: number;
}

/** What one stage adds to the page. */
export interface Section {
  readonly title: string;
  /** How it was measured, in a sentence or two. */
  readonly note: string;
  readonly columns: string[];
  readonly rows: string[][];
  readonly targets: Target[];
}

/** The middle value; NaN of none. */
export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b), middle = sorted.length >> 1;
  if (!sorted.length) return NaN;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The value that a share `q` of all lies below; NaN of none. */
export function quantile(values: number[], q: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(Math.floor(q * values.length), values.length - 1)] ?? NaN;
}

/** A number with the digits that noise leaves meaning in; a dash for none. */
export function show(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

/** Whether a target was met, and by how much it was missed if not. */
export function verdict({ sign, bound, reached }: Target): string {
  if (!Number.isFinite(reached)) return "not measured";
  const short = sign === ">=" ? (bound - reached) / bound : (reached - bound) / bound;
  return short <= 0 ? "met" : `**missed by ${short < 0.01 ? "under 1" : Math.round(short * 100)} %**`;
}

/** A section in Markdown; its heading is what `updatePage` finds it by. */
export function render({ title, note, columns, rows, targets }: Section): string {
  const sign = { ">=": "≥", "<=": "≤" };
  const table = (head: string[], body: string[][]) =>
    [head, head.map(() => "---"), ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  const judged = targets.map((t) => [
    t.what,
    `${sign[t.sign]} ${t.bound} ${t.unit}`,
    `${show(t.reached)} ${Number.isFinite(t.reached) ? t.unit : ""}`,
    verdict(t),
  ]);
  return [
    `## ${title}`,
    note,
    table(columns, rows),
    ...judged.length ? [table(["target for pinwire", "to reach", "reached", ""], judged)] : [],
  ].join("\n\n") + "\n";
}

/** Puts the new sections into bench/README.md in the order of `titles`; those not measured now stay. */
export async function updatePage(intro: string, sections: Section[], titles: string[]): Promise<void> {
  const path = `${ROOT}bench/README.md`;
  const old = await Deno.readTextFile(path).catch(() => "");
  const parts = new Map(
    old.split(/^(?=## )/m).slice(1).map((text) => [text.slice(3, text.indexOf("\n")).trim(), text]),
  );
  for (const section of sections) parts.set(section.title, render(section));
  const kept = titles.flatMap((title) => parts.get(title) ?? []).map((text) => text.trim());
  await Deno.writeTextFile(path, `${[intro, ...kept].join("\n\n")}\n`);
  const format = new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", path], cwd: ROOT });
  if (!(await format.output()).success) throw new Error(`deno fmt ${path} failed`);
}

/** The processor, kernel and versions, in a list; nothing that names this machine. */
export async function describeMachine(): Promise<string> {
  const cpuinfo = await Deno.readTextFile("/proc/cpuinfo").catch(() => "");
  const model = cpuinfo.match(/^model name\s*:\s*(.+)$/m)?.[1] ?? Deno.build.arch;
  const version = async (command: string, ...args: string[]) => {
    try {
      const { stdout, stderr } = await new Deno.Command(command, { args }).output();
      const text = new TextDecoder().decode(stdout) || new TextDecoder().decode(stderr);
      return `${command} ${text.match(/\d+(\.\d+)+/)?.[0] ?? "?"}`;
    } catch {
      return `${command} (not installed)`;
    }
  };
  const versions = await Promise.all([
    version("gcc", "-dumpfullversion"),
    version("node", "--version"),
    version("go", "version"),
    version("python3", "--version"),
    version("socat", "-V"),
    version("ncat", "--version"),
  ]);
  return [
    `- ${model}, ${navigator.hardwareConcurrency} cores, ${Deno.build.os} ${
      Deno.osRelease().match(/^[\d.]+/)?.[0]
    }`,
    `- deno ${Deno.version.deno}, ${versions.join(", ")}`,
  ].join("\n");
}
