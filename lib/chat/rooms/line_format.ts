import { ByteBuffer, type Codec, endingLines } from "../../framing/mod.ts";
import type { Encoding } from "../../text/mod.ts";

/** How lines are written for some members: in their encoding, framed, with numbers for clients of ours. */
export interface LineFormat {
  readonly encoding: Encoding;
  readonly isNumbered: boolean;
  /** Bytes behind a line's text that say where it ends, and that a peer without newlines is not sent. */
  readonly ending: number;
  /** Whether there are lines that no frame can hold. */
  readonly mayRefuse: boolean;
  /**
   * A line as it goes over the wire, good until the next call.
   *
   * @throws {FrameError} `frame_unencodable` if no frame can hold it
   */
  frame(line: string): Uint8Array;
}

/** Makes formats, and gives the same one for the same encoding. */
export class LineFormats {
  #codec: Codec;
  #formats = new Map<string, LineFormat>();

  constructor(codec: Codec) {
    this.#codec = endingLines(codec);
  }

  get(encoding: Encoding, isNumbered: boolean): LineFormat {
    const key = `${encoding.name} ${isNumbered}`;
    let format = this.#formats.get(key);
    if (!format) this.#formats.set(key, format = this.#make(encoding, isNumbered));
    return format;
  }

  #make(encoding: Encoding, isNumbered: boolean): LineFormat {
    const { encoder } = this.#codec.open();
    const out = new ByteBuffer();
    return {
      encoding,
      isNumbered,
      ending: this.#codec.spec === "line" ? 1 : 0,
      mayRefuse: this.#codec.spec !== "line",
      frame(line) {
        out.clear();
        encoder.encode(encoding.encode(line).bytes, out);
        return out.bytes();
      },
    };
  }
}
