import { assert, assertEquals, assertMatch } from "@std/assert";
import { Client, text, utf8 } from "./_testing.ts";

Deno.test("EchoSession answers each read of raw, and adds nothing", async () => {
  using client = new Client();
  await client.send("one\n");
  assertEquals(text((await client.read())!), "1:one\n");
  await client.send(new Uint8Array([0xff, 0x00]));
  assertEquals(await client.read(), new Uint8Array([0x32, 0x3a, 0xff, 0x00]));
  assertEquals((await client.rest()).length, 0);
  await client.served;
});

Deno.test("EchoSession stamps each message with the local time", async () => {
  using client = new Client({ reply: "[{time}] {data}" });
  await client.send("hello");
  assertMatch(text((await client.read())!), /^\[\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d 2026\] hello$/);
});

Deno.test("EchoSession answers lines with lines, many in one read and one over two", async () => {
  using client = new Client({ frame: "line" });
  await client.send("one\r\n\ntw");
  assertEquals(text((await client.read())!), "1:one\n2:\n");
  await client.send("o\nthree\n");
  assertEquals(text((await client.read())!), "3:two\n4:three\n");
  assertEquals((await client.rest()).length, 0);
  await client.served;
});

Deno.test("EchoSession with text answers without a newline until the peer has sent one", async () => {
  using client = new Client({ frame: "text" });
  await client.send("one");
  await client.pause();
  assertEquals(text((await client.read())!), "1:one");
  await client.send("two\n");
  assertEquals(text((await client.read())!), "2:two\n");
  await client.send("three");
  await client.pause();
  assertEquals(text((await client.read())!), "3:three\n");
});

Deno.test("EchoSession answers a length with a length, an empty message too", async () => {
  using client = new Client({ frame: "len:i32le", reply: "{data}!" });
  await client.sendFrame("hello");
  assertEquals((await client.read())!.toHex(), "06000000" + utf8("hello!").toHex());
  await client.send(Uint8Array.fromHex("00000000" + "01000000"));
  assertEquals((await client.read())!.toHex(), "01000000" + "21");
  await client.send(utf8("x"));
  assertEquals((await client.read())!.toHex(), "02000000" + "7821");
});

Deno.test("EchoSession reports an answer that the frame can't hold, and the peer stays", async () => {
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

Deno.test("EchoSession reports a line that is too long, and answers the next", async () => {
  using client = new Client({ frame: "line" });
  const written = client.send("x".repeat(200_000) + "\nnext\n");
  assertEquals(text((await client.read())!), "1:next\n");
  await written;
  assert(client.events[0].event === "error" && client.events[0].peer === "pipe:a");
});

Deno.test("EchoSession ends with a broken frame, once those before it are answered", async () => {
  using client = new Client({ frame: "netstring" });
  await client.send("3:one,nonsense");
  assertEquals(text((await client.read())!), "5:1:one,");
  const error = await client.served.then(() => undefined, (error) => error);
  assertEquals(error?.code, "frame_malformed");
  assertEquals(await client.read(), null);
});

Deno.test("EchoSession tells of a stream that ends inside a frame, once those before it are answered", async () => {
  for (const [frame, bytes, answer] of [["line", "a\nb", "1:a\n"], ["len:u8", "\x01a\x05b", "\x031:a"]]) {
    using client = new Client({ frame });
    await client.send(bytes);
    assertEquals(text(await client.rest()), answer);
    const error = await client.served.then(() => undefined, (error) => error);
    assertEquals(error?.code, "frame_truncated");
  }
});

Deno.test("EchoSession answers all that came before the end of the stream", async () => {
  using client = new Client({ frame: "line", reply: "{data}" });
  const lines = Array.from({ length: 5000 }, (_, i) => `line ${i}\n`).join("");
  const [, answers] = await Promise.all([client.send(lines), client.rest()]);
  assertEquals(text(answers), lines);
  await client.served;
});

Deno.test("EchoSession answers the same whether anybody watches, and in place or not", async () => {
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

Deno.test("EchoSession tells of messages where somebody watches, and answers none where it shall not", async () => {
  using client = new Client({ frame: "line", reply: "none", watched: true });
  await client.send(new Uint8Array([0x68, 0x69, 0x0a, 0xff, 0x0a]));
  assertEquals((await client.rest()).length, 0);
  assertEquals(client.events, [
    { event: "message", peer: "pipe:a", text: "hi", bytes: 2 },
    { event: "message", peer: "pipe:a", text: "\ufffd", bytes: 1, hex: "ff" },
  ]);
});

Deno.test("EchoSession with raw shows a character whole that two reads cut", async () => {
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

Deno.test("EchoSession answers in order and each once where writes go out at once", async () => {
  for (const frame of ["raw", "line"]) {
    const written: string[] = [];
    const write = (bytes: Uint8Array) => void written.push(text(bytes));
    using client = new Client({ frame, reply: "{n}:{data}", changes: { write } });
    for (const message of ["a\n", "b\n"]) await client.send(message);
    assertEquals((await client.rest()).length, 0);
    await client.served;
    assertEquals(written, ["1:a\n", "2:b\n"]);
  }
});

Deno.test("EchoSession names the peer in its answers without the scheme", async () => {
  using client = new Client({ reply: "{peer} {data}" });
  await client.send("x");
  assertEquals(text((await client.read())!), "pipe:a x");
});
