import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Process, whyOtherDeno } from "./support.ts";
import { agent, controller, next } from "./support/led.ts";
import { CTRL_C, CTRL_D, ENTER, onTerminal, seen, shows, TAB, terminal } from "./support/terminal.ts";

/** A controller on a terminal that has shown its prompt, and where it listens. */
async function ledServe(...options: string[]): Promise<Process> {
  const server = onTerminal(["led", "serve", "127.0.0.1:0", ...options]);
  try {
    server.address = (await server.sees(/listening on (tcp:\S+)[^]*cmd> /))[1];
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

terminal(
  "led serve keeps a line that is half typed when a device comes, and carries it out then",
  async () => {
    await using server = await ledServe();
    await server.write("on la");
    await server.sees(/on la$/);
    await using lamp = await agent(server.address, "lamp");
    // What happens stands above the line, which is drawn again below it.
    await server.sees(/lamp is here, number 0[^]*lamp is off[^]*cmd> on la/);
    await server.write(`mp${ENTER}`);
    assertEquals([(await next(lamp, "state")).on, (await next(lamp, "state")).on], [false, true]);
    await server.sees(/lamp is on/);
    await shows(server, /^pinwire led: lamp is off$[^]*^cmd> on lamp$/m);
  },
);

terminal("led serve completes commands and the names of devices by Tab", async () => {
  await using server = await ledServe();
  await using lamp = await agent(server.address, "kitchen");
  await server.sees(/kitchen is off/);
  // Keys that come together count as pasted, where Tab completes nothing.
  for (const [keys, shown] of [["to", /to$/], [TAB, /toggle $/], ["k", /k$/], [TAB, /kitchen $/]] as const) {
    await server.write(keys);
    await server.sees(shown);
  }
  await server.write(ENTER);
  assertEquals([(await next(lamp, "state")).on, (await next(lamp, "state")).on], [false, true]);
  await shows(server, /cmd> toggle kitchen [^]*kitchen is on/);
}, whyOtherDeno("swallows the Enter behind a second completion"));

for (const [name, keys] of [["quit", `quit${ENTER}`], ["Ctrl-C", CTRL_C]]) {
  terminal(`led serve ends with 0 at ${name}`, async () => {
    await using server = await ledServe();
    await using _lamp = await agent(server.address, "lamp");
    await server.sees(/lamp is off/);
    await server.write(keys);
    assertEquals((await server.outcome()).code, 0, server.stdout);
    assert(!seen(server).includes("The console has ended"), seen(server));
  });
}

terminal("led serve goes on behind Ctrl-D, which ends its console alone, and says so", async () => {
  await using server = await ledServe();
  await server.write(CTRL_D);
  await server.sees(/The console has ended/);
  await using _lamp = await agent(server.address, "lamp");
  await shows(server, /^The console has ended; Ctrl-C ends the controller\.$[^]*lamp is here/m);
  await server.write(CTRL_C);
  assertEquals((await server.outcome()).code, 0, server.stdout);
});

terminal("led serve --json shows no prompt, and carries out what is typed", async () => {
  await using server = onTerminal(["led", "serve", "127.0.0.1:0", "--json"]);
  await server.sees(/"listening"/);
  await server.write(`help${ENTER}`);
  await server.sees(/quit +end the controller/);
  await server.write(`bogus${ENTER}`);
  await server.sees(/"event":"error"/);
  await server.write(`quit${ENTER}`);
  assertEquals((await server.outcome()).code, 0, server.stdout);
  assert(!server.stdout.includes("cmd>"), server.stdout);
});

terminal("led agent draws its pins in one row, what happens above it", async () => {
  await using server = await controller();
  const pins = ["--pin", "red=11", "--pin", "green=13"];
  await using lamps = onTerminal([
    "led",
    "agent",
    server.address,
    "--gpio",
    "simulated",
    "--no-color",
    ...pins,
  ]);
  await next(server, "state");
  await next(server, "state");
  await server.write("on green\n");
  await lamps.sees(/○ red is off {3}● green is on$/);
  await server.write("on red\n");
  await lamps.sees(/● red is on {3}● green is on$/);
  await server.stop();
  await lamps.sees(/lost tcp:[^]*● red is on {3}● green is on$/);
  const rows = lamps.stdout.split(/\r\n|\r/).map((row) => row.replace(/^\p{Cc}\[2K/u, ""));
  const address = server.address;
  assertEquals(rows.filter((row) => row === `connected to ${address}`).length, 1);
  assert(rows.some((row) => row.startsWith(`lost ${address}`)), lamps.stdout);
  const drawn = rows.filter((row) => /[●○]/.test(row));
  for (const row of drawn) {
    assertMatch(row, /^(● red is on|○ red is off)( {3}(● green is on|○ green is off))?$/);
  }
});

terminal("led agent colours a pin that is on", async () => {
  await using server = await controller();
  await using lamp = onTerminal(["led", "agent", server.address, "--gpio", "simulated", "--name", "lamp"]);
  await next(server, "state");
  await server.write("on lamp\n");
  await lamp.sees(/\p{Cc}\[1m\p{Cc}\[33m● lamp is on/u);
});

terminal("led agent -i asks for its controller, and leaves a clean screen at Ctrl-C", async () => {
  await using server = await controller();
  await using lamp = onTerminal([
    "led",
    "agent",
    "-i",
    "--gpio",
    "simulated",
    "--name",
    "lamp",
    "--no-color",
  ]);
  await lamp.sees(/REMOTEHOST>/);
  await lamp.write(`1${ENTER}`);
  await lamp.sees(/● lamp is on/);
  await lamp.write(`${server.address}${ENTER}`);
  assertEquals((await next(server, "state")).on, true);
  await lamp.write(CTRL_C);
  assertEquals((await lamp.outcome()).code, 0);
  assert(lamp.stdout.endsWith("\n"), JSON.stringify(lamp.stdout));
});
