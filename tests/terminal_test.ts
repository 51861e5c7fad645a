import { assert, assertEquals, assertMatch } from "@std/assert";
import { pinwire, type Process, whyOtherDeno } from "./support.ts";
import { agent, controller, next } from "./support/led.ts";
import {
  CTRL_C,
  CTRL_D,
  ENTER,
  LEFT,
  onTerminal,
  seen,
  shows,
  TAB,
  terminal,
  UP,
} from "./support/terminal.ts";

function server(...options: string[]): Promise<Process> {
  return pinwire(["echo", "serve", "127.0.0.1:0", "--reply", "<{data}>", "--json", ...options]);
}

/** A server, and `echo connect` to it that has shown its prompt. */
async function session(options: string[] = [], before: string[] = []) {
  const peer = await server();
  const client = onTerminal(["echo", "connect", `127.0.0.1:${peer.port}`, ...options], undefined, before);
  const both = {
    peer,
    client,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await peer[Symbol.asyncDispose]();
    },
  };
  try {
    await client.sees(/> /);
    return both;
  } catch (error) {
    await both[Symbol.asyncDispose]();
    throw error;
  }
}

terminal("connect shows a prompt, and the answer with the time that it took", async () => {
  await using on = await session();
  await shows(on.client, /^> $/);
  await on.client.write(`hello${ENTER}`);
  // The prompt is drawn below the answer, and again for the next line.
  await shows(on.client, /^> hello\n<hello> {2}\d+\.\d\d ms\n> $/);
  assertEquals((await on.peer.next("message")).text, "hello");
});

terminal("connect colours the time", async () => {
  await using on = await session();
  await on.client.write(`hello${ENTER}`);
  await on.client.sees(/<hello>\p{Cc}\[2m {2}\d+\.\d\d ms\p{Cc}\[22m/u);
});

for (
  const [how, options, before] of [["NO_COLOR", [], ["env", "NO_COLOR=1"]], [
    "--no-color",
    ["--no-color"],
    [],
  ]]
) {
  terminal(`connect has no colours with ${how}`, async () => {
    await using on = await session(options as string[], before as string[]);
    await on.client.write(`hello${ENTER}`);
    await on.client.sees(/<hello> {2}\d+\.\d\d ms/);
    assert(!/\p{Cc}\[[\d;]*m/u.test(on.client.stdout));
  });
}

terminal("connect has a history and line editing", async () => {
  await using on = await session();
  const said = async (keys: string) => {
    await on.client.write(keys);
    return (await on.peer.next("message")).text;
  };
  assertEquals(await said(`first${ENTER}`), "first");
  assertEquals(await said(`secnd${LEFT}${LEFT}o${ENTER}`), "second");
  assertEquals(await said(`${UP}${UP}${ENTER}`), "first");
  assertEquals(await said(`${UP}!${ENTER}`), "first!");
});

terminal("connect answers lines pasted all at once, in order", async () => {
  await using on = await session();
  await on.client.write(`one${ENTER}two${ENTER}three${ENTER}`);
  await on.client.sees(/<one>[^]*<two>[^]*<three>/);
  for (const text of ["one", "two", "three"]) assertEquals((await on.peer.next("message")).text, text);
});

for (const [name, keys] of [["an empty line", ENTER], ["Ctrl-D", CTRL_D], ["Ctrl-C", CTRL_C]]) {
  terminal(`connect ends with 0 at ${name}`, async () => {
    await using on = await session();
    await on.client.write(`hello${ENTER}`);
    await on.client.sees(/<hello>.* ms[^]*> /);
    await on.client.write(keys);
    const { code, stdout } = await on.client.outcome();
    assertEquals(code, 0, stdout);
    assert(!/pinwire/.test(stdout), stdout);
    const { reason } = await on.peer.next("disconnected");
    assertEquals(reason, "end of stream");
  });
}

terminal("connect ends with 0 at Ctrl-C while it waits for an answer", async () => {
  await using silent = await pinwire(["receive", "127.0.0.1:0", "-f", "raw", "--json"]);
  await using client = onTerminal(["echo", "connect", `127.0.0.1:${silent.port}`, "--wait", "60"]);
  await client.sees(/> /);
  await client.write(`hello${ENTER}`);
  await silent.next("message");
  await client.write(CTRL_C);
  assertEquals((await client.outcome()).code, 0);
});

terminal("connect ends with 1 and a sentence when the server goes", async () => {
  await using on = await session();
  await on.peer.stop();
  const { code, stdout } = await on.client.outcome();
  assertEquals(code, 1);
  const address = on.peer.address;
  assert(
    seen(on.client).includes(`pinwire: ${address} has closed the connection: run it again to go on\n`),
    stdout,
  );
});

terminal("connect says that nobody is there, and shows no prompt", async () => {
  await using gone = await server();
  await gone.stop();
  await using client = onTerminal(["echo", "connect", `127.0.0.1:${gone.port}`]);
  const { code } = await client.outcome();
  assertEquals(code, 1);
  assertMatch(seen(client), /^pinwire: nobody is listening on [^\n]+\n$/);
});

terminal("connect shows what an answer would do to the terminal, and doesn't do it", async () => {
  await using on = await session();
  using hostile = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using client = onTerminal(["echo", "connect", `127.0.0.1:${hostile.addr.port}`]);
  using conn = await hostile.accept();
  await client.sees(/> /);
  await client.write(`hello${ENTER}`);
  await conn.read(new Uint8Array(100));
  await conn.write(new TextEncoder().encode("\x1b[2J\x1b]0;title\x07\u202eend"));
  await client.sees(/end/);
  await shows(client, /\^\[\[2J\^\[\]0;title\^G<U\+202E>end/);
  for (const code of ["\x1b[2J", "\x1b]", "\x07", "\u202e"]) assert(!client.stdout.includes(code));
  await on.client.write(`hello${ENTER}`);
  await on.client.sees(/<hello>/);
});

terminal("connect over UDP has the same prompt and time", async () => {
  await using peer = await pinwire(["echo", "serve", "udp://127.0.0.1:0", "--reply", "<{data}>"]);
  await using client = onTerminal(["echo", "connect", peer.address]);
  await client.sees(/> /);
  await client.write(`hello${ENTER}`);
  await client.sees(/<hello>.*\d+\.\d\d ms/);
  await client.write(ENTER);
  assertEquals((await client.outcome()).code, 0);
});

terminal("connect works on a terminal with --allow-net alone", async () => {
  await using peer = await server();
  await using client = onTerminal(["echo", "connect", `127.0.0.1:${peer.port}`], ["--allow-net"]);
  await client.sees(/> /);
  await client.write(`hello${ENTER}`);
  await client.sees(/<hello>/);
  await client.write(CTRL_D);
  assertEquals((await client.outcome()).code, 0);
});

terminal("send asks for what is missing", async () => {
  await using receiver = await pinwire(["receive", "127.0.0.1:0", "--json"]);
  await using client = onTerminal(["send"]);
  await client.sees(/address.*: /);
  await client.write(`127.0.0.1:${receiver.port}${ENTER}`);
  await client.sees(/message: /);
  await client.write(`hello${ENTER}`);
  assertEquals((await receiver.next("message")).text, "hello");
  assertEquals((await receiver.stop()).code, 0);
  assertEquals((await client.outcome()).code, 0);
});

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
