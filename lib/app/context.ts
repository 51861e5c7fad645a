import { PinwireError, usageError } from "../errors.ts";
import { type Codec, isLineBased, parseSpec, type PullClock } from "../framing/mod.ts";
import { type Encoding, openEncoding, utf8, visible } from "../text/mod.ts";
import { type Address, formatAddress } from "../net/mod.ts";
import type { Connection } from "../net/mod.ts";
import type { DatagramSocket } from "../net/mod.ts";
import { readPem } from "../net/mod.ts";
import { type MessageEvent, Reporter, type ReporterOptions } from "./reporter.ts";
import type { ServerIdentity } from "../net/mod.ts";
import { Stop } from "./stop.ts";
import type { TraceOptions } from "./trace.ts";

/** The values of the options that every mode shares, as `options.ts` declares them. */
export interface CommonOptions {
  encoding: string;
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
  /** Asks the command to stop: Ctrl-C, SIGTERM, or stdout being closed. */
  readonly stop: Stop;
  /** Shows what crosses the connection, if `--trace` asks for it. */
  trace(connection: Connection): Connection;
  /** The same for datagrams. */
  traceDatagrams(socket: DatagramSocket): DatagramSocket;
}

/**
 * Makes a command's surroundings out of its options.
 *
 * @param stop listens for the signals of the process if it isn't given
 * @throws {PinwireError} `usage` if the options don't go together
 */
export async function openContext(
  reporterOptions: Pick<
    ReporterOptions,
    "program" | "role" | "show" | "showMessage" | "forward" | "forwarded"
  >,
  options: CommonOptions,
  stop: Stop = new Stop().onSignals(),
): Promise<Context> {
  const codec = parseSpec(options.frame, options.maxFrame);
  const encoding = options.encoding === "utf-8" ? utf8 : await openEncoding(options.encoding);
  if (!encoding.asciiNewline && isLineBased(codec)) {
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
  const tracing = options.trace ? await openTrace(codec, options.noColor, reporter) : undefined;
  return {
    encoding,
    codec,
    reporter,
    stop,
    trace: (connection) => tracing ? tracing.traceConnection(connection, tracing.options) : connection,
    traceDatagrams: (socket) => tracing ? tracing.traceDatagrams(socket, tracing.options) : socket,
    async [Symbol.asyncDispose]() {
      stop[Symbol.dispose]();
      await reporter.flush();
    },
  };
}

async function openTrace(codec: Codec, noColor: boolean, reporter: Reporter) {
  const [{ traceConnection, traceDatagrams }, { traceColors }] = await Promise.all([
    import("./trace.ts"),
    import("./trace_view.ts"),
  ]);
  const options: TraceOptions = {
    codec,
    colors: traceColors(!noColor && !Deno.noColor && Deno.stderr.isTerminal()),
    write: (text) => reporter.note(text),
    now: () => performance.timeOrigin + performance.now(),
  };
  return { traceConnection, traceDatagrams, options };
}

/** The time, for decoders that wait. */
export const systemClock: PullClock = {
  now: () => performance.now(),
  sleep(ms) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    return { promise, cancel: () => clearTimeout(timer) };
  },
};

/**
 * The address that a server listens on, and its certificate: `--tls-cert` turns `tcp://` into `tls://`.
 *
 * @throws {PinwireError} `usage` if one of the two files is missing, or the address can't have TLS
 */
export async function serverAddress(
  address: Address,
  { tlsCert, tlsKey }: { tlsCert?: string; tlsKey?: string },
): Promise<{ address: Address; identity?: ServerIdentity }> {
  const isTls = address.scheme === "tls";
  if (!isTls && tlsCert === undefined && tlsKey === undefined) return { address };
  if (tlsCert === undefined || tlsKey === undefined) {
    throw usageError(
      "TLS needs both --tls-cert and --tls-key",
      'make the two files with "pinwire cert localhost 127.0.0.1"',
    );
  }
  if (!isTls && address.scheme !== "tcp") {
    throw usageError(`${formatAddress(address)} can't have TLS`, "use tls:// or tcp://");
  }
  const identity = {
    cert: await readPem(tlsCert, "--tls-cert"),
    key: await readPem(tlsKey, "--tls-key"),
  };
  return { address: { ...address, scheme: "tls" }, identity };
}

/** The text of `--ca`'s file, for dialling. */
export async function dialOptions(address: Address, ca: string | undefined): Promise<{ ca?: string }> {
  if (ca === undefined) return {};
  if (address.scheme !== "tls") throw usageError("--ca is for tls:// addresses", "write tls://HOST:PORT");
  const pem = await readPem(ca, "--ca");
  if (!pem.includes("-----BEGIN CERTIFICATE-----")) {
    throw new PinwireError("tls_failed", `the file ${ca} of --ca holds no certificate in PEM form`, {
      hint: 'name the certificate that "pinwire cert" made for the server',
    });
  }
  return { ca: pem };
}

/** The `message` event for a message that was decoded. */
export function messageEvent(
  peer: string,
  bytes: Uint8Array,
  { text, valid }: { text: string; valid: boolean },
): MessageEvent {
  return {
    event: "message",
    peer,
    text,
    bytes: bytes.length,
    ...!valid && { hex: bytes.toHex() },
  };
}

/** How a message is shown to people: its sender and what it says. */
export function showMessage(event: MessageEvent): string {
  return `${event.peer.replace(/^[a-z]+:\/\//, "")}: ${showText(event)}`;
}

/** What a message says, safe for a terminal. A newline at its end isn't shown. */
export function showText({ text, hex }: MessageEvent): string {
  const bytes = hex === undefined ? "" : `  (not decodable: ${hex})`;
  return visible(text.replace(/\r?\n$/, "")) + bytes;
}

/** Encodes a text to send; what the encoding doesn't have is reported and goes as `?`. */
export function encodeText({ encoding, reporter }: Context, text: string): Uint8Array<ArrayBuffer> {
  const { bytes, lost } = encoding.encode(text);
  if (lost.length) {
    reporter.error(
      new PinwireError(
        "unencodable",
        `${encoding.name} has no ${lost.map((one) => `"${visible(one)}"`).join(", ")}`,
        {
          hint: "sent as ?; use another --encoding, such as gb18030 or utf-8",
        },
      ),
    );
  }
  return bytes;
}
