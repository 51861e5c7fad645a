import { assertEquals } from "@std/assert";
import { isLinux, tempDir } from "./support.ts";
import { isGone } from "./support/connection.ts";
import { resetConn, seenBy, startRelay, take, toAll, writeAll } from "./support/relay.ts";
import { followed, HAS_TSHARK, problemsIn, tshark } from "./support/tshark.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

/** A test of both connections that a relay records. */
function recorded(name: string, fn: (path: string) => Promise<void>, ignore = false): void {
  Deno.test({
    name: `a relay records both its connections: ${name} (needs tshark)`,
    ignore: !HAS_TSHARK || ignore,
    async fn() {
      await using dir = await tempDir();
      await fn(`${dir.path}/relay.pcapng`);
    },
  });
}

/** What each side of each of both connections said, the client's first, in which nothing is wrong. */
async function both(path: string, protocol: "tcp" | "udp" = "tcp"): Promise<string[][]> {
  const file = await Deno.readFile(path);
  assertEquals(await problemsIn(file), "");
  return await Promise.all([0, 1].map(async (stream) => {
    const sides = await followed(file, protocol, stream);
    return sides.map((hex) => new TextDecoder().decode(Uint8Array.fromHex(hex)));
  }));
}

/** How each of both ended: a FIN for each side that did, or RST. */
async function ends(path: string): Promise<string[]> {
  const filter = "tcp.flags.fin==1 or tcp.flags.reset==1";
  const fields = ["tcp.stream", "tcp.flags.reset"].flatMap((field) => ["-e", field]);
  const { stdout } = await tshark(await Deno.readFile(path), ["-Y", filter, "-T", "fields", ...fields]);
  const lines = stdout.trimEnd().split("\n").map((line) => line.split("\t"));
  // tshark 4 has True for what older ones call 1.
  return lines.map(([stream, isReset]) => `${stream} ${/^(1|True)$/.test(isReset) ? "RST" : "FIN"}`).sort();
}

for (const [listen, target] of [["tcp", "tcp"], ["tls", "tcp"], ["tcp", "tls"], ["unix", "tcp"]] as const) {
  recorded(`${listen} to ${target}`, async (path) => {
    await using world = await startRelay(["--record", path], { listen, target });
    const [client, far] = await world.connect();
    await writeAll(client, utf8("hello"));
    assertEquals(await take(far, 5), "hello");
    await writeAll(far, utf8("answer"));
    assertEquals(await take(client, 6), "answer");
    client.close();
    assertEquals(await seenBy(far), "$");
    far.close();
    await world.relay.sees(/ left /, "stderr");
    assertEquals(await both(path), [["hello", "answer"], ["hello", "answer"]]);
    assertEquals(await ends(path), ["0 FIN", "0 FIN", "1 FIN", "1 FIN"]);
    const { stdout } = await tshark(await Deno.readFile(path), ["-T", "fields", "-e", "tcp.stream"]);
    // The client's handshake, the target's, then the client's bytes.
    assertEquals(stdout.replaceAll("\n", "").slice(0, 8), "00011101");
  }, Deno.build.os === "windows" && listen === "unix");
}

recorded("what is disturbed, as it crossed each wire", async (path) => {
  await using world = await startRelay(["--record", path, "--chunk", "2:up", "--frame", "line"]);
  const [client, far] = await world.connect();
  await writeAll(client, utf8("one\ntwo\n"));
  assertEquals(await take(far, 8), "one\ntwo\n");
  client.close();
  far.close();
  await world.relay.sees(/ left /, "stderr");
  assertEquals(await both(path), [["one\ntwo\n", ""], ["one\ntwo\n", ""]]);
  const fields = ["-T", "fields", "-e", "tcp.stream", "-e", "frame.comment"];
  const { stdout } = await tshark(await Deno.readFile(path), ["-Y", "tcp.len>0", ...fields]);
  const [incoming, ...outgoing] = stdout.trimEnd().split("\n");
  assertEquals(incoming, "0\tframe 1: bytes 0-3,frame 2: bytes 4-7");
  assertEquals(outgoing.length, 4);
});

recorded("a reset of one is one of both", async (path) => {
  await using world = await startRelay(["--record", path]);
  const [client, far] = await world.connect();
  await writeAll(far, utf8("x"));
  assertEquals(await take(client, 1), "x");
  resetConn(client);
  assertEquals(await seenBy(far), " RST");
  far.close();
  await world.relay.sees(/ left /, "stderr");
  assertEquals(await ends(path), ["0 RST", "1 RST"]);
}, !isLinux);

recorded("a reset by the target, to which much was under way", async (path) => {
  await using world = await startRelay(["--record", path]);
  const [client, far] = await world.connect();
  const writing = writeAll(client, new Uint8Array(8 << 20)).then(() => false, isGone);
  await take(far, 1 << 16);
  resetConn(far);
  assertEquals(await writing, true);
  client.close();
  await world.relay.sees(/ left /, "stderr");
  const filter = ["-Y", "tcp.flags.reset==1", "-T", "fields", "-e", "tcp.stream", "-e", "tcp.srcport"];
  const { stdout } = await tshark(await Deno.readFile(path), filter);
  const { port } = far.localAddr as Deno.NetAddr;
  // The target resets the relay, and the relay the client.
  assertEquals(stdout.trimEnd().split("\n").sort(), [`0\t${world.relay.port}`, `1\t${port}`]);
}, !isLinux);

recorded("a reset of the relay's own", async (path) => {
  await using world = await startRelay(["--record", path, "--json"]);
  const [client, far] = await world.connect();
  await writeAll(client, utf8("x"));
  assertEquals(await take(far, 1), "x");
  await toAll(world.relay, "reset");
  assertEquals([await seenBy(client), await seenBy(far)], [" RST", " RST"]);
  client.close();
  far.close();
  assertEquals(await ends(path), ["0 RST", "1 RST"]);
}, !isLinux);

recorded("datagrams", async (path) => {
  const far = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const near = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const udpTarget = (far.addr as Deno.NetAddr).port;
  await using world = await startRelay(["--record", path], { listen: "udp", udpTarget });
  await near.send(utf8("hello"), { transport: "udp", hostname: "127.0.0.1", port: world.relay.port });
  const [, from] = await far.receive();
  await far.send(utf8("answer"), from);
  await near.receive();
  near.close();
  far.close();
  assertEquals(await both(path, "udp"), [["hello", "answer"], ["hello", "answer"]]);
});
