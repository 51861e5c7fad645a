import { assert, assertEquals, assertMatch } from "@std/assert";
import { ByteBuffer, type Framing, parseSpec } from "../framing/mod.ts";
import { type Context, type Event, Reporter, Stop, type WatchOptions } from "../app/mod.ts";
import { type Connection, type DatagramSocket, type Endpoint, pipe } from "../net/mod.ts";
import { utf8 as utf8Encoding } from "../text/mod.ts";
import { Reply } from "./protocol.ts";
import { echoConnection, echoDatagrams } from "./server.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** What a server works with, its events kept. */
function surroundings(spec: string, isWatched: boolean): { context: Context; events: Event[] } {
  const events: Event[] = [];
  const context: Context = {
    encoding: utf8Encoding,
    codec: parseSpec(spec, 100_000),
    reporter: new Reporter({
      program: "test",
      role: "server",
      json: isWatched,
      forward: (event) => void events.push(event),
    }),
    stop: new Stop(),
    trace: (connection) => connection,
    traceDatagrams: (socket) => socket,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return { context, events };
}

interface EchoTest extends WatchOptions {
  frame?: string;
  reply?: string;
  /** Messages are reported. */
  watched?: boolean;
}

/** A client of an echo server, over the pair in memory. */
class Client implements Disposable {
  readonly events: Event[];
  /** Times that the server was asked to stop. */
  stops = 0;
  readonly served: Promise<void>;
  readonly framing: Framing;
  #connection: Connection;

  constructor({ frame = "raw", reply = "{n}:{data}", watched = false, once, until }: EchoTest = {}) {
    const [client, server] = pipe();
    const { context, events } = surroundings(frame, watched);
    this.events = events;
    this.#connection = client;
    this.framing = context.codec.open();
    this.served = echoConnection(server, context, {
      reply: reply === "none" ? undefined : new Reply(reply, utf8),
      once,
      until,
      stop: () => this.stops++,
    }).then(() => server.closeWrite()).finally(() => server.close());
    this.served.catch(() => {});
  }

  /** One write, taken whole by the server. */
  async send(bytes: string | Uint8Array): Promise<void> {
    await this.#connection.write(typeof bytes === "string" ? utf8(bytes) : bytes);
  }

  /** One message in its frame. */
  async sendFrame(body: string): Promise<void> {
    const out = new ByteBuffer();
    this.framing.encoder.encode(utf8(body), out);
    await this.send(out.bytes());
  }

  /** What one read gives, `null` at the end. */
  async read(): Promise<Uint8Array | null> {
    const buffer = new Uint8Array(65_536);
    const count = await this.#connection.read(buffer);
    return count === null ? null : buffer.subarray(0, count);
  }

  /** Ends our side and gives all that still comes. */
  async rest(): Promise<Uint8Array> {
    const ended = this.#connection.closeWrite();
    const out = new ByteBuffer();
    for (let part; (part = await this.read());) out.append(part);
    await ended;
    return out.bytes();
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}

Deno.test("echoConnection answers each read of raw, and adds nothing", async () => {
  using client = new Client();
  await client.send("one\n");
  assertEquals(text((await client.read())!), "1:one\n");
  await client.send(new Uint8Array([0xff, 0x00]));
  assertEquals(await client.read(), new Uint8Array([0x32, 0x3a, 0xff, 0x00]));
  assertEquals((await client.rest()).length, 0);
  await client.served;
});

Deno.test("echoConnection stamps each message with the local time", async () => {
  using client = new Client({ reply: "[{time}] {data}" });
  await client.send("hello");
  assertMatch(text((await client.read())!), /^\[\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}\] hello$/);
});

Deno.test("echoConnection answers lines with lines, many in one read and one over two", async () => {
  using client = new Client({ frame: "line" });
  await client.send("one\r\n\ntw");
  assertEquals(text((await client.read())!), "1:one\n2:\n");
  await client.send("o\nthree\n");
  assertEquals(text((await client.read())!), "3:two\n4:three\n");
  assertEquals((await client.rest()).length, 0);
  await client.served;
});

Deno.test("echoConnection with text answers without a newline until the peer has sent one", async () => {
  using client = new Client({ frame: "text" });
  await client.send("one");
  assertEquals(text((await client.read())!), "1:one");
  await client.send("two\n");
  assertEquals(text((await client.read())!), "2:two\n");
  await client.send("three");
  assertEquals(text((await client.read())!), "3:three\n");
});

Deno.test("echoConnection answers a length with a length, an empty message too", async () => {
  using client = new Client({ frame: "len:i32le", reply: "{data}!" });
  await client.sendFrame("hello");
  assertEquals((await client.read())!.toHex(), "06000000" + utf8("hello!").toHex());
  await client.send(Uint8Array.fromHex("00000000" + "01000000"));
  assertEquals((await client.read())!.toHex(), "01000000" + "21");
  await client.send(utf8("x"));
  assertEquals((await client.read())!.toHex(), "02000000" + "7821");
});

Deno.test("echoConnection reports an answer that the frame can't hold, and the peer stays", async () => {
  using client = new Client({ frame: "fixed:4", reply: "{data}{data}" });
  await client.send("abcd");
  await client.send("efgh");
  assertEquals((await client.rest()).length, 0);
  await client.served;
  assertEquals(client.events.length, 2);
  for (const event of client.events) {
    assert(event.event === "error");
    assertEquals([event.peer, event.message], ["pipe:a", "a message of 8 bytes is none of fixed:4"]);
  }
  using other = new Client({ frame: "len:u8", reply: "{data}{data}" });
  await other.sendFrame("x".repeat(200));
  await other.sendFrame("y");
  assertEquals(text((await other.read())!), "\x02yy");
  assertEquals(other.events.length, 1);
});

Deno.test("echoConnection reports a line that is too long, and answers the next", async () => {
  using client = new Client({ frame: "line" });
  const written = client.send("x".repeat(200_000) + "\nnext\n");
  assertEquals(text((await client.read())!), "1:next\n");
  await written;
  assert(client.events[0].event === "error" && client.events[0].peer === "pipe:a");
});

Deno.test("echoConnection ends with a broken frame, once those before it are answered", async () => {
  using client = new Client({ frame: "netstring" });
  await client.send("3:one,nonsense");
  assertEquals(text((await client.read())!), "5:1:one,");
  const error = await client.served.then(() => undefined, (error) => error);
  assertEquals(error?.code, "frame_malformed");
  assertEquals(await client.read(), null);
});

Deno.test("echoConnection tells of a stream that ends inside a frame, once those before it are answered", async () => {
  for (const [frame, bytes, answer] of [["line", "a\nb", "1:a\n"], ["len:u8", "\x01a\x05b", "\x031:a"]]) {
    using client = new Client({ frame });
    await client.send(bytes);
    assertEquals(text(await client.rest()), answer);
    const error = await client.served.then(() => undefined, (error) => error);
    assertEquals(error?.code, "frame_truncated");
  }
});

Deno.test("echoConnection answers all that came before the end of the stream", async () => {
  using client = new Client({ frame: "line", reply: "{data}" });
  const lines = Array.from({ length: 5000 }, (_, i) => `line ${i}\n`).join("");
  const [, answers] = await Promise.all([client.send(lines), client.rest()]);
  assertEquals(text(answers), lines);
  await client.served;
});

Deno.test("echoConnection answers the same whether anybody watches, and in place or not", async () => {
  for (const reply of ["<{data}>", "<{data}{n}>", "<{data}|{data}>"]) {
    const answers: string[] = [];
    for (const watched of [false, true]) {
      using client = new Client({ reply, watched });
      await client.send("a");
      const first = text((await client.read())!);
      await client.send("x".repeat(2048));
      answers.push(first + text((await client.read())!));
    }
    assertEquals(answers[0], answers[1]);
    assert(answers[0].startsWith("<a"));
  }
});

Deno.test("echoConnection tells of messages where somebody watches, and answers none where it shall not", async () => {
  using client = new Client({ frame: "line", reply: "none", watched: true });
  await client.send(new Uint8Array([0x68, 0x69, 0x0a, 0xff, 0x0a]));
  assertEquals((await client.rest()).length, 0);
  assertEquals(client.events, [
    { event: "message", peer: "pipe:a", text: "hi", bytes: 2 },
    { event: "message", peer: "pipe:a", text: "\ufffd", bytes: 1, hex: "ff" },
  ]);
});

Deno.test("echoConnection with raw shows a character whole that two reads cut", async () => {
  using client = new Client({ watched: true, reply: "{data}" });
  await client.send(new Uint8Array([0xe4, 0xbd]));
  await client.read();
  await client.send(new Uint8Array([0xa0]));
  await client.read();
  assertEquals(client.events.map((event) => event.event === "message" && [event.text, "hex" in event]), [
    ["", false],
    ["你", false],
  ]);
});

for (const frame of ["raw", "line", "len:u8"]) {
  Deno.test(`echoConnection with once and ${frame} answers the first message alone, then closes and stops`, async () => {
    using client = new Client({ frame, reply: "{data}!", once: true });
    const { encoder } = client.framing;
    const [message, expected] = [new ByteBuffer(), new ByteBuffer()];
    encoder.encode(utf8("one"), message);
    if (frame !== "raw") encoder.encode(utf8("two"), message);
    encoder.encode(utf8("one!"), expected);
    await client.send(message.bytes());
    assertEquals(await client.read(), expected.bytes());
    assertEquals(await client.read(), null);
    await client.served;
    assertEquals([client.stops, client.events], [1, []]);
  });
}

Deno.test("echoConnection with once takes no notice of half a frame behind the first", async () => {
  using client = new Client({ frame: "len:u8", reply: "{data}", once: true });
  await client.send(new Uint8Array([1, 0x61, 5, 0x62]));
  assertEquals(await client.read(), new Uint8Array([1, 0x61]));
  assertEquals(await client.read(), null);
  await client.served;
});

Deno.test("echoConnection with once stops even where nothing is answered", async () => {
  using client = new Client({ reply: "none", once: true });
  await client.send("x");
  assertEquals(await client.read(), null);
  await client.served;
  assertEquals(client.stops, 1);
});

Deno.test("echoConnection with until ends with the message that says the word, with a newline or not", async () => {
  for (const word of ["bye", "bye\n", "bye\r\n"]) {
    using client = new Client({ reply: "{data}", until: "bye" });
    for (const other of ["bye bye", "by", "Bye"]) {
      await client.send(other);
      assertEquals(text((await client.read())!), other);
    }
    await client.send(word);
    assertEquals(text((await client.read())!), word);
    assertEquals(await client.read(), null);
    await client.served;
    assertEquals(client.stops, 1);
  }
});

Deno.test("echoConnection with until ends with an answer that says the word", async () => {
  for (const frame of ["raw", "line"]) {
    using client = new Client({ frame, reply: "number {n}", until: "number 2" });
    for (const number of [1, 2]) {
      await client.send("x\n");
      assertEquals(text((await client.read())!).trim(), `number ${number}`);
    }
    assertEquals(await client.read(), null);
    await client.served;
    assertEquals(client.stops, 1);
  }
});

/** A socket that has received these datagrams, each with its sender, and is then closed. */
class Mailbox implements DatagramSocket {
  readonly endpoint = { hostname: "127.0.0.1", port: 21567 };
  readonly address = "udp://127.0.0.1:21567";
  readonly sent: [string, number][] = [];
  #received: [Uint8Array, Endpoint][];

  constructor(received: [string, Endpoint?][]) {
    this.#received = received.map(([body, from]) => [utf8(body), from ?? { hostname: "127.0.0.1", port: 5 }]);
  }

  receive(): Promise<[Uint8Array, Endpoint] | undefined> {
    return Promise.resolve(this.#received.shift());
  }

  send(bytes: Uint8Array, to: Endpoint): Promise<void> {
    if (to.port === 6) return Promise.reject(new Error("not this one"));
    this.sent.push([text(bytes), to.port]);
    return Promise.resolve();
  }

  close(): void {}
}

async function echoed(
  received: [string, Endpoint?][],
  { reply = "{n}:{data}", watched = false, once, until }: EchoTest = {},
): Promise<{ sent: [string, number][]; events: Event[]; stops: number }> {
  const socket = new Mailbox(received);
  const { context, events } = surroundings("raw", watched);
  let stops = 0;
  await echoDatagrams(socket, context, { reply: new Reply(reply, utf8), once, until, stop: () => stops++ });
  return { sent: socket.sent, events, stops };
}

const at = (port: number, hostname = "127.0.0.1") => ({ hostname, port });

Deno.test("echoDatagrams answers each datagram, an empty one too", async () => {
  const { sent, events } = await echoed([["a", at(5)], ["", at(8)]]);
  assertEquals([sent, events], [[["1:a", 5], ["2:", 8]], []]);
  const peers = await echoed([["a", at(5)], ["b", at(8, "::1")]], { reply: "{peer}" });
  assertEquals(peers.sent, [["127.0.0.1:5", 5], ["[::1]:8", 8]]);
});

Deno.test("echoDatagrams answers none that would go round, and tells in one event how many", async () => {
  const stamp = "[Sat Nov 21 10:00:00 2026] ";
  const { sent, events } = await echoed([
    [`${stamp}${stamp}x`],
    [`${stamp}x`],
    ["from a looping port", at(7)],
    ["from ourselves", at(21567)],
  ]);
  assertEquals(sent, [[`2:${stamp}x`, 5]]);
  assertEquals(events.length, 1);
  assert(events[0].event === "error");
  assertMatch(events[0].message, /\b3\b/);
});

Deno.test("echoDatagrams with a fixed answer doesn't answer that answer", async () => {
  const { sent } = await echoed([["hi"], ["ok"], ["ok "]], { reply: "ok" });
  assertEquals(sent, [["ok", 5], ["ok", 5]]);
});

Deno.test("echoDatagrams reports an answer that no datagram holds, or that can't be sent, and goes on", async () => {
  const { sent, events } = await echoed([["x".repeat(40_000)], ["y", at(6)], ["z"]], {
    reply: "{data}{data}",
  });
  assertEquals(sent, [["zz", 5]]);
  assertEquals(events.map((event) => event.event === "error" && event.peer), [
    "udp://127.0.0.1:5",
    "udp://127.0.0.1:6",
  ]);
  assert(events[0].event === "error");
  assertMatch(events[0].message, /80000 bytes was not sent.*65507/);
});

Deno.test("echoDatagrams with once or until stops behind that message", async () => {
  const once = await echoed([["a"], ["b"]], { once: true });
  assertEquals([once.sent, once.stops], [[["1:a", 5]], 1]);
  const until = await echoed([["a"], ["88"], ["b"]], { until: "88" });
  assertEquals([until.sent, until.stops], [[["1:a", 5], ["2:88", 5]], 1]);
  const never = await echoed([["a"]]);
  assertEquals(never.stops, 0);
});
