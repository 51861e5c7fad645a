/** Signals that end a process, each with its exit code then: 128+n, as shells say it (signal(7)). */
const ENDINGS = { SIGHUP: 129, SIGQUIT: 131, SIGTERM: 143 } as const;

/**
 * Lets these signals end the process by an exit, until disposed of: an exit gives a terminal back as it was, death
 * by a signal leaves it raw. Windows has no such signals.
 */
export function exitAt(...signals: (keyof typeof ENDINGS)[]): Disposable {
  if (Deno.build.os === "windows") return { [Symbol.dispose]() {} };
  const leave = signals.map((signal) => [signal, () => Deno.exit(ENDINGS[signal])] as const);
  for (const [signal, exit] of leave) Deno.addSignalListener(signal, exit);
  return {
    [Symbol.dispose]() {
      for (const [signal, exit] of leave) Deno.removeSignalListener(signal, exit);
    },
  };
}
