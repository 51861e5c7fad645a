import { has } from "./machine.ts";
import { type Outcome, Process } from "./process.ts";

/** The Python that this machine has, as a command. */
export const PYTHON = has("python3") ? "python3" : "python";

/** Starts a program of tests/peers. */
export function python(name: string, args: (string | number)[], stdin?: string): Process {
  const program = `${import.meta.dirname}/../peers/${name}.py`;
  const env = { PYTHONIOENCODING: "utf-8", PYTHONUNBUFFERED: "1" };
  return new Process(PYTHON, [program, ...args.map(String)], { stdin, env });
}

/** Starts a server of tests/peers on a free port, and reads from its first line which. */
export async function pythonServer(name: string, ...more: (string | number)[]): Promise<Process> {
  const server = python(name, ["127.0.0.1", 0, ...more]);
  try {
    server.address = `127.0.0.1:${await server.line()}`;
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

/** Runs a client of tests/peers to its end. */
export async function runPython(name: string, args: (string | number)[], stdin = ""): Promise<Outcome> {
  await using child = python(name, args, stdin);
  return await child.outcome();
}
