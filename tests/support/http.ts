import { LOOPBACK, restOf } from "./connection.ts";

/** What a browser sends along with a WebSocket. */
export const UPGRADE = {
  Connection: "Upgrade",
  Upgrade: "websocket",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
};

/** A page's address, taken apart. */
export interface PageAddress {
  port: number;
  /** As `Host` has it. */
  host: string;
  /** As a sub-protocol has it. */
  token: string;
}

export function addressOf({ url }: { url: string }): PageAddress {
  const { host, port, hash } = new URL(url);
  return { host, port: Number(port), token: hash.replace("#k=", "k.") };
}

/** A request as it is sent; a field without a value is left out. */
export function request(
  line: string,
  fields: Record<string, string | undefined>,
  body = "",
): string {
  const lines = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}: ${value}`
  );
  return [`${line} HTTP/1.1`, ...lines, "", body].join("\r\n");
}

/** Sends bytes, those of a text by their numbers, to a page's server, and gives all that comes until it closes. */
export async function exchange({ port }: PageAddress, sent: string | Uint8Array): Promise<string> {
  using conn = await Deno.connect({ hostname: LOOPBACK, port });
  const bytes = typeof sent === "string" ? Uint8Array.from(sent, (letter) => letter.charCodeAt(0)) : sent;
  await writeAll(conn, bytes).catch(() => {});
  return await restOf(conn);
}

/** The statuses of the responses in what came. */
export const statusesIn = (text: string): number[] =>
  [...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));

/** Opens a connection whose WebSocket is agreed on; nothing of the frames behind the answer is read. */
export async function upgraded(address: PageAddress, path = "/ws"): Promise<Deno.TcpConn> {
  const { port, host, token } = address;
  const conn = await Deno.connect({ hostname: LOOPBACK, port });
  const fields = { Host: host, ...UPGRADE, "Sec-WebSocket-Protocol": `pinwire, ${token}` };
  await writeAll(conn, new TextEncoder().encode(request(`GET ${path}`, fields)));
  const head = new Uint8Array(1);
  let text = "";
  while (!text.endsWith("\r\n\r\n") && await conn.read(head)) text += String.fromCharCode(head[0]);
  if (!text.startsWith("HTTP/1.1 101 ")) throw new Error(text);
  return conn;
}

/** A frame of a text message (RFC 6455, section 5.2). */
export function textFrame(text: string, { isMasked = true, opcode = 1 } = {}): Uint8Array {
  const body = new TextEncoder().encode(text);
  const flag = isMasked ? 0x80 : 0;
  const length = body.length < 126 ? [flag | body.length] : [flag | 126, body.length >> 8, body.length & 255];
  // A mask of zeros changes nothing.
  return new Uint8Array([0x80 | opcode, ...length, ...isMasked ? [0, 0, 0, 0] : [], ...body]);
}

/** Writes all, as a write may be partial. */
export async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

/** The code of the close frame that ends what came; `undefined` if there is none. */
export function closeCodeIn(bytes: Uint8Array): number | undefined {
  const at = bytes.length - 4;
  return at >= 0 && bytes[at] === 0x88 && bytes[at + 1] === 2
    ? bytes[at + 2] << 8 | bytes[at + 3]
    : undefined;
}
