import { concat } from "@std/bytes/concat";
import { type Context, encodeText, notUtf8, type ReadPiece, stdinReads } from "../app/mod.ts";
import { FrameError, parseSpec } from "../framing/mod.ts";
import { bodyOf, hexBody, type Newline, type Outgoing } from "./outgoing.ts";
import { Source } from "./stdio.ts";

/** How what is to be sent is written. */
export interface WritingOptions {
  /** Given, stdin is text that goes in this encoding; else its bytes are as they are. */
  encoding?: string;
  newline?: Newline;
  /** Messages are hexadecimal digits. */
  hex: boolean;
  /** Times that each message goes out; default 1. */
  repeat?: number;
  /** Ms between two messages; default 0. */
  interval?: number;
  until?: string;
  maxFrame: number;
}

/**
 * A message that was given.
 *
 * @throws {PinwireError} `usage` for one of `--hex` that isn't hexadecimal
 */
export function givenSource(
  message: string,
  { hex }: WritingOptions,
  outgoing: Outgoing,
  context: Context,
): Source {
  const pieces = [hex ? hexBody(message) : bodyOf(message, outgoing, context)];
  return new Source(() => Promise.resolve(pieces.pop()));
}

/**
 * Stdin: over a stream its bytes, or its text in another encoding; a message a line over UDP, and where an option is
 * about messages.
 *
 * @param fail told that a message couldn't be made, which has been reported
 */
export function stdinSource(
  isDatagram: boolean,
  options: WritingOptions,
  outgoing: Outgoing,
  context: Context,
  fail: () => void,
  reads: ReadPiece = stdinReads(),
): Source {
  const { until, repeat, interval, hex, newline, encoding, maxFrame } = options;
  const { codec } = context;
  const isMessages = isDatagram || !codec.isPerRead || hex ||
    [until, repeat, interval, newline].some((option) => option !== undefined);
  if (!isMessages) return new Source(encoding === undefined ? reads : transcoded(reads, context));
  const isFixed = isDatagram && codec.spec.startsWith("fixed:");
  // The end of stdin ends a message too.
  const cutting = isFixed ? codec : parseSpec("text", maxFrame);
  const { decoder } = cutting.open();
  const end = new TextEncoder().encode(outgoing.end);
  let hasEnded = false;

  function bodyOfPiece(piece: Uint8Array): Uint8Array {
    if (hex) return hexBody(new TextDecoder().decode(piece));
    if (encoding !== undefined) {
      return bodyOf(textOf(new TextDecoder("utf-8", FATAL), piece), outgoing, context);
    }
    return end.length ? concat([piece, end]) : piece;
  }

  async function next(): Promise<Uint8Array | undefined> {
    for (;;) {
      try {
        const piece = decoder.next();
        if (piece) return bodyOfPiece(piece);
        if (hasEnded) return undefined;
      } catch (error) {
        if (!(error instanceof FrameError)) throw error;
        context.reporter.error(error);
        fail();
        if (!error.recoverable) return undefined;
        continue;
      }
      const read = await reads();
      if (read) {
        decoder.feed(read);
      } else {
        decoder.end();
        hasEnded = true;
      }
    }
  }

  return new Source(next);
}

function transcoded(reads: ReadPiece, context: Context): ReadPiece {
  // A mark in front (U+FEFF) is no text where it isn't one of the encoding that it goes in.
  const decoder = new TextDecoder("utf-8", { ...FATAL, ignoreBOM: context.encoding.name === "utf-8" });
  let hasEnded = false;
  return async () => {
    while (!hasEnded) {
      const read = await reads();
      hasEnded = !read;
      const text = textOf(decoder, read, { stream: !hasEnded });
      if (text) return encodeText(context, text);
    }
    return undefined;
  };
}

const FATAL = { fatal: true };

/** @throws {PinwireError} `input_unreadable` if it isn't UTF-8 */
function textOf(decoder: TextDecoder, bytes?: Uint8Array, options?: TextDecodeOptions): string {
  try {
    return decoder.decode(bytes, options);
  } catch {
    throw notUtf8("leave --encoding out to send its bytes as they are, or ");
  }
}
