/**
 * Whether the terminal knows no escape sequences: those of Emacs, of a log, of some serial lines say so by TERM=dumb.
 * Found out when this is loaded, since commands give up the right to ask; without that right it is `false`.
 */
export const isDumb = Deno.permissions.querySync({ name: "env", variable: "TERM" }).state === "granted" &&
  Deno.env.get("TERM") === "dumb";

/** Whether what is written to `file` may have colours. */
export function hasColors(file: { isTerminal(): boolean }, noColor = false): boolean {
  return !noColor && !Deno.noColor && !isDumb && file.isTerminal();
}

/** Signals that end a process, each with its exit code then: 128+n, as shells say it (signal(7)). */
const ENDINGS = { SIGHUP: 129, SIGQUIT: 131, SIGTERM: 143 } as const;

/** Those that nobody expects, such as SIGXCPU of `ulimit -t`, by their numbers on Linux. */
const RARE_ENDINGS = {
  SIGUSR1: 138,
  SIGUSR2: 140,
  SIGALRM: 142,
  SIGXCPU: 152,
  SIGVTALRM: 154,
  SIGPROF: 155,
  SIGIO: 157,
  SIGPWR: 158,
} as const;

/**
 * Lets these signals end the process by an exit, and those that nobody expects, until disposed of: an exit gives a
 * terminal back as it was, death by a signal leaves it raw. Windows has no such signals.
 */
export function exitAt(...signals: (keyof typeof ENDINGS)[]): Disposable {
  if (Deno.build.os === "windows") return { [Symbol.dispose]() {} };
  const codes: [Deno.Signal, number][] = signals.map((signal) => [signal, ENDINGS[signal]]);
  if (Deno.build.os === "linux") codes.push(...Object.entries(RARE_ENDINGS) as [Deno.Signal, number][]);
  const leave = codes.map(([signal, code]) => [signal, () => Deno.exit(code)] as const);
  for (const [signal, exit] of leave) Deno.addSignalListener(signal, exit);
  return {
    [Symbol.dispose]() {
      for (const [signal, exit] of leave) Deno.removeSignalListener(signal, exit);
    },
  };
}
