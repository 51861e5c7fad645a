import { usageError } from "../errors.ts";
import { type Codec, parseSpec } from "../framing/mod.ts";
import { type Clock, type Connection, type DatagramSocket, systemClock } from "../net/mod.ts";
import { type Encoding, openEncoding, utf8 } from "../text/mod.ts";
import { Reporter, type ReporterOptions } from "./reporter.ts";
import { Stop } from "./stop.ts";
import { hasColors } from "./terminal.ts";
import type { ReadsView, TraceOptions } from "./trace/trace.ts";

/** The values of the options that every mode shares, as `options.ts` declares them. */
export interface CommonOptions {
  /** Default utf-8. */
  encoding?: string;
  frame: string;
  maxFrame: number;
  json: boolean;
  quiet: boolean;
  trace: boolean;
  noColor: boolean;
}

/** What a command works with: made once from its options. */
export interface Context extends AsyncDisposable {
  readonly encoding: Encoding;
  readonly codec: Codec;
  readonly reporter: Reporter;
  /** The time. */
  readonly clock: Clock;
  /** Asks the command to stop: Ctrl-C, SIGTERM, or stdout being closed. */
  readonly stop: Stop;
  /** Whether the word of `--until` has passed, on any connection. */
  readonly until: { hasPassed: boolean };
  /** Shows what crosses the connection, if `--trace` asks for it. */
  trace(connection: Connection): Connection;
  /** The same of what is read from it alone. */
  traceReads(connection: Connection, view: ReadsView): Connection;
  /** The same for datagrams. */
  traceDatagrams(socket: DatagramSocket): DatagramSocket;
}

/** The longest message that we write, for all that a trace knows. */
const LONGEST_WRITE = 1 << 26;

/**
 * Makes a command's surroundings out of its options.
 *
 * @param traceFrames a SPEC for each direction, where they differ
 * @param stop listens for the signals of the process if it isn't given
 * @throws {PinwireError} `usage` if the options don't go together
 */
export async function openContext(
  { traceFrames, ...reporterOptions }:
    & Pick<
      ReporterOptions,
      "program" | "role" | "show" | "showMessage" | "forward" | "forwarded"
    >
    & { traceFrames?: { read: string; write: string } },
  options: CommonOptions,
  stop: Stop = new Stop().onSignals(),
): Promise<Context> {
  const { encoding: name = "utf-8" } = options;
  const encoding = name === "utf-8" ? utf8 : await openEncoding(name);
  const codec = parseSpec(options.frame, options.maxFrame, encoding);
  if (!encoding.asciiNewline && codec.isLineBased) {
    throw usageError(
      `--frame ${codec.spec} can't cut ${encoding.name}, whose newline is not the byte 0a`,
      "use another --frame, such as len:i32le",
    );
  }
  const reporter = new Reporter({
    ...reporterOptions,
    json: options.json,
    quiet: options.quiet,
    onClosed: () => stop.now(),
    signal: stop.signal,
  });
  const tracing = options.trace
    ? await openTrace({ ...options, ...traceFrames }, encoding, reporter)
    : undefined;
  return {
    encoding,
    codec,
    reporter,
    clock: systemClock,
    stop,
    until: { hasPassed: false },
    trace: (connection) => tracing ? tracing.traceConnection(connection, tracing.options) : connection,
    traceReads: (connection, view) =>
      tracing ? tracing.traceReads(connection, view, tracing.options) : connection,
    traceDatagrams: (socket) => tracing ? tracing.traceDatagrams(socket, tracing.options) : socket,
    async [Symbol.asyncDispose]() {
      stop[Symbol.dispose]();
      await reporter.flush();
    },
  };
}

/** A context without a command line: nothing is traced, and no signal stops it. */
export function plainContext(codec: Codec, reporter: Reporter, clock: Clock = systemClock): Context {
  return {
    encoding: utf8,
    codec,
    reporter,
    clock,
    stop: new Stop(),
    until: { hasPassed: false },
    trace: (connection) => connection,
    traceReads: (connection) => connection,
    traceDatagrams: (socket) => socket,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function openTrace(
  { frame, maxFrame, noColor, read = frame, write = frame }: CommonOptions & {
    read?: string;
    write?: string;
  },
  encoding: Encoding,
  reporter: Reporter,
) {
  const [{ traceConnection, traceDatagrams, traceReads }, { traceColors }] = await Promise.all([
    import("./trace/trace.ts"),
    import("./trace/view.ts"),
  ]);
  const options: TraceOptions = {
    codec: {
      read: parseSpec(read, maxFrame, encoding),
      write: parseSpec(write, Math.max(maxFrame, LONGEST_WRITE), encoding),
    },
    encoding,
    colors: traceColors(hasColors(Deno.stderr, noColor)),
    write: (text) => reporter.note(text),
    now: () => performance.timeOrigin + performance.now(),
  };
  return { traceConnection, traceDatagrams, traceReads, options };
}
