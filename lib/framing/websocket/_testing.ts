import { assert } from "@std/assert";
import { ByteBuffer } from "../byte_buffer.ts";
import { WebSocketDecoder } from "./decoder.ts";
import { WebSocketError } from "./errors.ts";
import { appendFrame, type Role } from "./frame.ts";

/** One frame, a fragment if it isn't final. */
export interface FrameParts {
  opcode: number;
  body: Uint8Array;
  isFinal?: boolean;
}

/** The bytes of frames, as that end sends them. */
export function framesOf(from: Role, frames: readonly FrameParts[]): Uint8Array {
  const out = new ByteBuffer();
  for (const { opcode, body, isFinal = true } of frames) {
    const at = out.length;
    appendFrame(out, from, opcode, body);
    if (!isFinal) out.bytes()[at] &= 0x7f;
  }
  return out.bytes().slice();
}

/** How a stream is read. */
export interface Reading {
  role?: Role;
  maxMessage?: number;
  endsLines?: "all" | "text" | "none";
  /** The sizes of the chunks; the rest comes in one. */
  sizes?: readonly number[];
}

/** Everything that comes of a stream, a line for each message and for the error that ends it. */
export function outcome(
  stream: Uint8Array,
  { role = "server", maxMessage = 1000, endsLines, sizes = [] }: Reading = {},
): string[] {
  const decoder = new WebSocketDecoder({ role, maxMessage, endsLines });
  const events: string[] = [];
  try {
    for (let at = 0, i = 0; at < stream.length; i++) {
      const chunk = stream.slice(at, at + (sizes[i] ?? stream.length));
      at += chunk.length;
      decoder.feed(chunk);
      for (let message; (message = decoder.next());) {
        events.push(
          message.kind === "close"
            ? `close ${message.code} ${message.reason}`
            : `${message.kind} ${message.body.toHex()}`,
        );
      }
      assert(decoder.buffered <= maxMessage + 1 + 125 + 14, `${decoder.buffered} bytes held`);
      // Whoever reads an old chunk later is found out.
      chunk.fill(0xee);
    }
  } catch (error) {
    assert(error instanceof WebSocketError, String(error));
    events.push(`${error.closeCode}: ${error.message}`);
  }
  return events;
}
