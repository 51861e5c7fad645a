import { assertEquals, assertMatch, fail } from "@std/assert";
import { BINARY } from "./binary.ts";
import { isWindows } from "./machine.ts";
import { type Event, type Outcome, Process, type ProcessOptions, run } from "./process.ts";

/** The source of the program under test. */
const MAIN = `${import.meta.dirname}/../../main.ts`;

export interface PinwireOptions extends ProcessOptions {
  /** Flags of `deno run` in place of `--allow-all`. A binary has all permissions. */
  flags?: string[];
}

/** Starts pinwire; of a server (`… serve`, `receive`, `listen`, `relay`, `replay --as server`) it waits until that listens, and `address` says where. */
export async function pinwire(args: string[], options: PinwireOptions = {}): Promise<Process> {
  const [program, ...rest] = pinwireCommand(args, options);
  const child = new Process(program, rest, options);
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
  const [program, ...rest] = pinwireCommand(args, options);
  return run(program, rest, options);
}

/** The program that pinwire is, and its arguments. */
export function pinwireCommand(
  args: string[],
  { flags = ["--allow-all"] }: PinwireOptions = {},
): [string, ...string[]] {
  if (BINARY) return [BINARY, ...args];
  // --quiet keeps Deno's own download notes out of the stderr that tests compare.
  return [Deno.execPath(), "run", "--quiet", "--no-prompt", ...flags, MAIN, ...args];
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
