import { ByteBuffer } from "../../framing/mod.ts";
import { appendFrame, OPCODES, type Role } from "../../framing/websocket/mod.ts";
import { isUtf8 } from "../../framing/websocket/mod.ts";
import type { Connection } from "../connection.ts";
import type { MessageKind } from "../message_kinds.ts";

const NEWLINE = 10;
/** Bytes that are gathered, at most, before they are written. */
const ENOUGH = 65_536;
/** Buffers that are kept for others. */
const MOST_SPARE = 8;

/** Those that nobody uses: a connection has one only while it writes. */
const spare: ByteBuffer[] = [];

/** Makes frames of what is to go out, and writes them; while messages are being taken in, the answers leave together. */
export class Outbox {
  /** Frames are gathered until {@linkcode flush}. */
  isGathering = false;
  #connection: Connection;
  #role: Role;
  #out?: ByteBuffer;
  #pending = 0;

  constructor(connection: Connection, role: Role) {
    this.#connection = connection;
    this.#role = role;
  }

  /** Whether something waits for the peer to read. */
  get isBusy(): boolean {
    return this.#pending > 0;
  }

  /** Sends one message. */
  message(kind: MessageKind, body: Uint8Array): Promise<void> | undefined {
    this.#append(kind, body);
    return this.#leave();
  }

  /** Sends each line as a message. */
  lines(kind: MessageKind, bytes: Uint8Array): Promise<void> | undefined {
    for (let from = 0; from < bytes.length;) {
      const end = bytes.indexOf(NEWLINE, from);
      const to = end < 0 ? bytes.length : end;
      this.#append(kind, bytes.subarray(from, to));
      from = to + 1;
    }
    return this.#leave();
  }

  /** Sends frames that are made already. */
  frames(bytes: Uint8Array): Promise<void> | undefined {
    if (!this.isGathering && !this.#out) return this.#watch(this.#connection.write(bytes));
    this.#buffer().append(bytes);
    return this.#leave();
  }

  /** Sends a control frame. */
  control(opcode: number, body: Uint8Array): Promise<void> | undefined {
    appendFrame(this.#buffer(), this.#role, opcode, body);
    return this.#leave();
  }

  /** Writes what was gathered. */
  flush(): Promise<void> | undefined {
    const out = this.#out;
    if (!out) return undefined;
    this.#out = undefined;
    const written = this.#watch(this.#connection.write(out.bytes()));
    if (!written) return giveBack(out);
    return written.finally(() => giveBack(out));
  }

  #watch(written: Promise<void> | undefined): Promise<void> | undefined {
    if (!written) return undefined;
    this.#pending++;
    return written.finally(() => this.#pending--);
  }

  #append(kind: MessageKind, body: Uint8Array): void {
    const opcode = kind === "text" && isUtf8(body) ? OPCODES.text : OPCODES.binary;
    appendFrame(this.#buffer(), this.#role, opcode, body);
  }

  #buffer(): ByteBuffer {
    return this.#out ??= spare.pop() ?? new ByteBuffer();
  }

  #leave(): Promise<void> | undefined {
    return this.isGathering && this.#out!.length < ENOUGH ? undefined : this.flush();
  }
}

function giveBack(out: ByteBuffer): undefined {
  out.clear();
  if (spare.length < MOST_SPARE) spare.push(out);
}
