import { ByteBuffer } from "../../lib/framing/mod.ts";
import {
  appendFrame,
  OPCODES,
  WebSocketDecoder,
  type WebSocketMessage,
} from "../../lib/framing/websocket/mod.ts";
import { bytes, LOOPBACK } from "./connection.ts";

/** What an honest client says in its request; a field that is undefined is left out. */
export interface RequestChanges {
  line?: string;
  fields?: Record<string, string | undefined>;
  /** Instead of all that. */
  raw?: string;
}

/** The bytes of a request for a WebSocket. */
export function requestOf(
  port: number,
  { line = "GET / HTTP/1.1", fields = {}, raw }: RequestChanges = {},
): string {
  if (raw !== undefined) return raw;
  const all: Record<string, string | undefined> = {
    Host: `${LOOPBACK}:${port}`,
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
    ...fields,
  };
  const lines = Object.entries(all).filter(([, value]) => value !== undefined).map(([name, value]) =>
    `${name}: ${value}`
  );
  return `${[line, ...lines].join("\r\n")}\r\n\r\n`;
}

/** The status of the answer to a request on a connection of its own, and all that comes until the end. */
export async function answerTo(request: string, port: number): Promise<{ status: number; answer: string }> {
  using conn = await Deno.connect({ hostname: LOOPBACK, port });
  await conn.write(bytes(request));
  const parts: string[] = [];
  const buffer = new Uint8Array(4096);
  for (let count; (count = await conn.read(buffer).catch(() => null)) !== null;) {
    parts.push(new TextDecoder().decode(buffer.subarray(0, count)));
    if (parts.join("").startsWith("HTTP/1.1 101")) break;
  }
  const answer = parts.join("");
  return { status: Number(answer.match(/^HTTP\/1\.1 (\d+)/)?.[1] ?? 0), answer };
}

/** A client that sends frames of any shape. */
export class RawWebSocket implements Disposable {
  #conn: Deno.Conn;
  #decoder = new WebSocketDecoder({ role: "client", maxMessage: 1 << 24 });
  #buffer = new Uint8Array(65_536);

  private constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /** Opens one, with the request of an honest client. */
  static async open(port: number, changes: RequestChanges = {}): Promise<RawWebSocket> {
    const conn = await Deno.connect({ hostname: LOOPBACK, port });
    await conn.write(bytes(requestOf(port, changes)));
    const head: number[] = [];
    const byte = new Uint8Array(1);
    while (!/\r\n\r\n$/.test(String.fromCharCode(...head.slice(-4)))) {
      if (await conn.read(byte) === null) throw new Error(`no handshake: ${String.fromCharCode(...head)}`);
      head.push(byte[0]);
    }
    const answer = String.fromCharCode(...head);
    if (!answer.startsWith("HTTP/1.1 101 ")) throw new Error(`no handshake: ${answer}`);
    return new RawWebSocket(conn);
  }

  /** Sends bytes as they are. */
  async raw(sent: Uint8Array): Promise<void> {
    for (let at = 0; at < sent.length;) at += await this.#conn.write(sent.subarray(at));
  }

  /** Sends a frame, of text if it is a string; a fragment if `isFinal` is false. */
  async send(body: string | Uint8Array, opcode?: number, isFinal = true): Promise<void> {
    const out = new ByteBuffer();
    const isText = typeof body === "string";
    appendFrame(
      out,
      "client",
      opcode ?? (isText ? OPCODES.text : OPCODES.binary),
      isText ? bytes(body) : body,
    );
    if (!isFinal) out.bytes()[0] &= 0x7f;
    await this.raw(out.bytes());
  }

  /** The next message, as `text hello`, `binary 00ff`, `pong hello`, `close 1002`; `end` at the end of the stream. */
  async next(): Promise<string> {
    for (;;) {
      const message = this.#decoder.next();
      if (message) return shown(message);
      const count = await this.#conn.read(this.#buffer).catch(() => null);
      if (count === null) return "end";
      this.#decoder.feed(this.#buffer.subarray(0, count));
    }
  }

  [Symbol.dispose](): void {
    this.#conn.close();
  }
}

function shown(message: WebSocketMessage): string {
  if (message.kind === "close") return `close ${message.code}`;
  const { kind, body } = message;
  return `${kind} ${kind === "binary" ? body.toHex() : new TextDecoder().decode(body)}`;
}
