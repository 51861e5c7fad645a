import { assertEquals } from "@std/assert";
import type { Entry, Fence, Step } from "./fences.ts";
import { type Outcome, Process } from "./process.ts";

/** What goes on until somebody ends it. */
const LASTING =
  /^((?:.*\| )?pinwire (\w+ serve|led agent|chat (connect|peer)|receive|listen|relay|replay .*--as server|lab states \d+(?!.* --once))\b|nc (?!.*-[Nwz])|ncat -l|socat )/;
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
export async function play(fence: Fence, strangers: Strangers): Promise<void> {
  const before: Entry[] = fence.meanwhile.map((command) => ({
    command,
    steps: command.startsWith("pinwire led agent") ? [{ shown: "connected to …" }] : [],
  }));
  const entries = [...before, ...fence.entries].map(({ command, steps }) => ({
    command,
    steps: fence.isTerminal ? steps.filter((step) => "typed" in step) : steps,
  }));
  const lasts = (command: string) =>
    LASTING.test(command) || strangers.serves(command) || strangers.lasts(command);
  await using stack = new AsyncDisposableStack();
  let open: [Entry, Process][] = [];
  let code = 0;
  for (const [index, entry] of entries.entries()) {
    const { command, steps } = entry;
    if (strangers.skips(command)) continue;
    if (command === "echo $?") {
      assertEquals(`${code}`, "shown" in steps[0] ? steps[0].shown : undefined, entries[index - 1].command);
      continue;
    }
    // One server after the other on the same port are ways to start it, each by itself.
    const replaced = open.filter(([other]) => isInTheWay(other.command, command));
    for (const [other, process] of replaced) {
      await follow(other, process, true);
      endGroup(process);
      await process[Symbol.asyncDispose]();
    }
    open = open.filter((one) => !replaced.includes(one));
    // In a group of its own, so that all of a pipe ends.
    const begin = () => {
      const process = stack.use(new Process("setsid", ["bash", "-c", command]));
      stack.defer(() => endGroup(process));
      return process;
    };
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
    const isAsked = entries[index + 1]?.command === "echo $?";
    if (!isAsked && !(fence.mayFail && code === 1)) assertEquals(code, 0, told(command, outcome));
  }
  await Promise.all(open.map(([entry, process]) => follow(entry, process, lasts(entry.command))));
}

function endGroup({ pid }: Process): void {
  try {
    Deno.kill(-pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

const DEFAULT_PORTS: Record<string, string> = { echo: "21567", led: "11235", chat: "8888", shell: "8080" };

/** Where a server of ours listens: what carries it, its host, its port. */
function place(command: string): string[] | undefined {
  const [, mode, address = ""] =
    command.match(/^(?:.*\| )?pinwire (?:(\w+) serve|listen|receive|relay)(?: '?([^-'#\s][^'\s]*))?/) ?? [];
  if (!mode && !address) return undefined;
  if (address.startsWith("unix:")) return [address];
  const [, scheme = "tcp", host = "127.0.0.1", port = DEFAULT_PORTS[mode]] =
    address.match(/^(?:(\w+):\/\/)?((?:\d+\.){3}\d+|\[[^\]]*\])?:?(\d+)?$/) ?? [];
  return [scheme === "udp" ? "udp" : "tcp", host, port];
}

/** Whether the second can't listen while the first does. */
function isInTheWay(one: string, other: string): boolean {
  const [first, second] = [place(one), place(other)];
  if (!first || !second || first[0] !== second[0] || first[2] !== second[2]) return false;
  return first[1] === second[1] || [first[1], second[1]].includes("0.0.0.0");
}

const told = (command: string, { stdout, stderr }: Pick<Outcome, "stdout" | "stderr">) =>
  `${command}\nstdout: ${stdout}\nstderr: ${stderr}`;

/** Waits until the commands after this one may begin. */
async function begins({ command, steps }: Entry, process: Process, { serves }: Strangers): Promise<void> {
  if (serves(command)) await process.line();
  else if (/^pinwire (\w+ serve|receive|listen|relay|chat peer)\b/.test(command)) {
    await process.until(
      "that it listens",
      () => /listening/.test(process.stdout + process.stderr) || undefined,
    );
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
  for (const [index, step] of steps.entries()) {
    if ("shown" in step) await shows(process, step);
    else if (step.typed === "list") await listed(process, steps[index + 1]);
    else await process.write(`${step.typed}\n`);
  }
  if (lasts && !(ENDING.test(command) && steps.length)) {
    const ended = await Promise.race([process.status, undefined]);
    assertEquals(ended?.code ?? 0, 0, told(command, process));
    return;
  }
  if (!lasts) await process.end();
  const outcome = await process.outcome();
  assertEquals(outcome.code, 0, told(command, outcome));
}

/** Asks a server who is there, until it knows what is to be shown: a client that has connected may not be accepted yet. */
async function listed(process: Process, next: Step | undefined): Promise<void> {
  let before = process.stdout;
  await process.write("list\n");
  if (!next || "typed" in next) return;
  await process.until(`"${next.shown}"`, () => {
    if (isIn(process, next.shown)) return true;
    if (process.stdout !== before) process.write("list\n").catch(() => {});
    before = process.stdout;
    return undefined;
  });
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

/** Numbers, times, addresses as the kernel writes them, and the width of gaps may be others; what a terminal alone shows may be missing, and prompts may be there. */
function likeness(shown: string): RegExp {
  const text = shown.trim()
    .replace(/^[●○] /, "")
    .replace(/ {2}[\d.]+ ms$/, "")
    .replace(/…$/, "");
  const pattern = text.replace(
    /([0-9A-F]{8}:[0-9A-F]{4})|((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} +)|(\d(?:[\d,.]*\d)?)|(\s+)|[.*+?^${}()|[\]\\]/g,
    (found, socket, day, number, gap) =>
      socket ? "[0-9A-F:]{13}" : day ? "\\w{3} \\w{3} +" : number ? "[\\d,.]+" : gap ? "\\s+" : `\\${found}`,
  );
  return new RegExp(
    `^(?:.*[>:] ?)?[\\0-\\x20]*${pattern}${shown.trim().endsWith("…") ? "" : "(\\s+[\\d.]+ ms)?\\s*$"}`,
  );
}
