import { assertEquals, assertMatch } from "@std/assert";
import { OPCODES } from "../lib/framing/websocket/mod.ts";
import { bytes, pinwire, type Process } from "./support.ts";
import { RawWebSocket } from "./support/web_socket.ts";

const { continuation, text, close, ping } = OPCODES;

/** A pure echo over WebSockets, and a client of any shape. */
function over(
  name: string,
  options: string[],
  fn: (client: RawWebSocket, server: Process) => Promise<void>,
): void {
  Deno.test(`over ws:// ${name}`, async () => {
    await using server = await pinwire([
      "echo",
      "serve",
      "ws://127.0.0.1:0",
      "--reply",
      "{data}",
      "--json",
      ...options,
    ]);
    using client = await RawWebSocket.open(server.port);
    await fn(client, server);
  });
}

over("an answer has its question's kind, whatever it was cut to", [], async (client) => {
  await client.send("一二");
  await client.send(new Uint8Array([0, 255, 10]));
  await client.send("");
  await client.send("é".repeat(40_000));
  assertEquals(await client.next(), "text 一二");
  assertEquals(await client.next(), "binary 00ff0a");
  assertEquals(await client.next(), "text ");
  assertEquals(await client.next(), `text ${"é".repeat(40_000)}`);
});

over("fragments are one message, and pings between them are answered at once", [], async (client) => {
  await client.send(bytes("\u{1f600}a").subarray(0, 2), text, false);
  await client.send("?", ping);
  assertEquals(await client.next(), "pong ?");
  await client.send(bytes("\u{1f600}a").subarray(2, 3), continuation, false);
  await client.send(new Uint8Array(), continuation, false);
  await client.send("!", ping);
  await client.send(bytes("\u{1f600}a").subarray(3), continuation);
  assertEquals([await client.next(), await client.next()], ["pong !", "text \u{1f600}a"]);
});

over("a message that comes a byte at a time is one", [], async (client) => {
  const frame = [0x81, 0x85, 1, 2, 3, 4, ...[...bytes("hello")].map((byte, i) => byte ^ [1, 2, 3, 4][i & 3])];
  for (const byte of frame) await client.raw(new Uint8Array([byte]));
  assertEquals(await client.next(), "text hello");
});

over("who closes is told the same code, and the connection ends", [], async (client, server) => {
  await client.send("last");
  await client.send(new Uint8Array([0x0f, 0xa0]), close);
  assertEquals([await client.next(), await client.next(), await client.next()], [
    "text last",
    "close 4000",
    "end",
  ]);
  assertEquals((await server.next("disconnected")).reason, "end of stream");
});

const FAULTS: [string, number, (client: RawWebSocket) => Promise<void>, string][] = [
  ["a frame without a mask", 1002, (client) => client.raw(new Uint8Array([0x81, 1, 97])), "without a mask"],
  [
    "a frame with an extension",
    1002,
    (client) => client.raw(new Uint8Array([0xc1, 0x80, 0, 0, 0, 0])),
    "extension",
  ],
  ["a fragment of nothing", 1002, (client) => client.send("x", continuation), "without having begun"],
  [
    "a close code that there is none of",
    1002,
    (client) => client.send(new Uint8Array([3, 0xed]), close),
    "code",
  ],
  ["text that is no UTF-8", 1007, (client) => client.send(new Uint8Array([0xc3, 0x28]), text), "not UTF-8"],
  [
    "a fragment that can't go on as UTF-8",
    1007,
    (client) => client.send(new Uint8Array([0xf5]), text, false),
    "not UTF-8",
  ],
  ["a message over the limit", 1009, (client) => client.send("x".repeat(101)), "over the limit of 100 bytes"],
  [
    "fragments over the limit",
    1009,
    async (client) => {
      await client.send("x".repeat(60), text, false);
      await client.send("x".repeat(60), continuation);
    },
    "over the limit",
  ],
];

for (const [name, code, act, told] of FAULTS) {
  over(
    `${name} ends with ${code}, and an error that says why`,
    ["--max-frame", "100"],
    async (client, server) => {
      await client.send("before");
      assertEquals(await client.next(), "text before");
      await act(client);
      assertEquals([await client.next(), await client.next()], [`close ${code}`, "end"]);
      assertMatch(`${(await server.next("error")).message}`, new RegExp(told));
      using honest = await RawWebSocket.open(server.port);
      await honest.send("still here");
      assertEquals(await honest.next(), "text still here");
    },
  );
}

over(
  "one client more than --max-clients is told to try again later",
  ["--max-clients", "1"],
  async (client, server) => {
    await client.send("hello");
    assertEquals(await client.next(), "text hello");
    using second = await RawWebSocket.open(server.port);
    assertEquals(await second.next(), "close 1013");
    assertMatch(`${(await server.next("error")).message}`, /1 at a time is the limit/);
  },
);

over("a server that stops says 1001", [], async (client, server) => {
  await client.send("hello");
  assertEquals(await client.next(), "text hello");
  server.kill("SIGTERM");
  assertEquals(await client.next(), "close 1001");
  await client.send(new Uint8Array([0x03, 0xe9]), close);
  assertEquals(await client.next(), "end");
  assertEquals((await server.outcome()).code, 0);
});

over(
  "a line-based server takes each message for a line, with or without a newline",
  ["--frame", "line"],
  async (client) => {
    await client.send("one");
    await client.send("two\n");
    await client.send("three\nfour");
    await client.send(bytes("five"));
    const answers = [];
    for (let i = 0; i < 5; i++) answers.push(await client.next());
    assertEquals(answers, ["text one", "text two", "text three", "text four", "binary 66697665"]);
  },
);

over(
  "what is no text goes as bytes, be it an answer to text",
  ["--reply", String.raw`\xff{data}`],
  async (client) => {
    await client.send("a");
    assertEquals(await client.next(), "binary ff61");
  },
);
