import { ByteBuffer } from "../byte_buffer.ts";
import { HttpError } from "./http_error.ts";

/** The most bytes that a head may have. */
export const MAX_HEAD = 8192;

const NO_HTTP = { isHttp: false };
const CR = 13;
const LF = 10;
/** The least byte that a line may begin with: no space, and nothing of TLS. */
const FIRST = 0x21;

/**
 * Gathers a head until its empty line.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const decoder = new HeadDecoder();
 * decoder.feed(new TextEncoder().encode("GET / HTTP/1.1\r\n"));
 * assertEquals(decoder.next(), undefined);
 * decoder.feed(new TextEncoder().encode("Host: a\r\n\r\nmore"));
 * assertEquals(decoder.next()?.length, 27);
 * assertEquals(decoder.rest.length, 4);
 * ```
 */
export class HeadDecoder {
  /** What came behind the head: a view of the last chunk. */
  rest: Uint8Array = new Uint8Array();
  /** How many bytes have come of the head. */
  length = 0;
  #held = new ByteBuffer();
  #isWhole = false;
  /** Bytes in the line so far. */
  #line = 0;
  #last = 0;

  /**
   * Takes what comes next.
   *
   * @throws {HttpError} 431 if the head is over 8 KiB; 400 as soon as it can't be one: at a CR or LF alone, at an empty
   * first line, and at a first byte that begins no line
   */
  feed(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length && !this.#isWhole) this.#take(chunk[at++]);
    this.#held.append(chunk.subarray(0, at));
    this.rest = chunk.subarray(at);
  }

  /** The head with its empty line, once it is whole. */
  next(): Uint8Array | undefined {
    return this.#isWhole ? this.#held.bytes() : undefined;
  }

  #take(byte: number): void {
    if (this.length === MAX_HEAD) throw new HttpError(431, `a head has at most ${MAX_HEAD} bytes`);
    if (!this.length++ && byte < FIRST) throw new HttpError(400, "this is no HTTP", NO_HTTP);
    if ((byte === LF) !== (this.#last === CR)) {
      throw new HttpError(400, "a line ends with both CR and LF", NO_HTTP);
    }
    if (byte === LF) {
      this.#isWhole = this.#line === 0;
      this.#line = 0;
    } else if (byte !== CR) {
      this.#line++;
    }
    this.#last = byte;
  }
}
