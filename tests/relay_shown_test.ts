import { assert, assertEquals, assertMatch } from "@std/assert";
import { bytes, errorsOf, has, LOOPBACK, pinwire, Process, PYTHON, run, tempDir } from "./support.ts";
import { seenBy, startRelay, take } from "./support/relay.ts";

Deno.test("relay --json tells of each read: whose, how long, its bytes, and the frames that ended in it", async () => {
  await using world = await startRelay(["--json", "--frame", "line"]);
  const [client, target] = await world.connect();
  const { peer } = await world.relay.next("connected");
  await client.write(bytes("one\ntw"));
  assertEquals(await take(target, 6), "one\ntw");
  await client.write(bytes("o\n"));
  assertEquals(await take(target, 2), "o\n");
  await target.write(new Uint8Array([0, 255, 10]));
  await take(client, 3);
  const told = [];
  for (let i = 0; i < 3; i++) {
    const { time: _, ...data } = await world.relay.next("data") as unknown as Record<string, unknown>;
    told.push(data);
  }
  assertEquals(told, [
    { event: "data", from: "client", peer, bytes: 6, hex: "6f6e650a7477", frames: [3] },
    { event: "data", from: "client", peer, bytes: 2, hex: "6f0a", frames: [3] },
    { event: "data", from: "target", peer, bytes: 3, hex: "00ff0a", frames: [2] },
  ]);
  client.close();
  target.close();
});

Deno.test("relay --json tells of a bad frame, and passes the bytes on as they are", async () => {
  await using world = await startRelay(["--json", "--frame", "len:i32be"]);
  const [client, target] = await world.connect();
  await client.write(bytes("GET / HTTP/1.1"));
  assertEquals(await take(target, 14), "GET / HTTP/1.1");
  assertMatch((await world.relay.next("error")).message!, /frame/);
  await target.write(bytes("\0\0\0\x02hi"));
  assertEquals(await take(client, 6), "\0\0\0\x02hi");
  await world.relay.next("data");
  const { frames } = await world.relay.next("data") as unknown as { frames: number[] };
  assertEquals([frames, errorsOf(world.relay)], [[2], []]);
  client.close();
  target.close();
});

Deno.test("relay --trace shows both directions, their ends, and nothing that a terminal would obey", async () => {
  await using world = await startRelay(["--trace", "--no-color", "--frame", "line"]);
  const [client, target] = await world.connect();
  const nasty = "\x1b[2J\x07\r\n\x9b31m\u202e\n";
  await client.write(bytes(nasty));
  assertEquals(await take(target, bytes(nasty).length), nasty);
  await target.write(bytes("ok\n"));
  assertEquals(await take(client, 3), "ok\n");
  client.close();
  assertEquals(await seenBy(target), "$");
  target.close();
  await world.relay.sees(/ ← [^\n]*end of stream after 3 bytes/, "stderr");
  const { stderr } = world.relay;
  const at = String.raw`tcp://127\.0\.0\.1:\d+`;
  assertMatch(stderr, new RegExp(`up .*${at} → ${at}.*16 bytes.*2 frames \\(line\\)`));
  assertMatch(stderr, new RegExp(`down.*${at} ← ${at}.*3 bytes.*1 frame \\(line\\)`));
  assertMatch(stderr, / → [^\n]*end of stream after 16 bytes/);
  for (const char of ["\x1b", "\x07", "\r", "\x9b", "\u202e"]) assert(!stderr.includes(char), stderr);
});

Deno.test("relay --trace --json keeps events and the trace apart", async () => {
  await using world = await startRelay(["--trace", "--json"]);
  const [client, target] = await world.connect();
  await client.write(bytes("hello"));
  await take(target, 5);
  await world.relay.next("data");
  await world.relay.sees(/68 65 6c 6c 6f/, "stderr");
  assert(world.relay.stdout.trimEnd().split("\n").every((line) => line.startsWith("{")));
  client.close();
  target.close();
});

Deno.test({
  name: `curl takes a file from Python's web server through a relay (needs curl and ${PYTHON})`,
  ignore: !has("curl") || !has(PYTHON),
  async fn() {
    await using dir = await tempDir();
    const page = "0123456789\n".repeat(100_000);
    await Deno.writeTextFile(`${dir.path}/page.txt`, page);
    const args = ["-u", "-m", "http.server", "0", "--bind", LOOPBACK, "--directory", dir.path];
    await using server = new Process(PYTHON, args);
    const [, port] = await server.sees(/port (\d+)/);
    await using relay = await pinwire(["relay", "0", `${LOOPBACK}:${port}`, "--quiet", "--chunk", "5000"]);
    const url = `http://${LOOPBACK}:${relay.port}/page.txt`;
    const { code, stdout } = await run("curl", ["-sS", url, url]);
    assertEquals([code, stdout === page + page], [0, true]);
    await using cutting = await pinwire([
      "relay",
      "0",
      `${LOOPBACK}:${port}`,
      "--quiet",
      "--cut",
      "1000:down",
    ]);
    const cut = await run("curl", ["-sS", `http://${LOOPBACK}:${cutting.port}/page.txt`]);
    assertEquals(cut.code, 18, cut.stderr);
    await using resetting = await pinwire([
      "relay",
      "0",
      `${LOOPBACK}:${port}`,
      "--quiet",
      "--reset",
      "1000:down",
    ]);
    const reset = await run("curl", ["-sS", `http://${LOOPBACK}:${resetting.port}/page.txt`]);
    assertEquals(reset.code, Deno.build.os === "linux" ? 56 : 18, reset.stderr);
  },
});

Deno.test({
  name: "relay tls → tcp and tcp → tls end and begin TLS for programs that know one of both (needs curl)",
  ignore: !has("curl") || !has(PYTHON),
  async fn() {
    await using dir = await tempDir();
    await Deno.writeTextFile(`${dir.path}/page.txt`, "hello");
    await using made = await pinwire(["cert", LOOPBACK, "--out", dir.path]);
    assertEquals((await made.outcome()).code, 0);
    const cert = `${dir.path}/pinwire-cert.pem`;
    const args = ["-u", "-m", "http.server", "0", "--bind", LOOPBACK, "--directory", dir.path];
    await using server = new Process(PYTHON, args);
    const [, port] = await server.sees(/port (\d+)/);
    const files = ["--tls-cert", cert, "--tls-key", `${dir.path}/pinwire-key.pem`];
    await using ending = await pinwire(["relay", "tls://0", `${LOOPBACK}:${port}`, "--quiet", ...files]);
    const secure = await run("curl", [
      "-sS",
      "--cacert",
      cert,
      `https://${LOOPBACK}:${ending.port}/page.txt`,
    ]);
    assertEquals([secure.code, secure.stdout], [0, "hello"], secure.stderr);
    const target = `tls://${LOOPBACK}:${ending.port}`;
    await using beginning = await pinwire(["relay", "0", target, "--quiet", "--ca", cert]);
    const plain = await run("curl", ["-sS", `http://${LOOPBACK}:${beginning.port}/page.txt`]);
    assertEquals([plain.code, plain.stdout], [0, "hello"], plain.stderr);
    // Without --ca nobody is trusted: the client is closed, and an error says what to do.
    await using wary = await pinwire(["relay", "0", target, "--json"]);
    using client = await Deno.connect({ hostname: LOOPBACK, port: wary.port });
    assertEquals(await seenBy(client), "$");
    assertMatch((await wary.next("error")).hint!, /--ca/);
  },
});
