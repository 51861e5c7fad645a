import { PinwireError } from "../../errors.ts";

/** What a client may send to a command's process group. */
export const SIGNALS = ["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGKILL"] as const;
export type Signal = typeof SIGNALS[number];

/** The first frame of either end. */
export interface Hello {
  readonly version: number;
  /** 32 random bytes in base64url. */
  readonly nonce: string;
  /** In a challenge: no proof is asked for, as the kernel says that the client is of the server's user. */
  readonly token?: false;
}

/** What the server says when it lets the client in. */
export interface Ready {
  readonly proof: string;
  readonly host: string;
  /** The folder where commands begin. */
  readonly cwd: string;
  /** Whether a shell runs them; if not, the server runs the programs of a list, and no others. */
  readonly shell: boolean;
}

/** What is to be run. */
export interface Exec {
  readonly argv: readonly string[];
  readonly cwd?: string;
  readonly pty?: Terminal;
}

/** The size of a terminal, in characters. */
export interface TerminalSize {
  readonly rows: number;
  readonly cols: number;
}

/** The terminal that a command is given. */
export interface Terminal extends TerminalSize {
  /** The value of the variable TERM. */
  readonly term: string;
}

/** What TERM may be here. */
export const TERM_NAME = /^[\w.+-]{1,64}$/;

/** How a command ended. */
export interface Exit {
  /** The command's own, or 128+n if signal n ended it. */
  readonly code: number;
  /** The signal's name; its number if it has none. */
  readonly signal: string | number | null;
  /** The folder where the shell was at its end, if `exec` named a `cwd`. */
  readonly cwd: string | null;
  /** Why the server ended it, if it did. */
  readonly reason?: string;
}

/** What went wrong, as it crosses the wire. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** @throws {PinwireError} `bad_frame` */
export function parseWindow(body: Uint8Array): number {
  if (body.length !== 4) throw badFrame(`a window of ${body.length} bytes`);
  return new DataView(body.buffer, body.byteOffset).getUint32(0);
}

/** @throws {PinwireError} `bad_frame` */
export function parseResize(body: Uint8Array): TerminalSize {
  if (body.length !== 4) throw badFrame(`a resize of ${body.length} bytes`);
  return { rows: body[0] << 8 | body[1], cols: body[2] << 8 | body[3] };
}

/** @throws {PinwireError} `bad_frame` */
export function parseSignal(body: Uint8Array): Signal {
  const name = new TextDecoder().decode(body);
  if (!SIGNALS.includes(name as Signal)) throw badFrame("an unknown signal");
  return name as Signal;
}

/** @throws {PinwireError} `bad_frame` */
export function parseHello(body: Uint8Array): Hello {
  // Its bytes are one line of what is proven.
  if (body.some((byte) => byte < 0x20)) throw badFrame("a hello with control characters");
  const { version, nonce, token } = parseJson(body);
  const isNonce = typeof nonce === "string" && /^[\w-]{43}$/.test(nonce);
  if (typeof version !== "number" || !isNonce) throw badFrame("a hello without nonce");
  return { version, nonce, ...token === false && { token } };
}

/** @throws {PinwireError} `bad_frame` */
export function parseProof(body: Uint8Array): string {
  const { proof } = parseJson(body);
  if (typeof proof !== "string") throw badFrame("a proof without proof");
  return proof;
}

/** @throws {PinwireError} `bad_frame` */
export function parseReady(body: Uint8Array): Ready {
  const { proof, host, cwd, shell } = parseJson(body);
  if (typeof proof !== "string" || typeof host !== "string" || typeof cwd !== "string") {
    throw badFrame("a ready without proof, host or cwd");
  }
  return { proof, host, cwd, shell: shell !== false };
}

/** @throws {PinwireError} `bad_frame` */
export function parseExec(body: Uint8Array): Exec {
  const { argv, cwd, pty } = parseJson(body);
  const isArgv = Array.isArray(argv) && argv.length > 0 && argv.every(isArgument);
  if (!isArgv) throw badFrame("an exec whose argv is no list of strings");
  if (cwd !== undefined && !isArgument(cwd)) throw badFrame("an exec whose cwd is no path");
  return { argv, cwd, ...pty !== undefined && { pty: parseTerminal(pty) } };
}

// No argument of a process can hold a NUL (execve(2)).
const isArgument = (value: unknown): value is string => typeof value === "string" && !value.includes("\0");

function parseTerminal(pty: unknown): Terminal {
  const { rows, cols, term } = Object(pty);
  const isSize = (value: unknown) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 0xffff;
  if (!isSize(rows) || !isSize(cols)) throw badFrame("a pty without rows or cols");
  if (typeof term !== "string" || !TERM_NAME.test(term)) throw badFrame("a pty without term");
  return { rows, cols, term };
}

/** @throws {PinwireError} `bad_frame` */
export function parseExit(body: Uint8Array): Exit {
  const { code, signal, cwd, reason } = parseJson(body);
  const isCode = Number.isInteger(code) && Number(code) >= 0 && Number(code) <= 255;
  if (!isCode) throw badFrame("an exit without a code from 0 to 255");
  return {
    code: code as number,
    signal: typeof signal === "string" || Number.isInteger(signal) ? signal as string | number : null,
    cwd: typeof cwd === "string" ? cwd : null,
    ...typeof reason === "string" && { reason },
  };
}

/** @throws {PinwireError} `bad_frame` */
export function parseFailure(body: Uint8Array): Failure {
  const { code, message, hint } = parseJson(body);
  if (typeof code !== "string" || typeof message !== "string") throw badFrame("an error without message");
  return { code, message, ...typeof hint === "string" && { hint } };
}

function parseJson(body: Uint8Array): Record<string, unknown> {
  try {
    return Object(JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body)));
  } catch {
    throw badFrame("a body that is no JSON");
  }
}

/** The error for what breaks the rules of the wire. Whoever finds it says so and ends the connection. */
export const badFrame = (what: string) =>
  new PinwireError("bad_frame", `the other side sent ${what}`, {
    hint: "it does not speak pinwire's shell, version 1",
  });
