import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  assertStops,
  bytes,
  errorsOf,
  interrupt,
  LOOPBACK,
  pinwire,
  type Process,
  refusal,
  runPinwire,
} from "./support.ts";
import {
  agent,
  controller,
  type LedEvent,
  list,
  next,
  Peer,
  Proxy,
  reports,
  statesOf,
} from "./support/led.ts";

const SIMULATED = ["--gpio", "simulated"];

/** What `led … --via` leaves behind. */
const through = (server: Process, ...args: string[]) => runPinwire(["led", ...args, "--via", server.address]);

/** The `--json` events of a command that has ended. */
const eventsOf = (stdout: string): LedEvent[] => stdout.trim().split("\n").map((line) => JSON.parse(line));

Deno.test("ten agents on one controller: all are switched, and each alone", async () => {
  await using server = await controller();
  await using stack = new AsyncDisposableStack();
  const names = Array.from({ length: 10 }, (_, i) => `lamp-${i}`);
  const lamps = await Promise.all(
    names.map(async (name) => stack.use(await agent(server.address, name))),
  );
  const devices = [];
  for (const _ of names) devices.push((await next(server, "device")).device);
  assertEquals(devices.toSorted(), names);
  for (const _ of names) await next(server, "state");
  await server.write("on all\n");
  for (const lamp of lamps) {
    assertEquals([(await next(lamp, "state")).on, (await next(lamp, "state")).on], [false, true]);
  }
  await server.write("off lamp-3\n");
  assertEquals((await next(lamps[3], "state")).on, false);
  await reports(server, "lamp-3", false);
  const rows = (await list(server)).map((row) => row.split(/ {2,}/));
  assertEquals(rows.map(([index]) => index), names.map((_, i) => String(i)));
  assertEquals(rows.map(([, name]) => name).toSorted(), names);
  assertEquals(rows.filter(([, , , state]) => state === "on").length, 9);
  // What was said to one has reached no other.
  for (const lamp of lamps) assertEquals(statesOf(lamp), []);
});

Deno.test("an agent that is killed is away at once, and told again when it comes back, with no pulse between", async () => {
  await using server = await controller();
  await using first = await agent(server.address, "lamp");
  await next(server, "device");
  await server.write("on lamp\n");
  await reports(server, "lamp", true);
  first.kill("SIGKILL");
  await next(server, "disconnected");
  const [row] = await list(server);
  assertMatch(row, /^0 {2}lamp {2}away {2}on {2}pin 11 of simulated, since \d\d:\d\d:\d\d, told on$/);
  await using second = await agent(server.address, "lamp");
  assertEquals((await next(server, "device")).index, 1);
  await reports(server, "lamp", true);
  await server.write("off lamp\n");
  await reports(server, "lamp", false);
  // It was off when it started, on as it was told before, then off.
  const states = [];
  for (let i = 0; i < 3; i++) states.push((await next(second, "state")).on);
  assertEquals([states, statesOf(second)], [[false, true, false], []]);
  assertEquals((await list(server)).length, 1);
});

Deno.test("both ends notice a link that is silently lost, the agent holds its pin, comes back and is told again", async () => {
  await using server = await controller();
  await using proxy = new Proxy(server.port);
  await using lamp = await agent(proxy.address, "lamp", "--on-disconnect", "hold");
  await next(server, "device");
  await server.write("on lamp\n");
  await reports(server, "lamp", true);
  proxy.loseAll();
  const told = await Promise.all([next(lamp, "disconnected"), next(server, "disconnected")]);
  assertEquals(told.map(({ reason }) => reason), ["no heartbeat", "no heartbeat"]);
  assertEquals((await next(server, "device")).device, "lamp");
  await reports(server, "lamp", true);
  await server.write("off lamp\n");
  await reports(server, "lamp", false);
  const states = [];
  for (let i = 0; i < 3; i++) states.push((await next(lamp, "state")).on);
  assertEquals([states, statesOf(lamp)], [[false, true, false], []]);
  for (const end of [lamp, server]) {
    assertMatch((await next(end, "error")).message!, /has said nothing for 6 s$/);
  }
});

/** A server that an agent comes back to: it switches the pin on, and leaves. */
async function leave(listener: Deno.Listener, lamp: Process): Promise<void> {
  assertEquals((await next(lamp, "state")).on, false);
  using conn = await listener.accept();
  await conn.write(bytes("on\n"));
  assertEquals((await next(lamp, "state")).on, true);
}

/** The next link of an agent, and what it says of its pin at the start. */
async function found(listener: Deno.Listener, lamp: Process): Promise<string> {
  using peer = new Peer(await listener.accept());
  assertMatch(await peer.line(), /^hello /);
  const said = await peer.line();
  // Its events of before are all here once there is one of a word that means nothing.
  await peer.say("nothing");
  while ((await next(lamp, "message")).text !== "nothing");
  return said;
}

for (const how of ["hold", "off", "blink"]) {
  Deno.test(`--on-disconnect ${how} says what the pin does while the link is lost`, async () => {
    using listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
    const { port } = listener.addr;
    await using lamp = await agent(`${LOOPBACK}:${port}`, "lamp", "--on-disconnect", how);
    await leave(listener, lamp);
    await next(lamp, "disconnected");
    const said = await found(listener, lamp);
    const states = statesOf(lamp);
    if (how === "hold") {
      assertEquals([said, states], ["state on", []]);
    } else if (how === "off") {
      assertEquals([said, states], ["state off", [false]]);
    } else {
      // A pin that blinks is on at first, and once the link is back it is what it was.
      assertEquals(said, "state on");
      assertEquals(states.length % 2, 0);
      assert(states.every((on, i) => on === (i % 2 === 1)), String(states));
    }
  });
}

Deno.test("--on-disconnect blink goes on for as long as the link is lost", async () => {
  using listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const { port } = listener.addr;
  await using lamp = await agent(`${LOOPBACK}:${port}`, "lamp", "--on-disconnect", "blink");
  await leave(listener, lamp);
  listener.close();
  for (const on of [false, true, false]) assertEquals((await next(lamp, "state")).on, on);
});

interrupt("--on-exit says what the pin is at the end", async () => {
  for (const [how, expected] of [["off", [true, false]], ["keep", [true]]] as const) {
    await using server = await controller();
    await using lamp = await agent(server.address, "lamp", "--initial", "on", "--on-exit", how);
    await next(server, "device");
    assertEquals((await lamp.stop()).code, 0);
    assertEquals(statesOf(lamp), [...expected], how);
    assertEquals((await next(lamp, "disconnected")).reason, "stopped");
    // The controller hears it before the link ends.
    for (const on of expected) await reports(server, "lamp", on);
    assertEquals((await next(server, "disconnected")).reason, "end of stream");
    assertEquals(statesOf(server), []);
  }
});

Deno.test("--initial says what the pin is at the start, and the controller hears it", async () => {
  await using server = await controller();
  for (const [initial, on] of [["on", true], ["off", false], ["keep", false]] as const) {
    await using lamp = await agent(server.address, initial, "--initial", initial, "--pin", "GPIO27");
    const { on: is, pin, device } = await next(lamp, "state");
    assertEquals([is, pin, device], [on, "GPIO27", initial]);
    assertEquals((await next(server, "state")).on, on);
  }
});

Deno.test("several pins are a device each", async () => {
  await using server = await controller();
  const pins = ["--pin", "red=11", "--pin", "green=GPIO27"];
  await using lamps = await pinwire(["led", "agent", server.address, ...SIMULATED, ...pins, "--json"]);
  const devices = [await next(server, "device"), await next(server, "device")];
  assertEquals(devices.map(({ device }) => device).toSorted(), ["green", "red"]);
  await server.write("on red\n");
  await reports(server, "red", true);
  const states = [];
  for (let i = 0; i < 3; i++) {
    const { device, pin, on } = await next(lamps, "state");
    states.push([device, pin, on]);
  }
  assertEquals(states, [["red", "11", false], ["green", "GPIO27", false], ["red", "11", true]]);
  assertEquals(statesOf(lamps), []);
});

Deno.test("-i asks for the controller, as the tutorial's client does: 1 and 2 switch the pin meanwhile", async () => {
  await using server = await controller();
  const args = ["led", "agent", "-i", "--name", "lamp", ...SIMULATED, "--json"];
  await using lamp = await pinwire(args, { stdin: `1\n2\n1\n${LOOPBACK}:${server.port}\n2\n` });
  assertEquals((await next(server, "device")).device, "lamp");
  assertEquals((await next(server, "state")).on, true);
  const states = [];
  for (let i = 0; i < 4; i++) states.push((await next(lamp, "state")).on);
  // A 2 behind the address is for nobody.
  assertEquals([states, statesOf(lamp)], [[false, true, false, true], []]);
});

Deno.test("-i says what is wrong with an address, and asks again", async () => {
  await using server = await controller();
  const args = ["led", "agent", "-i", "--name", "lamp", ...SIMULATED];
  await using lamp = await pinwire(args, { stdin: `x:y\n${LOOPBACK}:${server.port}\n` });
  await next(server, "device");
  assertMatch(lamp.stdout, /^○ lamp\n"x:y" is not an address: [^\n]+\n/);
});

Deno.test("-i with --json keeps events alone on stdout", async () => {
  await using server = await controller();
  const args = ["led", "agent", "-i", "--name", "lamp", ...SIMULATED, "--json"];
  await using lamp = await pinwire(args, { stdin: `x:y\n${LOOPBACK}:${server.port}\n` });
  await next(server, "device");
  for (const line of lamp.stdout.trim().split("\n")) assertMatch(line, /^\{"event":/);
});

Deno.test("led agent tells people in plain lines what happens, and no flash of a pin that blinks", async () => {
  await using server = await controller();
  await using lamp = await pinwire(["led", "agent", server.address, ...SIMULATED, "--name", "lamp"]);
  await next(server, "device");
  await server.write("on lamp\n");
  await reports(server, "lamp", true);
  await server.write("blink lamp 50\n");
  for (let i = 0; i < 4; i++) await next(server, "state");
  await server.write("off lamp\non lamp\n");
  await lamp.sees(/● lamp\n[^]*● lamp\n/);
  await server.stop();
  await lamp.sees(/lost/);
  const address = server.address.replaceAll(".", "\\.");
  // That it is off is a change only in the middle of a flash.
  const lines = `○ lamp\nconnected to ${address}\n● lamp\n(○ lamp\n)?● lamp\nlost ${address} \\([a-z ]+\\)\n`;
  assertMatch(lamp.stdout, new RegExp(`^${lines}$`));
});

Deno.test("led on, off and toggle switch a pin of this machine and say what it is", async () => {
  const ends: [string[], string][] = [
    [["on"], "● pin 11\n"],
    [["off"], "○ pin 11\n"],
    [["toggle"], "● pin 11\n"],
    [["on", "--pin", "GPIO27"], "● pin GPIO27\n"],
    [["toggle", "--pin", "red=11", "--pin", "green=13"], "● red\n● green\n"],
    [["on", "--quiet"], ""],
  ];
  await Promise.all(ends.map(async ([args, stdout]) => {
    const outcome = await runPinwire(["led", ...args, ...SIMULATED]);
    assertEquals(outcome, { code: 0, stdout, stderr: "" }, args.join(" "));
  }));
});

Deno.test("led on, off and toggle with --json give an event for each pin", async () => {
  const ends: [string[], LedEvent[]][] = [
    [["on"], [{ event: "state", on: true, pin: "11" }]],
    [["off"], [{ event: "state", on: false, pin: "11" }]],
    [["toggle", "--pin", "red=11", "--pin", "green=13"], [
      { event: "state", on: true, pin: "11", device: "red" },
      { event: "state", on: true, pin: "13", device: "green" },
    ]],
  ];
  await Promise.all(ends.map(async ([args, expected]) => {
    const { code, stdout, stderr } = await runPinwire(["led", ...args, ...SIMULATED, "--json"]);
    assertEquals([code, stderr], [0, ""]);
    const events = eventsOf(stdout).map(({ time, ...event }: LedEvent & { time?: string }) => {
      assertMatch(time!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      return event;
    });
    assertEquals(events, expected);
  }));
});

Deno.test("led blink blinks so often and ends off", async () => {
  const args = ["led", "blink", ...SIMULATED, "--count", "2", "--hz", "50"];
  assertEquals(await runPinwire(args), {
    code: 0,
    stdout: "○ pin 11\n● pin 11\n○ pin 11\n● pin 11\n○ pin 11\n",
    stderr: "",
  });
  const { stdout } = await runPinwire([...args, "--json"]);
  assertEquals(eventsOf(stdout).map(({ on }) => on), [false, true, false, true, false]);
});

interrupt("led blink ends off at Ctrl-C", async () => {
  await using blinking = await pinwire(["led", "blink", ...SIMULATED, "--hz", "0.1", "--json"]);
  await next(blinking, "state");
  assertEquals((await next(blinking, "state")).on, true);
  assertEquals((await blinking.stop()).code, 0);
  assertEquals(statesOf(blinking), [false]);
});

Deno.test("led status says that nobody uses a simulated pin", async () => {
  const said = await refusal(["led", "status", ...SIMULATED], 1);
  assertMatch(said, /pin 11 \(GPIO17\) is not in use, so its level can't be told: /);
});

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

Deno.test("led … --via is not listed, and doesn't stay", async () => {
  await using server = await controller();
  const { code, stdout } = await through(server, "status");
  assertEquals([code, stdout], [0, ""]);
  await next(server, "disconnected");
  assertEquals(await list(server), ["no device is connected: start an agent, or the tutorial's client"]);
});

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
  assertMatch(await failure(address, "on", "lamp"), /^pinwire: there is no device lamp: /);
  await using lamp = await agent(address, "lamp");
  await next(server, "state");
  assertMatch(await failure(address, "off", "lmap"), /^pinwire: there is no device lmap: .*\blamp\b/);
  assertMatch(await failure(address, "status", "7"), /^pinwire: there is no device 7: /);
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
        "check that a pinwire controller listens there",
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

Deno.test("the console of led serve answers each command on stdout", async () => {
  await using server = await pinwire(["led", "serve", "127.0.0.1:0"]);
  await using _lamp = await agent(server.address, "lamp");
  await server.sees(/lamp is here, number 0/, "stderr");
  await server.sees(/lamp is off/, "stderr");
  const asked: [string, RegExp][] = [
    ["list", /^0 {2}lamp {2}127\.0\.0\.1:\d+ {2}off {2}pin 11 of simulated$/],
    ["status lamp", /^0 {2}lamp /],
    ["off lamp", /^lamp is off already$/],
    ["blink lamp 0.01", /^lamp was told to blink 0\.01 times a second$/],
    ["name lamp kitchen", /^number 0 is kitchen$/],
    ["on lamp", /^there is no device lamp: .*\bkitchen\b/],
    ["status 3", /^there is no device 3: /],
    ["name all x", /^a name is for one device: as in name 3 kitchen$/],
    ["name 0 all", /^"all" can't be a device's name: /],
    ["bogus", /^"bogus" is no command: help lists them$/],
    ["blink 0 99", /^"99" is no rate to blink at: /],
    ["help", /^list {10}/],
  ];
  for (const [line, answer] of asked) {
    await server.write(`${line}\n`);
    assertMatch(await server.line(), answer);
  }
  await server.sees(/quit +end the controller\n$/);
  await server.write("off kitchen\n");
  await server.sees(/kitchen is off/, "stderr");
  await server.write("0:1\n\n0:3\n");
  await server.sees(/kitchen is on/, "stderr");
  await server.write("quit\n");
  assertEquals((await server.outcome()).code, 0);
});

Deno.test("the console of led serve --json keeps events alone on stdout", async () => {
  await using server = await controller();
  await server.write("help\nlist\nbogus\non 5\n");
  assertMatch((await next(server, "error")).message!, /^"bogus" is no command$/);
  assertMatch((await next(server, "error")).message!, /^there is no device 5$/);
  await server.write("quit\n");
  const { code, stdout, stderr } = await server.outcome();
  assertEquals(code, 0);
  for (const event of eventsOf(stdout)) assert(["listening", "error"].includes(event.event), stdout);
  assertMatch(stderr, /^list {10}[^]*\nno device is connected: [^\n]+\n$/);
});

Deno.test("the end of stdin ends the console of led serve, and not the server", async () => {
  await using server = await pinwire(["led", "serve", "127.0.0.1:0", "--json"], { stdin: "help\n" });
  await server.sees(/quit/, "stderr");
  await using _lamp = await agent(server.address, "lamp");
  assertEquals((await next(server, "device")).device, "lamp");
  assertEquals((await through(server, "on", "lamp")).code, 0);
  await assertStops(server);
});

Deno.test("a name that is taken goes to the newest connection, and the other keeps its number", async () => {
  await using server = await controller();
  await using first = await agent(server.address, "lamp");
  await reports(server, "lamp", false);
  await using second = await agent(server.address, "lamp");
  assertEquals((await next(server, "notice")).text, "lamp was number 0 and is now number 1");
  await reports(server, "lamp", false);
  await server.write("on lamp\n");
  await reports(server, "lamp", true);
  for (const on of [false, true]) assertEquals((await next(second, "state")).on, on);
  assertEquals(statesOf(first), [false]);
  await server.write("on 0\n");
  for (const on of [false, true]) assertEquals((await next(first, "state")).on, on);
  assertEquals((await list(server)).map((row) => row.split(/ {2,}/).slice(0, 2)), [["0", "-"], [
    "1",
    "lamp",
  ]]);
});

Deno.test("a device that is renamed keeps that name when it comes back, and what it was told", async () => {
  await using server = await controller();
  await using lamp = await agent(server.address, "pi");
  await reports(server, "pi", false);
  await server.write("name 0 kitchen\non kitchen\n");
  await reports(server, "kitchen", true);
  lamp.kill("SIGKILL");
  await next(server, "disconnected");
  await next(server, "device");
  await using back = await agent(server.address, "pi");
  assertEquals((await next(server, "device")).device, "kitchen");
  for (const on of [false, true]) assertEquals((await next(back, "state")).on, on);
});

Deno.test(
  "led agent and led serve work over a Unix socket",
  { ignore: Deno.build.os === "windows" },
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "pinwire-" });
    try {
      const address = `unix:${folder}/led`;
      await using server = await pinwire(["led", "serve", address, "--json"]);
      await using _lamp = await agent(address, "lamp");
      assertMatch((await next(server, "device")).peer!, /^unix:#\d+$/);
      const { code, stdout } = await runPinwire(["led", "on", "lamp", "--via", address]);
      assertEquals(code, 0);
      assertMatch(stdout, /^0 {2}lamp {2}unix:#\d+ {2}on /);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

Deno.test("led agent waits for a controller that isn't there yet, and says so once", async () => {
  using free = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const { port } = free.addr;
  free.close();
  await using lamp = await agent(`${LOOPBACK}:${port}`, "lamp");
  assertMatch((await next(lamp, "error")).message!, /^nobody is listening on /);
  await using server = await pinwire(["led", "serve", `${LOOPBACK}:${port}`, "--json"]);
  assertEquals((await next(server, "device")).device, "lamp");
  assertEquals(errorsOf(lamp), []);
});

Deno.test("led pins draws the header", async () => {
  const { code, stdout, stderr } = await runPinwire(["led", "pins", ...SIMULATED]);
  assertEquals([code, stderr], [0, ""]);
  const rows = stdout.split("\n");
  assertEquals(rows.length, 22);
  assertMatch(rows[0], /^ +3\.3 V {2}1 │ 2 {2}5 V$/);
  assertMatch(rows[5], /^ +GPIO17 11 │ 12 GPIO18$/);
  assertMatch(rows[19], /^ +ground 39 │ 40 GPIO21$/);
  assertEquals(rows.slice(20), ["", ""]);
});

Deno.test("led refuses a wrong command line with 2 and one sentence", async () => {
  const VIA = ["--via", "127.0.0.1:1"];
  const wrong: [string[], RegExp][] = [
    [["agent", "--pin", "1"], /pin 1 is 3\.3 V and can't be switched/],
    [["agent", "--pin", "6"], /pin 6 is ground/],
    [["agent", "--pin", "27"], /EEPROM/],
    [["on", "--pin", "41"], /no pin 41/],
    [["on", "--pin", "40x"], /"40x" is no pin/],
    [["on", "--pin", ""], /is no pin/],
    [["off", "--pin", "11", "--pin", "13"], /several pins need names/],
    [["off", "--pin", "a=11", "--pin", "13"], /several pins need names/],
    [["agent", "--pin", "a=11", "--pin", "b=GPIO17"], /pin 11 \(GPIO17\) is given twice/],
    [["agent", "--pin", "a=11", "--pin", "a=13"], /two pins are called a/],
    [["agent", "--pin", "all=11"], /"all" can't be a device's name/],
    [["agent", "--pin", "a=11", "--name", "b"], /leave --name out/],
    [["agent", "--name", "all"], /"all" can't be a device's name/],
    [["agent", "--name", "7"], /"7" can't be a device's name/],
    [["agent", "--name", "a b"], /"a b" can't be a device's name/],
    [["agent", "--initial", "blink"], /on, off, keep/],
    [["agent", "--on-disconnect", "on"], /hold, off, blink/],
    [["agent", "--on-exit", "on"], /off, keep/],
    [["agent", "--gpio", "i2c"], /"i2c" is no way to get at pins/],
    [["agent", "--numbering", "wiring"], /board, bcm, line/],
    [["agent", "--ca", "x", "--name", "x", ...SIMULATED], /--ca is for tls/],
    [["agent", "udp://127.0.0.1:1"], /udp:\/\/ can't be used here/],
    [["agent", "127.0.0.1:99999"], /port/],
    [["serve", "udp://127.0.0.1:0"], /udp:\/\/ can't be used here/],
    [["serve", "127.0.0.1:0", "--tls-cert", "x"], /--tls-key/],
    [["on", "lamp", "--pin", "11", ...VIA], /leave it or --via out/],
    [["on", ...VIA], /--via needs a device/],
    [["on", "a b", ...VIA], /"a b" can't be a device/],
    [["on", "lamp"], /name its controller with --via/],
    [["on", "--token-file", "x"], /name it with --via/],
    [["blink", "--hz", "0"], /"0" is no rate to blink at/],
    [["blink", "--hz", "51"], /"51" is no rate to blink at/],
    [["blink", "--count", "0"], /--count/],
    [["blink", "lamp", "--count", "2", ...VIA], /leave it or --via out/],
  ];
  await Promise.all(wrong.map(async ([args, said]) => assertMatch(await refusal(["led", ...args], 2), said)));
});
