import { assert, assertEquals, assertMatch } from "@std/assert";
import { ByteBuffer } from "../lib/framing/mod.ts";
import { appendFrame, OPCODES } from "../lib/framing/websocket/mod.ts";
import { isLinux, LOOPBACK, memoryOf, pinwire, type Process } from "./support.ts";
import { answerTo, RawWebSocket, type RequestChanges, requestOf } from "./support/web_socket.ts";

/** A chat over plain ws://, which tells everybody what is said: nothing of an attack may be. */
const serve = () => pinwire(["chat", "serve", "ws://127.0.0.1:0", "--json", "--greeting", "none"]);

/** A member who came before the attack, and goes on. */
async function honest(server: Process): Promise<RawWebSocket> {
  const member = await RawWebSocket.open(server.port);
  await member.send("hello");
  await server.next("message");
  return member;
}

async function goesOn(member: RawWebSocket): Promise<void> {
  await member.send("/rooms");
  for (let line; !/lobby/.test(line = await member.next());) {
    assert(line !== "end", "the honest member was cut off");
  }
}

const REFUSED: Record<string, { changes: (port: number) => RequestChanges; status: number }> = {
  "a foreign Origin": { changes: () => ({ fields: { Origin: "https://evil.example" } }), status: 403 },
  "Origin null": { changes: () => ({ fields: { Origin: "null" } }), status: 403 },
  "the Origin of another port": {
    changes: () => ({ fields: { Origin: `http://${LOOPBACK}:1` } }),
    status: 403,
  },
  "the Origin of a name that leads here": {
    changes: (port) => ({
      fields: { Host: `${LOOPBACK}:${port}`, Origin: `http://rebound.example:${port}` },
    }),
    status: 403,
  },
  "a Host that was rebound": {
    changes: (port) => ({
      fields: { Host: `rebound.example:${port}`, Origin: `http://rebound.example:${port}` },
    }),
    status: 421,
  },
  "a Host of another port": { changes: () => ({ fields: { Host: `${LOOPBACK}:1` } }), status: 421 },
  "no Host": { changes: () => ({ fields: { Host: undefined } }), status: 400 },
  "two Hosts": {
    changes: (port) => ({ fields: { Host: `${LOOPBACK}:${port}\r\nHost: ${LOOPBACK}:${port}` } }),
    status: 400,
  },
  "a page that posts": {
    changes: (port) => ({
      raw: `POST / HTTP/1.1\r\nHost: ${LOOPBACK}:${port}\r\nContent-Length: 7\r\n\r\n/quit\n\n`,
    }),
    status: 405,
  },
  "a body": { changes: () => ({ fields: { "Content-Length": "5" } }), status: 400 },
  "a transfer coding": { changes: () => ({ fields: { "Transfer-Encoding": "chunked" } }), status: 400 },
  "a length beside a coding": {
    changes: () => ({ fields: { "Content-Length": "5", "Transfer-Encoding": "chunked" } }),
    status: 400,
  },
  "a folded line": { changes: () => ({ fields: { "X-A": "b\r\n c" } }), status: 400 },
  "a bare line feed": { changes: () => ({ fields: { "X-A": "b\nX-C: d" } }), status: 400 },
  "a bare carriage return": { changes: () => ({ fields: { "X-A": "b\rX-C: d" } }), status: 400 },
  "white space before a colon": { changes: () => ({ fields: { "X-A ": "b" } }), status: 400 },
  "a whole URL": {
    changes: (port) => ({ line: `GET http://${LOOPBACK}:${port}/ HTTP/1.1` }),
    status: 400,
  },
  "8 KiB of header": { changes: () => ({ fields: { "X-A": "a".repeat(8192) } }), status: 431 },
  "many fields": { changes: () => ({ fields: { "X-A": "a\r\nX-A: a".repeat(1000) } }), status: 431 },
  "another version": { changes: () => ({ fields: { "Sec-WebSocket-Version": "8" } }), status: 426 },
  "no upgrade": { changes: () => ({ fields: { Upgrade: undefined } }), status: 426 },
  "HTTP/1.0": { changes: () => ({ line: "GET / HTTP/1.0" }), status: 505 },
  "another protocol": { changes: () => ({ raw: "SSH-2.0-OpenSSH_9.2\r\n\r\n" }), status: 400 },
};

Deno.test("a ws:// server answers what no honest client sends with a status, and tells its owner", async (t) => {
  await using server = await serve();
  using member = await honest(server);
  for (const [name, { changes, status }] of Object.entries(REFUSED)) {
    await t.step(name, async () => {
      const { status: given, answer } = await answerTo(
        requestOf(server.port, changes(server.port)),
        server.port,
      );
      assertEquals([given, /^HTTP\/1\.1 \d+ [^\r]+\r\n/.test(answer)], [status, true], answer);
      assertMatch(answer, /\r\nConnection: close\r\n/);
    });
  }
  await goesOn(member);
  assertEquals(server.events.filter(({ event }) => event === "message"), []);
  assertEquals(server.events.filter(({ event }) => event === "connected").length, 1);
  assertMatch(`${server.events.find(({ event }) => event === "error")?.message}`, /was refused \(403\)/);
});

Deno.test("a ws:// server cuts off whose request isn't whole within 5 s, and lets others in meanwhile", async () => {
  await using server = await serve();
  using slow = await Deno.connect({ hostname: LOOPBACK, port: server.port });
  await slow.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: "));
  using member = await honest(server);
  assertMatch(
    `${(await server.next("error")).message}`,
    /has not finished the handshake of a WebSocket within 5 s/,
  );
  assertEquals(await slow.read(new Uint8Array(1)).catch(() => null), null);
  await goesOn(member);
});

Deno.test({
  name: "a ws:// server cuts off the oldest of too many who say nothing, and serves who comes then",
  ignore: !isLinux,
  async fn() {
    await using server = await serve();
    const silent: Deno.Conn[] = [];
    for (let i = 0; i < 1100; i++) silent.push(await Deno.connect({ hostname: LOOPBACK, port: server.port }));
    using member = await honest(server);
    assertEquals(await silent[0].read(new Uint8Array(1)).catch(() => null), null);
    await goesOn(member);
    for (const conn of silent) conn.close();
  },
});

Deno.test({
  name: "a million tiny fragments take no memory, and others are served meanwhile",
  ignore: !isLinux,
  async fn() {
    await using server = await serve();
    using member = await honest(server);
    using attacker = await RawWebSocket.open(server.port);
    const out = new ByteBuffer();
    for (let i = 0; i < 10_000; i++) {
      const at = out.length;
      appendFrame(out, "client", i % 10 ? OPCODES.continuation : OPCODES.ping, new Uint8Array());
      if (i % 10) out.bytes()[at] &= 0x7f;
    }
    await attacker.send("x", OPCODES.text, false);
    // Somebody must read what pings are answered with.
    const answered = (async () => {
      let pongs = 0;
      for (let told; pongs < 100_000 && (told = await attacker.next()) !== "end";) {
        pongs += +told.startsWith("pong");
      }
      return pongs;
    })();
    const before = await memoryOf(server);
    for (let i = 0; i < 100; i++) {
      await attacker.raw(out.bytes());
      if (i % 25 === 0) await goesOn(member);
    }
    assertEquals(await answered, 100_000);
    await goesOn(member);
    const grown = await memoryOf(server) - before;
    assert(grown < 64 << 20, `${grown} bytes more`);
  },
});
