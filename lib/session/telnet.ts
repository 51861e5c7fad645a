import { ByteBuffer } from "../framing/mod.ts";
import { type Connection, wrapConnection } from "../net/mod.ts";
import type { Encoding } from "../text/mod.ts";

// RFC 854, "TELNET COMMAND STRUCTURE"; SE is the lowest command, and IAC the escape itself.
const SE = 240, SB = 250, WILL = 251, WONT = 252, DO = 253, DONT = 254, IAC = 255;
const CR = 0x0d, LF = 0x0a, NUL = 0;

/** What the next byte belongs to. */
type Place = "text" | "return" | "command" | "option" | "subnegotiation" | "subnegotiation command";

/**
 * Takes the commands of a telnet client, such as PuTTY, out of its text, and refuses every option that it asks for, so
 * that nothing more is said of it (RFC 1143). What telnet sends for Enter, CR NUL, becomes a newline. Whoever speaks no
 * telnet gets the very bytes back.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const telnet = new TelnetFilter(false);
 * assertEquals(telnet.take(new Uint8Array([255, 251, 31, 104, 105, 13, 0])), new TextEncoder().encode("hi\n"));
 * assertEquals(telnet.takeAnswer(), new Uint8Array([255, 254, 31]));
 * ```
 */
export class TelnetFilter {
  #hasByte255: boolean;
  #place: Place = "text";
  #command = 0;
  #answer: number[] = [];
  #isFirst = true;
  /** Only there once telnet was spoken. */
  #text?: ByteBuffer;

  /** @param hasByte255 whether 255 is text in the encoding: then only the first byte of a stream begins telnet */
  constructor(hasByte255: boolean) {
    this.#hasByte255 = hasByte255;
  }

  /** The text in the next bytes of the stream; good until the next call. */
  take(bytes: Uint8Array): Uint8Array {
    if (!this.#text && !this.#begins(bytes)) return bytes;
    const text = this.#text ??= new ByteBuffer();
    text.clear();
    for (const byte of bytes) this.#take(byte, text);
    return text.bytes();
  }

  /** What has to be said to what was taken; undefined if nothing. */
  takeAnswer(): Uint8Array | undefined {
    if (!this.#answer.length) return undefined;
    const answer = Uint8Array.from(this.#answer);
    this.#answer.length = 0;
    return answer;
  }

  #begins(bytes: Uint8Array): boolean {
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    if (isFirst && bytes[0] === IAC) return true;
    return !this.#hasByte255 && (bytes.includes(IAC) || bytes.includes(NUL));
  }

  #take(byte: number, text: ByteBuffer): void {
    switch (this.#place) {
      case "return":
        this.#place = "text";
        if (byte === NUL) return text.appendByte(LF);
        text.appendByte(CR);
        return this.#take(byte, text);
      case "text":
        if (byte === IAC) this.#place = "command";
        else if (byte === CR) this.#place = "return";
        else text.appendByte(byte);
        return;
      case "command":
        this.#command = byte;
        this.#place = byte === SB ? "subnegotiation" : byte >= WILL && byte < IAC ? "option" : "text";
        // What is no command stays as it came, to be shown as no text.
        if (byte < SE) text.appendByte(IAC);
        if (byte < SE || byte === IAC) text.appendByte(byte);
        return;
      case "option":
        this.#place = "text";
        return this.#refuse(byte);
      case "subnegotiation":
        if (byte === IAC) this.#place = "subnegotiation command";
        return;
      case "subnegotiation command":
        this.#place = byte === SE ? "text" : "subnegotiation";
    }
  }

  // Whoever says WONT or DONT is told nothing: that is how it already is.
  #refuse(option: number): void {
    if (this.#command === WILL) this.#answer.push(IAC, DONT, option);
    else if (this.#command === DO) this.#answer.push(IAC, WONT, option);
  }
}

/** The same connection, without what a telnet client says for itself; its options are refused. */
export function withoutTelnet(connection: Connection, encoding: Encoding): Connection {
  const filter = new TelnetFilter(encoding.decode(new Uint8Array([IAC])).valid);
  return wrapConnection(connection, {
    receive: (sink, options) =>
      connection.receive((bytes) => {
        // Also where no text is left: whoever is too fast is slowed down all the same. What the sink throws comes before
        // the write, whose failure nobody would hear of then.
        const taken = sink(filter.take(bytes));
        const answer = filter.takeAnswer();
        const written = answer && connection.write(answer);
        return written ? Promise.all([written, taken]).then(() => {}) : taken;
      }, options),
  });
}
