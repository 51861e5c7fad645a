import { assert, assertEquals, assertMatch } from "@std/assert";
import { assertStops, pinwire, runPinwire } from "./support.ts";
import { agent, controller, eventsOf, list, next, Peer, reports, statesOf, through } from "./support/led.ts";

Deno.test("the console of led serve answers each command on stdout", async () => {
  await using server = await pinwire(["led", "serve", "127.0.0.1:0"]);
  await using _lamp = await agent(server.address, "lamp");
  await server.sees(/lamp is here, number 0/, "stderr");
  await server.sees(/lamp is off/, "stderr");
  const asked: [string, RegExp][] = [
    ["list", /^0 {2}lamp {2}127\.0\.0\.1:\d+ {2}off {2}pin 11 of simulated$/],
    ["status lamp", /^0 {2}lamp /],
    ["off lamp", /^lamp is off already$/],
    ["blink lamp 0.01", /^lamp was told to blink at 0\.01 Hz$/],
    ["name lamp kitchen", /^number 0 is kitchen$/],
    ["on lamp", /^there is no device lamp: list shows those that there are$/],
    ["status 3", /^there is no device 3: list shows those that there are$/],
    ["name all x", /^a name is for one device: as in name 3 kitchen$/],
    ["name 0 all", /^"all" can't be a device's name: use up to 32 letters and digits /],
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

Deno.test("the console of led serve says already only of a device that has done what it was told before", async () => {
  await using server = await pinwire(["led", "serve", "127.0.0.1:0"]);
  await using _lamp = await agent(server.address, "lamp");
  await server.sees(/lamp is off\n$/, "stderr");
  // It is off by its last report when the second is read, and has been told on.
  await server.write("on lamp\noff lamp\n");
  await server.sees(/lamp is off\n[^]*lamp is on\n[^]*lamp is off\n$/, "stderr");
  await server.write("off lamp\n");
  assertEquals(await server.line(), "lamp is off already");
  assertEquals(server.stdout, "lamp is off already\n");
});

Deno.test("all on the console of led serve means those that are away too, which are told when they come back", async () => {
  await using server = await pinwire(["led", "serve", "127.0.0.1:0"]);
  await using lamp = await agent(server.address, "lamp");
  await server.sees(/lamp is off\n$/, "stderr");
  lamp.kill("SIGKILL");
  await server.sees(/^pinwire led: lamp is away$/m, "stderr");
  await using fan = await agent(server.address, "fan");
  await server.sees(/fan is off\n$/, "stderr");
  await server.write("on all\n");
  assertEquals(await server.line(), "lamp is away and will be told when it comes back");
  for (const on of [false, true]) assertEquals((await next(fan, "state")).on, on);
  await using back = await agent(server.address, "lamp");
  for (const on of [false, true]) assertEquals((await next(back, "state")).on, on);
  assertEquals(server.stdout, "lamp is away and will be told when it comes back\n");
});

Deno.test("a name may be of any script, and is one name however it was typed", async () => {
  await using server = await controller();
  await using lamp = await agent(server.address, "Ku\u0308che");
  assertEquals((await next(server, "device")).device, "K\u00fcche");
  await server.write("name 0 厨房\n厨房:1\n");
  await reports(server, "厨房", true);
  const { code, stdout } = await through(server, "off", "厨房");
  assertEquals(code, 0);
  assertMatch(stdout, /^0 +厨房 +127\.0\.0\.1:\d+ +off/);
  await server.write("name 0 Ku\u0308che\non Ku\u0308che\n");
  await reports(server, "K\u00fcche", true);
  assertEquals((await through(server, "off", "K\u00fcche")).code, 0);
  assertEquals(statesOf(lamp), [false, true, false, true, false]);
});

Deno.test("led serve says that a device with a name is away, and nothing of a plain client", async () => {
  await using server = await controller();
  await using lamp = await agent(server.address, "lamp");
  await next(server, "device");
  {
    using _plain = await Peer.dial(server);
  }
  await next(server, "disconnected");
  lamp.kill("SIGKILL");
  assertEquals((await next(server, "notice")).text, "lamp is away");
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
  assertEquals(
    (await next(server, "notice")).text,
    "two say the name lamp: number 1 has it now, number 0 has lost it",
  );
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
