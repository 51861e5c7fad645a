import { usageError } from "../errors.ts";
import { type Codec, DEFAULT_MAX_FRAME, parseSpec } from "../framing/mod.ts";
import {
  type Clock,
  type Connection,
  type DatagramSocket,
  type MessageForm,
  preciseTime,
  systemClock,
} from "../net/mod.ts";
import { formOf } from "./websocket/form.ts";
import { type Encoding, openEncoding, utf8 } from "../text/mod.ts";
import { Reporter, type ReporterOptions } from "./reporter.ts";
import { Stop } from "./stop.ts";
import { hasColors } from "./terminal.ts";
import type { Recorder } from "./record/recorder.ts";
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
  /** The file of `--record`; `-` is stdout. */
  record?: string;
  /** Whether it may overwrite one. */
  force?: boolean;
  noColor: boolean;
}

/** What a command works with: made once from its options. */
export interface Context extends AsyncDisposable {
  readonly encoding: Encoding;
  readonly codec: Codec;
  /** How the messages of WebSockets are bytes. */
  readonly form: MessageForm;
  readonly reporter: Reporter;
  /** The time. */
  readonly clock: Clock;
  /** Asks the command to stop: Ctrl-C, SIGTERM, or stdout being closed. */
  readonly stop: Stop;
  /** Whether the word of `--until` has passed, on any connection. */
  readonly until: { hasPassed: boolean };
  /** Records what crosses the sockets given to it, if `--record` asks for it. */
  readonly recorder?: Recorder;
  /** Shows, and records, what crosses a connection that was dialled, if `--trace` and `--record` ask for it. */
  trace(connection: Connection): Connection;
  /** Shows the same of one that was accepted, of whose listener the recorder knows. */
  traceAccepted(connection: Connection): Connection;
  /** Shows what is read from a connection, and nothing else. */
  traceReads(connection: Connection, view: ReadsView): Connection;
  /** Shows, and records, what crosses a socket. */
  traceDatagrams(socket: DatagramSocket): DatagramSocket;
}

/** The longest message that we write, for all that a trace knows. */
const LONGEST_WRITE = 1 << 26;

/**
 * Makes a command's surroundings out of its options.
 *
 * @param traceFrames a SPEC for each direction, where they differ
 * @param endsInside whether text ends inside a word, so that `text` waits for its rest
 * @param leavesStdout whether nothing is printed there but what a console answers
 * @param stop listens for the signals of the process if it isn't given
 * @throws {PinwireError} `usage` if the options don't go together
 */
export async function openContext(
  { traceFrames, endsInside, leavesStdout = false, ...reporterOptions }:
    & Pick<
      ReporterOptions,
      "program" | "role" | "show" | "showMessage" | "forward" | "forwarded"
    >
    & {
      traceFrames?: { read: string; write: string };
      endsInside?: (text: string) => boolean;
      leavesStdout?: boolean;
    },
  options: CommonOptions,
  stop: Stop = new Stop().onSignals(),
): Promise<Context> {
  checkRecord(options, leavesStdout);
  const { encoding: name = "utf-8" } = options;
  const encoding = name === "utf-8" ? utf8 : await openEncoding(name);
  const textForm = endsInside
    ? {
      mark: encoding.mark,
      endsInside: (bytes: Uint8Array) =>
        encoding.endsInside(bytes) || endsInside(encoding.decode(bytes).text),
    }
    : encoding;
  const codec = parseSpec(options.frame, options.maxFrame, textForm);
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
  const codecs = () => codecsOf({ ...options, ...traceFrames }, encoding);
  const tracing = options.trace ? await openTrace(codecs(), options.noColor, encoding, reporter) : undefined;
  const recorded = options.record === undefined
    ? undefined
    : await openRecorder(codecs(), options, reporterOptions, reporter, stop);
  const recorder = recorded?.recorder;
  const traceAccepted = (connection: Connection) =>
    tracing ? tracing.traceConnection(connection, tracing.options) : connection;
  return {
    encoding,
    codec,
    form: formOf(codec, options.maxFrame),
    reporter,
    clock: systemClock,
    stop,
    until: { hasPassed: false },
    recorder,
    trace: (connection) => traceAccepted(recorder?.dialled(connection) ?? connection),
    traceAccepted,
    traceReads: (connection, view) =>
      tracing ? tracing.traceReads(connection, view, tracing.options) : connection,
    traceDatagrams(socket) {
      const known = recorder?.datagrams(socket) ?? socket;
      return tracing ? tracing.traceDatagrams(known, tracing.options) : known;
    },
    async [Symbol.asyncDispose]() {
      stop[Symbol.dispose]();
      await recorded?.recording.close();
      await reporter.flush();
    },
  };
}

/** A context without a command line: nothing is traced or recorded, and no signal stops it. */
export function plainContext(codec: Codec, reporter: Reporter, clock: Clock = systemClock): Context {
  return {
    encoding: utf8,
    codec,
    form: formOf(codec, DEFAULT_MAX_FRAME),
    reporter,
    clock,
    stop: new Stop(),
    until: { hasPassed: false },
    trace: (connection) => connection,
    traceAccepted: (connection) => connection,
    traceReads: (connection) => connection,
    traceDatagrams: (socket) => socket,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** What names the frames of each direction. */
interface Codecs {
  read: Codec;
  write: Codec;
}

function codecsOf(
  { frame, maxFrame, read = frame, write = frame }: CommonOptions & { read?: string; write?: string },
  encoding: Encoding,
): Codecs {
  return {
    read: parseSpec(read, maxFrame, encoding),
    write: parseSpec(write, Math.max(maxFrame, LONGEST_WRITE), encoding),
  };
}

async function openTrace(codec: Codecs, noColor: boolean, encoding: Encoding, reporter: Reporter) {
  const [{ traceConnection, traceDatagrams, traceReads }, { traceColors }] = await Promise.all([
    import("./trace/trace.ts"),
    import("./trace/view.ts"),
  ]);
  const options: TraceOptions = {
    codec,
    encoding,
    colors: traceColors(hasColors(Deno.stderr, noColor)),
    write: (text) => reporter.note(text),
    now: preciseTime,
  };
  return { traceConnection, traceDatagrams, traceReads, options };
}

function checkRecord({ record, force, json }: CommonOptions, leavesStdout: boolean): void {
  if (force && record === undefined) {
    throw usageError("--force is for --record", "leave it out, or name the file to overwrite");
  }
  if (record !== "-") return;
  if (json) throw usageError("--record - has no --json", "leave one of the two out, or record to a file");
  if (!leavesStdout) {
    throw usageError("--record - writes to stdout, where this command prints", "record to a file");
  }
}

async function openRecorder(
  codecs: Codecs,
  { record = "", force = false, quiet }: CommonOptions,
  { program, role }: Pick<ReporterOptions, "program" | "role">,
  reporter: Reporter,
  stop: Stop,
) {
  const [{ openRecording }, { PLAIN_TEXT, Recorder }] = await Promise.all([
    import("./record/open.ts"),
    import("./record/recorder.ts"),
  ]);
  const recording = await openRecording({
    path: record,
    force,
    now: preciseTime,
    onFailed: (error) => reporter.error(error),
    onClosed: () => stop.now(),
    signal: stop.signal,
  });
  // A server's ready line says it.
  const onTls = role === "client" && !quiet ? () => reporter.note(`${program}: ${PLAIN_TEXT}\n`) : undefined;
  return { recording, recorder: new Recorder(recording, { codecs, onTls, takesStdout: record === "-" }) };
}
