import { assertEquals } from "@std/assert";
import { turn } from "../app/_testing.ts";
import { ByteBuffer } from "../framing/mod.ts";
import { Client, text, utf8 } from "./_testing.ts";

for (const frame of ["raw", "line", "len:u8"]) {
  Deno.test(`EchoSession with once and ${frame} answers the first message alone, then closes and stops`, async () => {
    using client = new Client({ frame, reply: "{data}!", once: true });
    const { encoder } = client.framing;
    const [message, expected] = [new ByteBuffer(), new ByteBuffer()];
    encoder.encode(utf8("one"), message);
    if (frame !== "raw") encoder.encode(utf8("two"), message);
    encoder.encode(utf8("one!"), expected);
    await client.send(message.bytes());
    assertEquals(await client.read(), expected.bytes());
    assertEquals(await client.read(), null);
    await client.lingered();
    assertEquals([client.stops, client.events], [1, []]);
  });
}

Deno.test("EchoSession with once takes no notice of half a frame behind the first", async () => {
  using client = new Client({ frame: "len:u8", reply: "{data}", once: true });
  await client.send(new Uint8Array([1, 0x61, 5, 0x62]));
  assertEquals(await client.read(), new Uint8Array([1, 0x61]));
  assertEquals(await client.read(), null);
  await client.lingered();
});

Deno.test("EchoSession with once stops even where nothing is answered", async () => {
  using client = new Client({ reply: "none", once: true });
  await client.send("x");
  assertEquals(await client.read(), null);
  await client.lingered();
  assertEquals(client.stops, 1);
});

Deno.test("EchoSession with until ends with the message that says the word, with a newline or not", async () => {
  for (const word of ["bye", "bye\n", "bye\r\n"]) {
    using client = new Client({ reply: "{data}", until: "bye" });
    for (const other of ["bye bye", "by", "Bye"]) {
      await client.send(other);
      assertEquals(text((await client.read())!), other);
    }
    await client.send(word);
    assertEquals(text((await client.read())!), word);
    assertEquals(await client.read(), null);
    await client.lingered();
    assertEquals(client.stops, 1);
  }
});

Deno.test("EchoSession with until ends with an answer that says the word", async () => {
  for (const frame of ["raw", "line"]) {
    using client = new Client({ frame, reply: "number {n}", until: "number 2" });
    for (const number of [1, 2]) {
      await client.send("x\n");
      assertEquals(text((await client.read())!).trim(), `number ${number}`);
    }
    assertEquals(await client.read(), null);
    await client.lingered();
    assertEquals(client.stops, 1);
  }
});

Deno.test("EchoSession with once leaves the first message to another connection that was faster", async () => {
  using client = new Client({ frame: "line", once: true, takeOnce: () => false });
  await client.send("a\nb\n");
  assertEquals((await client.rest()).length, 0);
  await client.served;
  assertEquals(client.stops, 0);
});

Deno.test("EchoSession with once closes as soon as the peer has ended its side", async () => {
  using client = new Client({ reply: "{data}", once: true });
  await client.send("x");
  assertEquals(text((await client.read())!), "x");
  assertEquals((await client.rest()).length, 0);
  await client.served;
  assertEquals([client.stops, client.clock.pending], [1, 0]);
});

Deno.test("EchoSession with once gives up a last answer that nobody reads", async () => {
  using client = new Client({ reply: "{data}", once: true });
  await client.send("x");
  await turn();
  client.clock.pass(2_000);
  await turn();
  client.clock.pass(200);
  await client.served;
  assertEquals([client.stops, client.clock.pending], [1, 0]);
});
