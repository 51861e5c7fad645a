import { assert, assertEquals, assertMatch } from "@std/assert";
import { pcap } from "../lib/packet/_captures.ts";
import { makeCertificate } from "../lib/tools/cert.ts";
import { ask, bytes, isWindows, LOOPBACK, pinwire, refusal, restOf, runPinwire, tempDir } from "./support.ts";
import { take } from "./support/relay.ts";
import { recording, recordingOf } from "./support/replay.ts";

const TALK = [">one\n", "<uno\n", ">FIN", "<FIN"];

Deno.test("replay plays over TLS what was recorded as plain text, both sides at each other", async () => {
  await using talk = await recording(TALK);
  const { cert, key } = await makeCertificate([LOOPBACK]);
  const [certFile, keyFile] = [`${talk.folder}/cert`, `${talk.folder}/key`];
  await Promise.all([Deno.writeTextFile(certFile, cert), Deno.writeTextFile(keyFile, key)]);
  const files = ["--tls-cert", certFile, "--tls-key", keyFile];
  await using server = await pinwire([
    "replay",
    talk.file,
    `tls://${LOOPBACK}:0`,
    "--as",
    "server",
    ...files,
  ]);
  const client = await runPinwire(["replay", talk.file, server.address, "--ca", certFile]);
  assertEquals(client, { code: 0, stdout: "", stderr: "" });
  assertEquals((await server.outcome()).code, 0, server.stderr);
});

Deno.test({
  name: "replay plays over a Unix socket",
  ignore: isWindows,
  async fn() {
    await using talk = await recording(TALK);
    const address = `unix:${talk.folder}/socket`;
    await using server = await pinwire(["replay", talk.file, address, "--as", "server"]);
    const client = await runPinwire(["replay", talk.file, address]);
    assertEquals([client, (await server.outcome()).code], [{ code: 0, stdout: "", stderr: "" }, 0]);
  },
});

const DATAGRAMS = [">one", "<uno", "<", ">two", ">three", "<tre"];

Deno.test("replay plays both sides of datagrams, each of them whole", async () => {
  await using talk = await recording(DATAGRAMS, { protocol: "udp" });
  await using server = await pinwire(["replay", talk.file, `${LOOPBACK}:0`, "--as", "server"]);
  assertMatch(server.address, /^udp:/);
  const client = await runPinwire(["replay", talk.file, `${LOOPBACK}:${server.port}`]);
  assertEquals(client, { code: 0, stdout: "", stderr: "" });
  assertEquals((await server.outcome()).code, 0, server.stderr);
});

Deno.test("replay tells which datagram differs, and which is missing", async () => {
  await using talk = await recording(DATAGRAMS, { protocol: "udp" });
  const server = Deno.listenDatagram({ transport: "udp", hostname: LOOPBACK, port: 0 });
  const address = `udp://${LOOPBACK}:${(server.addr as Deno.NetAddr).port}`;
  const playing = runPinwire(["replay", talk.file, address, "--wait", "300ms"]);
  const [one, peer] = await server.receive();
  await server.send(bytes("una"), peer);
  const [two] = await server.receive();
  const [three] = await server.receive();
  assertEquals([one, two, three].map((datagram) => new TextDecoder().decode(datagram)), [
    "one",
    "two",
    "three",
  ]);
  await server.send(bytes("tre"), peer);
  await server.send(bytes("more"), peer);
  const { code, stderr } = await playing;
  server.close();
  assertEquals(code, 1);
  const sentences = stderr.split("\n").filter((line) => line.startsWith("pinwire")).map((line) =>
    line.split(": ")[1]
  );
  assertEquals(sentences, [
    `${address} says something else than recorded, at byte 2 of datagram 1`,
    `1 of the 2 datagrams that ${address} said in the recording are missing, from datagram 2 on`,
  ]);
});

Deno.test("replay --stream takes the stream of that number, of TCP or UDP", async () => {
  const server = { address: LOOPBACK, port: 7 };
  const files = await Promise.all([
    recording([">tcp", "<0"], { server }),
    recording([">udp", "<0"], { server, protocol: "udp" }),
  ]);
  await using _first = files[0];
  await using second = files[1];
  // Two sections of pcapng, one behind the other.
  const both = await Promise.all(files.map(({ file }) => Deno.readFile(file)));
  await Deno.writeFile(second.file, new Uint8Array([...both[0], ...both[1]]));
  for (const [stream, scheme] of [["0", "tcp"], ["tcp:0", "tcp"], ["udp:0", "udp"]]) {
    const args = ["replay", second.file, `${LOOPBACK}:0`, "--as", "server", "--stream", stream];
    await using replay = await pinwire(args);
    assert(replay.address.startsWith(`${scheme}:`), replay.address);
  }
});

Deno.test("replay --as server lets nobody but its one client in", async () => {
  await using talk = await recording([">one", "<uno", ">two", "<due"]);
  await using replay = await pinwire(["replay", talk.file, `${LOOPBACK}:0`, "--as", "server"]);
  using conn = await Deno.connect({ hostname: LOOPBACK, port: replay.port });
  assertEquals(await ask(conn, "one"), "uno");
  assertMatch(await refusal(["send", `${LOOPBACK}:${replay.port}`, "x"], 1), /nobody is listening/);
  await conn.write(bytes("two"));
  assertEquals([await take(conn, 3), await restOf(conn)], ["due", ""]);
  assertEquals((await replay.outcome()).code, 0);
});

Deno.test("replay says in a sentence what it can't play, and what to do", async () => {
  await using talk = await recording(TALK, { server: { address: "192.0.2.1", port: 7 } });
  await using silent = await recording([">FIN", "<FIN"]);
  await using empty = await recordingOf(pcap([]));
  await using folder = await tempDir();
  const no = `${folder.path}/no`;
  const text = `${folder.path}/text`;
  const cut = `${folder.path}/cut`;
  await Deno.writeTextFile(text, "This is no capture.\n");
  await Deno.writeFile(cut, (await Deno.readFile(talk.file)).subarray(0, 150));
  const cases: [args: string[], code: 1 | 2, sentence: RegExp][] = [
    [[talk.file], 2, /is of 192\.0\.2\.1:7, which may be another machine: give the ADDRESS/],
    [[talk.file, "udp://127.0.0.1:7"], 2, /is of a connection, and udp:\S+ has none: write tcp:/],
    [
      [talk.file, "1", "--stream", "3"],
      1,
      /has no stream 3: give --stream one of 0 \(127\.0\.0\.1:50000 to 192\.0\.2\.1:7, 8/,
    ],
    [[talk.file, "1", "--stream", "x"], 2, /--stream.*names no stream: write its number/],
    [[talk.file, "1", "--tls-cert", "x"], 2, /--tls-cert is for --as server/],
    [[talk.file, "1", "--as", "server", "--ca", "x"], 2, /--ca is for --as client/],
    [[talk.file, "tls://127.0.0.1:1", "--as", "server"], 2, /TLS needs both --tls-cert and --tls-key/],
    [[talk.file, "127.0.0.1:1"], 1, /nobody is listening on tcp:\/\/127\.0\.0\.1:1/],
    [[silent.file], 1, /nothing is said in any stream/],
    [[empty.file], 1, /no TCP and no UDP/],
    [[cut], 1, /breaks off inside of what begins at byte \d+: /],
    [[text], 1, /this is no capture.*: make a pcapng of it/],
    [[no], 1, /\/no can't be read: it is not there/],
    [[folder.path], 1, /can't be read: it is a folder/],
  ];
  for (const [args, code, sentence] of cases) assertMatch(await refusal(["replay", ...args], code), sentence);
});

Deno.test("replay plays a recording that breaks off to where it does, then says so", async () => {
  await using talk = await recording([">one", 1, "<uno", 1, ">two"]);
  await Deno.writeFile(talk.file, (await Deno.readFile(talk.file)).subarray(0, -10));
  await using replay = await pinwire(["replay", talk.file, `${LOOPBACK}:0`, "--as", "server"]);
  using conn = await Deno.connect({ hostname: LOOPBACK, port: replay.port });
  assertEquals(await ask(conn, "one"), "uno");
  await restOf(conn);
  assertEquals((await replay.outcome()).code, 1);
  assertMatch(replay.stderr, /breaks off inside of what begins at byte \d+: [^\n]+\n$/);
});
