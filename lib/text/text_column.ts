import type { Encoding, StreamDecoder } from "./encoding.ts";
import { characterWidth } from "./width.ts";

/** What a terminal obeys instead of showing it, or what stands for no character. */
const UNSHOWN = /[\p{C}\p{Zl}\p{Zp}\ufffd]/u;
/** Bytes after which any encoding is in step again. */
const IN_STEP = 8;

/**
 * The text column of a hexdump: each character of the encoding at the place of its first byte, its other bytes blank,
 * and a dot for each byte of anything that can't be shown.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { utf8 } from "./encoding.ts";
 * const column = new TextColumn(utf8);
 * assertEquals(column.take(utf8.encode("é你\n").bytes), ["é", " ", "你", "", " ", "."]);
 * ```
 */
export class TextColumn {
  #encoding: Encoding;
  #stream: StreamDecoder;
  /** Bytes of a character that isn't whole yet. */
  #pending: number[] = [];
  /** Bytes to come that are no text. */
  #head = 0;

  constructor(encoding: Encoding) {
    this.#encoding = encoding;
    this.#stream = encoding.stream();
  }

  /** What comes now is a text of its own, behind `head` bytes that are none. */
  begin(head = 0): void {
    this.#stream = this.#encoding.stream();
    this.#pending = [];
    this.#head = head;
  }

  /**
   * Takes the next bytes and gives a cell for each of the first `most`: a character, a blank, a dot, or nothing where the
   * character before it is two columns wide. A character whose first byte came with the bytes before has its place at
   * the first of its others, if they are as many as its columns.
   */
  take(bytes: Uint8Array, most: number = bytes.length): string[] {
    const cells: string[] = [];
    for (const byte of bytes.subarray(0, most)) {
      if (this.#head) {
        this.#head--;
        cells.push(asciiCell(byte));
      } else if (byte < 0x80 && !this.#pending.length && this.#encoding.asciiNewline) {
        cells.push(asciiCell(byte));
      } else {
        this.#feed(byte, cells);
      }
    }
    this.#pass(bytes.subarray(most));
    return cells;
  }

  #pass(bytes: Uint8Array): void {
    const head = Math.min(this.#head, bytes.length);
    this.#head -= head;
    const text = bytes.subarray(head);
    const last = Math.max(0, text.length - IN_STEP);
    if (last) {
      this.#stream.decode(text.subarray(0, last));
      this.#pending = [];
    }
    for (const byte of text.subarray(last)) this.#feed(byte, []);
  }

  #feed(byte: number, cells: string[]): void {
    this.#pending.push(byte);
    cells.push(".");
    const { text } = this.#stream.decode(Uint8Array.of(byte));
    if (!text) return;
    const bytes = this.#pending;
    this.#pending = [];
    const isWhole = text.length === String.fromCodePoint(text.codePointAt(0)!).length;
    if (isWhole && text !== "\ufffd") show(text, bytes.length, cells);
    else this.#breakOff(text, bytes, cells);
  }

  /** The last of these bytes made sure that those before are no character: it may be one, or begin one. */
  #breakOff(text: string, bytes: number[], cells: string[]): void {
    const last = bytes[bytes.length - 1];
    if (text.endsWith(String.fromCharCode(last)) && last < 0x80) {
      cells[cells.length - 1] = asciiCell(last);
    } else if (bytes.length > 1 && this.#encoding.decode(Uint8Array.from(bytes)).text.length > text.length) {
      this.#pending = [last];
    }
  }
}

const asciiCell = (byte: number) => byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".";

/** Puts a character in place of the dots of its last `length` bytes, as far as they have cells. */
function show(character: string, length: number, cells: string[]): void {
  const columns = characterWidth(character);
  const room = Math.min(length, cells.length);
  if (!columns || columns > room || UNSHOWN.test(character)) return;
  const at = cells.length - room;
  cells[at] = character;
  for (let i = 1; i < room; i++) cells[at + i] = i < columns ? "" : " ";
}
