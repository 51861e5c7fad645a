import { ByteBuffer, type Codec, endingLines } from "../../framing/mod.ts";
import type { Encoding } from "../../text/mod.ts";

/** How lines are written for some of the members: in their encoding, framed, and with numbers for clients of ours. */
export interface LineFormat {
  readonly encoding: Encoding;
  readonly isNumbered: boolean;
  /** How many bytes after a line's text mark its end. A peer without newlines is not sent them. */
  readonly ending: number;
  /** Whether some lines may fit into no frame. */
  readonly mayRefuse: boolean;
  /**
   * A line as it goes over the wire, good until the next call.
   *
   * @throws {FrameError} `frame_unencodable` if no frame can hold it
   */
  frame(line: string): Uint8Array;
}

/** Makes the formats of a server: one for each encoding, with numbers and without. */
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
      ending: this.#codec.isLineBased ? 1 : 0,
      mayRefuse: !this.#codec.isLineBased,
      frame(line) {
        out.clear();
        encoder.encode(encoding.encode(line).bytes, out);
        return out.bytes();
      },
    };
  }
}
