import { testUnless } from "./binary.ts";
import { has } from "./machine.ts";
import { pinwireCommand } from "./pinwire.ts";
import type { Process } from "./process.ts";
import { PYTHON, python } from "./python.ts";

export const ENTER = "\r";
export const TAB = "\t";
export const UP = "\x1b[A";
export const LEFT = "\x1b[D";
export const CTRL_C = "\x03";
export const CTRL_D = "\x04";

/** A test of what a person sees and types: Python's pty module gives the terminal. It is skipped if there is a reason. */
export function terminal(name: string, fn: () => Promise<void>, why?: string): void {
  const ignore = Deno.build.os === "windows" || !has(PYTHON);
  testUnless(why, `${name} (needs ${PYTHON} and its pty module)`, fn, ignore);
}

/** Starts pinwire on a terminal; its stdout and stderr are one screen. */
export function onTerminal(args: string[], flags?: string[], before: string[] = []): Process {
  return python("terminal", [...before, ...pinwireCommand(args, { flags })]);
}

/** What is to be seen on the screen: lines that are drawn again count once, and colours not at all. */
export function seen({ stdout }: Process): string {
  return stdout.replace(/[^\n]*\p{Cc}\[1G\p{Cc}\[(?:0J|2K)/gu, "").replace(/\p{Cc}\[[\d;]*[A-Za-z]|\r/gu, "");
}

/**
 * Resolves once what is to be seen matches. A screen is judged by this: that something has been written tells nothing of
 * whether a line is just being drawn again.
 */
export async function shows(client: Process, pattern: RegExp): Promise<void> {
  await client.until(`${pattern} on the screen`, () => seen(client).match(pattern) ?? undefined);
}
