import { assert, assertEquals, assertMatch } from "@std/assert";
import { bytes, errorsOf, interrupt, LOOPBACK, pinwire, type Process } from "./support.ts";
import { agent, controller, list, next, Peer, reports, statesOf } from "./support/led.ts";
import { relayTo, toAll } from "./support/relay.ts";

const SIMULATED = ["--gpio", "simulated"];

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
  const lit = new Set<string>();
  for (let event; lit.size < names.length;) {
    if ((event = await next(server, "state")).on) lit.add(event.device!);
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
  await using relay = await relayTo(server);
  await using lamp = await agent(relay.address, "lamp", "--on-disconnect", "hold");
  await next(server, "device");
  await server.write("on lamp\n");
  await reports(server, "lamp", true);
  await toAll(relay, "stall");
  const told = await Promise.all([next(lamp, "disconnected"), next(server, "disconnected")]);
  assertEquals(told.map(({ reason }) => reason), ["no heartbeat", "no heartbeat"]);
  assertEquals((await next(server, "device")).device, "lamp");
  await reports(server, "lamp", true);
  await server.write("off lamp\n");
  await reports(server, "lamp", false);
  const states = [];
  for (let i = 0; i < 3; i++) states.push((await next(lamp, "state")).on);
  assertEquals([states, statesOf(lamp)], [[false, true, false], []]);
  for (
    const [end, hint] of [[lamp, "it is dialled again and again"], [
      server,
      "its link is dead, or it does not answer ping with pong",
    ]] as const
  ) {
    const error = await next(end, "error");
    assertMatch(error.message!, /has said nothing for 6 s$/);
    assertEquals(error.hint, hint);
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

Deno.test("several pins say but once to people that their controller is there", async () => {
  await using server = await controller();
  const pins = ["--pin", "red=11", "--pin", "green=13"];
  await using lamps = await pinwire(["led", "agent", server.address, ...SIMULATED, ...pins]);
  await next(server, "device");
  await next(server, "device");
  await server.write("on all\n");
  await lamps.sees(/red is on/);
  await lamps.sees(/green is on/);
  assertEquals(lamps.stdout.match(/connected to/g)?.length, 1);
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
  await lamp.sees(/lamp is on\n[^]*lamp is on\n/);
  await server.stop();
  await lamp.sees(/lost/);
  const address = server.address.replaceAll(".", "\\.");
  // That it is off is a change only in the middle of a flash.
  const lines =
    `lamp is off\nconnected to ${address}\nlamp is on\n(lamp is off\n)?lamp is on\nlost ${address} \\([a-z ]+\\)\n`;
  assertMatch(lamp.stdout, new RegExp(`^${lines}$`));
});

const PROOF = `proof ${"A".repeat(43)}`;

Deno.test("lines that open a link or keep it up are no messages, at the controller and at an agent", async () => {
  await using server = await controller();
  using peer = await Peer.dial(server);
  await peer.say('hello {"name":"raw"}', "ping", "pong", PROOF, "refused", "refused so", "nothing");
  assertEquals((await next(server, "message")).text, "nothing");
  // What only looks like it is one.
  await peer.say("hello", "ping pong", "proof", "refusedly", "end");
  for (const text of ["hello", "ping pong", "proof", "refusedly", "end"]) {
    assertEquals((await next(server, "message")).text, text);
  }

  using listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  await using lamp = await agent(`${LOOPBACK}:${listener.addr.port}`, "lamp");
  using far = new Peer(await listener.accept());
  await far.say('hello {"role":"controller"}', "ping", "pong", PROOF, "nothing", "refused so");
  assertEquals((await next(lamp, "message")).text, "nothing");
  await next(lamp, "disconnected");
  assertEquals(lamp.events.filter(({ event }) => event === "message"), []);
});

Deno.test("--once and --until wait for a message, not for lines that keep the link up", async () => {
  for (const options of [["--once"], ["--until", "state on"]]) {
    await using server = await controller(...options);
    using peer = await Peer.dial(server);
    await peer.say('hello {"name":"raw"}', "ping");
    assertMatch(await peer.line(), /^hello /);
    assertEquals(await peer.line(), "pong");
    await peer.say("state on");
    assertEquals((await next(server, "state")).on, true);
    assertEquals((await server.outcome()).code, 0);
  }
  for (const options of [["--once"], ["--until", "on"]]) {
    using listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
    await using lamp = await agent(`${LOOPBACK}:${listener.addr.port}`, "lamp", ...options);
    using peer = new Peer(await listener.accept());
    await peer.say("hello {}", "ping");
    assertMatch(await peer.line(), /^hello /);
    assertEquals([await peer.line(), await peer.line()], ["state off", "pong"]);
    await peer.say("on");
    assertEquals((await lamp.outcome()).code, 0);
    // At its end it is off.
    assertEquals(statesOf(lamp), [false, true, false]);
  }
});

Deno.test("led agent says once of a word that it ignores it, and what would be right", async () => {
  using listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const { port } = listener.addr;
  await using lamp = await pinwire([
    ...["led", "agent", `${LOOPBACK}:${port}`, "--gpio", "simulated", "--pin", "red=11", "--pin", "green=13"],
  ]);
  using first = new Peer(await listener.accept());
  using second = new Peer(await listener.accept());
  for (const peer of [first, second]) await peer.say("1", "on", "1");
  await lamp.sees(/red is on[^]*green is on|green is on[^]*red is on/);
  assertEquals((await lamp.stop()).code, 0);
  const address = `tcp://${LOOPBACK}:${port}`;
  const sentence = `${address}: ignored "1": an agent is told on, 1 is for a console`;
  assertEquals(lamp.stderr.split("\n").filter((line) => line.includes("ignored")), [
    `pinwire led: ${sentence}`,
  ]);
});

Deno.test("led agent waits for a controller that isn't there yet, and says so once", async () => {
  using free = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const { port } = free.addr;
  free.close();
  await using lamp = await agent(`${LOOPBACK}:${port}`, "lamp");
  const { message, hint } = await next(lamp, "error");
  assertMatch(message!, /^nobody is listening on /);
  assertMatch(hint!, /^[^;]+; it is dialled again and again$/);
  await using server = await pinwire(["led", "serve", `${LOOPBACK}:${port}`, "--json"]);
  assertEquals((await next(server, "device")).device, "lamp");
  assertEquals(errorsOf(lamp), []);
});
