import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  bytes,
  isLinux,
  LOOPBACK,
  pinwire,
  type Process,
  runPinwire,
  testUnless,
  whyNoFlags,
} from "./support.ts";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: !isLinux, fn });
}

/** A socket of UDP on loopback, which ends with the test. */
function udp(hostname = LOOPBACK) {
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  return {
    port: (socket.addr as Deno.NetAddr).port,
    async send(body: string | Uint8Array, port: number, to = LOOPBACK): Promise<void> {
      const data = typeof body === "string" ? bytes(body) : body;
      await socket.send(data, { transport: "udp", hostname: to, port });
    },
    /** The next datagram, and who sent it. */
    async next(): Promise<[text: string, hostname: string, port: number]> {
      const [body, from] = await socket.receive(new Uint8Array(65_536));
      const { hostname, port } = from as Deno.NetAddr;
      return [new TextDecoder().decode(body), hostname, port];
    },
    [Symbol.dispose]: () => socket.close(),
  };
}

/** A port at which nobody listens. */
function freePort(): number {
  using socket = udp();
  return socket.port;
}

for (const [sockets, flags] of [["deno", ["--allow-net"]], ["native", ["--allow-net", "--allow-ffi"]]]) {
  testUnless(whyNoFlags, `with ${flags.at(-1)} UDP works, and its sockets are ${sockets}`, async () => {
    const given = { flags: flags as string[] };
    await using server = await pinwire(["echo", "serve", "udp://127.0.0.1:0", "--json"], given);
    assertMatch(server.stdout, new RegExp(`"sockets":"${sockets}"`));
    using client = udp();
    await client.send("hello", server.port);
    assertMatch((await client.next())[0], /^\[.{24}\] hello$/);
  }, !isLinux);
}

test("a server at all addresses answers from the one that was asked, and a relay does", async () => {
  await using server = await pinwire(["echo", "serve", "udp://0.0.0.0:0", "--reply", "{data}", "--json"]);
  await using late = await pinwire(["echo", "serve", "udp://[::]:0", "--reply-delay", "5", "--json"]);
  await using relay = await pinwire(["relay", "udp://0.0.0.0:0", `udp://127.0.0.1:${server.port}`, "--json"]);
  using client = udp("0.0.0.0");
  for (const { port } of [server, late, relay]) {
    for (const asked of ["127.0.0.2", LOOPBACK, "127.1.2.3"]) {
      await client.send("hello", port, asked);
      const [text, ...from] = await client.next();
      assert(text.endsWith("hello"));
      assertEquals(from, [asked, port]);
    }
  }
});

test("a server at [::] answers over IPv6, and a client there hears it", async () => {
  await using server = await pinwire(["echo", "serve", "udp://[::]:0", "--reply", "{peer}", "--json"]);
  const { code, stdout, stderr } = await runPinwire([
    "send",
    `udp://[::1]:${server.port}`,
    "who",
    "--wait",
    "60",
  ]);
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^\[::1\]:\d+$/);
});

test("datagrams that a server is too slow for are counted in an error event, and the next one is answered", async () => {
  await using server = await pinwire(["echo", "serve", "udp://127.0.0.1:0", "--reply", "{n}", "--json"]);
  using client = udp();
  await client.send("", server.port);
  assertEquals((await client.next())[0], "1");
  server.kill("SIGSTOP");
  for (let i = 0; i < 100; i++) await client.send(new Uint8Array(60_000), server.port);
  server.kill("SIGCONT");
  const { message, hint } = await server.next("error");
  assertMatch(hint!, /net\.core\.rmem_default/);
  const lost = Number(message!.match(/lost, .*: (\d+)$/)![1]);
  const heard = 100 - lost;
  for (let i = 0; i < heard; i++) assertEquals((await client.next())[0], `${i + 2}`);
  await client.send("", server.port);
  assertEquals((await client.next())[0], `${heard + 2}`);
});

test("who sends to where nobody listens is told so at once, waits for no answer, and ends with 1", async () => {
  const to = `udp://127.0.0.1:${freePort()}`;
  const refused = new RegExp(`^pinwire[^\\n]*: nobody is listening on ${to}: [^\\n]+\\n$`);
  for (
    const args of [
      ["send", to, "hi"],
      ["send", to, "hi", "--wait", "1000"],
      ["connect", to, "--wait", "0.01"],
      ["echo", "connect", to, "--wait", "1000"],
      ["echo", "bench", to, "--wait", "1000"],
    ]
  ) {
    const { code, stderr } = await runPinwire(args, { stdin: "hi\n" });
    assertEquals(code, 1, args.join(" "));
    assertMatch(stderr, refused);
  }
});

test("a relay tells that its target isn't there, and passes on what comes once it is", async () => {
  const port = freePort();
  await using relay = await pinwire(["relay", "udp://127.0.0.1:0", `udp://127.0.0.1:${port}`, "--json"]);
  using client = udp();
  await client.send("lost", relay.port);
  const error = await relay.next("error");
  assertEquals(error.message, `nobody is listening on udp://127.0.0.1:${port}`);
  const args = ["echo", "serve", `udp://127.0.0.1:${port}`, "--reply", "{data}", "--json"];
  await using _target: Process = await pinwire(args);
  await client.send("found", relay.port);
  assertEquals(await client.next(), ["found", LOOPBACK, relay.port]);
});
