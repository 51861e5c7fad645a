import { assertEquals, assertMatch } from "@std/assert";
import {
  bytes,
  errorsOf,
  has,
  LOOPBACK,
  pinwire,
  type Process,
  PYTHON,
  python,
  pythonServer,
} from "./support.ts";
import { agent, controller, list, next, statesOf } from "./support/led.ts";

/** A test against the Python programs in peers/, which stay as the tutorial has them. */
function tutorial(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${name} (needs ${PYTHON})`, ignore: !has(PYTHON), fn });
}

/** What the LED server's console shows of its clients once there is one. */
async function clientsOf(server: Process): Promise<string> {
  for (;;) {
    await server.write("list\n");
    const line = await server.line();
    if (line !== "cmd>{}") return line;
  }
}

tutorial("led agent obeys the LED server's 0:1 and 0:2, which have no newline", async () => {
  await using server = await pythonServer("led_server");
  await using lamp = await agent(server.address, "lamp");
  assertEquals((await next(lamp, "state")).on, false);
  await next(lamp, "connected");
  assertMatch(await clientsOf(server), /^cmd>\{0: \('127\.0\.0\.1', \d+\)\}$/);
  for (const [line, on] of [["0:1", true], ["0:2", false], ["0:1", true]] as const) {
    await server.write(`${line}\n`);
    const { on: is, pin, device } = await next(lamp, "state");
    assertEquals([is, pin, device], [on, "11", "lamp"]);
  }
  assertEquals(statesOf(lamp), []);
});

tutorial(
  "led agent stays with the LED server, which says nothing and never reads, and dials again when it goes",
  async () => {
    await using server = await pythonServer("led_server");
    await using lamp = await agent(server.address, "lamp");
    await next(lamp, "connected");
    await clientsOf(server);
    await server.write("leave\n");
    assertEquals((await server.outcome()).code, 0);
    const { reason } = await next(lamp, "disconnected");
    assertMatch(reason!, /^(end of stream|connection reset)$/);
    // It says once that nobody is there, and tries on.
    assertMatch((await next(lamp, "error")).message!, /^nobody is listening on /);
  },
);

tutorial("led serve switches the LED client, which says nothing and knows on and off alone", async () => {
  await using server = await controller();
  await using client = python("led_client", [LOOPBACK, server.port]);
  await next(server, "connected");
  for (const [command, said] of [["0:1", "on"], ["0:2", "off"], ["on 0", "on"], ["toggle all", "off"]]) {
    await server.write(`${command}\n`);
    assertEquals(await client.line(), `get server cmd:${said}`);
    assertEquals(await client.line(), `pin 11 ${said === "on" ? "high" : "low"}`);
  }
  const [row, ...more] = await list(server);
  assertMatch(row, /^0 {2}- {2}127\.0\.0\.1:\d+ {2}- {2}plain client, told off$/);
  assertEquals(more, []);
});

tutorial("led serve has the LED client read two commands that are typed at once as two", async () => {
  await using server = await controller();
  await using client = python("led_client", [LOOPBACK, server.port]);
  await next(server, "connected");
  await server.write("0:1\n0:2\n0:1\n");
  const lines = [];
  for (let i = 0; i < 6; i++) lines.push(await client.line());
  assertEquals(lines.filter((line) => line.startsWith("pin")), ["pin 11 high", "pin 11 low", "pin 11 high"]);
});

tutorial("led serve sends the LED client nothing before a command, and 0:3 is none", async () => {
  await using server = await pinwire(["led", "serve", "127.0.0.1:0"]);
  await using client = python("led_client", [LOOPBACK, server.port]);
  await server.sees(/connected/, "stderr");
  await server.write("0:3\n\nhelp\nlist\n0:1\n");
  assertEquals(await client.line(), "get server cmd:on");
  await server.sees(/^list {10}[^]*\n0 {2}- {2}127\.0\.0\.1:\d+ {2}- {2}plain client\n0 was told on\n$/);
});

Deno.test("led agent makes two state events of on and off that arrive in one read, glued or not", async () => {
  using server = Deno.listen({ hostname: LOOPBACK, port: 0 });
  await using lamp = await agent(`${LOOPBACK}:${server.addr.port}`, "lamp");
  using conn = await server.accept();
  const states = [(await next(lamp, "state")).on];
  for (const text of ["onoff", "onoffonoff", "on\noff\n", "on\r\n off"]) {
    await conn.write(bytes(text));
    for (const _ of text.matchAll(/on|off/g)) states.push((await next(lamp, "state")).on);
  }
  assertEquals(states, [false, ...Array(5).fill([true, false]).flat()]);
  assertEquals(statesOf(lamp), []);
});

Deno.test("led agent waits at a pause inside a word for its rest", async () => {
  using server = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const pins = ["--gpio", "simulated", "--pin", "red=11", "--pin", "green=13"];
  await using lamps = await pinwire(["led", "agent", `${LOOPBACK}:${server.addr.port}`, ...pins, "--json"]);
  using cut = await server.accept();
  using other = await server.accept();
  for (const _ of pins.filter((pin) => pin.includes("="))) await next(lamps, "state");
  await cut.write(bytes("o"));
  await other.write(bytes("zz"));
  // The pause that has made this a message has passed for the other, too.
  assertMatch((await next(lamps, "error")).message!, /ignored "zz"/);
  await cut.write(bytes("n"));
  assertEquals((await next(lamps, "state")).on, true);
  assertEquals(errorsOf(lamps), []);
});
