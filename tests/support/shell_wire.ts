import { assertEquals, assertMatch, fail } from "@std/assert";
import { TYPE } from "../../lib/shell/protocol.ts";
import { bytes, isGone, LOOPBACK } from "./connection.ts";
import { isWindows, tempDir } from "./machine.ts";
import { pinwire } from "./pinwire.ts";
import type { Process } from "./process.ts";

/** One frame of the shell's wire v1. */
export interface Frame {
  type: number;
  stream: number;
  body: Uint8Array<ArrayBuffer>;
}

/** What a proof is made of; an attacker makes it of something else. */
export interface Proven {
  protocol: string;
  role: string;
  hello: string;
  challenge: string;
  address: string;
}

export type Body = string | Uint8Array | Record<string, unknown>;

const NONCE = "n".repeat(43);

/** What a hello says. */
export const helloOf = (fields: Record<string, unknown> = {}): string =>
  JSON.stringify({ version: 1, nonce: NONCE, ...fields });

const bytesOf = (body: Body): Uint8Array<ArrayBuffer> =>
  body instanceof Uint8Array ? body.slice() : bytes(typeof body === "string" ? body : JSON.stringify(body));

/** A frame, whose length may be another than the true one. */
export function frameOf(type: number, stream = 0, body: Body = "", length?: number): Uint8Array<ArrayBuffer> {
  const content = bytesOf(body);
  const frame = new Uint8Array(9 + content.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, length ?? content.length + 5);
  view.setUint8(4, type);
  view.setUint32(5, stream);
  frame.set(content, 9);
  return frame;
}

export const textOf = (body: Uint8Array): string => new TextDecoder().decode(body);

/** The body of a `window` frame. */
export function windowOf(count: number): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(4);
  new DataView(body.buffer).setUint32(0, count);
  return body;
}

/** A raw connection of wire v1, at either end, which keeps no rule of it by itself. */
export class ShellWire implements Disposable {
  readonly conn: Deno.Conn;
  #address: string;
  #buffered = new Uint8Array();
  #hello = "";
  #challenge = "";

  /** @param address what the proof of this connection is bound to */
  constructor(conn: Deno.Conn, address: string) {
    this.conn = conn;
    this.#address = address;
  }

  static async dial({ port }: { port: number }): Promise<ShellWire> {
    return new ShellWire(await Deno.connect({ hostname: LOOPBACK, port }), `tcp://${LOOPBACK}:${port}`);
  }

  /** Dials, and is let in. */
  static async enter(server: { port: number }, key: string): Promise<ShellWire> {
    const wire = await ShellWire.dial(server);
    await wire.greet();
    await wire.prove(key);
    const ready = await wire.frame();
    assertEquals(ready?.type, TYPE.ready, ready && textOf(ready.body));
    return wire;
  }

  /** Sends frames in one write. */
  async write(...frames: Uint8Array[]): Promise<void> {
    const all = await new Blob(frames as BlobPart[]).bytes();
    for (let sent = 0; sent < all.length;) sent += await this.conn.write(all.subarray(sent));
  }

  send(type: number, stream = 0, body: Body = ""): Promise<void> {
    return this.write(frameOf(type, stream, body));
  }

  exec(stream: number, command: string, more: Record<string, unknown> = {}): Promise<void> {
    return this.send(TYPE.exec, stream, { argv: [command], ...more });
  }

  /** Says hello, and gives the body of the server's challenge. */
  async greet(hello = helloOf()): Promise<string> {
    this.#hello = hello;
    await this.send(TYPE.hello, 0, hello);
    const { type, body } = await this.frame() ?? fail("no challenge");
    assertEquals(type, TYPE.challenge, textOf(body));
    return this.#challenge = textOf(body);
  }

  /** The proof of whoever has this key. */
  async proof(key: string, wrong: Partial<Proven> = {}): Promise<string> {
    const { protocol, role, hello, challenge, address } = {
      protocol: "pinwire shell 1",
      role: "client",
      hello: this.#hello,
      challenge: this.#challenge,
      address: this.#address,
      ...wrong,
    };
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const secret = await crypto.subtle.importKey("raw", bytes(key), algorithm, false, ["sign"]);
    const lines = [protocol, role, hello, challenge, address].join("\n");
    const proof = new Uint8Array(await crypto.subtle.sign("HMAC", secret, bytes(lines)));
    return proof.toBase64({ alphabet: "base64url", omitPadding: true });
  }

  async prove(key: string, wrong?: Partial<Proven>): Promise<void> {
    await this.send(TYPE.proof, 0, { proof: await this.proof(key, wrong) });
  }

  /** The next frame; `undefined` at the end, however that comes about. */
  async frame(): Promise<Frame | undefined> {
    if (!await this.#buffer(4)) return undefined;
    const length = new DataView(this.#buffered.buffer, this.#buffered.byteOffset).getUint32(0);
    if (!await this.#buffer(4 + length)) return undefined;
    const frame = this.#buffered.slice(4, 4 + length);
    this.#buffered = this.#buffered.subarray(4 + length);
    return { type: frame[0], stream: new DataView(frame.buffer).getUint32(1), body: frame.slice(5) };
  }

  /** All frames that still come. */
  async rest(): Promise<Frame[]> {
    const frames: Frame[] = [];
    for (let frame; (frame = await this.frame());) frames.push(frame);
    return frames;
  }

  /** The stream and the code of the next error; on stream 0 nothing may come behind it. */
  async refusal(): Promise<[stream: number, code: string]> {
    for (;;) {
      const { type, stream, body } = await this.frame() ?? fail("no error");
      if (type !== TYPE.error) continue;
      if (stream === 0) assertEquals(await this.frame(), undefined);
      return [stream, JSON.parse(textOf(body)).code];
    }
  }

  /** Runs a command that prints less than a window: all it printed, and its code. */
  async run(stream: number, command: string): Promise<{ stdout: string; stderr: string; code: number }> {
    await this.exec(stream, command);
    const printed = { stdout: "", stderr: "" };
    for (;;) {
      const frame = await this.frame() ?? fail(`the end instead of the exit of ${command}`);
      if (frame.stream !== stream) continue;
      if (frame.type === TYPE.stdout) printed.stdout += textOf(frame.body);
      else if (frame.type === TYPE.stderr) printed.stderr += textOf(frame.body);
      else if (frame.type === TYPE.exit) return { ...printed, code: JSON.parse(textOf(frame.body)).code };
      else fail(`a frame of type ${frame.type}: ${textOf(frame.body)}`);
    }
  }

  [Symbol.dispose](): void {
    this.conn.close();
  }

  async #buffer(count: number): Promise<boolean> {
    const chunks = [this.#buffered];
    let have = this.#buffered.length;
    while (have < count) {
      const chunk = new Uint8Array(65_536);
      const got = await this.conn.read(chunk).catch((error) => isGone(error) ? null : Promise.reject(error));
      if (got === null) return false;
      chunks.push(chunk.subarray(0, got));
      have += got;
    }
    if (chunks.length > 1) this.#buffered = await new Blob(chunks).bytes();
    return true;
  }
}

/** A server, its token, and one client that behaves, and whom nobody's attack may harm. */
export interface ShellWorld extends AsyncDisposable {
  server: Process;
  folder: string;
  /** The token. */
  key: string;
  /** The same for programs: they find the token there. */
  env: Record<string, string>;
  /** The good client's command is run; nobody else's was. */
  isWell(): Promise<void>;
  /** What others had run since this was asked last. */
  ran(): Promise<string[]>;
}

/** Starts `shell serve`, with or without `--wire simple`. */
export async function shellWorld(...options: string[]): Promise<ShellWorld> {
  const stack = new AsyncDisposableStack();
  try {
    const folder = stack.use(await tempDir()).path;
    const env = { XDG_CONFIG_HOME: folder };
    const args = ["shell", "serve", `${LOOPBACK}:0`, "--cwd", folder, "--json", ...options];
    const server = stack.use(await pinwire(args, { env }));
    const isSimple = options.includes("simple");
    const key = isSimple ? "" : (await Deno.readTextFile(`${folder}/pinwire/token`)).trim();
    const good = isSimple
      ? stack.use(await ShellWire.dial(server))
      : stack.use(await ShellWire.enter(server, key));
    let count = 0;
    const world: ShellWorld = {
      server,
      folder,
      key,
      env,
      async isWell() {
        assertEquals(await this.ran(), []);
      },
      async ran() {
        const command = `echo well ${++count}`;
        if (isSimple) assertEquals(await askSimple(good.conn, command), `well ${count}\n`);
        else {
          assertEquals(await good.run(count, command), { stdout: `well ${count}\n`, stderr: "", code: 0 });
        }
        // Events come in the order of what happened, so all that was begun before this command is told by now.
        await server.sees(new RegExp(`ran ${command}:`));
        const events = server.events.splice(0);
        server.events.push(...events.filter(({ event }) => event !== "notice"));
        const begun = events.flatMap(({ event, text }) =>
          event === "notice" && text!.match(/^\S+ runs (.*)$/s)?.[1] || []
        );
        return begun.filter((each) => each !== command);
      },
      [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
    };
    await world.isWell();
    return world;
  } catch (error) {
    await stack[Symbol.asyncDispose]();
    throw error;
  }
}

/** Sends a command of wire simple, and gives its whole answer. */
export async function askSimple(conn: Deno.Conn, command: string): Promise<string> {
  await conn.write(bytes(command));
  const buffer = new Uint8Array(65_536);
  let have = 0;
  for (;;) {
    have += await conn.read(buffer.subarray(have)) ?? fail(`the end in place of the answer to ${command}`);
    const length = have < 4 ? Infinity : new DataView(buffer.buffer).getInt32(0, true);
    if (have >= 4 + length) return textOf(buffer.subarray(4, have));
  }
}

/** No server's. */
export const WRONG_KEY = "x".repeat(43);

/** A test of a server; Windows has none. */
export function trust(
  name: string,
  fn: (on: ShellWorld) => Promise<void>,
  ignore = isWindows,
  options: string[] = [],
): void {
  Deno.test({
    name,
    ignore,
    async fn() {
      await using on = await shellWorld(...options);
      await fn(on);
    },
  });
}

/** A test of what a server must bear, after which it is well. */
export function abuse(name: string, fn: (on: ShellWorld) => Promise<void>, options: string[] = []): void {
  const bears = async (on: ShellWorld) => {
    await fn(on);
    await on.isWell();
  };
  trust(name, bears, isWindows, options);
}

/** The server tells of it. */
export async function refusedAs(server: Process, pattern: RegExp): Promise<void> {
  assertMatch((await server.next("error")).message!, pattern);
}
