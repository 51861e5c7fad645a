import { assert, assertEquals, assertMatch } from "@std/assert";
import { assertStops, bytes, LOOPBACK, pinwire, type Process, refusal } from "./support.ts";
import { next, textsOf } from "./support/chat.ts";

/** A socket in between: it passes what it receives on to a peer that is named later. */
class Way implements Disposable {
  #socket = Deno.listenDatagram({ transport: "udp", hostname: LOOPBACK, port: 0 });

  get port(): number {
    return (this.#socket.addr as Deno.NetAddr).port;
  }

  async take(): Promise<string> {
    const [data] = await this.#socket.receive(new Uint8Array(65_536));
    return new TextDecoder().decode(data);
  }

  async send(to: Process, ...datagrams: (string | Uint8Array)[]): Promise<void> {
    for (const data of datagrams) {
      const address = { transport: "udp", hostname: LOOPBACK, port: to.port } as const;
      await this.#socket.send(typeof data === "string" ? bytes(data) : data, address);
    }
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

/** Starts `chat peer` on a free port. */
async function chatPeer(remotes: Way[], ...options: string[]): Promise<Process> {
  const addresses = remotes.map(({ port }) => `${LOOPBACK}:${port}`);
  const peer = await pinwire(["chat", "peer", "127.0.0.1:0", ...addresses, ...options]);
  const isJson = options.includes("--json");
  peer.address = isJson
    ? (await peer.next("listening")).address!
    : (await peer.sees(/listening on (\S+)/, "stderr"))[1];
  return peer;
}

for (const last of ["88", "end"]) {
  Deno.test(`chat peer: two of ours talk in bare datagrams, and ${last} ends both`, async () => {
    using ways = wayBothWays();
    const [here, there] = ways;
    await using amy = await chatPeer([there], "--json");
    await using bob = await chatPeer([here], "--json");
    await amy.write("你好\n");
    const carried = await there.take();
    assertEquals(carried, "你好");
    await there.send(bob, carried);
    const { text, bytes, peer } = await next(bob, "message");
    assertEquals([text, bytes, peer], ["你好", 6, `udp://${LOOPBACK}:${there.port}`]);
    await bob.write(`${last}\n`);
    await here.send(amy, await here.take());
    assertEquals([(await amy.outcome()).code, (await bob.outcome()).code], [0, 0]);
    assertEquals([amy.stderr, bob.stderr], ["", ""]);
  });
}

/** Two ways: one for each direction. */
function wayBothWays(): [Way, Way] & Disposable {
  const ways: [Way, Way] = [new Way(), new Way()];
  return Object.assign(ways, {
    [Symbol.dispose]() {
      for (const way of ways) way[Symbol.dispose]();
    },
  });
}

Deno.test("chat peer sends each line to all its REMOTEs, and hears them all", async () => {
  using one = new Way();
  using two = new Way();
  using three = new Way();
  await using amy = await chatPeer([one, two, three]);
  await amy.write("hi\n");
  assertEquals(await Promise.all([one, two, three].map((way) => way.take())), ["hi", "hi", "hi"]);
  for (const way of [one, two, three]) {
    await way.send(amy, `from ${way.port}`);
    const line = await amy.line();
    assert(line.includes(`${LOOPBACK}:${way.port}`) && line.endsWith(`from ${way.port}`), line);
  }
  await amy.write("88\n");
  assertEquals(await Promise.all([one, two, three].map((way) => way.take())), ["88", "88", "88"]);
  assertEquals((await amy.outcome()).code, 0);
});

Deno.test("chat peer --seq tells what was lost, doubled or overtaken on the way", async () => {
  using ways = wayBothWays();
  const [here, there] = ways;
  await using amy = await chatPeer([there], "--seq", "--json");
  await using bob = await chatPeer([here], "--seq", "--json");
  const carried: string[] = [];
  for (let i = 1; i <= 8; i++) {
    await amy.write(`line ${i}\n`);
    carried.push(await there.take());
  }
  assertMatch(carried[0], /^#[0-9a-f]{4}\.1 line 1$/);
  const [first, second, third, fourth, fifth, , seventh, eighth] = carried;
  // 2 comes twice, 4 before 3, 6 never.
  await there.send(bob, first, second, second, fourth, third, fifth, seventh, eighth);
  const said: string[] = [];
  for (let i = 0; i < 8; i++) said.push((await next(bob, "message")).text!);
  assertEquals(said, [1, 2, 2, 4, 3, 5, 7, 8].map((number) => `line ${number}`));
  const from = `${LOOPBACK}:${there.port}`;
  const notices = [
    `number 2 of ${from} has come twice`,
    `1 lost before number 4 of ${from}`,
    `number 3 of ${from} is late`,
    `1 lost before number 7 of ${from}`,
  ];
  assertEquals(textsOf(bob, "notice"), notices);
  // Numbers that somebody makes up, and a line that looks like one.
  await there.send(bob, "#0000.99999999999999999 x", "#abcd.3 y", "#1 z");
  assertEquals([(await next(bob, "message")).text, (await next(bob, "message")).text], [
    "#0000.99999999999999999 x",
    "y",
  ]);
});

Deno.test("chat peer --seq follows a sender that was started anew", async () => {
  using way = new Way();
  await using amy = await chatPeer([way], "--seq");
  await way.send(amy, "#aaaa.7 old", "#bbbb.1 new", "#bbbb.3 later");
  await amy.sees(/old\n[^\n]*new\n\* 1 lost before number 3 [^\n]*\n[^\n]*later\n$/);
});

Deno.test("chat peer makes escape codes, bidi and bytes that are no text visible", async () => {
  using way = new Way();
  await using amy = await chatPeer([way]);
  await way.send(amy, "\x1b]0;title\x07\x1b[2J\u202egnp.exe\r\n", Uint8Array.of(0xff, 0xfe), "", "last");
  await amy.sees(/last\n$/);
  assert(!/(?!\n)[\p{Cc}\u202e]/u.test(amy.stdout), JSON.stringify(amy.stdout));
  assertMatch(amy.stdout, /\^\[\]0;title\^G\^\[\[2J<U\+202E>gnp\.exe/);
});

Deno.test("chat peer: an 88 from another host ends nothing", async () => {
  using way = new Way();
  const stranger = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.2", port: 0 });
  await using amy = await pinwire(["chat", "peer", "0.0.0.0:0", `${LOOPBACK}:${way.port}`, "--json"]);
  amy.address = (await amy.next("listening")).address!;
  const to = { transport: "udp", hostname: LOOPBACK, port: amy.port } as const;
  await stranger.send(bytes("88"), to);
  assertEquals((await next(amy, "message")).text, "88");
  await stranger.send(bytes("still there?"), to);
  assertEquals((await next(amy, "message")).text, "still there?");
  stranger.close();
  await assertStops(amy);
});

Deno.test("chat peer: nobody listens at REMOTE, or a line is too long: it goes on", async () => {
  const gone = new Way();
  using way = new Way();
  await using amy = await chatPeer([gone, way], "--json");
  gone[Symbol.dispose]();
  await amy.write(`one\n${"x".repeat(66_000)}\ntwo\n`);
  assertEquals([await way.take(), await way.take()], ["one", "two"]);
  assertMatch((await next(amy, "error")).message!, /66000/);
  await way.send(amy, "hi");
  assertEquals((await next(amy, "message")).text, "hi");
});

Deno.test("chat peer: --once, --until, the end of stdin, and no REMOTE", async () => {
  using way = new Way();
  for (const options of [["--once"], ["--until", "bye"]]) {
    await using amy = await chatPeer([way], "--json", ...options);
    await amy.end();
    await way.send(amy, "bye");
    assertEquals([(await next(amy, "message")).text, (await amy.status).code], ["bye", 0]);
  }
  assertMatch(await refusal(["chat", "peer", "127.0.0.1:0"], 2), /REMOTE is missing/);
  assertMatch(await refusal(["chat", "peer", "0", "127.0.0.1:0"], 2), /port/);
  assertMatch(await refusal(["chat", "peer", "9", "127.0.0.1:9"], 2), /REMOTE is LOCAL itself/);
});
