import { PinwireError } from "../errors.ts";
import { visible } from "../text/mod.ts";
import type { Context } from "./context.ts";
import type { MessageEvent } from "./events.ts";

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
