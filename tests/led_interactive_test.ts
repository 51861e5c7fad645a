import { assertEquals, assertMatch } from "@std/assert";
import { LOOPBACK, pinwire } from "./support.ts";
import { controller, next, statesOf } from "./support/led.ts";
import { ENTER, onTerminal, terminal } from "./support/terminal.ts";

const SIMULATED = ["--gpio", "simulated"];

Deno.test("-i asks for the controller, as the tutorial's client does: 1 and 2 switch the pin meanwhile", async () => {
  await using server = await controller();
  const args = ["led", "agent", "-i", "--name", "lamp", ...SIMULATED, "--json"];
  await using lamp = await pinwire(args, { stdin: `1\n2\n1\n${LOOPBACK}:${server.port}\n2\n` });
  assertEquals((await next(server, "device")).device, "lamp");
  assertEquals((await next(server, "state")).on, true);
  const states = [];
  for (let i = 0; i < 4; i++) states.push((await next(lamp, "state")).on);
  // A 2 after the address is ignored.
  assertEquals([states, statesOf(lamp)], [[false, true, false, true], []]);
});

Deno.test("-i takes an empty line, or none, for the ADDRESS of the command line", async () => {
  await using server = await controller();
  for (const stdin of ["1\n\n", "1\n"]) {
    const args = ["led", "agent", server.address, "-i", "--name", "lamp", ...SIMULATED, "--json"];
    await using _lamp = await pinwire(args, { stdin });
    assertEquals((await next(server, "device")).device, "lamp");
    assertEquals((await next(server, "state")).on, true);
  }
});

Deno.test("-i says what is wrong with an address, and asks again", async () => {
  await using server = await controller();
  const args = ["led", "agent", "-i", "--name", "lamp", ...SIMULATED];
  await using lamp = await pinwire(args, { stdin: `x:y\n${LOOPBACK}:${server.port}\n` });
  await next(server, "device");
  await lamp.sees(/^lamp is off\n"x:y" is not an address: [^\n]+\n/);
});

Deno.test("-i with --json keeps events alone on stdout", async () => {
  await using server = await controller();
  const args = ["led", "agent", "-i", "--name", "lamp", ...SIMULATED, "--json"];
  await using lamp = await pinwire(args, { stdin: `x:y\n${LOOPBACK}:${server.port}\n` });
  await next(server, "device");
  for (const line of lamp.stdout.trim().split("\n")) assertMatch(line, /^\{"event":/);
});

Deno.test("-i takes no word alone, and no number, for a host that it would dial for ever", async () => {
  await using server = await controller();
  const args = ["led", "agent", "-i", "--name", "lamp", ...SIMULATED];
  await using lamp = await pinwire(args, { stdin: `on\n3\n${LOOPBACK}:${server.port}\n` });
  await next(server, "device");
  const [first, ...refused] = lamp.stdout.split("\n");
  assertEquals(first, "lamp is off");
  assertMatch(refused[0], /^"on" is no address: write HOST:PORT, 1 for on, 2 for off/);
  assertMatch(refused[1], /^"3" is no address/);
});

terminal("-i says on a terminal what 1 and 2 have done, a second time too", async () => {
  await using lamp = onTerminal(["led", "agent", "-i", "--name", "lamp", ...SIMULATED]);
  await lamp.sees(/REMOTEHOST>/);
  await lamp.write(["1", "1", "2", ""].join(ENTER));
  await lamp.sees(/Jlamp is on\r*\n[^]*Jlamp is on\r*\n[^]*Jlamp is off\r*\n/);
});
