import { assert, assertEquals, assertLessOrEqual, assertMatch } from "@std/assert";
import { errorsOf, LOOPBACK, type Process } from "./support.ts";
import { chatServe, connectAs, GREETING, heard, Member, next, textsOf } from "./support/chat.ts";

/** A server and two members who behave: no bad input of others may harm them. */
async function world(...options: string[]) {
  const stack = new AsyncDisposableStack();
  try {
    const server = stack.use(await chatServe("--json", ...options));
    const amy = stack.use(await Member.join(server, "amy"));
    const bob = stack.use(await Member.join(server, "bob"));
    await amy.until("is now bob");
    let count = 0;
    return {
      server,
      amy,
      bob,
      intruder: () => Member.dial(server),
      /** Checks that what one says reaches the other; returns the lines that came before it. */
      async isWell(): Promise<string[]> {
        const text = `well ${++count}`;
        await amy.say(text);
        return (await bob.until(`amy: ${text}`)).slice(0, -1);
      },
      [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
    };
  } catch (error) {
    await stack[Symbol.asyncDispose]();
    throw error;
  }
}

/** Sends `data`, and returns what comes until the server closes. */
async function throwAt(server: Process, data: string | Uint8Array): Promise<string> {
  using member = await Member.dial(server);
  await member.write(data).catch(() => {});
  return await member.rest();
}

Deno.test("a browser is closed before its request is said to the room", async () => {
  await using on = await world();
  const requests = [
    "POST /x HTTP/1.1\r\nHost: a\r\n\r\nhello\n/nick evil\n",
    "post / HTTP/1.1\r\n\r\n",
    `GET /${"x".repeat(3_000)} HTTP/1.1\r\n\r\n`,
  ];
  for (const request of requests) {
    assertEquals((await throwAt(on.server, request)).replace(`${GREETING}\n`, ""), "");
    assertMatch((await next(on.server, "error")).message!, /sent an HTTP request$/);
  }
  await throwAt(on.server, `GET /${"x".repeat(100_000)} HTTP/1.1\r\n\r\nhello\n`);
  // Where its beginning comes alone it is too long first.
  const { message } = await next(on.server, "error");
  if (/over the limit of 4096/.test(message!)) {
    assertMatch((await next(on.server, "error")).message!, /sent an HTTP request$/);
  } else {
    assertMatch(message!, /sent an HTTP request$/);
  }
  assertEquals(await on.isWell(), []);
});

Deno.test("a NUL byte is no text: the connection is closed", async () => {
  await using on = await world();
  await throwAt(on.server, Uint8Array.of(0x68, 0x69, 0, 0x0a));
  assertMatch((await next(on.server, "error")).message!, /sent a NUL byte, so no text$/);
  assertEquals(await on.isWell(), []);
});

Deno.test("escape codes and bidi in words, names and rooms reach nobody", async () => {
  await using on = await world();
  using eve = await on.intruder();
  const evil = "\x1b[2J\x07\u202egnp.exe\u2066\x9b31m\r\u2028x";
  await eve.say(`/nick ${evil}`, `/join ${evil}`, evil, `/me ${evil}`, `/msg amy ${evil}`, `/${evil}`);
  const seen = [await on.amy.line()];
  while (!seen.at(-1)!.startsWith("* [private]")) seen.push(await on.amy.line());
  seen.push(...await on.isWell());
  assertEquals(seen.filter((line) => line.includes("gnp.exe")).length, 5);
  await eve.say("/quit");
  const all = [...seen, await eve.rest(), on.server.stdout].join("\n");
  assert(!/(?![\t\n])[\p{Cc}\u202e\u2066\u2028]/u.test(all), JSON.stringify(all));
});

Deno.test("a line of 1 MiB is skipped to its end, its sender is told and stays", async () => {
  await using on = await world("--rate", "0");
  using eve = await on.intruder();
  await eve.say("hi", "x".repeat(1 << 20), "still here");
  assertEquals((await on.bob.until("guest3: still here")).filter((line) => !line.startsWith("*")), [
    "guest3: hi",
    "guest3: still here",
  ]);
  await eve.say("/quit");
  assertMatch(await eve.rest(), /^\* that line was too long: say it in parts\n/m);
  assertMatch((await next(on.server, "error")).message!, /over the limit of 4096/);
  assertEquals((await on.isWell()).filter((line) => !line.startsWith("*")), []);
});

Deno.test("half a line of a member who writes lines counts only once it ends, or the stream does", async () => {
  await using on = await world();
  using eve = await on.intruder();
  await eve.write("hi\nhal");
  for (let i = 0; i < 20; i++) {
    assertEquals((await on.isWell()).filter((line) => line.includes("hal")), []);
  }
  await eve.write("f\n");
  assertEquals(await on.bob.hears(), "guest3: half");
});

Deno.test("--rate: a flooder is slowed, and the others are served meanwhile", async () => {
  await using on = await world("--rate", "5");
  using eve = await on.intruder();
  const start = performance.now();
  await eve.say(...Array.from({ length: 5_000 }, (_, i) => `spam ${i}`));
  let seen = 0;
  for (let i = 0; i < 20; i++) {
    seen += (await on.isWell()).filter((line) => line.startsWith("guest3: spam")).length;
  }
  // 200 at once, minus what its bytes count for, then 5 a second.
  assertLessOrEqual(seen, 200 + 1 + (performance.now() - start) * 5 / 1000);
  assertLessOrEqual(150, seen);
});

Deno.test("--max-clients: one more is closed and reported, and the members talk on", async () => {
  await using on = await world("--max-clients", "2");
  using third = await on.intruder();
  assertEquals(await third.rest(), "");
  assertMatch((await next(on.server, "error")).hint!, /--max-clients/);
  assertEquals(await on.isWell(), []);
});

async function untilLobby(member: Member): Promise<string> {
  for (;;) {
    const line = await member.line();
    if (line.startsWith("* lobby: ")) return line;
  }
}

Deno.test("2,000 who come and go at once: the members hear only a few lines about it, and are served", async () => {
  await using on = await world("--quiet");
  for (let round = 0; round < 20; round++) {
    const conns = await Promise.all(Array.from({ length: 100 }, () => {
      return Deno.connect({ hostname: LOOPBACK, port: on.server.port });
    }));
    for (const conn of conns) conn.close();
    if (round % 5 === 0) await on.isWell();
  }
  using last = await Member.join(on.server, "last");
  await last.say("here");
  assertLessOrEqual((await on.bob.until("last: here")).length, 100);
  // The last of them may still be on their way out.
  do await on.amy.say("/rooms"); while (!(await untilLobby(on.amy)).endsWith(" 4 here"));
  assertEquals(errorsOf(on.server), []);
});

Deno.test("/pinwire with something that is no hello does no harm", async () => {
  await using on = await world();
  const hellos = [
    "{",
    "null",
    "[]",
    '"x"',
    "17",
    '{"nick":17,"room":[],"resume":"x","heartbeat":"yes","encoding":{}}',
    '{"encoding":"utf-16le"}',
    '{"encoding":"no such thing"}',
    '{"nick":"' + "x".repeat(3_900) + '"}',
    '{"nick":"a b","room":"\\u001b[2J"}',
    '{"__proto__":{"nick":"eve"}}',
    `{"resume":{"session":"${crypto.randomUUID()}","log":"x","line":9007199254740993}}`,
    '{"resume":{"session":"x","log":"x","line":-5}}',
    '{"resume":{"session":"__proto__","log":"","line":0}}',
  ];
  for (const hello of hellos) {
    using eve = await on.intruder();
    await eve.say(`/pinwire ${hello}`, "/help");
    const lines = await eve.until(" leave");
    assert(lines.every((line) => line.length < 1_000), hello);
  }
  const told = (await on.isWell()).filter((line) => !/^\* .*(joined|left)$/.test(line));
  assertEquals(told, []);
  assertEquals(errorsOf(on.server), []);
});

Deno.test("/pinwire with another's name is told that it is taken; nobody becomes server or you", async () => {
  await using on = await world();
  for (const nick of ["amy", "AMY", "server", "SERVER", "you", "You", "ｓｅｒｖｅｒ"]) {
    using eve = await on.intruder();
    await eve.say(`/pinwire ${JSON.stringify({ nick })}`);
    assertMatch((await eve.until("choose another")).at(-1)!, /^\* the name .* is taken: choose another$/);
    await eve.say(`/nick ${nick}`, "/quit");
    assertMatch((await eve.rest()).replaceAll(/\n/g, "|"), /is taken: choose another\|.*\/bye/);
  }
  assertEquals((await on.isWell()).filter((line) => line.includes("is now")), []);
});

Deno.test("/pinwire with a wrong session takes nobody's place", async () => {
  await using on = await world();
  await using client = await connectAs("carl", on.server);
  using eve = await on.intruder();
  const resume = { session: crypto.randomUUID(), log: "x", line: 0 };
  await eve.say(`/pinwire ${JSON.stringify({ nick: "carl", resume })}`);
  assertMatch((await eve.until("choose another")).at(-1)!, /carl is taken/);
  await client.write("still me\n");
  await on.bob.until("carl: still me");
});

Deno.test("a member can't pretend to be the wire: numbers, receipts and goodbyes are words", async () => {
  await using on = await world();
  await using client = await connectAs("carl", on.server);
  using eve = await on.intruder();
  const words = ["#99 amy: hi", "* amy has left", "* [private] amy: hi", "amy: hi", '/me "x"'];
  await eve.say(...words);
  for (const word of words) assertEquals(await heard(client), `guest4: ${word}`);
  await eve.say("/bye you", "/taken 5", "/ping", "/pinwire {}");
  await eve.until("/help lists what there is");
  await client.write("still here\n");
  await on.bob.until("carl: still here");
  assertEquals(textsOf(client, "notice").filter((text) => text.includes("[private]")), []);
});
