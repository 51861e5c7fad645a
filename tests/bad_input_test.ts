import { assert, assertEquals, assertLessOrEqual, assertMatch } from "@std/assert";
import {
  ask,
  type Event,
  has,
  pinwire,
  pinwireArgs,
  Process,
  PYTHON,
  runPinwire,
  runPython,
  tempDir,
} from "./support.ts";

const LOOPBACK = "127.0.0.1";
const isLinux = Deno.build.os === "linux";
const isWindows = Deno.build.os === "windows";
const isRoot = isLinux && Deno.uid() === 0;
const bytes = (text: string) => new TextEncoder().encode(text);

/** A server with one client that behaves, and whom nobody's bad input may harm. */
interface World extends AsyncDisposable {
  server: Process;
  /** A connection of somebody else, and how events name it. */
  intruder(): Promise<{ conn: Deno.TcpConn; peer: string }>;
  /** The good client asks and is answered. */
  isWell(): Promise<void>;
}

/** Starts a pure echo over TCP; `question` is a message in its frame. */
async function echo(options: string[], question = "ping\n"): Promise<World> {
  const args = ["echo", "serve", "127.0.0.1:0", "--reply", "{data}", "--json", ...options];
  const server = await pinwire(args);
  const connect = () => Deno.connect({ hostname: LOOPBACK, port: server.port });
  const good = await connect();
  await server.next("connected");
  const world = {
    server,
    async intruder() {
      const conn = await connect();
      return { conn, peer: (await server.next("connected")).peer! };
    },
    async isWell() {
      assertEquals(await ask(good, question), question);
      await server.next("message");
    },
    async [Symbol.asyncDispose]() {
      good.close();
      await server[Symbol.asyncDispose]();
    },
  };
  await world.isWell();
  return world;
}

/** A UDP socket that goes with the test. */
function datagrams(hostname = LOOPBACK, port = 0) {
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port });
  const own = socket.addr as Deno.NetAddr;
  return {
    port: own.port,
    send: (data: string | Uint8Array, to: number) =>
      socket.send(typeof data === "string" ? bytes(data) : data, {
        transport: "udp",
        hostname: LOOPBACK,
        port: to,
      }),
    async receive() {
      const [data] = await socket.receive(new Uint8Array(65_536));
      return new TextDecoder().decode(data);
    },
    [Symbol.dispose]: () => socket.close(),
  };
}

async function freePort(): Promise<number> {
  using listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  return await Promise.resolve(listener.addr.port);
}

/** Everything that comes until the end of the stream, however that comes about. */
async function restOf(conn: Deno.Conn): Promise<string> {
  let text = "";
  const buffer = new Uint8Array(65_536);
  try {
    for (let n; (n = await conn.read(buffer)) !== null;) {
      text += new TextDecoder().decode(buffer.subarray(0, n));
    }
  } catch (error) {
    if (!isGone(error)) throw error;
  }
  return text;
}

const isGone = (error: unknown) =>
  error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.ConnectionAborted ||
  error instanceof Deno.errors.BrokenPipe;

/** Ends a server as Ctrl-C does; Windows has no such signal for another process and just ends it. */
async function assertStops(server: Process): Promise<void> {
  const { code } = await server.stop();
  if (!isWindows) assertEquals(code, 0);
}

const errorsOf = (server: Process): Event[] => server.events.filter(({ event }) => event === "error");

/** What a command that can't begin says: one sentence on stderr, nothing on stdout. */
async function refusal(args: string[], code: 1 | 2, stdin = ""): Promise<string> {
  const outcome = await runPinwire(args, { stdin });
  assertEquals([outcome.code, outcome.stdout], [code, ""], outcome.stderr);
  assertMatch(outcome.stderr, /^pinwire( \w+)?: [^\n]+\n$/);
  return outcome.stderr;
}

/** A test of Ctrl-C. */
function interrupt(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: isWindows, fn });
}

// Addresses

for (const scheme of ["tcp", "udp"]) {
  Deno.test(`a taken ${scheme} port: who has it, and that server goes on`, async () => {
    await using server = await pinwire(["echo", "serve", `${scheme}://127.0.0.1:0`, "--reply", "{data}"]);
    const said = await refusal(["echo", "serve", server.address], 1);
    assert(said.includes(`${server.address} is taken`), said);
    assert(said.endsWith(": stop it or choose another port\n"), said);
    if (isLinux) assertMatch(said, new RegExp(` by \\S+ \\(process ${server.pid}\\)`));
    const answer = await runPinwire(["send", server.address, "still here", "--wait", "1"]);
    assertEquals(answer, { code: 0, stdout: "still here\n", stderr: "" });
  });
}

Deno.test("nobody there", async () => {
  const port = await freePort();
  const sentence =
    `pinwire: nobody is listening on tcp://127.0.0.1:${port}: start the server first, or check the port\n`;
  assertEquals(await refusal(["send", `127.0.0.1:${port}`, "hi"], 1), sentence);
  assertEquals(await refusal(["echo", "connect", `127.0.0.1:${port}`], 1), sentence);
  assertEquals(await refusal(["echo", "bench", `127.0.0.1:${port}`], 1), sentence);
});

Deno.test("port 99999 is a wrong command line", async () => {
  for (const command of ["echo serve", "echo connect", "echo bench", "send", "receive"]) {
    const said = await refusal([...command.split(" "), "127.0.0.1:99999"], 2);
    assertMatch(said, /99999.* from 0 to 65535\n$/);
  }
});

for (const scheme of ["tcp", "udp", "tls"]) {
  Deno.test(`an unknown host, ${scheme}`, async () => {
    const said = await refusal(["send", `${scheme}://nowhere.invalid:7`, "hi"], 1);
    assert(said.includes(`the host of ${scheme}://nowhere.invalid:7 is not known`), said);
  });
}

for (const command of ["echo connect", "echo bench"]) {
  Deno.test(`an unknown host over UDP, ${command}`, async () => {
    const said = await refusal([...command.split(" "), "udp://nowhere.invalid:7"], 1, "hi\n");
    assert(said.includes("the host of udp://nowhere.invalid:7 is not known"), said);
  });
}

Deno.test("an address that isn't ours", async () => {
  assertMatch(await refusal(["echo", "serve", "192.0.2.1:0"], 1), /is not an address of this machine/);
});

function unix(name: string, fn: (path: string) => Promise<void>): void {
  Deno.test({
    name,
    ignore: isWindows,
    async fn() {
      await using dir = await tempDir();
      await fn(`${dir.path}/socket`);
    },
  });
}

unix("a Unix path that a killed server left is taken over", async (path) => {
  await using killed = await pinwire(["echo", "serve", `unix:${path}`]);
  killed.kill("SIGKILL");
  await killed.status;
  assert((await Deno.lstat(path)).isSocket);
  await using server = await pinwire(["echo", "serve", `unix:${path}`, "--reply", "{data}"]);
  const sent = await runPinwire(["send", server.address, "hello"]);
  assertEquals([sent.code, sent.stdout], [0, "hello\n"]);
});

unix("a Unix path with a server on it is refused, and that server goes on", async (path) => {
  await using server = await pinwire(["echo", "serve", `unix:${path}`, "--reply", "{data}"]);
  using good = await Deno.connect({ transport: "unix", path });
  const said = await refusal(["receive", `unix:${path}`], 1);
  assert(said.includes(`unix:${path} is taken: stop that server or choose another path`), said);
  assertEquals(await ask(good, "ping"), "ping");
  await assertStops(server);
});

unix("a file that is no socket is refused and stays as it is", async (path) => {
  await Deno.writeTextFile(path, "mine");
  const said = await refusal(["echo", "serve", `unix:${path}`], 1);
  assert(said.includes(`unix:${path} exists and is not a socket`), said);
  assertEquals(await Deno.readTextFile(path), "mine");
});

unix("a Unix path without its folder, or without a server", async (path) => {
  assertMatch(await refusal(["echo", "serve", `unix:${path}/x`], 1), /the folder of \S+ does not exist/);
  assertMatch(await refusal(["send", `unix:${path}`, "hi"], 1), /there is no socket at unix:/);
});

// The command line

function wrong(name: string, args: string[], said: RegExp): void {
  Deno.test(`wrong command line: ${name}`, async () => assertMatch(await refusal(args, 2), said));
}

wrong("an unknown option", ["echo", "serve", "--fram", "line"], /unknown option --fram.*mean --frame\?/);
wrong("an unknown command", ["ecko"], /unknown command "ecko".*mean echo\?/);
wrong("an unknown word of a command", ["echo", "serv"], /unknown command "echo serv".*mean echo serve\?/);
wrong("an unknown encoding", ["receive", "0", "-e", "gbq"], /unknown encoding "gbq".*gbk/);
wrong("an unknown frame", ["receive", "0", "-f", "lines"], /no frame "lines".*mean line\?/);
wrong("UTF-16 in lines", ["receive", "0", "-e", "utf-16le"], /--frame text can't cut utf-16le/);
wrong(
  "UTF-16 in lines of echo",
  ["echo", "serve", "0", "-f", "line", "-e", "utf-16be"],
  /line can't cut utf-16be/,
);
wrong("a field of --reply", ["echo", "serve", "0", "--reply", "{date}"], /unknown field \{date\}.*\{data\}/);
wrong("a certificate without its key", ["echo", "serve", "0", "--tls-cert", "c.pem"], /--tls-key/);
wrong("a key without its certificate", ["echo", "serve", "0", "--tls-key", "k.pem"], /--tls-cert/);
wrong("tls:// without files", ["receive", "tls://0"], /--tls-cert.*pinwire cert/);
wrong("--ca without tls://", ["send", "127.0.0.1:7", "hi", "--ca", "c.pem"], /--ca is for tls:\/\//);
wrong("--workers over UDP", ["echo", "serve", "udp://0", "--workers", "2"], /--workers.*TCP/);

Deno.test("hexadecimal that is none is refused before anything is dialled", async () => {
  using listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const said = await refusal(["send", `127.0.0.1:${listener.addr.port}`, "--hex", "zz"], 2);
  assertMatch(said, /"zz" is not hexadecimal/);
  using own = await Deno.connect({ hostname: LOOPBACK, port: listener.addr.port });
  using first = await listener.accept();
  assertEquals((first.remoteAddr as Deno.NetAddr).port, own.localAddr.port);
});

// Frames

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

// Text

Deno.test("invalid GBK is shown in hex, and its neighbours as they are", async () => {
  await using server = await pinwire(["receive", "127.0.0.1:0", "-e", "gbk", "--json"]);
  using good = await Deno.connect({ hostname: LOOPBACK, port: server.port });
  const { peer } = await server.next("connected");
  using conn = await Deno.connect({ hostname: LOOPBACK, port: server.port });
  await server.next("connected");
  await conn.write(Uint8Array.fromHex("c4e3ffbac30a" + "c4e3bac30a"));
  const bad = await server.next("message");
  assertEquals([bad.text, bad.bytes, bad.hex], ["你\ufffd好", 5, "c4e3ffbac3"]);
  const next = await server.next("message");
  assertEquals([next.text, next.bytes, next.hex], ["你好", 4, undefined]);
  await good.write(Uint8Array.fromHex("bac30a"));
  const other = await server.next("message");
  assertEquals([other.peer, other.text, other.hex], [peer, "好", undefined]);
});

Deno.test("a GBK character cut over two reads comes out whole", async () => {
  await using server = await pinwire(["receive", "127.0.0.1:0", "-e", "gbk", "-f", "raw", "--json"]);
  using conn = await Deno.connect({ hostname: LOOPBACK, port: server.port });
  await conn.write(Uint8Array.fromHex("c4e3ba"));
  assertEquals((await server.next("message")).text, "你");
  await conn.write(Uint8Array.fromHex("c3"));
  const rest = await server.next("message");
  assertEquals([rest.text, rest.hex], ["好", undefined]);
});

Deno.test("send says which characters GBK lacks, and the others arrive", async () => {
  await using server = await pinwire(["receive", "127.0.0.1:0", "-e", "gbk", "--json"]);
  const sent = await runPinwire(["send", `127.0.0.1:${server.port}`, "你😀好", "-e", "gbk"]);
  assertEquals(sent.code, 0);
  assertMatch(sent.stderr, /^pinwire send: .*gbk has no "😀"[^\n]*gb18030[^\n]*\n$/);
  assertEquals((await server.next("message")).text, "你?好");
});

Deno.test("what a message does to a terminal is shown, not done", async () => {
  await using server = await pinwire(["receive", "127.0.0.1:0"]);
  using conn = await Deno.connect({ hostname: LOOPBACK, port: server.port });
  await conn.write(bytes("\x1b[31mred\x1b]0;title\x07 \x9b2J \u202etxt\n"));
  assertMatch(await server.line(), /: \^\[\[31mred\^\[\]0;title\^G \ufffd?.*2J <U\+202E>txt$/);
  await conn.write(bytes("\u009b2J\n"));
  assertMatch(await server.line(), /: <U\+009B>2J$/);
  await server.stop();
  // deno-lint-ignore no-control-regex
  assert(!/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/.test(server.stdout));
});

// Datagrams

async function echoUdp(...options: string[]): Promise<Process> {
  return await pinwire(["echo", "serve", "udp://127.0.0.1:0", "--json", ...options]);
}

Deno.test({
  name: "65,507 bytes and a stamp fit into no datagram: that is told, and the peer stays",
  ignore: !isLinux,
  async fn() {
    await using server = await echoUdp();
    using good = datagrams();
    using bad = datagrams();
    await bad.send(new Uint8Array(65_507).fill(0x78), server.port);
    assertEquals((await server.next("message")).bytes, 65_507);
    const error = await server.next("error");
    assertEquals(error.peer, `udp://127.0.0.1:${bad.port}`);
    assertMatch(error.message!, /65534.*65507/);
    for (const peer of [bad, good]) {
      await peer.send("hi", server.port);
      assertMatch(await peer.receive(), /^\[.{24}\] hi$/);
    }
  },
});

Deno.test({
  name: "65,507 bytes come back whole from a pure echo",
  ignore: !isLinux,
  async fn() {
    await using server = await echoUdp("--reply", "{data}");
    using peer = datagrams();
    await peer.send(new Uint8Array(65_507).fill(0x78), server.port);
    assertEquals((await peer.receive()).length, 65_507);
  },
});

Deno.test("an empty datagram is a message and is answered", async () => {
  await using server = await echoUdp();
  using peer = datagrams();
  await peer.send("", server.port);
  const message = await server.next("message");
  assertEquals([message.text, message.bytes, message.hex], ["", 0, undefined]);
  assertMatch(await peer.receive(), /^\[.{24}\] $/);
  await using receiver = await pinwire(["receive", "udp://127.0.0.1:0", "--json"]);
  await peer.send("", receiver.port);
  assertEquals((await receiver.next("message")).bytes, 0);
});

Deno.test("send refuses the 65,508 bytes that no datagram holds, and sends the others", async () => {
  await using receiver = await pinwire(["receive", "udp://127.0.0.1:0", "--json"]);
  const stdin = `${"x".repeat(65_508)}\nhi\n`;
  const sent = await runPinwire(["send", receiver.address, "--wait", "0"], { stdin });
  assertEquals(sent.code, 1);
  assertMatch(sent.stderr, /^pinwire send: [^\n]*65508 bytes[^\n]*65507[^\n]*\n$/);
  assertEquals((await receiver.next("message")).text, "hi");
});

Deno.test({
  name: "a datagram from port 19 is not answered, and counted",
  ignore: !isRoot,
  async fn() {
    await using server = await echoUdp("--reply", "{data}");
    // Another address of loopback, lest this machine has a chargen of its own.
    using chargen = datagrams("127.0.0.19", 19);
    using good = datagrams();
    await chargen.send("abcdefg", server.port);
    await server.next("message");
    await good.send("hi", server.port);
    assertEquals(await good.receive(), "hi");
    assertMatch((await server.next("error")).message!, /not answered: 1$/);
    // Nothing has come but what we send now.
    await good.send("marker", server.port);
    assertEquals(await good.receive(), "marker");
    const marker = Deno.listenDatagram({ transport: "udp", hostname: LOOPBACK, port: 0 });
    await marker.send(bytes("marker"), { transport: "udp", hostname: "127.0.0.19", port: 19 });
    marker.close();
    assertEquals(await chargen.receive(), "marker");
  },
});

for (const reply of ["[{time}] {data}", "ok"]) {
  Deno.test({
    name: `two echo servers pointed at each other stop by themselves (--reply '${reply}', as root)`,
    ignore: !isRoot || !has(PYTHON),
    async fn() {
      await using one = await echoUdp("--reply", reply);
      await using two = await echoUdp("--reply", reply);
      // "hi" reaches two as if one had sent it.
      assertEquals((await runPython("udp_forge", [one.port, two.port])).code, 0);
      const stopped = await Promise.race([one.next("error"), two.next("error")]);
      assertMatch(stopped.message!, /not answered: 1$/);
      using good = datagrams();
      for (const server of [one, two]) {
        await good.send("hi", server.port);
        await good.receive();
        await assertStops(server);
      }
      const count = (server: Process) => server.events.filter(({ event }) => event === "message").length - 1;
      // hi → two answers → one answers → two sees its own stamp come back; a fixed answer is known by one.
      assertEquals([count(two), count(one)], reply === "ok" ? [1, 1] : [2, 1]);
    },
  });
}

// Connections

/** How much memory a process has, in bytes. */
async function memoryOf({ pid }: Process): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(status.match(/VmRSS:\s+(\d+)/)![1]) * 1024;
}

Deno.test({
  name: "a client that never reads costs no memory, and the others are served",
  ignore: !isLinux,
  async fn() {
    await using world = await echo(["--quiet"]);
    const { conn, peer } = await world.intruder();
    const chunk = new Uint8Array(65_536).fill(0x0a);
    const total = 64 * 1024 * 1024;
    let written = 0;
    async function flood() {
      while (written < total) written += await conn.write(chunk);
    }
    const memory = await memoryOf(world.server);
    const flooding = flood().catch(() => {});
    // Once the server has stopped reading, nothing more goes however often others are served.
    let before = -1;
    while (written !== before) {
      before = written;
      for (let i = 0; i < 50; i++) {
        await world.isWell();
        world.server.events.length = 0;
      }
    }
    assert(written < total, "all of it was taken");
    assertLessOrEqual(await memoryOf(world.server) - memory, 24 * 1024 * 1024);
    conn.close();
    await flooding;
    assertEquals((await world.server.next("disconnected")).peer, peer);
    await world.isWell();
  },
});

Deno.test("more idle connections than --max-clients: the next are closed, the earlier ones served", async () => {
  await using server = await pinwire([
    "echo",
    "serve",
    "127.0.0.1:0",
    "--reply",
    "{data}",
    "--json",
    "--max-clients",
    "200",
  ]);
  const connect = () => Deno.connect({ hostname: LOOPBACK, port: server.port });
  const early = await Promise.all(Array.from({ length: 200 }, connect));
  for (const _ of early) await server.next("connected");
  const late = await Promise.all(Array.from({ length: 100 }, connect));
  assertEquals(await Promise.all(late.map(restOf)), late.map(() => ""));
  const error = await server.next("error");
  assertMatch(`${error.message}: ${error.hint}`, /200 at a time.*--max-clients/);
  for (const conn of [early[0], early[99], early[199]]) assertEquals(await ask(conn, "ping"), "ping");
  early[0].close();
  await server.next("disconnected");
  using next = await connect();
  assertEquals(await ask(next, "ping"), "ping");
  for (const conn of [...early.slice(1), ...late]) conn.close();
  await assertStops(server);
});

Deno.test({
  name: `a connection reset in the middle (needs ${PYTHON})`,
  ignore: !has(PYTHON),
  async fn() {
    await using world = await echo([]);
    assertEquals((await runPython("reset", [LOOPBACK, world.server.port])).code, 0);
    const { peer } = await world.server.next("connected");
    const { peer: gone, reason } = await world.server.next("disconnected");
    assertEquals([gone, reason], [peer, "connection reset"]);
    await world.isWell();
    assertEquals(errorsOf(world.server), []);
  },
});

interrupt("Ctrl-C with clients connected: all are told of, and it ends with 0", async () => {
  await using world = await echo([]);
  const { conn } = await world.intruder();
  using _ = conn;
  await assertStops(world.server);
  assertEquals(await restOf(conn), "");
  const gone = world.server.events.filter(({ event }) => event === "disconnected");
  assertEquals(gone.map(({ reason }) => reason), ["server stopped", "server stopped"]);
  assertEquals([errorsOf(world.server), world.server.stderr], [[], ""]);
});

/** A client that is owed an answer of far more than all buffers hold, and doesn't take it. */
async function owed(): Promise<{ server: Process; conn: Deno.TcpConn } & AsyncDisposable> {
  const server = await pinwire([
    "echo",
    "serve",
    "127.0.0.1:0",
    "--reply",
    "{data}".repeat(15_000),
    "--frame",
    "line",
    "--json",
  ]);
  const conn = await Deno.connect({ hostname: LOOPBACK, port: server.port });
  await conn.write(bytes(`${"x".repeat(2000)}\n`));
  await server.next("message");
  return {
    server,
    conn,
    async [Symbol.asyncDispose]() {
      conn.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

interrupt("a second Ctrl-C ends at once, with 130", async () => {
  await using debt = await owed();
  using idle = await Deno.connect({ hostname: LOOPBACK, port: debt.server.port });
  for (let connected = 0; connected < 2; connected++) await debt.server.next("connected");
  debt.server.kill("SIGINT");
  // The idle one is closed as soon as the first signal is heeded.
  assertEquals(await restOf(idle), "");
  assertEquals((await debt.server.stop()).code, 130);
});

interrupt("an answer that nobody takes holds Ctrl-C up for 2 s, no more", async () => {
  await using debt = await owed();
  const start = performance.now();
  assertEquals((await debt.server.stop()).code, 0);
  assertLessOrEqual(1900, performance.now() - start);
});

// TLS

interface TlsWorld extends AsyncDisposable {
  server: Process;
  ca: string;
  isWell(): Promise<void>;
}

async function echoTls(): Promise<TlsWorld> {
  const dir = await tempDir();
  await runPinwire(["cert", "localhost", LOOPBACK, "--out", dir.path]);
  const ca = `${dir.path}/pinwire-cert.pem`;
  const files = ["--tls-cert", ca, "--tls-key", `${dir.path}/pinwire-key.pem`];
  const server = await pinwire(["echo", "serve", "127.0.0.1:0", "--reply", "{data}", "--json", ...files]);
  const caCerts = [await Deno.readTextFile(ca)];
  const good = await Deno.connectTls({ hostname: LOOPBACK, port: server.port, caCerts });
  const world = {
    server,
    ca,
    async isWell() {
      assertEquals(await ask(good, "ping"), "ping");
      await server.next("message");
    },
    async [Symbol.asyncDispose]() {
      good.close();
      await server[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
  await world.isWell();
  await server.next("connected");
  return world;
}

Deno.test("plain text on a TLS port", async () => {
  await using world = await echoTls();
  using plain = await Deno.connect({ hostname: LOOPBACK, port: world.server.port });
  await plain.write(bytes("hello\n"));
  await restOf(plain);
  const error = await world.server.next("error");
  assertMatch(`${error.message}: ${error.hint}`, /TLS with tls:\/\/\S+ failed.*does not speak TLS/);
  await world.isWell();
});

for (const reply of ["[{time}] {data}", "{data}"]) {
  Deno.test(`TLS that is dialled where plain text is spoken (--reply '${reply}')`, async () => {
    await using server = await pinwire(["echo", "serve", "127.0.0.1:0", "--reply", reply]);
    using good = await Deno.connect({ hostname: LOOPBACK, port: server.port });
    assertMatch(await ask(good, "ping"), /ping$/);
    const said = await refusal(["send", `tls://127.0.0.1:${server.port}`, "hi"], 1);
    assertMatch(said, /does not speak TLS/);
    assertMatch(await ask(good, "ping"), /ping$/);
  });
}

Deno.test("a client that doesn't trust the certificate: both sides say so", async () => {
  await using world = await echoTls();
  const said = await refusal(["send", `tls://127.0.0.1:${world.server.port}`, "hi"], 1);
  assertMatch(said, /TLS with .* failed.*--ca FILE/);
  const error = await world.server.next("error");
  assertMatch(`${error.message}: ${error.hint}`, /does not trust the certificate.*--ca/);
  await world.isWell();
  const trusting = ["send", `tls://localhost:${world.server.port}`, "hi", "--ca", world.ca];
  assertEquals(await runPinwire(trusting), { code: 0, stdout: "hi\n", stderr: "" });
});

interrupt("a TLS client that never shakes hands holds up neither others nor Ctrl-C", async () => {
  await using world = await echoTls();
  using mute = await Deno.connect({ hostname: LOOPBACK, port: world.server.port });
  const args = ["send", `tls://127.0.0.1:${world.server.port}`, "hi", "--ca", world.ca];
  assertEquals(await runPinwire(args), { code: 0, stdout: "hi\n", stderr: "" });
  await world.isWell();
  await assertStops(world.server);
  assertEquals([await restOf(mute), errorsOf(world.server)], ["", []]);
});

Deno.test("a name that the certificate doesn't have", async () => {
  await using dir = await tempDir();
  await runPinwire(["cert", "localhost", "--out", dir.path]);
  const files = ["--tls-cert", `${dir.path}/pinwire-cert.pem`, "--tls-key", `${dir.path}/pinwire-key.pem`];
  await using other = await pinwire(["echo", "serve", "127.0.0.1:0", ...files]);
  const args = ["send", `tls://127.0.0.1:${other.port}`, "hi", "--ca", files[1]];
  assertMatch(await refusal(args, 1), /not valid for name.*by a name in the certificate/);
});

Deno.test("certificate files that are wrong", async () => {
  await using dir = await tempDir();
  const file = (name: string) => `${dir.path}/${name}`;
  for (const folder of ["a", "b"]) {
    await Deno.mkdir(file(folder));
    assertEquals((await runPinwire(["cert", "localhost", "--out", file(folder)])).code, 0);
  }
  await Deno.writeTextFile(file("junk.pem"), "junk");
  const serve = (cert: string, key: string) =>
    refusal(["echo", "serve", "127.0.0.1:0", "--tls-cert", file(cert), "--tls-key", file(key)], 1);
  const cert = "a/pinwire-cert.pem";
  assertMatch(
    await serve(cert, "b/pinwire-key.pem"),
    /the key of --tls-key does not belong to the certificate/,
  );
  assertMatch(await serve("junk.pem", "a/pinwire-key.pem"), /no certificate or no key in PEM form/);
  assertMatch(await serve(cert, "junk.pem"), /no certificate or no key in PEM form/);
  assertMatch(await serve(cert, "none.pem"), /none\.pem of --tls-key does not exist/);
});

Deno.test("files of --ca that are wrong", async () => {
  await using world = await echoTls();
  const dial = (ca: string) => ["send", `tls://127.0.0.1:${world.server.port}`, "hi", "--ca", ca];
  assertMatch(await refusal(dial(`${world.ca}.none`), 1), /pem\.none of --ca does not exist/);
  const junk = world.ca.replace(/[^/\\]+$/, "junk.pem");
  await Deno.writeTextFile(junk, "junk");
  assertMatch(await refusal(dial(junk), 1), /junk\.pem.*certificate/);
  await world.isWell();
});

// Readers of our output

/** Runs pinwire with `| head -n 1` behind it; the exit code is pinwire's. */
function head(args: string[]): Process {
  return new Process("bash", [
    "-c",
    'set -o pipefail; "$@" | head -n 1',
    "bash",
    Deno.execPath(),
    ...pinwireArgs(args),
  ]);
}

Deno.test({
  name: "serve --json | head -1 ends the server quietly (needs bash)",
  ignore: isWindows || !has("bash"),
  async fn() {
    await using server = head(["echo", "serve", "127.0.0.1:0", "--json"]);
    const { address } = await server.next("listening");
    using conn = await Deno.connect({ hostname: LOOPBACK, port: Number(address!.split(":").at(-1)) });
    // The server learns of it with the first event that nobody takes.
    try {
      while (await ask(conn, "ping"));
    } catch (error) {
      assert(isGone(error), `${error}`);
    }
    const { code, stdout, stderr } = await server.outcome();
    assertEquals([code, stdout.split("\n").length, stderr], [0, 2, ""]);
  },
});

Deno.test({
  name: "connect | head -1 ends the client quietly, and the server stays (needs bash)",
  ignore: isWindows || !has("bash"),
  async fn() {
    await using world = await echo(["--quiet"]);
    await using client = head(["echo", "connect", `127.0.0.1:${world.server.port}`]);
    try {
      for (;;) await client.write("more\n");
    } catch {
      // It has gone, and takes no more lines.
    }
    assertEquals(await client.outcome(), { code: 0, stdout: "more\n", stderr: "" });
    world.server.events.length = 0;
    await world.isWell();
  },
});

interrupt("a reader of --json that stops reading holds up neither other clients nor Ctrl-C", async () => {
  const args = ["echo", "serve", "127.0.0.1:0", "--frame", "line", "--reply", "{data}", "--json"];
  const server = new Deno.Command(Deno.execPath(), {
    args: pinwireArgs(args),
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = server.stdout.getReader();
  try {
    const { value } = await reader.read();
    const port = Number(new TextDecoder().decode(value).match(/:(\d+)"/)![1]);
    using busy = await Deno.connect({ hostname: LOOPBACK, port });
    // Their events are many times what pipes and buffers hold.
    const flooding = busy.write(bytes("x\n".repeat(100_000)));
    assert((await busy.read(new Uint8Array(1)))! > 0);
    using other = await Deno.connect({ hostname: LOOPBACK, port });
    assertEquals(await ask(other, "ping\n"), "ping\n");
    using third = await Deno.connect({ hostname: LOOPBACK, port });
    assertEquals(await ask(third, "ping\n"), "ping\n");
    server.kill("SIGINT");
    assertEquals((await server.status).code, 0);
    await flooding.catch(() => {});
  } finally {
    try {
      server.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await reader.cancel();
    await server.status;
  }
});

// Workers

/** A test of --workers, which is for Linux. */
function workers(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `--workers 2: ${name}`, ignore: !isLinux, fn });
}

workers("both listen, all are served, events tell of all, Ctrl-C ends all", async () => {
  await using world = await echo(["--workers", "2"]);
  const { server } = world;
  const port = server.port.toString(16).toUpperCase().padStart(4, "0");
  const listeners = (await Deno.readTextFile("/proc/net/tcp")).match(
    new RegExp(`:${port} 00000000:0000 0A `, "g"),
  );
  assertEquals(listeners?.length, 2);
  const intruders = await Promise.all(Array.from({ length: 10 }, () => world.intruder()));
  for (const { conn } of intruders) assertEquals(await ask(conn, "hi"), "hi");
  const peers = new Set<string>();
  for (const _ of intruders) peers.add((await server.next("message")).peer!);
  assertEquals(peers, new Set(intruders.map(({ peer }) => peer)));
  await world.isWell();
  await assertStops(server);
  assertEquals(server.events.filter(({ event }) => event === "disconnected").length, 11);
  for (const { conn } of intruders) conn.close();
});

workers("--once ends the whole server after one message", async () => {
  await using server = await pinwire(["echo", "serve", "127.0.0.1:0", "--workers", "2", "--once", "--json"]);
  const connect = () => Deno.connect({ hostname: LOOPBACK, port: server.port });
  const idle = await Promise.all(Array.from({ length: 6 }, connect));
  for (const _ of idle) await server.next("connected");
  assertMatch(await ask(idle[3], "hi"), /\] hi$/);
  assertEquals((await server.status).code, 0);
  assertEquals(await Promise.all(idle.map(restOf)), idle.map(() => ""));
  assertEquals(server.events.filter(({ event }) => event === "message").length, 1);
  for (const conn of idle) conn.close();
});

workers("--max-clients counts for the server as a whole", async () => {
  await using world = await echo(["--workers", "2", "--max-clients", "4"]);
  const { server } = world;
  const inside = await Promise.all(Array.from({ length: 3 }, () => world.intruder()));
  for (let i = 0; i < 8; i++) {
    using late = await Deno.connect({ hostname: LOOPBACK, port: server.port });
    assertEquals(await restOf(late), "");
  }
  const error = await server.next("error");
  assertMatch(`${error.message}: ${error.hint}`, /4 at a time.*--max-clients/);
  for (const { conn } of inside) assertEquals(await ask(conn, "hi"), "hi");
  for (const { conn } of inside) conn.close();
});

workers("a taken port is nobody's to share", async () => {
  await using world = await echo(["--workers", "2"]);
  const said = await refusal(["echo", "serve", `127.0.0.1:${world.server.port}`, "--workers", "2"], 1);
  assertMatch(said, new RegExp(`is taken by \\S+ \\(process ${world.server.pid}\\)`));
  await world.isWell();
});
