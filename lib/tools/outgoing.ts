import { usageError } from "../errors.ts";
import { type Context, encodeText } from "../app/mod.ts";
import { type Codec, endingLines } from "../framing/mod.ts";
import { parseHex } from "../text/mod.ts";

/** What `--newline` puts at the end of a message. */
export type Newline = "lf" | "crlf";

/** How messages go out: what is put behind each, and what frames them. */
export interface Outgoing {
  /** The message's own end. */
  end: string;
  codec: Codec;
}

/** What `--newline` means: where `--frame` ends messages in a newline by itself, it says in which. */
export function outgoingOf(newline: Newline | undefined, codec: Codec, isDatagram: boolean): Outgoing {
  if (!newline) return { end: "", codec };
  if (isDatagram || !codec.isLineBased) return { end: { lf: "\n", crlf: "\r\n" }[newline], codec };
  return { end: { lf: "", crlf: "\r" }[newline], codec: endingLines(codec) };
}

/** A message of text, in bytes. */
export function bodyOf(text: string, { end }: Outgoing, context: Context): Uint8Array {
  return encodeText(context, text + end);
}

/** @throws {PinwireError} `usage` for a message of `--hex` that isn't hexadecimal */
export function hexBody(text: string): Uint8Array {
  const bytes = parseHex(text);
  if (bytes) return bytes;
  throw usageError(`"${text}" is not hexadecimal`, "write two digits a byte, as in 68656c6c6f or 0d:0a");
}
