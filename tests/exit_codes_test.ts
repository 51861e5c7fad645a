import { assertEquals, assertMatch } from "@std/assert";
import { bytes, interrupt, isLinux, LOOPBACK, pinwire, runPinwire } from "./support.ts";

const UNTIL = ["--until", "nope"];
const NOT_PASSED = /"nope" has not passed/;

const SERVERS = [
  ["echo", "serve", `${LOOPBACK}:0`],
  ["echo", "serve", `udp://${LOOPBACK}:0`],
  ["receive", `${LOOPBACK}:0`],
  ["receive", `udp://${LOOPBACK}:0`],
  ["led", "serve", `${LOOPBACK}:0`],
  ["chat", "serve", `${LOOPBACK}:0`],
  ["chat", "serve", `${LOOPBACK}:0`, "--turns"],
  ...isLinux ? [["echo", "serve", `${LOOPBACK}:0`, "--workers", "2"]] : [],
];

interrupt("a server whose --until has not passed when it is stopped ends with 1, and says so", async () => {
  await Promise.all(SERVERS.map(async (args) => {
    await using server = await pinwire([...args, ...UNTIL]);
    server.kill("SIGINT");
    const { code, stderr } = await server.outcome();
    assertEquals(code, 1, args.join(" "));
    assertMatch(stderr, NOT_PASSED, args.join(" "));
  }));
});

interrupt("led agent and chat peer, stopped, end with 1 where --until has not passed", async () => {
  await using controller = await pinwire(["led", "serve", `${LOOPBACK}:0`]);
  const agent = ["led", "agent", controller.address, "--gpio", "simulated", "--name", "lamp"];
  await using lamp = await pinwire([...agent, ...UNTIL]);
  await lamp.sees(/connected to/);
  await using peer = await pinwire(["chat", "peer", `${LOOPBACK}:0`, `${LOOPBACK}:9`, ...UNTIL]);
  await peer.sees(/listening on/, "stderr");
  for (const client of [lamp, peer]) {
    client.kill("SIGINT");
    const { code, stderr } = await client.outcome();
    assertEquals(code, 1);
    assertMatch(stderr, NOT_PASSED);
  }
});

Deno.test("a client whose --until has not passed at its end ends with 1, and with 0 where it has", async () => {
  await using echo = await pinwire(["echo", "serve", `${LOOPBACK}:0`, "--reply", "{data}"]);
  await using chat = await pinwire(["chat", "serve", `${LOOPBACK}:0`]);
  const clients = [
    ["send", echo.address],
    ["send", echo.address, "hi"],
    ["echo", "connect", echo.address],
    ["chat", "connect", chat.address],
  ];
  await Promise.all(clients.map(async (args) => {
    for (const [word, code] of [["nope", 1], ["hi", 0]] as const) {
      const outcome = await runPinwire([...args, "--until", word], { stdin: "hi\n" });
      assertEquals(outcome.code, code, [...args, word, outcome.stderr].join(" "));
      if (code) assertMatch(outcome.stderr, NOT_PASSED);
      else assertEquals(outcome.stderr, "");
    }
  }));
});

Deno.test("send, connect and echo connect end with 1 where nothing answers and --wait was given", async () => {
  const silent = Deno.listenDatagram({ transport: "udp", hostname: LOOPBACK, port: 0 });
  using _closing = { [Symbol.dispose]: () => silent.close() };
  const udp = `udp://${LOOPBACK}:${(silent.addr as Deno.NetAddr).port}`;
  assertEquals(await runPinwire(["send", udp, "hi"]), { code: 0, stdout: "", stderr: "" });
  using mute = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const tcp = `${LOOPBACK}:${mute.addr.port}`;
  const commands = [["send", udp, "hi"], ["send", udp], ["echo", "connect", udp], ["connect", udp], [
    "connect",
    tcp,
  ]];
  for (const args of commands) {
    const { code, stdout, stderr } = await runPinwire([...args, "--wait", "0.05"], { stdin: "hi\n" });
    assertEquals([code, stdout], [1, ""], args.join(" "));
    assertMatch(stderr, /^pinwire[^\n]* no answer [^\n]*within 0\.05 s[^\n]*\n$/);
  }
});

Deno.test("connect and listen refuse --newline of a pipe, which they would pass over", async () => {
  for (const command of ["connect", "listen"]) {
    const args = [command, `${LOOPBACK}:0`, "--newline", "crlf"];
    const { code, stderr } = await runPinwire(args, { stdin: "hi\n" });
    assertEquals(code, 2, command);
    assertMatch(stderr, /stdin is no terminal: [^\n]*pinwire send/);
  }
});

Deno.test("send --no-half-close gets the answer of a server that gives up when the other side ends", async () => {
  using listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const address = `${LOOPBACK}:${listener.addr.port}`;
  // It looks at what has come, and answers only who is still there.
  async function answerOne(): Promise<void> {
    using conn = await listener.accept();
    const buffer = new Uint8Array(99);
    const length = await conn.read(buffer);
    if (buffer.subarray(0, length ?? 0).includes(0x0a)) await conn.write(bytes("answer\n"));
    else await conn.read(buffer);
  }
  const cases: [string[], number, string, RegExp][] = [
    [["hi"], 0, "", /^$/],
    [["hi", "--wait", "9"], 1, "", /without an answer: [^\n]*--no-half-close\n$/],
    [["hi", "--no-half-close", "--newline", "lf", "--wait", "9"], 0, "answer\n", /^$/],
  ];
  for (const [args, code, stdout, stderr] of cases) {
    const [outcome] = await Promise.all([runPinwire(["send", address, ...args]), answerOne()]);
    assertEquals([outcome.code, outcome.stdout], [code, stdout], args.join(" "));
    assertMatch(outcome.stderr, stderr);
  }
  const { code, stderr } = await runPinwire(["send", `udp://${address}`, "hi", "--no-half-close"]);
  assertEquals(code, 2);
  assertMatch(stderr, /--no-half-close is for streams/);
});
