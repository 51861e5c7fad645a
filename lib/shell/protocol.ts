import {
  parseExec,
  parseExit,
  parseFailure,
  parseHello,
  parseProof,
  parseReady,
  parseResize,
  parseSignal,
  parseWindow,
} from "./wire/bodies.ts";

/** The port that the tutorials' remote shell has. */
export const DEFAULT_PORT = 8080;

/** The version of the wire that both ends say they speak. */
export const VERSION = 1;
/** What their proofs are bound to. */
export const PROTOCOL = `pinwire shell ${VERSION}`;

/** How frames are cut out of the stream. */
export const FRAME_SPEC = "len:u32be";
/** The longest frame in bytes, without its length: before `ready`, `ready` itself (it holds a path), and after it. */
export const LONGEST_BEFORE_READY = 1024;
export const LONGEST_READY = 32_768;
export const LONGEST_FRAME = 1024 * 1024;

/** Silence in ms after which an end asks whether the other is there, and after which it gives the link up. */
export const CLIENT_PATIENCE = { ping: 5_000, dead: 15_000 };
export const SERVER_PATIENCE = { ping: 15_000, dead: 60_000 };

/** The longest command of wire simple, in bytes. */
export const LONGEST_COMMAND = 8192;
/** How the answers of wire simple are cut out of the stream. */
export const SIMPLE_SPEC = "len:i32le";

/** The two ends of a connection. */
export type End = "client" | "server";

/** What takes a frame: the handshake, the connection (`exec` makes a command there), or the command of its stream. */
export type Scope = "opening" | "connection" | "command";

/** A type of frame. */
export interface FrameType<Body> {
  /** What stands for it on the wire. */
  readonly number: number;
  /** The end that may send it. */
  readonly from: End | "both";
  readonly scope: Scope;
  /** @throws {PinwireError} `bad_frame` */
  readonly parse: (body: Uint8Array) => Body;
}

/** The body is bytes, good as long as the frame. */
const bytes = (body: Uint8Array) => body;
/** There is no body; one that comes all the same is ignored. */
const nothing = () => {};

/**
 * The types of wire v1; docs/protocol.md has the same table. A new type is a row here, and a handler at each end that
 * takes it, which the compiler then asks for.
 */
export const FRAMES = {
  hello: { number: 1, from: "client", scope: "opening", parse: parseHello },
  challenge: { number: 2, from: "server", scope: "opening", parse: parseHello },
  proof: { number: 3, from: "client", scope: "opening", parse: parseProof },
  ready: { number: 4, from: "server", scope: "opening", parse: parseReady },
  exec: { number: 5, from: "client", scope: "connection", parse: parseExec },
  stdin: { number: 6, from: "client", scope: "command", parse: bytes },
  stdinEnd: { number: 7, from: "client", scope: "command", parse: nothing },
  stdout: { number: 8, from: "server", scope: "command", parse: bytes },
  stderr: { number: 9, from: "server", scope: "command", parse: bytes },
  exit: { number: 10, from: "server", scope: "command", parse: parseExit },
  signal: { number: 11, from: "client", scope: "command", parse: parseSignal },
  window: { number: 12, from: "both", scope: "command", parse: parseWindow },
  resize: { number: 13, from: "client", scope: "command", parse: parseResize },
  // On stream 0 it ends the connection: each end looks for that first.
  error: { number: 14, from: "both", scope: "command", parse: parseFailure },
  ping: { number: 15, from: "both", scope: "connection", parse: nothing },
  pong: { number: 16, from: "both", scope: "connection", parse: nothing },
} as const satisfies Record<string, FrameType<unknown>>;

/** The name of a type. */
export type FrameName = keyof typeof FRAMES;
type Bodies = { [N in FrameName]: ReturnType<typeof FRAMES[N]["parse"]> };

/** The names of the types that an end may send in a scope. */
export type FrameNameOf<From extends End, In extends Scope> = {
  [N in FrameName]: typeof FRAMES[N] extends { from: From | "both"; scope: In } ? N : never;
}[FrameName];

/** A handler for each of some types. It is given the parsed body, and the stream. */
export type FrameHandlers<N extends FrameName, Result> = {
  readonly [Name in N]: (body: Bodies[Name], stream: number) => Result;
};

/** The number of each type. */
export const TYPE = Object.fromEntries(
  Object.entries(FRAMES).map(([name, { number }]) => [name, number]),
) as { readonly [N in FrameName]: typeof FRAMES[N]["number"] };

/** A type from this number on is ignored by an end that doesn't know it. */
export const OPTIONAL_TYPES = 128;

const BY_NUMBER = new Map<number, FrameName>();
for (const [name, number] of Object.entries(TYPE)) BY_NUMBER.set(number, name as FrameName);

/** The name of the type with this number, if the end `from` may send it and `scope` takes it. */
export function frameName<From extends End, In extends Scope>(
  number: number,
  from: From,
  scope: In,
): FrameNameOf<From, In> | undefined {
  const name = BY_NUMBER.get(number);
  if (name === undefined || FRAMES[name].scope !== scope) return undefined;
  const sender = FRAMES[name].from;
  return sender === from || sender === "both" ? name as FrameNameOf<From, In> : undefined;
}

/**
 * Parses a frame's body and hands it to the handler of its type.
 *
 * @throws {PinwireError} `bad_frame`; what the handler throws
 */
export function handleFrame<N extends FrameName, Result>(
  handlers: FrameHandlers<N, Result>,
  name: N,
  stream: number,
  body: Uint8Array,
): Result {
  const type: FrameType<Bodies[N]> = FRAME_TYPES[name];
  return handlers[name](type.parse(body), stream);
}

const FRAME_TYPES: { readonly [N in FrameName]: FrameType<Bodies[N]> } = FRAMES;
