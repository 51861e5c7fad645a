import { assert, assertEquals, assertMatch } from "@std/assert";
import { pinwire, type Process } from "./support.ts";
import { CTRL_C, CTRL_D, ENTER, LEFT, onTerminal, seen, shows, terminal, UP } from "./support/terminal.ts";

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
