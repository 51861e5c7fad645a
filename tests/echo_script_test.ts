import { assert, assertEquals, assertLessOrEqual, assertMatch } from "@std/assert";
import { ask, bytes, isLinux, LOOPBACK, pinwire, refusal, restOf, runPinwire } from "./support.ts";

const serve = (...options: string[]) => pinwire(["echo", "serve", "127.0.0.1:0", "--json", ...options]);
const connect = (port: number) => Deno.connect({ hostname: LOOPBACK, port });

/** So many bytes, from as many reads as it takes. */
async function take(conn: Deno.Conn, count: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(count);
  for (let at = 0; at < count;) {
    const read = await conn.read(buffer.subarray(at));
    assert(read !== null, `the end came after ${at} bytes`);
    at += read;
  }
  return buffer;
}

Deno.test("echo serve --reply answers the bytes of its escapes, the text around them in the encoding", async () => {
  await using server = await serve("--reply", String.raw`你\xff\x00{data}\r\n`, "-e", "gbk");
  using conn = await connect(server.port);
  await conn.write(Uint8Array.of(0x80, 0xe3));
  assertEquals((await take(conn, 8)).toHex(), "c4e3" + "ff00" + "80e3" + "0d0a");
});

Deno.test("echo serve --reply-delay answers late and in order, to nobody's harm, and the delays don't add up", async () => {
  await using server = await serve("--reply", "{n}", "--reply-delay", "400", "--frame", "line");
  using first = await connect(server.port);
  using second = await connect(server.port);
  const start = performance.now();
  await first.write(bytes("a\nb\n"));
  await server.next("message");
  await first.write(bytes("c\n"));
  const [one, other] = await Promise.all([take(first, 6), ask(second, "x\n")]);
  assertEquals([one, bytes(other)], [bytes("1\n2\n3\n"), bytes("1\n")]);
  // Not how long it took, but that it waited.
  assertLessOrEqual(395, performance.now() - start);
});

Deno.test("echo serve --reply-delay over UDP answers late, and what is under way when it stops", async () => {
  await using server = await pinwire([
    "echo",
    "serve",
    "udp://127.0.0.1:0",
    "--json",
    "--reply-delay",
    "500ms",
  ]);
  const socket = Deno.listenDatagram({ transport: "udp", hostname: LOOPBACK, port: 0 });
  const start = performance.now();
  await socket.send(bytes("hi"), { transport: "udp", hostname: LOOPBACK, port: server.port });
  await server.next("message");
  server.kill("SIGTERM");
  const [answer] = await socket.receive();
  assertMatch(new TextDecoder().decode(answer), /\] hi$/);
  assertLessOrEqual(495, performance.now() - start);
  assertEquals((await server.status).code, 0);
  socket.close();
});

Deno.test("echo serve --reply-delay gives an answer that is under way its time when it stops", async () => {
  await using server = await serve("--reply", "{data}", "--reply-delay", "500");
  using idle = await connect(server.port);
  using busy = await connect(server.port);
  for (let i = 0; i < 2; i++) await server.next("connected");
  await busy.write(bytes("hi"));
  await server.next("message");
  server.kill("SIGTERM");
  assertEquals(await restOf(idle), "");
  assertEquals(await restOf(busy), "hi");
  assertEquals((await server.status).code, 0);
});

Deno.test("echo serve --reply-delay longer than 2 s doesn't hold the end up for longer", async () => {
  await using server = await serve("--reply", "{data}", "--reply-delay", "1m");
  using open = await connect(server.port);
  using ended = await connect(server.port);
  for (const conn of [open, ended]) {
    await conn.write(bytes("hi"));
    await server.next("message");
  }
  await ended.closeWrite();
  assertEquals((await server.stop()).code, 0);
  assertEquals([await restOf(open), await restOf(ended)], ["", ""]);
});

Deno.test("echo serve --close-after answers so many messages of each connection and closes it", async () => {
  for (const workers of isLinux ? [[], ["--workers", "2"]] : [[]]) {
    const late = ["--reply-delay", "50ms", "--close-after", "2"];
    await using server = await serve("--reply", "{n}", "--frame", "line", ...late, ...workers);
    for (let i = 0; i < 3; i++) {
      using conn = await connect(server.port);
      await conn.write(bytes("a\nb\nc\n"));
      assertEquals(await restOf(conn), "1\n2\n");
    }
    await server.next("disconnected");
  }
});

Deno.test("echo serve --reply-delay answers a client that has ended its side", async () => {
  await using server = await serve("--reply", "{data}", "--reply-delay", "200");
  const { code, stdout } = await runPinwire(["send", server.address, "hi"]);
  assertEquals([code, stdout.trim()], [0, "hi"]);
});

Deno.test("echo serve --trace shows a late answer when it leaves", async () => {
  await using server = await serve("--reply", "{data}", "--reply-delay", "300", "--trace");
  using conn = await connect(server.port);
  assertEquals(await ask(conn, "hi"), "hi");
  const [, read] = await server.sees(/:(\d\d\.\d{6}) ◀ read/, "stderr");
  const [, write] = await server.sees(/:(\d\d\.\d{6}) ▶ write/, "stderr");
  assertLessOrEqual(0.29, (Number(write) - Number(read) + 60) % 60);
});

Deno.test("echo serve --close-after is a usage error over UDP", async () => {
  const said = await refusal(["echo", "serve", "udp://127.0.0.1:0", "--close-after", "1"], 2);
  assertMatch(said, /--close-after is for streams/);
});
