import { assertEquals } from "@std/assert";
import { turn } from "../app/_testing.ts";
import { Client, text } from "./_testing.ts";

/** A client whose answers are late, and what has come of them so far. */
function late(options: ConstructorParameters<typeof Client>[0]) {
  const client = new Client({ replyDelay: 300, reply: "{data}", ...options });
  const seen: string[] = [];
  const reading = (async () => {
    for (let part; (part = await client.read());) seen.push(text(part));
  })();
  return {
    client,
    reading,
    async seen() {
      await turn();
      return [...seen];
    },
  };
}

for (const frame of ["raw", "line"]) {
  Deno.test(`EchoSession with a delay and ${frame} answers each message so long after it came`, async () => {
    const { client, seen } = late({ frame });
    using _ = client;
    await client.send("a\n");
    client.clock.pass(200);
    await client.send("b\n");
    client.clock.pass(99);
    assertEquals(await seen(), []);
    client.clock.pass(1);
    assertEquals(await seen(), ["a\n"]);
    client.clock.pass(199);
    assertEquals(await seen(), ["a\n"]);
    client.clock.pass(1);
    assertEquals(await seen(), ["a\n", "b\n"]);
  });
}

Deno.test("EchoSession with a delay doesn't sum it up over messages that came together", async () => {
  const { client, seen } = late({ frame: "line" });
  using _ = client;
  await client.send("a\nb\nc\n");
  client.clock.pass(300);
  assertEquals((await seen()).join(""), "a\nb\nc\n");
});

Deno.test("EchoSession with a delay answers all that came before the end of the stream, then closes", async () => {
  const { client, reading, seen } = late({ frame: "text" });
  using _ = client;
  await client.send("one\ntwo");
  await client.end();
  await turn();
  client.clock.pass(299);
  assertEquals(await seen(), []);
  client.clock.pass(1);
  await Promise.all([reading, client.served]);
  assertEquals([(await seen()).join(""), client.clock.pending], ["one\ntwo\n", 0]);
});

Deno.test("EchoSession with a delay over 5 s gives up what is not answered by then, once the stream has ended", async () => {
  const { client, reading, seen } = late({ replyDelay: 5001 });
  using _ = client;
  await client.send("x");
  await client.end();
  await turn();
  client.clock.pass(5000);
  await Promise.all([reading, client.served]);
  assertEquals([await seen(), client.clock.pending], [[], 0]);
});

Deno.test("EchoSession with a delay ends with a broken frame, once those before it are answered", async () => {
  const { client, reading, seen } = late({ frame: "netstring" });
  using _ = client;
  await client.send("1:a,nonsense");
  await turn();
  client.clock.pass(300);
  const error = await client.served.then(() => undefined, (error) => error);
  await reading;
  assertEquals([await seen(), error?.code, client.clock.pending], [["1:a,"], "frame_malformed", 0]);
});

Deno.test("EchoSession with a delay reads no more from one for whom more than 1 MiB waits", async () => {
  const { client, seen } = late({ frame: "line", reply: "{data}" });
  using _ = client;
  const line = "x".repeat(99_999) + "\n";
  let taken = 0;
  const sending = (async () => {
    for (let i = 0; i < 30; i++) {
      await client.send(line);
      taken++;
    }
  })();
  for (let i = 0; i < 1000; i++) await turn();
  assertEquals([taken > 9, taken < 15], [true, true], String(taken));
  while (taken < 30) {
    client.clock.pass(300);
    await turn();
  }
  await sending;
  client.clock.pass(300);
  assertEquals((await seen()).join(""), line.repeat(30));
});

Deno.test("EchoSession with a delay tells what is owed, which is out or dropped at once", async () => {
  const { client, reading, seen } = late({});
  using _ = client;
  await client.owed!.settled();
  await client.send("a");
  await turn();
  let isSettled = false;
  const settled = client.owed!.settled().then(() => isSettled = true);
  client.clock.pass(299);
  await turn();
  assertEquals(isSettled, false);
  client.clock.pass(1);
  await settled;
  assertEquals(await seen(), ["a"]);
  await client.send("b");
  await turn();
  client.owed!.drop();
  await client.owed!.settled();
  assertEquals(client.clock.pending, 0);
  await client.end();
  await Promise.all([reading, client.served]);
  assertEquals(await seen(), ["a"]);
});

Deno.test("EchoSession with a delay and once answers, then closes and stops", async () => {
  const { client, reading, seen } = late({ once: true, replyDelay: 5000 });
  using _ = client;
  await client.send("x");
  await turn();
  assertEquals(client.stops, 0);
  client.clock.pass(5000);
  await reading;
  assertEquals([await seen(), client.stops], [["x"], 0]);
  await client.lingered();
  assertEquals(client.stops, 1);
});

Deno.test("EchoSession with a delay ends when its peer has gone, and leaves nothing", async () => {
  const { client } = late({});
  await client.send("x");
  await turn();
  client[Symbol.dispose]();
  await turn();
  client.clock.pass(300);
  await client.served.catch(() => {});
  assertEquals(client.clock.pending, 0);
});

for (const frame of ["raw", "line"]) {
  Deno.test(`EchoSession with closeAfter and ${frame} closes behind the answer to that message`, async () => {
    using client = new Client({ frame, closeAfter: 2 });
    await client.send("a\n");
    assertEquals(text((await client.read())!), "1:a\n");
    await client.send(frame === "raw" ? "b\n" : "b\nc\n");
    assertEquals(text((await client.read())!), "2:b\n");
    assertEquals(await client.read(), null);
    await client.lingered();
    assertEquals(client.stops, 0);
  });
}

Deno.test("EchoSession with closeAfter closes late where its answers are late, and where there are none", async () => {
  const { client, reading, seen } = late({ closeAfter: 1 });
  using _ = client;
  await client.send("a");
  await turn();
  client.clock.pass(300);
  await reading;
  assertEquals(await seen(), ["a"]);
  await client.lingered();
  using silent = new Client({ reply: "none", closeAfter: 1 });
  await silent.send("a");
  assertEquals(await silent.read(), null);
  await silent.lingered();
});
