/** How strace(1) is to be had: it runs, isn't installed, or is refused, and why. */
export type Tracing = "on" | "absent" | { refused: string };

/** How a command ended: its exit code, or 128+n if signal n ended it. */
export interface Ending {
  code: number;
  signal: string | null;
}

/** A line that the inner process writes, as JSON: bytes in base64, times in µs since 1970. */
export type WatchMessage =
  /** Whatever is on the wire is seen from now on, and the command starts. */
  | { begun: Tracing }
  | { packet: string; length: number; time: number }
  | { output: "stdout" | "stderr"; data: string; time: number }
  /** A line of strace. */
  | { line: string }
  /** So many packets came too fast to be seen. */
  | { missed: number }
  /** The command has taken what it was given to read. */
  | { taken: true }
  | { ended: Ending };

/** A line that the outer one writes: what the command reads, the end of that, or Ctrl-C. */
export type WatchOrder = { input: string } | { end: true } | { interrupt: true };
