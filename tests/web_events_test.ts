import { assertEquals, assertMatch } from "@std/assert";
import { ask, LOOPBACK, refusal, runPinwire } from "./support.ts";
import { addressOf, upgraded } from "./support/http.ts";
import { withPage } from "./support/page_server.ts";
import { PageSocket } from "./support/page_socket.ts";

/** An event as a page is told it. */
const told = async (page: PageSocket, kind: string) =>
  JSON.parse(await page.next(new RegExp(`^\\{"event":"${kind}"`)));

Deno.test("pages of echo serve are told what --json tells, and each read and answer besides; they are in no event", async () => {
  await using server = await withPage([
    "echo",
    "serve",
    "127.0.0.1:0",
    "--reply",
    "{data}",
    "--frame",
    "line",
  ]);
  await using page = await PageSocket.open(server.url, "/events");
  assertEquals((await told(page, "listening")).address, server.address);
  using conn = await Deno.connect({ hostname: LOOPBACK, port: server.port });
  const { peer } = await told(page, "connected");
  assertEquals(await ask(conn, "hello\nyou\n"), "hello\nyou\n");
  const read = await told(page, "data");
  assertEquals([read.from, read.peer, read.bytes, read.frames], ["client", peer, 10, [5, 3]]);
  assertEquals((await told(page, "message")).text, "hello");
  assertEquals((await told(page, "message")).text, "you");
  const written = await told(page, "data");
  assertEquals([written.from, written.hex], ["server", read.hex]);
  await using late = await PageSocket.open(server.url, "/events");
  await told(late, "listening");
  assertEquals((await told(late, "connected")).peer, peer);
  page.say("anything");
  conn.close();
  assertMatch((await told(page, "disconnected")).reason, /end of stream/);
  assertEquals((await server.stop()).code, 0);
  assertEquals([await page.closed, await late.closed], [1001, 1001]);
  const kinds = server.events.map(({ event }) => event);
  assertEquals(kinds, ["connected", "message", "message", "disconnected"]);
});

Deno.test("pages of a relay are told of each read of both ends, with --json or without", async () => {
  await using echo = await withPage(["echo", "serve", "127.0.0.1:0", "--reply", "{data}"]);
  await using relay = await withPage(["relay", "127.0.0.1:0", echo.address]);
  await using page = await PageSocket.open(relay.url, "/events");
  assertEquals((await runPinwire(["send", relay.address, "hello"])).stdout, "hello");
  for (const from of ["client", "target"]) {
    const data = await told(page, "data");
    assertEquals([data.from, data.hex, data.frames], [from, "68656c6c6f", [5]]);
  }
});

Deno.test("pages that look on count apart from the clients, and one that reads nothing keeps no server from its end", async () => {
  await using server = await withPage(["echo", "serve", "127.0.0.1:0", "--max-clients", "1"]);
  await using page = await PageSocket.open(server.url, "/events");
  await told(page, "listening");
  using _stuck = await upgraded(addressOf(server), "/events");
  assertMatch((await runPinwire(["send", server.address, "hello"])).stdout, /hello$/);
  assertEquals((await server.stop()).code, 0);
});

Deno.test("echo serve --web has no --workers", async () => {
  assertMatch(
    await refusal(["echo", "serve", "0", "--web", "0", "--workers", "2"], 2),
    /--web has no --workers/,
  );
});
