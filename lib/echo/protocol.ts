import { usageError } from "../errors.ts";
import { ByteBuffer, type Codec, FrameError } from "../framing/mod.ts";
import { ctime } from "../text/mod.ts";
import { AnswerForm } from "./answer_form.ts";
import { type Part, partsOf } from "./template.ts";

/** The answer of a timestamp server: `[Sat Nov 21 10:00:00 2026] hello`. */
export const STAMP_TEMPLATE = "[{time}] {data}";

/** The port that the tutorials' timestamp server has. */
export const DEFAULT_PORT = 21567;

/** What an answer is made for. */
export interface Asker {
  /** As `127.0.0.1:50123`, in bytes. */
  peer: Uint8Array;
  /** Messages from this connection so far, this one included; over UDP, of the whole socket. */
  n: number;
}

const LONGEST_TIME = "Sat Nov 21 10:00:00 2026";
const LONGEST_NUMBER = "9007199254740991";

/**
 * What an echo server answers, as `--reply` says it.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ByteBuffer } from "../framing/mod.ts";
 * const bytes = (text: string) => new TextEncoder().encode(text);
 * const out = new ByteBuffer();
 * new Reply("{data}-{peer}", bytes).write(bytes("hi"), { peer: bytes("[::1]:7"), n: 1 }, 0, out);
 * assertEquals(new TextDecoder().decode(out.bytes()), "hi-[::1]:7");
 * ```
 */
export class Reply {
  #encode: (text: string) => Uint8Array;
  #parts: Part[];
  #dataAt: number;
  #form?: AnswerForm;
  #stamps?: AnswerForm;
  #second = -1;
  #time: Uint8Array = new Uint8Array();
  /** Of the memory that messages lie in: all of it, and the last answer in it, as those of one length need no new view. */
  #memories = new WeakMap<ArrayBufferLike, Uint8Array>();
  #answer: Uint8Array = new Uint8Array();

  /**
   * @param template text with `{time}`, `{data}`, `{peer}` and `{n}` in it, and escapes, which are bytes
   * @param encode puts all else but the message itself into bytes
   * @throws {PinwireError} `usage` for a field or an escape that there is not
   */
  constructor(template: string, encode: (text: string) => Uint8Array) {
    this.#encode = encode;
    this.#parts = partsOf(template, encode);
    this.#dataAt = this.#parts.indexOf("data");
  }

  /** Whether the message stands in the answer just once, so that the answer can be built around it in place. */
  get surrounds(): boolean {
    return this.#dataAt >= 0 && this.#parts.lastIndexOf("data") === this.#dataAt;
  }

  /**
   * Whether an answer to `datagram` could keep it going for ever between two servers: it begins with two stamps, so
   * it has gone round between timestamp servers already, or it looks like an answer of this template, which
   * another server with the same template may have sent. With `{data}` in a template anything looks like its answer.
   */
  couldLoop(datagram: Uint8Array): boolean {
    this.#stamps ??= twoStamps(this.#encode);
    if (this.#stamps.begins(datagram)) return true;
    if (this.#dataAt >= 0) return false;
    this.#form ??= new AnswerForm(this.#parts.filter((part) => part !== "data"), this.#encode);
    return this.#form.fits(datagram);
  }

  /** Whether who asks stands in the answer. */
  get namesPeer(): boolean {
    return this.#parts.includes("peer");
  }

  /** The most bytes that can stand before the message, for this peer. */
  headroom(peer: Uint8Array): number {
    return this.#lengthOf(this.#parts.slice(0, this.#dataAt), peer);
  }

  /** The most bytes that can stand behind the message, for this peer. */
  tailroom(peer: Uint8Array): number {
    return this.#lengthOf(this.#parts.slice(this.#dataAt + 1), peer);
  }

  /**
   * Builds the answer in the memory around `message`, which has at least `headroom` bytes free before and
   * `tailroom` bytes behind it, and gives a view of it.
   *
   * @param now ms since the epoch
   */
  surround(message: Uint8Array, asker: Asker, now: number): Uint8Array {
    const memory = this.#memoryOf(message.buffer);
    let start = message.byteOffset;
    for (let i = this.#dataAt - 1; i >= 0; i--) {
      const bytes = this.#bytesOf(this.#parts[i], asker, now);
      start -= bytes.length;
      memory.set(bytes, start);
    }
    let end = message.byteOffset + message.length;
    for (let i = this.#dataAt + 1; i < this.#parts.length; i++) {
      const bytes = this.#bytesOf(this.#parts[i], asker, now);
      memory.set(bytes, end);
      end += bytes.length;
    }
    const last = this.#answer;
    if (last.buffer === message.buffer && last.byteOffset === start && last.length === end - start) {
      return last;
    }
    return this.#answer = memory.subarray(start, end);
  }

  /** Appends the answer to `message` to `out`. */
  write(message: Uint8Array, asker: Asker, now: number, out: ByteBuffer): void {
    for (const part of this.#parts) out.append(part === "data" ? message : this.#bytesOf(part, asker, now));
  }

  /**
   * Checks that lines can hold the answers, as far as the template goes.
   *
   * @throws {PinwireError} `usage` if no answer would fit, whatever the message
   */
  check(codec: Codec): void {
    if (!codec.isLineBased) return;
    const none = new Uint8Array();
    const answer = new ByteBuffer();
    this.write(none, { peer: none, n: 1 }, 0, answer);
    try {
      codec.open().encoder.encode(answer.bytes(), new ByteBuffer());
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      throw usageError(
        `--reply holds a newline, which --frame ${codec.spec} puts behind each answer itself`,
        "leave it out, or use --frame raw",
      );
    }
  }

  #memoryOf(buffer: ArrayBufferLike): Uint8Array {
    let memory = this.#memories.get(buffer);
    if (!memory) this.#memories.set(buffer, memory = new Uint8Array(buffer));
    return memory;
  }

  #bytesOf(part: Part, { peer, n }: Asker, now: number): Uint8Array {
    if (part === "time") return this.#timeAt(now);
    if (part === "n") return this.#encode(String(n));
    return part === "peer" ? peer : part as Uint8Array;
  }

  // Made once a second, however many messages come.
  #timeAt(now: number): Uint8Array {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#time = this.#encode(ctime(new Date(now)));
    }
    return this.#time;
  }

  #lengthOf(parts: Part[], peer: Uint8Array): number {
    const asker = { peer, n: 0 };
    return parts.reduce((sum, part) => {
      if (part === "time") return sum + this.#encode(LONGEST_TIME).length;
      return sum + (part === "n" ? this.#encode(LONGEST_NUMBER) : this.#bytesOf(part, asker, 0)).length;
    }, 0);
  }
}

function twoStamps(encode: (text: string) => Uint8Array): AnswerForm {
  return new AnswerForm([encode("["), "time", encode("] ["), "time", encode("] ")], encode);
}
