import { Pending } from "../pending.ts";
import { NOTHING } from "../input.ts";
import { badText, brokenFrame, messageTooLong, type WebSocketError } from "./errors.ts";
import { MAX_CONTROL, MAX_HEADER, OPCODES, type Role } from "./frame.ts";
import { mask } from "./mask.ts";
import { Utf8Check } from "./utf8_check.ts";

/** What a peer sent. Bodies are good until the next call of `next`, or until the chunk that they lie in is overwritten. */
export type WebSocketMessage =
  | { readonly kind: "text" | "binary" | "ping" | "pong"; readonly body: Uint8Array }
  | {
    readonly kind: "close";
    /** Why; `undefined` if it isn't said. */
    readonly code: number | undefined;
    readonly reason: string;
  };

/** How a {@linkcode WebSocketDecoder} reads. */
export interface WebSocketDecoderOptions {
  /** Which end reads: a server wants masks, a client none. */
  role: Role;
  /** The most bytes in a message. */
  maxMessage: number;
  /** Which messages are lines: one that doesn't end with `\n` is given one; default none. */
  endsLines?: "all" | "text" | "none";
}

const NEWLINE = 10;

/**
 * Cuts what comes over a WebSocket into messages (RFC 6455, section 5), without extensions. Masks are taken off in the
 * chunk itself, and a message that lies whole in it is a view of it. Text is checked as it comes; of a message in many
 * fragments its bytes alone are held.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const decoder = new WebSocketDecoder({ role: "client", maxMessage: 100 });
 * decoder.feed(new Uint8Array([0x81, 0x02, 0x68, 0x69]));
 * assertEquals(decoder.next(), { kind: "text", body: new TextEncoder().encode("hi") });
 * ```
 */
export class WebSocketDecoder {
  #isServer: boolean;
  #max: number;
  #endsLines: "all" | "text" | "none";
  #chunk = NOTHING;
  #at = 0;
  /** The header of a frame, if a chunk ended inside it. */
  #header?: Uint8Array;
  #headerLength = 0;
  /** The frame that has begun: bytes of its body that are still to come, or -1 between two frames. */
  #left = -1;
  #opcode = 0;
  #isFinal = false;
  #key = new Uint8Array(4);
  #phase = 0;
  /** What the fragments so far belong to: `text`, `binary`, or 0 if there are none. */
  #message = 0;
  #body = new Pending();
  #control?: Uint8Array;
  #controlLength = 0;
  #text = new Utf8Check();
  #failed?: WebSocketError;
  #isClosed = false;

  constructor({ role, maxMessage, endsLines = "none" }: WebSocketDecoderOptions) {
    this.#isServer = role === "server";
    this.#max = maxMessage;
    this.#endsLines = endsLines;
  }

  /** Whether nothing has come of a message that isn't whole. */
  get isBetween(): boolean {
    return this.#message === 0 && this.#left < 0 && this.#headerLength === 0;
  }

  /** Bytes held in memory of its own. */
  get buffered(): number {
    return this.#body.length + this.#controlLength + this.#headerLength;
  }

  /** Takes the next bytes, which it may change; all that was given before must have been taken out. */
  feed(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  /**
   * The next message, or `undefined` when more bytes are needed, and for good behind a close frame.
   *
   * @throws {WebSocketError} once the peer has broken the rules, and from then on
   */
  next(): WebSocketMessage | undefined {
    if (this.#failed) throw this.#failed;
    try {
      while (!this.#isClosed && (this.#left >= 0 || this.#begin())) {
        const message = this.#opcode >= OPCODES.close ? this.#takeControl() : this.#takeData();
        if (message) return message;
        if (this.#left >= 0) break;
      }
      return undefined;
    } catch (error) {
      this.#failed = error as WebSocketError;
      this.#body.drop();
      throw error;
    }
  }

  /** Reads a frame's header; whether it is whole. */
  #begin(): boolean {
    const chunk = this.#chunk;
    const at = this.#at;
    if (!this.#headerLength) {
      const size = at + 2 <= chunk.length ? this.#sizeOf(chunk[at], chunk[at + 1]) : MAX_HEADER;
      if (at + size <= chunk.length) {
        this.#at += size;
        this.#read(chunk, at);
        return true;
      }
    }
    return this.#gather();
  }

  /** The rare case: a header that lies in more than one chunk. */
  #gather(): boolean {
    const header = this.#header ??= new Uint8Array(MAX_HEADER);
    while (this.#at < this.#chunk.length) {
      header[this.#headerLength++] = this.#chunk[this.#at++];
      if (this.#headerLength < 2 || this.#headerLength < this.#sizeOf(header[0], header[1])) continue;
      this.#headerLength = 0;
      this.#read(header, 0);
      return true;
    }
    return false;
  }

  /** Bytes of a header with these two first ones, which are looked at here. */
  #sizeOf(first: number, second: number): number {
    const opcode = first & 0x0f;
    const length = second & 0x7f;
    const isMasked = second >= 0x80;
    if (first & 0x70) throw brokenFrame("a frame with an extension, though none was agreed on");
    if (opcode > OPCODES.pong || opcode > OPCODES.binary && opcode < OPCODES.close) {
      throw brokenFrame(`a frame of a kind that there is none of (${opcode})`);
    }
    if (isMasked !== this.#isServer) {
      throw brokenFrame(this.#isServer ? "a frame without a mask" : "a frame with a mask");
    }
    if (opcode >= OPCODES.close) {
      if (length > MAX_CONTROL) throw brokenFrame("a control frame of more than 125 bytes");
      if (first < 0x80) throw brokenFrame("a control frame in fragments");
    } else if ((opcode === OPCODES.continuation) !== (this.#message !== 0)) {
      throw brokenFrame(
        opcode ? "a new message inside another" : "a message that goes on without having begun",
      );
    }
    return 2 + (length === 126 ? 2 : length === 127 ? 8 : 0) + (isMasked ? 4 : 0);
  }

  #read(bytes: Uint8Array, from: number): void {
    let at = from + 2;
    let length = bytes[from + 1] & 0x7f;
    let least = 0;
    if (length === 126) {
      least = 126;
      length = bytes[at] << 8 | bytes[at + 1];
      at += 2;
    } else if (length === 127) {
      if (bytes[at] >= 0x80) throw brokenFrame("a length that no frame can have");
      least = 1 << 16;
      length = 0;
      for (const end = at + 8; at < end; at++) length = length * 256 + bytes[at];
    }
    if (length < least) throw brokenFrame("a length in more bytes than it takes");
    if (this.#isServer) {
      for (let i = 0; i < 4; i++) this.#key[i] = bytes[at + i];
      this.#phase = 0;
    }
    this.#opcode = bytes[from] & 0x0f;
    this.#isFinal = bytes[from] >= 0x80;
    this.#left = length;
    if (this.#opcode < OPCODES.close) {
      if (this.#opcode) this.#message = this.#opcode;
      if (length + this.#body.length > this.#max) throw messageTooLong(this.#max);
    }
  }

  #takeData(): WebSocketMessage | undefined {
    const chunk = this.#chunk;
    const from = this.#at;
    const to = Math.min(chunk.length, from + this.#left);
    this.#unmask(from, to);
    if (this.#message === OPCODES.text && !this.#text.feed(chunk, from, to)) throw badText();
    this.#left -= to - from;
    this.#at = to;
    const isWhole = this.#left === 0 && this.#isFinal;
    if (this.#left === 0) this.#left = -1;
    if (isWhole && !this.#body.length) return this.#finish(this.#inPlace(from, to));
    const most = this.#max + 1;
    if (to > from) this.#body.append(chunk, from, to, most);
    if (!isWhole) return undefined;
    if (this.#isLine && this.#body.at(this.#body.length - 1) !== NEWLINE) {
      this.#body.appendByte(NEWLINE, most);
    }
    return this.#finish(this.#body.take());
  }

  get #isLine(): boolean {
    return this.#endsLines === "all" || this.#endsLines === "text" && this.#message === OPCODES.text;
  }

  /** A body that lies whole in the chunk; what was its header makes room for the end of a line. */
  #inPlace(from: number, to: number): Uint8Array {
    const chunk = this.#chunk;
    if (!this.#isLine || to > from && chunk[to - 1] === NEWLINE) return chunk.subarray(from, to);
    if (from === 0) {
      // Its header came with the chunk before.
      const line = new Uint8Array(to + 1);
      line.set(chunk.subarray(0, to));
      line[to] = NEWLINE;
      return line;
    }
    chunk.copyWithin(from - 1, from, to);
    chunk[to - 1] = NEWLINE;
    return chunk.subarray(from - 1, to);
  }

  #finish(body: Uint8Array): WebSocketMessage {
    const isText = this.#message === OPCODES.text;
    if (isText && !this.#text.isBetween) throw badText();
    this.#message = 0;
    return { kind: isText ? "text" : "binary", body };
  }

  #takeControl(): WebSocketMessage | undefined {
    const chunk = this.#chunk;
    const from = this.#at;
    const to = Math.min(chunk.length, from + this.#left);
    this.#unmask(from, to);
    this.#left -= to - from;
    this.#at = to;
    if (this.#left > 0 || this.#controlLength) {
      const control = this.#control ??= new Uint8Array(MAX_CONTROL);
      control.set(chunk.subarray(from, to), this.#controlLength);
      this.#controlLength += to - from;
      if (this.#left > 0) return undefined;
    }
    this.#left = -1;
    const body = this.#controlLength
      ? this.#control!.slice(0, this.#controlLength)
      : chunk.subarray(from, to);
    this.#control = undefined;
    this.#controlLength = 0;
    if (this.#opcode === OPCODES.close) return this.#close(body);
    return { kind: this.#opcode === OPCODES.ping ? "ping" : "pong", body };
  }

  #close(body: Uint8Array): WebSocketMessage {
    this.#isClosed = true;
    if (!body.length) return { kind: "close", code: undefined, reason: "" };
    const code = body[0] << 8 | body[1];
    if (body.length === 1 || !mayBeSent(code)) {
      throw brokenFrame("a close frame with a code that there is none of");
    }
    const check = new Utf8Check();
    if (!check.feed(body, 2) || !check.isBetween) throw badText();
    return { kind: "close", code, reason: new TextDecoder().decode(body.subarray(2)) };
  }

  #unmask(from: number, to: number): void {
    if (this.#isServer) this.#phase = mask(this.#chunk, from, to, this.#key, this.#phase);
  }
}

/** Whether a peer may give this code; some are for programs alone (RFC 6455, section 7.4). */
function mayBeSent(code: number): boolean {
  return code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code) || code >= 3000 && code <= 4999;
}
