import { assertEquals } from "@std/assert";
import type { Entry, Fence, Step } from "./fences.ts";
import { type Outcome, Process } from "./process.ts";

/** What goes on until somebody ends it. */
const LASTING =
  /^(pinwire (\w+ serve|led agent|chat (connect|peer)|receive|listen|relay|replay .*--as server)\b|nc (?!.*-[Nwz])|ncat -l|socat )/;
/** Of those, what ends by itself as soon as what it waits for has come. */
const ENDING = / --(once|until)\b/;
/** The first that a program says once others may begin. */
const READY = /listening on|is here, number|^connected to|^\* (in|pinwire)/;

/** How the programs of a page that aren't ours are to be taken. */
export interface Strangers {
  /** Whether it serves, and says so by a first line. */
  serves(command: string): boolean;
  /** Whether it goes on until somebody ends it. */
  lasts(command: string): boolean;
  /** Whether it can't be run here. */
  skips(command: string): boolean;
}

/**
 * Types what a block says, each command into a shell of its own, all of them at the same time unless they end by
 * themselves. Each line that is shown must come, and each exit code be 0 unless `echo $?` shows another.
 */
export async function play({ entries }: Fence, strangers: Strangers): Promise<void> {
  const lasts = (command: string) =>
    LASTING.test(command) || strangers.serves(command) || strangers.lasts(command);
  await using stack = new AsyncDisposableStack();
  const open: [Entry, Process][] = [];
  let code = 0;
  for (const [index, entry] of entries.entries()) {
    const { command, steps } = entry;
    if (strangers.skips(command)) continue;
    if (command === "echo $?") {
      assertEquals(`${code}`, "shown" in steps[0] ? steps[0].shown : undefined, entries[index - 1].command);
      continue;
    }
    const begin = () => stack.use(new Process("bash", ["-c", command]));
    if (lasts(command) || steps.some((step) => "typed" in step)) {
      const process = begin();
      open.push([entry, process]);
      await begins(entry, process, strangers);
      continue;
    }
    await Promise.all(open.map(([{ steps }, process]) => isReady(steps, process)));
    const process = begin();
    await process.end();
    const outcome = await process.outcome();
    assertEquals(
      [],
      steps.filter((step) => "shown" in step && !isIn(outcome, step.shown)),
      told(command, outcome),
    );
    code = outcome.code;
    if (entries[index + 1]?.command !== "echo $?") assertEquals(code, 0, told(command, outcome));
  }
  await Promise.all(open.map(([entry, process]) => follow(entry, process, lasts(entry.command))));
}

const told = (command: string, { stdout, stderr }: Pick<Outcome, "stdout" | "stderr">) =>
  `${command}\nstdout: ${stdout}\nstderr: ${stderr}`;

/** Waits until the commands after this one may begin. */
async function begins({ command, steps }: Entry, process: Process, { serves }: Strangers): Promise<void> {
  if (serves(command)) await process.line();
  else if (/^pinwire (\w+ serve|receive|listen|relay|chat peer)\b/.test(command)) {
    await process.sees(READY, "stderr");
  } else await isReady(steps, process);
}

/** Waits for all that says that a program is ready, before it is told anything. */
async function isReady(steps: Step[], process: Process): Promise<void> {
  for (const step of steps) {
    if ("typed" in step) return;
    if (READY.test(step.shown)) await shows(process, step);
  }
}

/** Types what is to be typed, waits for what is to come, and for the end of whatever ends by itself. */
async function follow({ command, steps }: Entry, process: Process, lasts: boolean): Promise<void> {
  for (const step of steps) {
    if ("typed" in step) await process.write(`${step.typed}\n`);
    else await shows(process, step);
  }
  if (lasts && !ENDING.test(command)) {
    const ended = await Promise.race([process.status, undefined]);
    assertEquals(ended?.code ?? 0, 0, told(command, process));
    return;
  }
  if (!lasts) await process.end();
  const outcome = await process.outcome();
  assertEquals(outcome.code, 0, told(command, outcome));
}

const shows = (process: Process, { shown }: Extract<Step, { shown: string }>) =>
  process.until(`"${shown}"`, () => isIn(process, shown) || undefined);

/** Whether something like this line was printed. */
function isIn({ stdout, stderr }: Pick<Outcome, "stdout" | "stderr">, shown: string): boolean {
  // On a terminal lamps stand side by side, each with a dot.
  return shown.split(/\s{2,}(?=[●○])/).every((part) => {
    const pattern = likeness(part);
    return `${stdout}\n${stderr}`.split("\n").some((line) => pattern.test(line));
  });
}

/** Numbers, times and the width of gaps may be others; what a terminal alone shows may be missing, and prompts may be there. */
function likeness(shown: string): RegExp {
  const text = shown.trim()
    .replace(/^[●○] /, "")
    .replace(/ {2}[\d.]+ ms$/, "")
    .replace(/…$/, "");
  const pattern = text.replace(
    /((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} +)|(\d(?:[\d,.]*\d)?)|(\s+)|[.*+?^${}()|[\]\\]/g,
    (found, day, number, gap) => day ? "\\w{3} \\w{3} +" : number ? "[\\d,.]+" : gap ? "\\s+" : `\\${found}`,
  );
  return new RegExp(
    `^(?:.*[>:] ?)?[\\0-\\x1f]*${pattern}${shown.trim().endsWith("…") ? "" : "(\\s+[\\d.]+ ms)?\\s*$"}`,
  );
}
