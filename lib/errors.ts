/** What a {@linkcode PinwireError} carries besides its message. */
export interface ErrorDetails {
  /** What to do next, as a clause: `choose another port or stop the process that has it`. */
  hint?: string;
  /** Exit code of the process when this error ends it: 1 the work failed, 2 the command line was wrong. */
  exitCode?: number;
  /** The error underneath, if there is one. */
  cause?: unknown;
  /** What was written where one of some words should stand: the nearest one makes a better hint. */
  near?: MisspelledWord;
}

/** A word that isn't known, and those that are. */
export interface MisspelledWord {
  word: string;
  known: readonly string[];
}

/**
 * The error that users see: one sentence of what happened, and a hint of what to do next.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const error = new PinwireError("port_taken", "port 80 is taken", { hint: "choose another" });
 * assertEquals(error.sentence, "port 80 is taken: choose another");
 * ```
 */
export class PinwireError extends Error {
  override name = "PinwireError";
  /** Stable word for scripts and tests, such as `port_taken`. */
  readonly code: string;
  /** What to do next. */
  readonly hint?: string;
  /** Exit code of the process when this error ends it. */
  readonly exitCode: number;
  /** A word that isn't known, if this is about one. */
  readonly near?: MisspelledWord;

  constructor(code: string, message: string, { hint, exitCode = 1, cause, near }: ErrorDetails = {}) {
    super(message, { cause });
    this.code = code;
    this.hint = hint;
    this.exitCode = exitCode;
    this.near = near;
  }

  /** The message and the hint in one sentence. */
  get sentence(): string {
    return this.hint ? `${this.message}: ${this.hint}` : this.message;
  }
}

/** A command line that can't be carried out as it stands (exit code 2). */
export function usageError(message: string, hint?: string, near?: MisspelledWord): PinwireError {
  return new PinwireError("usage", message, { hint, exitCode: 2, near });
}

/** What was thrown, in words: an error's message, or whatever else it was. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
