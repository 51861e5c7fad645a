import type { ByteBuffer } from "../byte_buffer.ts";
import { mask } from "./mask.ts";

/** What a frame is (RFC 6455, section 11.8). */
export const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Why a connection is closed (RFC 6455, section 7.4.1, and IANA's registry of what came later). */
export const CLOSE_CODES = {
  normal: 1000,
  goingAway: 1001,
  protocolError: 1002,
  notUtf8: 1007,
  tooLong: 1009,
  tryAgainLater: 1013,
} as const;

/** The most bytes in a control frame. */
export const MAX_CONTROL = 125;

/** Bytes in front of a body, at most: its length in eight bytes and the key of a mask. */
export const MAX_HEADER = 14;

/** Which end of a connection writes or reads: what a client sends is masked, what a server sends is not. */
export type Role = "client" | "server";

/** Keys for what a client sends, none of which a page can foresee (RFC 6455, section 10.3). */
const keys = new Uint8Array(4096);
let used = keys.length;

/**
 * Appends a whole message, or a control frame, to `out`.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ByteBuffer } from "../byte_buffer.ts";
 * const out = new ByteBuffer();
 * appendFrame(out, "server", OPCODES.text, new TextEncoder().encode("hi"));
 * assertEquals(out.bytes().toHex(), "81026869");
 * ```
 */
export function appendFrame(out: ByteBuffer, role: Role, opcode: number, body: Uint8Array): void {
  const isMasked = role === "client";
  const flag = isMasked ? 0x80 : 0;
  const { length } = body;
  out.appendByte(0x80 | opcode);
  if (length < 126) {
    out.appendByte(flag | length);
  } else if (length < 65_536) {
    out.appendByte(flag | 126);
    out.appendByte(length >> 8);
    out.appendByte(length & 0xff);
  } else {
    out.appendByte(flag | 127);
    const high = Math.floor(length / 2 ** 32);
    for (let shift = 24; shift >= 0; shift -= 8) out.appendByte(high >> shift & 0xff);
    for (let shift = 24; shift >= 0; shift -= 8) out.appendByte(length >>> shift & 0xff);
  }
  if (!isMasked) return out.append(body);
  const key = nextKey();
  out.append(key);
  const from = out.length;
  out.append(body);
  mask(out.bytes(), from, out.length, key);
}

/** The body of a close frame. */
export function closeBody(code: number, reason = ""): Uint8Array {
  const body = new Uint8Array(MAX_CONTROL);
  body[0] = code >> 8;
  body[1] = code & 0xff;
  const { written } = new TextEncoder().encodeInto(reason, body.subarray(2));
  return body.subarray(0, 2 + written);
}

function nextKey(): Uint8Array {
  if (used === keys.length) {
    crypto.getRandomValues(keys);
    used = 0;
  }
  used += 4;
  return keys.subarray(used - 4, used);
}
