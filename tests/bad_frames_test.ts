import { assertEquals, assertMatch } from "@std/assert";
import { ask, assertStops, bytes, echo, errorsOf, LOOPBACK, pinwire, restOf } from "./support.ts";

interface BadFrame {
  name: string;
  options: string[];
  /** A good message in that frame. */
  question: string;
  bad: number[];
  said: RegExp;
}

const BAD_FRAMES: BadFrame[] = [
  {
    name: "a negative length",
    options: ["--frame", "len:i32le"],
    question: "\x04\0\0\0ping",
    bad: [0xff, 0xff, 0xff, 0xff],
    said: /negative|-1/,
  },
  {
    name: "a length over --max-frame",
    options: ["--frame", "len:i32le", "--max-frame", "1k"],
    question: "\x04\0\0\0ping",
    bad: [0x01, 0x04, 0, 0],
    said: /1025.*1024/,
  },
  {
    name: "a malformed netstring",
    options: ["--frame", "netstring"],
    question: "4:ping,",
    bad: [...bytes("4:pingX")],
    said: /netstring/,
  },
];

for (const { name, options, question, bad, said } of BAD_FRAMES) {
  Deno.test(`${name} closes that connection with its reason, and no other`, async () => {
    await using world = await echo(options, question);
    const { conn, peer } = await world.intruder();
    using _ = conn;
    await conn.write(bytes(question));
    assertEquals((await world.server.next("message")).peer, peer);
    await conn.write(Uint8Array.from(bad));
    assertEquals(await restOf(conn), question);
    const error = await world.server.next("error");
    assertEquals(error.peer, peer);
    assertMatch(`${error.message}: ${error.hint}`, said);
    assertMatch(error.message!, new RegExp(`at byte ${question.length}\\b`));
    assertEquals((await world.server.next("disconnected")).peer, peer);
    await world.isWell();
    await assertStops(world.server);
    assertEquals(errorsOf(world.server), []);
  });
}

Deno.test("a stream cut inside a frame is told of with the offset", async () => {
  const question = "\x04\0\0\0ping";
  await using world = await echo(["--frame", "len:i32le"], question);
  const { conn, peer } = await world.intruder();
  using _ = conn;
  await conn.write(bytes(`${question}\x09\0\0\0cut`));
  await conn.closeWrite();
  assertEquals(await restOf(conn), question);
  const error = await world.server.next("error");
  assertEquals(error.peer, peer);
  assertMatch(error.message!, /ended inside the frame at byte 8/);
  await world.isWell();
});

Deno.test("a line over --max-frame is skipped, and the next is answered", async () => {
  await using world = await echo(["--frame", "line", "--max-frame", "16"]);
  const { conn, peer } = await world.intruder();
  using _ = conn;
  assertEquals(await ask(conn, `${"x".repeat(100_000)}\nnext\n`), "next\n");
  const error = await world.server.next("error");
  assertEquals(error.peer, peer);
  assertMatch(error.message!, /over the limit of 16 at byte 0/);
  assertMatch(error.hint!, /--max-frame/);
  assertEquals((await world.server.next("message")).text, "next");
  await world.isWell();
});

Deno.test("an answer that its frame can't hold is told of, and the peer stays", async () => {
  await using server = await pinwire(["echo", "serve", "127.0.0.1:0", "--frame", "len:u8", "--json"]);
  using conn = await Deno.connect({ hostname: LOOPBACK, port: server.port });
  // The stamp makes 255 bytes too many; a short one fits.
  await conn.write(Uint8Array.from([255, ...new Uint8Array(255).fill(0x78)]));
  const error = await server.next("error");
  assertMatch(error.message!, /255/);
  assertMatch(await ask(conn, "\x02hi"), /\] hi$/);
});
