import { assert, assertEquals, assertMatch } from "@std/assert";
import { bytes, LOOPBACK, pinwire, runPinwire } from "./support.ts";

Deno.test("invalid GBK is shown in hex, and its neighbours as they are", async () => {
  await using server = await pinwire(["receive", "127.0.0.1:0", "-e", "gbk", "--json"]);
  using good = await Deno.connect({ hostname: LOOPBACK, port: server.port });
  const { peer } = await server.next("connected");
  using conn = await Deno.connect({ hostname: LOOPBACK, port: server.port });
  await server.next("connected");
  await conn.write(Uint8Array.fromHex("c4e3ffbac30a" + "c4e3bac30a"));
  const bad = await server.next("message");
  assertEquals([bad.text, bad.bytes, bad.hex], ["你\ufffd好", 5, "c4e3ffbac3"]);
  const next = await server.next("message");
  assertEquals([next.text, next.bytes, next.hex], ["你好", 4, undefined]);
  await good.write(Uint8Array.fromHex("bac30a"));
  const other = await server.next("message");
  assertEquals([other.peer, other.text, other.hex], [peer, "好", undefined]);
});

Deno.test("a GBK character cut over two reads comes out whole", async () => {
  await using server = await pinwire(["receive", "127.0.0.1:0", "-e", "gbk", "-f", "raw", "--json"]);
  using conn = await Deno.connect({ hostname: LOOPBACK, port: server.port });
  await conn.write(Uint8Array.fromHex("c4e3ba"));
  assertEquals((await server.next("message")).text, "你");
  await conn.write(Uint8Array.fromHex("c3"));
  const rest = await server.next("message");
  assertEquals([rest.text, rest.hex], ["好", undefined]);
});

Deno.test("receive without -e says once that gbk would read what comes, and chat connect what its server says", async () => {
  await using server = await pinwire(["receive", "127.0.0.1:0"]);
  using conn = await Deno.connect({ hostname: LOOPBACK, port: server.port });
  await conn.write(Uint8Array.fromHex("c4e3bac30a" + "cac0bde70a"));
  await server.sees(/cac0bde7/);
  await server.stop();
  assertEquals(
    server.stderr.match(/is not utf-8: gbk.* would read it, try -e gbk\n/g)?.length,
    1,
    server.stderr,
  );
  using listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  await using client = await pinwire(["chat", "connect", `${LOOPBACK}:${listener.addr.port}`]);
  using other = await listener.accept();
  await other.write(Uint8Array.fromHex("c4e3bac30a"));
  await client.sees(
    /^pinwire chat: what \S+ writes is not utf-8: gbk.* would read it, try -e gbk\n$/,
    "stderr",
  );
});

Deno.test("send says which characters GBK lacks, and the others arrive", async () => {
  await using server = await pinwire(["receive", "127.0.0.1:0", "-e", "gbk", "--json"]);
  const sent = await runPinwire(["send", `127.0.0.1:${server.port}`, "你😀好", "-e", "gbk"]);
  assertEquals(sent.code, 0);
  assertMatch(sent.stderr, /^pinwire send: .*gbk has no "😀"[^\n]*gb18030[^\n]*\n$/);
  assertEquals((await server.next("message")).text, "你?好");
});

Deno.test("send -e refuses a stdin that isn't UTF-8, and says what to do with one that is in that encoding", async () => {
  await using server = await pinwire(["receive", "127.0.0.1:0", "-e", "gbk", "--json"]);
  const hello = Uint8Array.fromHex("c4e3bac30a");
  for (const more of [[], ["--newline", "lf"]]) {
    const refused = await runPinwire(["send", `127.0.0.1:${server.port}`, "-e", "gbk", ...more], {
      stdin: hello,
    });
    assertEquals(refused, {
      code: 1,
      stdout: "",
      stderr:
        "pinwire: stdin is not UTF-8: leave --encoding out to send its bytes as they are, or convert it " +
        "first, as in iconv -f gbk -t utf-8\n",
    });
  }
  await runPinwire(["send", `127.0.0.1:${server.port}`], { stdin: hello });
  assertEquals((await server.next("message")).text, "你好");
});

Deno.test("a line of a script that isn't UTF-8 is left out, and told of", async () => {
  await using server = await pinwire(["echo", "serve", "127.0.0.1:0"]);
  const stdin = Uint8Array.fromHex("c4e3bac30a" + "6f6b0a");
  const { code, stdout, stderr } = await runPinwire(["echo", "connect", `127.0.0.1:${server.port}`], {
    stdin,
  });
  assertEquals(code, 0);
  assertMatch(stdout, /^\[.*\] ok\n$/);
  assertMatch(stderr, /^pinwire echo: stdin is not UTF-8: a line was left out; convert it first, .*\n$/);
});

Deno.test("who passes U+FFFD on has written UTF-8", async () => {
  await using server = await pinwire(["receive", "127.0.0.1:0", "--json"]);
  using conn = await Deno.connect({ hostname: LOOPBACK, port: server.port });
  await conn.write(bytes("\ufffd\ufffd\nok\n"));
  const { text, hex } = await server.next("message");
  assertEquals([text, hex], ["\ufffd\ufffd", undefined]);
  await server.next("message");
  assertEquals(server.events.filter(({ event }) => event === "error"), []);
});

Deno.test("what a message does to a terminal is shown, not done", async () => {
  await using server = await pinwire(["receive", "127.0.0.1:0"]);
  using conn = await Deno.connect({ hostname: LOOPBACK, port: server.port });
  await conn.write(bytes("\x1b[31mred\x1b]0;title\x07 \x9b2J \u202etxt\n"));
  assertMatch(await server.line(), /: \^\[\[31mred\^\[\]0;title\^G \ufffd?.*2J <U\+202E>txt$/);
  await conn.write(bytes("\u009b2J\n"));
  assertMatch(await server.line(), /: <U\+009B>2J$/);
  await server.stop();
  assert(!/(?!\n)[\p{Cc}\u202e]/u.test(server.stdout));
});

Deno.test("a byte order mark in front of a stream is no text, and is kept where reads are bytes", async () => {
  await using words = await pinwire(["receive", "127.0.0.1:0", "--until", "88"]);
  using conn = await Deno.connect({ hostname: LOOPBACK, port: words.port });
  await conn.write(bytes("\ufeff88\r\n"));
  assertEquals((await words.outcome()).code, 0);
  await using raw = await pinwire(["receive", "127.0.0.1:0", "-f", "raw", "--json"]);
  using other = await Deno.connect({ hostname: LOOPBACK, port: raw.port });
  await other.write(bytes("\ufeff88"));
  assertEquals((await raw.next("message")).bytes, 5);
});
