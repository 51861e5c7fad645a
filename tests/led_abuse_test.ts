import { assert, assertEquals, assertMatch } from "@std/assert";
import { bytes, LOOPBACK, pinwire, type Process, runPinwire } from "./support.ts";
import { agent, controller, list, next, Peer, reports, statesOf } from "./support/led.ts";

/** A controller and an agent that behaves: whatever a bad peer sends, they must go on as before. */
async function world() {
  const stack = new AsyncDisposableStack();
  try {
    const server = stack.use(await controller());
    const lamp = stack.use(await agent(server.address, "lamp"));
    await reports(server, "lamp", false);
    assertEquals((await next(lamp, "state")).on, false);
    let on = false;
    return {
      server,
      lamp,
      /** The agent has done nothing meanwhile, and does what it is told. */
      async isWell() {
        assertEquals(statesOf(lamp), []);
        on = !on;
        await server.write(`${on ? "on" : "off"} lamp\n`);
        await reports(server, "lamp", on);
        assertEquals((await next(lamp, "state")).on, on);
      },
      [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
    };
  } catch (error) {
    await stack[Symbol.asyncDispose]();
    throw error;
  }
}

/** An agent on a raw connection, which says what a controller doesn't. */
async function agentOf(...options: string[]) {
  const listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const lamp = await agent(`${LOOPBACK}:${listener.addr.port}`, "lamp", ...options);
  const peer = new Peer(await listener.accept());
  listener.close();
  assertEquals((await next(lamp, "state")).on, false);
  assertMatch(await peer.line(), /^hello \{/);
  assertEquals(await peer.line(), "state off");
  return {
    lamp,
    peer,
    /** The agent has done nothing, is still there, and does what it is told. */
    async isWell() {
      assertEquals(statesOf(lamp), []);
      for (const word of ["on", "off"]) {
        await peer.say(word);
        assertEquals(await peer.line(), `state ${word}`);
        assertEquals((await next(lamp, "state")).on, word === "on");
      }
    },
    async [Symbol.asyncDispose]() {
      peer[Symbol.dispose]();
      await lamp[Symbol.asyncDispose]();
    },
  };
}

/** Random bytes, without some of them. */
function noise(length: number, without: number[] = []): Uint8Array<ArrayBuffer> {
  const random = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(random.subarray(at, at + 65_536));
  return random.map((byte) => without.includes(byte) ? 0x20 : byte);
}

/** Sends it all, or as much as the other end takes before it closes; what comes back. */
async function throwAt({ port }: Process, ...pieces: (string | Uint8Array)[]): Promise<string> {
  using peer = await Peer.dial({ port });
  const written = (async () => {
    for (const piece of pieces) await peer.conn.write(typeof piece === "string" ? bytes(piece) : piece);
  })().catch(() => {});
  const [said] = await Promise.all([peer.rest(), written]);
  return said;
}

Deno.test("random bytes close that connection of a controller, and no other", async () => {
  await using on = await world();
  const refused = noise(65_536);
  refused[1_000] = 0;
  assertEquals(await throwAt(on.server, refused), "");
  const error = await next(on.server, "error");
  assertMatch(error.message!, /^tcp:\/\/127\.0\.0\.1:\d+ sent a NUL byte, so no text$/);
  // Without that byte they may be lines, which are ignored.
  using peer = await Peer.dial(on.server);
  await peer.conn.write(noise(65_536, [0]));
  await on.isWell();
  assertEquals((await list(on.server)).length, 2);
});

Deno.test("random bytes move no pin of an agent, and it stays", async () => {
  await using on = await agentOf();
  for (const without of [[], [0], [0x0a]]) {
    await on.peer.conn.write(noise(65_536, without));
    await on.peer.say("");
    await on.isWell();
  }
});

Deno.test("a line of 1 MiB is skipped to its end at both ends, and the link stays", async () => {
  const huge = "on".repeat(524_288);
  {
    await using on = await agentOf();
    await on.peer.say(huge);
    await on.isWell();
    assertMatch((await next(on.lamp, "error")).message!, /over the limit of 1024/);
  }
  await using on = await world();
  using peer = await Peer.dial(on.server);
  await peer.say('hello {"name":"raw"}', huge, "state on");
  await reports(on.server, "raw", true);
  assertMatch((await next(on.server, "error")).message!, /over the limit of 1024/);
  await on.isWell();
});

Deno.test("words that only hold on or off move no pin", async () => {
  await using on = await agentOf();
  const words = [
    "money",
    "ONLY on",
    "ononx",
    "turn on",
    "on please",
    "ON",
    "offon!",
    "hello on",
    "state on",
    "ok",
  ];
  for (const word of words) {
    await on.peer.say(word);
    await on.isWell();
  }
  await on.peer.say(...words);
  await on.isWell();
});

/** Nothing in it moves a cursor, or turns text round. */
function assertClean(shown: string): void {
  const [found] = shown.match(/[^\P{Cc}\n]|\u202e/u) ?? [];
  assertEquals(found, undefined, JSON.stringify(shown));
}

Deno.test("what a device says of itself can't write to the controller's terminal", async () => {
  await using server = await pinwire(["led", "serve", `${LOOPBACK}:0`]);
  const ugly = "\x1b[2J\x1b]0;x\x07\x9b31m\u202e\r";
  using peer = await Peer.dial(server);
  await peer.say(
    `hello ${JSON.stringify({ name: ugly, pin: ugly, chip: ugly })}`,
    `state ${ugly}`,
    "state on",
  );
  await server.sees(/0 is on/, "stderr");
  using raw = await Peer.dial(server);
  await raw.say(`hello {"name":"${ugly}"}`, ugly);
  using named = await Peer.dial(server);
  await named.say(`hello ${JSON.stringify({ name: "x", pin: ugly })}`);
  await server.sees(/x is here/, "stderr");
  using versioned = await Peer.dial(server);
  await versioned.say(`hello ${JSON.stringify({ version: ugly, role: "agent" })}`);
  assertEquals(await versioned.rest(), "refused version 1 is spoken here\n");
  await server.write("list\nstatus 0\non 0\nquit\n");
  const { stdout, stderr } = await server.outcome();
  assertClean(stdout + stderr);
});

Deno.test("what a controller says can't write to the terminal of an agent, or of --via", async () => {
  using listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const address = `${LOOPBACK}:${listener.addr.port}`;
  const ugly = "\x1b[2J\x9b31m\u202e";
  {
    await using lamp = await pinwire(["led", "agent", address, "--gpio", "simulated", "--name", "lamp"]);
    using peer = new Peer(await listener.accept());
    await peer.say(`refused ${ugly}`);
    await lamp.sees(/does not let us in/, "stderr");
    assertClean(lamp.stdout + lamp.stderr);
  }
  const answers = [
    `refused ${ugly}`,
    `error ${JSON.stringify({ message: ugly, hint: ugly })}`,
    `device ${
      JSON.stringify({ index: 0, name: ugly, pin: ugly, chip: ugly, peer: ugly, desired: ugly })
    }\nok`,
  ];
  for (const answer of answers) {
    const asking = runPinwire(["led", "status", "--via", address]);
    using peer = new Peer(await listener.accept());
    await peer.line();
    if (!answer.startsWith("refused")) {
      await peer.say("hello {}");
      await peer.line();
    }
    await peer.say(answer);
    const { stdout, stderr } = await asking;
    assertClean(stdout + stderr);
    assertMatch(stdout + stderr, /\^\[\[2J/);
  }
});

/** What a page in a browser can have sent to a port of this machine. */
const request = (target: string, body: string) =>
  `POST ${target} HTTP/1.1\r\nHost: ${LOOPBACK}\r\nContent-Type: text/plain\r\n` +
  `Content-Length: ${body.length}\r\n\r\n${body}`;

const BODIES = [
  'hello {"name":"evil","role":"agent"}\nstate on\n',
  'hello {"role":"control"}\non lamp\n',
  "on\n",
  "on lamp\n",
];

/** The controller tells of it. That its first line is too long may come before. */
async function refusedAsHttp(server: Process): Promise<void> {
  let { message } = await next(server, "error");
  if (/over the limit of 1024/.test(message!)) message = (await next(server, "error")).message;
  assertMatch(message!, /^tcp:\/\/127\.0\.0\.1:\d+ sent an HTTP request$/);
}

Deno.test("an HTTP request doesn't get past its first line, whatever its body says", async () => {
  await using on = await world();
  for (const body of BODIES) {
    for (const target of ["/", `/${"x".repeat(50_000)}`]) {
      const text = request(target, body);
      const half = text.length - body.length - 30;
      for (
        const pieces of [[text], [text.slice(0, 5), text.slice(5)], [text.slice(0, half), text.slice(half)]]
      ) {
        assertEquals(await throwAt(on.server, ...pieces), "");
        await refusedAsHttp(on.server);
      }
    }
  }
  // The agent's own is there from before.
  assertEquals(on.server.events.filter(({ event }) => event === "device").length, 1);
  assertEquals((await list(on.server)).length, 1);
  await on.isWell();
});

Deno.test("fetch gets no answer from a controller, and switches nothing", async () => {
  await using on = await world();
  for (const body of BODIES) {
    const url = `http://${LOOPBACK}:${on.server.port}/on`;
    const error = await fetch(url, { method: "POST", body }).then(() => undefined, (error) => error);
    assert(error instanceof TypeError, String(error));
    await refusedAsHttp(on.server);
  }
  assertEquals((await list(on.server)).length, 1);
  await on.isWell();
});

Deno.test("the head of an HTTP request, or answer, moves no pin of an agent", async () => {
  await using on = await agentOf();
  await on.peer.conn.write(bytes(request("/on", "")));
  await on.isWell();
  await on.peer.conn.write(bytes("HTTP/1.1 200 on\r\nServer: on\r\nX: off\r\n\r\n<b>on</b>\r\n"));
  await on.isWell();
});
