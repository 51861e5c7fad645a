import { ByteBuffer, type Codec, endingLines } from "../../framing/mod.ts";
import { appendFrame, OPCODES } from "../../framing/websocket/mod.ts";
import type { Encoding } from "../../text/mod.ts";

/** How lines are written for some of the members: in their encoding, framed, and with numbers for clients of ours. */
export interface LineFormat {
  readonly encoding: Encoding;
  readonly isNumbered: boolean;
  /** Whether each is a message of a WebSocket already. */
  readonly isMessage: boolean;
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

/** Makes the formats of a server: one for each encoding, with numbers and without, as bytes and as messages. */
export class LineFormats {
  #codec: Codec;
  #formats = new Map<string, LineFormat>();

  constructor(codec: Codec) {
    this.#codec = endingLines(codec);
  }

  get(encoding: Encoding, isNumbered: boolean, isMessage = false): LineFormat {
    const key = `${encoding.name} ${isNumbered} ${isMessage}`;
    let format = this.#formats.get(key);
    if (!format) {
      const make = isMessage ? this.#makeMessages : this.#make;
      this.#formats.set(key, format = make.call(this, encoding, isNumbered));
    }
    return format;
  }

  /** A line is a message, as text where its bytes are UTF-8, and needs no newline. */
  #makeMessages(encoding: Encoding, isNumbered: boolean): LineFormat {
    const opcode = encoding.name === "utf-8" ? OPCODES.text : OPCODES.binary;
    const out = new ByteBuffer();
    return {
      encoding,
      isNumbered,
      isMessage: true,
      ending: 0,
      mayRefuse: false,
      frame(line) {
        out.clear();
        appendFrame(out, "server", opcode, encoding.encode(line).bytes);
        return out.bytes();
      },
    };
  }

  #make(encoding: Encoding, isNumbered: boolean): LineFormat {
    const { encoder } = this.#codec.open();
    const out = new ByteBuffer();
    return {
      encoding,
      isNumbered,
      isMessage: false,
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
