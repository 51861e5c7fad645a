import { assertEquals, assertMatch, fail } from "@std/assert";
import { isWindows } from "./machine.ts";
import { type Event, type Outcome, Process, type ProcessOptions, run } from "./process.ts";

/** The program under test. */
const MAIN = `${import.meta.dirname}/../../main.ts`;

export interface PinwireOptions extends ProcessOptions {
  /** Flags of `deno run` in place of `--allow-all`. */
  flags?: string[];
}

/** Starts pinwire; of a server (`… serve`, `receive`, `listen`, `relay`, `replay --as server`) it waits until that listens, and `address` says where. */
export async function pinwire(args: string[], options: PinwireOptions = {}): Promise<Process> {
  const child = new Process(Deno.execPath(), pinwireArgs(args, options), options);
  const isServer = args[1] === "serve" || ["receive", "listen", "relay"].includes(args[0]) ||
    args[0] === "replay" && args.includes("server");
  if (!isServer) return child;
  try {
    child.address = args.includes("--json")
      ? (await child.next("listening")).address ?? fail("a listening event without address")
      : (await child.sees(/^pinwire \w+: listening on (\S+)( \(.*\))?$/m, "stderr"))[1];
    return child;
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw error;
  }
}

/** Runs pinwire to its end. */
export function runPinwire(args: string[], options: PinwireOptions = {}): Promise<Outcome> {
  return run(Deno.execPath(), pinwireArgs(args, options), options);
}

/** What Deno is told to run pinwire. */
export function pinwireArgs(args: string[], { flags = ["--allow-all"] }: PinwireOptions = {}): string[] {
  // --quiet keeps Deno's own download notes out of the stderr that tests compare.
  return ["run", "--quiet", "--no-prompt", ...flags, MAIN, ...args];
}

/** What a command that can't begin says: one sentence on stderr, nothing on stdout. */
export async function refusal(args: string[], code: 1 | 2, stdin = ""): Promise<string> {
  const outcome = await runPinwire(args, { stdin });
  assertEquals([outcome.code, outcome.stdout], [code, ""], outcome.stderr);
  assertMatch(outcome.stderr, /^pinwire( \w+)?: [^\n]+\n$/);
  return outcome.stderr;
}

/** Ends a server as Ctrl-C does; Windows has no such signal for another process and just ends it. */
export async function assertStops(server: Process): Promise<void> {
  const { code } = await server.stop();
  if (!isWindows) assertEquals(code, 0);
}

export const errorsOf = (server: Process): Event[] => server.events.filter(({ event }) => event === "error");

/** A test of Ctrl-C. */
export function interrupt(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: isWindows, fn });
}
