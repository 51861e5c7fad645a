import { assert, assertEquals, assertMatch } from "@std/assert";
import { has, isWindows, LOOPBACK, pinwire, type Process, PYTHON, python, pythonServer } from "./support.ts";

/** The two programs of a tutorial, with a relay between them that shows what they say. */
interface Between {
  client: Process;
  server: Process;
  /** What the relay shows matches this, once all of it is there. */
  shows(pattern: RegExp): Promise<unknown>;
}

/** A test of two programs of peers/, which must not notice the relay between them. */
function tutorial(
  name: string,
  [client, server]: [client: string, server: string],
  { scheme = "tcp", frame = "raw", isPosix = false },
  talk: (between: Between) => Promise<void>,
): void {
  Deno.test({
    name: `${name}: relay --trace --frame ${frame} stands between ${client} and ${server} (needs ${PYTHON})`,
    ignore: !has(PYTHON) || isPosix && isWindows,
    async fn() {
      await using there = await pythonServer(server);
      const target = `${scheme}://${there.address}`;
      const args = ["relay", `${scheme}://${LOOPBACK}:0`, target, "--trace", "--frame", frame, "--no-color"];
      await using relay = await pinwire(args);
      await using here = python(client, [LOOPBACK, relay.port]);
      await talk({ client: here, server: there, shows: (pattern) => relay.sees(pattern, "stderr") });
      assert(!/^pinwire relay: error/m.test(relay.stderr), relay.stderr);
    },
  });
}

const STAMP = String.raw`\[[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}\] `;

tutorial("0a, 0b", ["led_client", "led_server"], {}, async ({ client, server, shows }) => {
  let line = "cmd>{}";
  while (line === "cmd>{}") {
    await server.write("list\n");
    line = await server.line();
  }
  for (const [typed, said] of [["0:1", "on"], ["0:2", "off"]]) {
    await server.write(`${typed}\n`);
    assertEquals(await client.line(), `get server cmd:${said}`);
    await client.line();
  }
  await shows(/6f 6e [^]*6f 66 66/);
});

tutorial("1a, 1b", ["stamp_client", "stamp_server"], {}, async ({ client, shows }) => {
  await client.write("hello\n\n");
  const { code, stdout } = await client.outcome();
  assertEquals(code, 0);
  assertMatch(stdout, new RegExp(`^> ${STAMP}hello\n> $`));
  await shows(/68 65 6c 6c 6f {2}[^]*end of stream after 5 bytes/);
});

for (const server of ["where_once", "where_forever"]) {
  tutorial("2b, 2c", ["hello_client", server], {}, async (between) => {
    assertMatch((await between.client.outcome()).stdout, /^where you are\? ----OK----\n$/);
    assertEquals(await between.server.line(), "hello");
    await between.shows(/end of stream after 24 bytes|end of stream after 5 bytes/);
  });
}

tutorial("2a, 3d", ["gbk_send", "gbk_print_once"], {}, async ({ client, server, shows }) => {
  await client.write("你好\n");
  assertEquals((await client.outcome()).code, 0);
  assertEquals(await server.line(), "你好");
  await shows(/c4 e3 ba c3/);
});

tutorial("3d", ["haha", "gbk_print_once"], { frame: "text" }, async ({ client, server }) => {
  assertEquals((await client.outcome()).code, 0);
  assertEquals(await server.line(), "haha");
});

tutorial("3a, 3b", ["udp_say_until_88", "udp_print_until_88"], { scheme: "udp" }, async (between) => {
  await between.client.write("你好\n88\n");
  assertMatch(await between.server.line(), /^你好 \('127\.0\.0\.1', \d+\)$/);
  assertMatch(await between.server.line(), /^88 /);
  assertEquals([(await between.client.status).code, (await between.server.status).code], [0, 0]);
  await between.shows(/c4 e3 ba c3[^]*38 38/);
});

tutorial("3e, 3f", ["chat_turn_client", "chat_turn_server"], {}, async ({ client, server, shows }) => {
  await client.write("你好\n");
  assertEquals(await server.line(), "你好");
  await server.write("吃了吗\n");
  await client.sees(/^>吃了吗\n>$/);
  await client.write("end\n");
  assertEquals([(await client.status).code, (await server.status).code], [0, 0]);
  await shows(/end of stream after 7 bytes/);
});

tutorial("3g", ["chat_free_client", "chat_free_server"], {}, async ({ client, server }) => {
  await server.write("在吗\n");
  await client.sees(/在吗/);
  await client.write("你好\n");
  await server.sees(/你好/);
  await client.write("end\n");
  assertEquals((await client.status).code, 0);
  // How Python ends while a thread of it waits for its stdin is its own matter.
  await server.status;
});

tutorial("4a", ["hello_client", "ok_once"], {}, async ({ client, server }) => {
  assertEquals((await client.outcome()).stdout, "ok\n");
  assertEquals(await server.line(), "hello");
  assertEquals((await server.status).code, 0);
});

tutorial("4b", ["udp_ask", "udp_answer"], { scheme: "udp" }, async ({ client, shows }) => {
  await client.write("hello\n");
  assertMatch((await client.outcome()).stdout, /^ask: hello-\('127\.0\.0\.1', \d+\)\n$/);
  await shows(/1 datagram[^]*1 datagram/);
});

tutorial("4c", ["shell_sticky_client", "shell_sticky_server"], { isPosix: true }, async ({ client }) => {
  await client.write("echo one\necho two\nbye\n");
  const { code, stdout } = await client.outcome();
  assertEquals(code, 0);
  assertMatch(stdout, /one\n[^]*two\n/);
});

tutorial(
  "4d",
  ["shell_client", "shell_server"],
  { isPosix: true, frame: "len:i32le" },
  async ({ client, shows }) => {
    await client.write("seq 1 3\necho two\nbye\n");
    const { code, stdout } = await client.outcome();
    assertEquals([code, stdout], [0, ">1\n2\n3\n\n>two\n\n>"]);
    await shows(/06 00 00 00[^]*31 0a 32 0a +33 0a/);
  },
);

Deno.test({
  name: `3c: two relays stand between the two of the two-way GBK program (needs ${PYTHON})`,
  ignore: !has(PYTHON),
  async fn() {
    // Each needs the other's port first: what the second one says is passed on by hand to the relay before the first.
    const ear = Deno.listenDatagram({ transport: "udp", hostname: LOOPBACK, port: 0 });
    await using second = await pythonServer("udp_two_way", LOOPBACK, (ear.addr as Deno.NetAddr).port);
    await using up = await pinwire(["relay", "udp://0", `udp://${second.address}`, "--trace"]);
    await using first = await pythonServer("udp_two_way", LOOPBACK, up.port);
    await using down = await pinwire(["relay", "udp://0", `udp://${first.address}`, "--trace"]);
    await first.write("吃了吗\n");
    assertMatch(await second.line(), /^吃了吗 /);
    await second.write("吃了\n");
    const [said] = await ear.receive();
    await ear.send(said, { transport: "udp", hostname: LOOPBACK, port: down.port });
    assertMatch(await first.line(), /^吃了 /);
    ear.close();
  },
});
