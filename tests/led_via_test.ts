import { assert, assertEquals, assertMatch } from "@std/assert";
import { bytes, LOOPBACK, refusal, runPinwire } from "./support.ts";
import {
  agent,
  controller,
  eventsOf,
  type LedEvent,
  list,
  next,
  Peer,
  reports,
  through,
} from "./support/led.ts";

Deno.test("led on and the like switch a controller's device with --via, and tell what it is then", async () => {
  await using server = await controller();
  await using lamp = await agent(server.address, "lamp");
  await next(server, "state");
  const row = (state: string, told: string) =>
    new RegExp(`^0  lamp  127\\.0\\.0\\.1:\\d+  ${state} +pin 11 of simulated${told}\n$`);
  const asked: [string[], RegExp][] = [
    [["status"], row("off", "")],
    [["on", "lamp"], row("on", ", told on")],
    [["on", "lamp"], row("on", ", told on")],
    [["off", "0"], row("off", ", told off")],
    [["toggle", "lamp"], row("on", ", told on")],
    [["toggle", "all"], row("off", ", told off")],
    [["status", "lamp"], row("off", ", told off")],
  ];
  for (const [args, stdout] of asked) {
    const outcome = await through(server, ...args);
    assertEquals([outcome.code, outcome.stderr], [0, ""], args.join(" "));
    assertMatch(outcome.stdout, stdout);
  }
  assertEquals((await through(server, "blink", "lamp", "--hz", "50")).code, 0);
  // It blinks by itself, until it is told otherwise.
  for (let i = 0; i < 10; i++) await next(lamp, "state");
  assertMatch((await through(server, "status", "lamp")).stdout, /told blink 50\n$/);
});

Deno.test("led on and status with --via --json give an event for each device", async () => {
  await using server = await controller();
  await using _lamp = await agent(server.address, "lamp");
  await next(server, "state");
  for (
    const [args, on] of [[["on", "lamp"], true], [["toggle", "all"], false], [["status"], false]] as const
  ) {
    const { code, stdout, stderr } = await through(server, ...args, "--json");
    assertEquals([code, stderr], [0, ""]);
    const [event, ...more] = eventsOf(stdout);
    assertEquals([event.event, event.device, event.on, more], ["state", "lamp", on, []]);
    assertMatch(event.peer!, /^tcp:\/\/127\.0\.0\.1:\d+$/);
  }
});

Deno.test("led status --via --json gives each device with all that is known of it", async () => {
  await using server = await controller();
  await using gone = await agent(server.address, "gone", "--pin", "GPIO27");
  await reports(server, "gone", false);
  await using _lamp = await agent(server.address, "lamp");
  await reports(server, "lamp", false);
  await next(server, "connected").then(() => next(server, "connected"));
  using _plain = await Peer.dial(server);
  const { peer } = await next(server, "connected");
  gone.kill("SIGKILL");
  await next(server, "notice");
  const { code, stdout, stderr } = await through(server, "on", "all", "--json");
  assertEquals([code, stderr], [0, ""]);
  const since = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
  const events = eventsOf(stdout) as (LedEvent & { time?: string; away?: string })[];
  assertMatch(events[0].away!, since);
  const lampsPeer = events[1].peer!;
  assertMatch(lampsPeer, /^tcp:\/\/127\.0\.0\.1:\d+$/);
  const simulated = { chip: "simulated", plain: false, desired: "on" };
  const expected = [
    {
      event: "state",
      on: false,
      device: "gone",
      index: 0,
      pin: "GPIO27",
      ...simulated,
      away: events[0].away,
    },
    { event: "state", on: true, device: "lamp", index: 1, peer: lampsPeer, pin: "11", ...simulated },
    { event: "device", device: "2", index: 2, peer, plain: true, desired: "on" },
  ];
  assertEquals(events.map(({ time: _, ...event }) => event), expected as LedEvent[]);
});

Deno.test("led … --via all with some away ends with 0, and they are told when they come back", async () => {
  await using server = await controller();
  await using lamp = await agent(server.address, "lamp");
  await reports(server, "lamp", false);
  lamp.kill("SIGKILL");
  await next(server, "notice");
  await using _fan = await agent(server.address, "fan");
  await reports(server, "fan", false);
  const { code, stdout, stderr } = await through(server, "on", "all");
  assertEquals([code, stderr], [0, ""]);
  assertMatch(
    stdout,
    /^0 {2}lamp {2}away {2,}off {2}.*, told on\n1 {2}fan {2,}127\S+ {2}on {3}.*, told on\n$/,
  );
  await using back = await agent(server.address, "lamp");
  for (const on of [false, true]) assertEquals((await next(back, "state")).on, on);
});

Deno.test("led … --via is not listed, uses up no number, and doesn't stay", async () => {
  await using server = await controller();
  for (let i = 0; i < 2; i++) {
    const { code, stdout, stderr } = await through(server, "status");
    assertEquals([code, stdout, stderr], [0, "", "no device is connected\n"]);
    await next(server, "disconnected");
  }
  assertEquals(await list(server), ["no device is connected: start an agent, or the tutorial's client"]);
  await using _lamp = await agent(server.address, "lamp");
  assertEquals((await next(server, "device")).index, 0);
});

const SHOWN = "led status --via shows those that there are";

/** What `led … --via` says that fails: one sentence. */
async function failure(address: string, ...args: string[]): Promise<string> {
  return (await refusal(["led", ...args, "--via", address], 1)).trim();
}

Deno.test("led on --via a controller that can't do it ends with 1 and says why", async () => {
  await using server = await controller();
  const { address } = server;
  assertEquals(
    await failure(address, "on", "all"),
    "pinwire: no device is connected: start an agent",
  );
  assertEquals(await failure(address, "on", "lamp"), `pinwire: there is no device lamp: ${SHOWN}`);
  await using lamp = await agent(address, "lamp");
  await next(server, "state");
  assertEquals(await failure(address, "off", "lmap"), `pinwire: there is no device lmap: ${SHOWN}`);
  assertEquals(await failure(address, "status", "7"), `pinwire: there is no device 7: ${SHOWN}`);
  lamp.kill("SIGKILL");
  // Those of the commands above come first.
  while (!(await list(server)).some((row) => row.includes("away"))) await next(server, "disconnected");
  assertEquals(
    await failure(address, "on", "lamp"),
    "pinwire: lamp is away: it will be told when it comes back",
  );
  assertMatch((await through(server, "status")).stdout, /^\d {2}lamp {2}away {2}off {2}.*told on\n$/);
  await using back = await agent(address, "lamp");
  for (const on of [false, true]) assertEquals((await next(back, "state")).on, on);
});

Deno.test("led on --via says that nobody is there", async () => {
  await using server = await controller();
  await server.stop();
  assertMatch(await failure(server.address, "on", "lamp"), /^pinwire: nobody is listening on /);
});

/** A server that does one thing with each connection, and is no controller. */
function stranger(serve: (conn: Deno.Conn) => Promise<void>) {
  const listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const work = (async () => {
    for await (const conn of listener) {
      using _ = conn;
      await serve(conn);
    }
  })();
  return {
    address: `tcp://${LOOPBACK}:${listener.addr.port}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await work;
    },
  };
}

Deno.test("led on --via a server that is no controller ends with 1 and says so", async () => {
  const answers = [
    "",
    "HTTP/1.1 400 Bad Request\r\n\r\n",
    "* welcome to chat\n",
    "ok\n",
    "hello {}\n\n",
    'device {"index":0}\nok\n',
    "\0\xff\xfe\n",
  ];
  await Promise.all(answers.map(async (answer) => {
    await using server = stranger(async (conn) => {
      await conn.read(new Uint8Array(4096));
      if (answer) await conn.write(bytes(answer));
    });
    assertEquals(
      await failure(server.address, "on", "lamp"),
      `pinwire: ${server.address} closed the connection without an answer: ` +
        "check that a pinwire controller listens there, and whether it needs tls://",
      answer,
    );
  }));
});

Deno.test("led status --via a server that lies about its devices ends with one sentence", async () => {
  for (
    const lie of [{ index: 0, name: {} }, { index: 0, peer: 5 }, { index: 0, away: [] }, {
      index: 0,
      pin: 11,
    }]
  ) {
    await using server = stranger(async (conn) => {
      await conn.read(new Uint8Array(4096));
      await conn.write(bytes("hello {}\n"));
      await conn.read(new Uint8Array(4096));
      await conn.write(bytes(`device ${JSON.stringify(lie)}\nok\n`));
      await conn.read(new Uint8Array(4096));
    });
    const { code, stderr } = await runPinwire(["led", "status", "--via", server.address]);
    assert(code === 0 || /^pinwire: [^\n]+\n$/.test(stderr), `${JSON.stringify(lie)}\n${stderr}`);
  }
});
