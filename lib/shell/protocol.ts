import { PinwireError } from "../errors.ts";

/** The port that the tutorials' remote shell has. */
export const DEFAULT_PORT = 8080;

/** What both ends say they speak, and what their proofs are bound to. */
export const VERSION = 1;
export const PROTOCOL = `pinwire shell ${VERSION}`;

/** What frames begin with, behind their length: see {@linkcode putHeader}. */
export const TYPE = {
  hello: 1,
  challenge: 2,
  proof: 3,
  ready: 4,
  exec: 5,
  stdin: 6,
  stdinEnd: 7,
  stdout: 8,
  stderr: 9,
  exit: 10,
  signal: 11,
  window: 12,
  resize: 13,
  error: 14,
  ping: 15,
  pong: 16,
} as const;

/** Types from here on are passed over by an end that doesn't know them. */
export const OPTIONAL_TYPES = 128;

/** Bytes before a body: the length, the type, the stream. */
export const HEADER = 9;
/** The same without the length, as a decoder gives them. */
const HEAD = 5;

/** The longest frame, in bytes behind its length: before `ready`, that itself (it has a path), and from then on. */
export const LONGEST_BEFORE_READY = 1024;
export const LONGEST_READY = 32_768;
export const LONGEST_FRAME = 1024 * 1024;

/** How {@linkcode LONGEST_FRAME} is cut out of the stream. */
export const FRAME_SPEC = "len:u32be";

/** Ms of silence after which an end asks whether the other is there, and after which the link is dead. */
export const CLIENT_PATIENCE: Patience = { ping: 5_000, dead: 15_000 };
export const SERVER_PATIENCE: Patience = { ping: 15_000, dead: 60_000 };

/** See {@linkcode CLIENT_PATIENCE}. */
export interface Patience {
  readonly ping: number;
  readonly dead: number;
}

/** A command of wire simple, in bytes. */
export const LONGEST_COMMAND = 8192;
/** How the answers of wire simple are cut out of the stream. */
export const SIMPLE_SPEC = "len:i32le";

/** What a client may send to a command's process group. */
export const SIGNALS = ["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGKILL"] as const;
export type Signal = typeof SIGNALS[number];

/** The first word of either end. */
export interface Hello {
  readonly version: number;
  /** 32 random bytes in base64url. */
  readonly nonce: string;
}

/** The server lets the client in. */
export interface Ready {
  readonly proof: string;
  readonly host: string;
  /** Where commands begin. */
  readonly cwd: string;
  /** Whether a shell runs them; else the server has a list of names. */
  readonly shell: boolean;
}

/** What is to be run. */
export interface Exec {
  readonly argv: readonly string[];
  readonly cwd?: string;
  readonly pty?: Terminal;
}

/** The terminal that a command is given. */
export interface Terminal {
  readonly rows: number;
  readonly cols: number;
  /** What TERM says. */
  readonly term: string;
}

/** What TERM can say here. */
export const TERM_NAME = /^[\w.+-]{1,64}$/;

/** How a command ended. */
export interface Exit {
  /** Its own, or 128+n when a signal has ended it. */
  readonly code: number;
  readonly signal: string | null;
  /** Where the shell was at its end, if `exec` named a `cwd`. */
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

/**
 * Writes a frame's header into `bytes` at `at`; the body of `length` bytes belongs behind it.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const bytes = new Uint8Array(HEADER);
 * putHeader(bytes, 0, TYPE.stdinEnd, 7, 0);
 * assertEquals(bytes, new Uint8Array([0, 0, 0, 5, 7, 0, 0, 0, 7]));
 * ```
 */
export function putHeader(bytes: Uint8Array, at: number, type: number, stream: number, length: number): void {
  putU32(bytes, at, HEAD + length);
  bytes[at + 4] = type;
  putU32(bytes, at + 5, stream);
}

/** A whole frame. */
export function makeFrame(
  type: number,
  stream: number,
  body: Uint8Array = NOTHING,
): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(HEADER + body.length);
  putHeader(frame, 0, type, stream, body.length);
  frame.set(body, HEADER);
  return frame;
}

const NOTHING = new Uint8Array();

/** A whole frame whose body is JSON. */
export function makeJsonFrame(type: number, stream: number, value: unknown): Uint8Array<ArrayBuffer> {
  return makeFrame(type, stream, new TextEncoder().encode(JSON.stringify(value)));
}

/** A `window` frame. */
export function makeWindow(stream: number, count: number): Uint8Array<ArrayBuffer> {
  const frame = makeFrame(TYPE.window, stream, new Uint8Array(4));
  putU32(frame, HEADER, count);
  return frame;
}

/** A `resize` frame. */
export function makeResize(stream: number, { rows, cols }: Omit<Terminal, "term">): Uint8Array<ArrayBuffer> {
  return makeFrame(TYPE.resize, stream, Uint8Array.of(rows >> 8, rows & 0xff, cols >> 8, cols & 0xff));
}

/**
 * Takes a frame apart, as it comes out of the decoder. The body is a view of it.
 *
 * @throws {PinwireError} `bad_frame`
 */
export function splitFrame(frame: Uint8Array): { type: number; stream: number; body: Uint8Array } {
  if (frame.length < HEAD) throw badFrame(`a frame of ${frame.length} bytes`);
  return { type: frame[0], stream: readU32(frame, 1), body: frame.subarray(HEAD) };
}

/** @throws {PinwireError} `bad_frame` */
export function parseWindow(body: Uint8Array): number {
  if (body.length !== 4) throw badFrame(`a window of ${body.length} bytes`);
  return readU32(body, 0);
}

/** @throws {PinwireError} `bad_frame` */
export function parseResize(body: Uint8Array): Omit<Terminal, "term"> {
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
  const { version, nonce } = parseJson(body);
  const isNonce = typeof nonce === "string" && /^[\w-]{43}$/.test(nonce);
  if (typeof version !== "number" || !isNonce) throw badFrame("a hello without nonce");
  return { version, nonce };
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
    signal: typeof signal === "string" ? signal : null,
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

/** What breaks the rules of the wire; it is the last that is said on a connection. */
export const badFrame = (what: string) =>
  new PinwireError("bad_frame", `the other side sent ${what}`, {
    hint: "it does not speak pinwire's shell, version 1",
  });

function putU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

const readU32 = (bytes: Uint8Array, at: number): number =>
  (bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3]) >>> 0;
