import { assert, assertEquals, assertMatch } from "@std/assert";
import { deafPort, isLinux, isWindows, LOOPBACK, pinwire, refusal, runPinwire, tempDir } from "./support.ts";
import { makePair } from "./support/certificates.ts";
import { plainServer, probed } from "./support/probe.ts";

Deno.test("probe tells of an open and a closed port, in the order given", async () => {
  await using server = plainServer(() => {});
  using deaf = await deafPort();
  const [open, closed] = [server, deaf].map(({ port }) => `tcp://127.0.0.1:${port}`);
  const { code, rows } = await probed([closed, open, closed.slice(6), `localhost:${server.port}`]);
  assertEquals(rows.map(({ address, state }) => [address, state]), [
    [closed, "closed"],
    [open, "open"],
    [closed, "closed"],
    [`tcp://localhost:${server.port}`, "open"],
  ]);
  assert(rows.every(({ ms }) => ms >= 0 && ms < 180_000));
  assertEquals([code, rows[0].reason], [1, undefined]);
  assertEquals((await probed([open])).code, 0);
});

/** What Linux's TCP measured. */
const WAY = "\tround trip [0-9.]+ ms ± [0-9.]+, window [0-9]+";

Deno.test({
  name: "probe tells what Linux's TCP knows of the way, before anything was said",
  ignore: !isLinux,
  async fn() {
    await using server = plainServer(() => {});
    const { rows: [{ tcp }] } = await probed([`127.0.0.1:${server.port}`]);
    assert(tcp && tcp.rtt > 0 && tcp.rtt < 1000 && tcp.rttvar > 0);
    assertEquals([tcp.retransmissions, tcp.cwnd], [0, 10]);
    assert(tcp.window! > 10_000);
  },
});

Deno.test("probe prints fields with tabs between in a pipe, and nothing with --quiet", async () => {
  await using server = plainServer(() => {});
  const open = `tcp://127.0.0.1:${server.port}`;
  const { code, stdout, stderr } = await runPinwire(["probe", open]);
  assertMatch(stdout, new RegExp(`^${open}\topen\t[0-9]+\\.[0-9]{1,2} ms${isLinux ? WAY : ""}\n$`));
  assertEquals([code, stderr], [0, ""]);
  assertEquals(await runPinwire(["probe", open, "-q"]), { code: 0, stdout: "", stderr: "" });
});

Deno.test({
  name: "probe gets no answer from a listener whose queue is full",
  ignore: !isLinux,
  async fn() {
    using listener = Deno.listen({ hostname: LOOPBACK, port: 0, tcpBacklog: 1 });
    const { port } = listener.addr;
    // The queue takes one more than it says (listen(2)).
    using _first = await Deno.connect({ port });
    using _second = await Deno.connect({ port });
    const { code, rows: [row] } = await probed([String(port), "--connect-timeout", "0.5"]);
    assertEquals([code, row.state, row.reason], [1, "no answer", undefined]);
    assert(row.ms >= 500);
  },
});

Deno.test("probe tells which ports of a range are open", async () => {
  await using server = plainServer(() => {});
  const { port } = server;
  const { rows } = await probed([`127.0.0.1:${port - 80}-${port}`]);
  assertEquals(rows.map(({ address }) => Number(address.split(":")[2])), range(port - 80, port));
  assertEquals(rows[80].state, "open");
});

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

Deno.test("a range that is reversed or too long is a wrong command line", async () => {
  assertMatch(await refusal(["probe", "localhost:8010-8000"], 2), /write localhost:8000-8010/);
  assertMatch(await refusal(["probe", "[::1]:1-2000"], 2), /2000 ports: a range has 1024 at most/);
  assertMatch(await refusal(["probe", "127.0.0.1:0"], 2), /nobody can be at/);
  assertMatch(await refusal(["probe"], 2), /ADDRESS is missing/);
});

Deno.test("probe tells of a UDP port that nobody has, and sends nothing to one of this machine", async () => {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: LOOPBACK, port: 0 });
  const taken = `udp://127.0.0.1:${(socket.addr as Deno.NetAddr).port}`;
  const { code, rows } = await probed([taken]);
  assertEquals([code, rows[0].state], [0, "open or silent"]);
  const other = Deno.listenDatagram({ transport: "udp", hostname: LOOPBACK, port: 0 });
  await other.send(new TextEncoder().encode("first"), socket.addr);
  assertEquals(new TextDecoder().decode((await socket.receive())[0]), "first");
  other.close();
  socket.close();
  const { code: closed, rows: [row] } = await probed([taken]);
  assertEquals([closed, row.state], [1, "closed"]);
});

Deno.test({
  name: "probe looks at Unix sockets",
  ignore: isWindows,
  async fn() {
    await using dir = await tempDir();
    using _listener = Deno.listen({ transport: "unix", path: `${dir.path}/open` });
    const long = "x".repeat(200);
    const paths = ["open", "none", long].map((name) => `unix:${dir.path}/${name}`);
    const { code, rows } = await probed(paths);
    assertEquals(rows.map(({ state }) => state), ["open", "closed", "closed"]);
    assertMatch(rows[1].reason!, /there is no socket/);
    assertMatch(rows[2].reason!, /can't be a socket's path/);
    assertEquals(code, 1);
  },
});

Deno.test("an unknown host is a row with its reason", async () => {
  const { code, rows: [row] } = await probed(["nobody.invalid:80"]);
  assertEquals([code, row.state], [1, "no answer"]);
  assertEquals(row.reason, "unknown host");
});

Deno.test("--wait ends as soon as what was closed is open, with that row alone", async () => {
  const pair = await makePair("me", { names: ["localhost"] });
  const early = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const { port } = early.addr;
  await using probe = await pinwire(["probe", `tls://localhost:${port}`, "--wait", "120", "--json"]);
  // Whoever hangs up before TLS is closed, and this shows that it was tried.
  (await early.accept()).close();
  early.close();
  using late = Deno.listenTls({ hostname: LOOPBACK, port, ...pair });
  const over = (async () => {
    for await (const conn of late) conn.handshake().catch(() => {}).finally(() => conn.close());
  })();
  const { code, stdout } = await probe.outcome();
  late.close();
  await over;
  assertEquals([code, stdout.match(/"state":"[^"]*"/g)], [0, ['"state":"open"']]);
});

Deno.test("--wait goes on to its end", async () => {
  using deaf = await deafPort();
  const { rows: [{ state }], code, took } = await timed(() => probed([String(deaf.port), "--wait", "3"]));
  assertEquals([state, code], ["closed", 1]);
  assert(took >= 3000, `${took} ms`);
});

Deno.test("--wait gives up in the end, and says once what was found", async () => {
  using deaf = await deafPort();
  const { code, rows } = await probed([String(deaf.port), "--wait", "1"]);
  assertEquals([code, rows.map(({ state }) => state)], [1, ["closed"]]);
});

Deno.test({
  name: "a probe that is stopped ends with 130 and calls nothing open",
  ignore: isWindows,
  async fn() {
    const early = Deno.listen({ hostname: LOOPBACK, port: 0 });
    await using probe = await pinwire(["probe", `tls://localhost:${early.addr.port}`, "--wait", "120"]);
    using _conn = await early.accept();
    early.close();
    await probe.stop();
    assertEquals(await probe.outcome(), { code: 130, stdout: "", stderr: "" });
  },
});

/** What something gives, and how long it took, in ms. */
async function timed<T extends object>(act: () => Promise<T>): Promise<T & { took: number }> {
  const began = performance.now();
  const outcome = await act();
  return { ...outcome, took: performance.now() - began };
}
