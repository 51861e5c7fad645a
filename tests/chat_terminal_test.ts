import { assertEquals, assertMatch } from "@std/assert";
import { pinwire, type Process } from "./support.ts";
import { chatServe, heard, Member, next } from "./support/chat.ts";
import { CTRL_D, ENTER, LEFT, onTerminal, shows, terminal } from "./support/terminal.ts";

/** `chat serve` on a terminal that has shown its prompt. */
async function serveOnTerminal(...options: string[]): Promise<Process> {
  const server = onTerminal(["chat", "serve", "127.0.0.1:0", ...options]);
  try {
    server.address = (await server.sees(/listening on (tcp:\S+)[^]*> /))[1];
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

terminal("chat serve on a terminal that nobody reads serves the others", async () => {
  await using server = await serveOnTerminal("--rate", "0");
  using amy = await Member.join(server, "amy");
  using bob = await Member.join(server, "bob");
  // The program that reads the terminal is stopped; the terminal itself takes some KiB.
  server.kill("SIGSTOP");
  for (let i = 0; i < 100; i++) {
    await amy.say(`${i} ${"x".repeat(1_000)}`);
    assertMatch(await bob.hears(), new RegExp(`^amy: ${i} x+$`));
  }
  server.kill("SIGCONT");
  await server.write(`still here${ENTER}`);
  assertEquals(await bob.hears(), "server: still here");
});

terminal(
  "chat connect on a terminal: the prompt tells the room, and a taken --nick leaves a guest's",
  async () => {
    await using server = await chatServe("--json");
    using _amy = await Member.join(server, "amy");
    await using client = onTerminal(["chat", "connect", server.address, "--nick", "amy"]);
    await client.sees(/the name amy is taken: choose another[^]*guest2> /);
    await client.write(`/join dev${ENTER}`);
    await client.sees(/guest2@dev> /);
    await client.write(`hi${ENTER}`);
    const { nick, room, text } = await next(server, "message");
    assertEquals([nick, room, text], ["guest2", "dev", "hi"]);
    await client.write(CTRL_D);
    assertEquals((await client.outcome()).code, 0, client.stdout);
  },
);

terminal("chat connect on a terminal keeps what is half typed below what it hears", async () => {
  await using server = await chatServe("--json");
  await using client = onTerminal(["chat", "connect", server.address, "--nick", "amy"]);
  await client.sees(/amy> /);
  await client.write("hel");
  await client.sees(/hel$/);
  await server.write("hi\n");
  await client.sees(/server[^]*: hi[^]*hel/);
  await client.write(`lo${ENTER}`);
  assertEquals(await heard(server), "amy: hello");
  await shows(client, /^server: hi$/m);
});

terminal("chat --turns on a terminal: an empty line is none, and Ctrl-D ends at once", async () => {
  await using server = await pinwire(["chat", "serve", "127.0.0.1:0", "--turns", "--json"]);
  await using client = onTerminal(["chat", "connect", server.address, "--turns"]);
  await client.sees(/> /);
  await client.write(`${ENTER}${ENTER}`);
  await client.write(`hi${ENTER}`);
  assertEquals((await next(server, "message")).text, "hi");
  // It isn't our turn: what is typed now would wait for an answer, Ctrl-D doesn't.
  await client.write(`more${ENTER}`);
  await client.sees(/it is their turn/);
  await client.write(CTRL_D);
  assertEquals((await client.outcome()).code, 0, client.stdout);
  await next(server, "disconnected");
  assertEquals(server.events.filter(({ event }) => event === "message"), []);
});

terminal("chat connect's arrows and Backspace take a heart and a family as one character each", async () => {
  await using server = await chatServe("--json");
  await using client = onTerminal(["chat", "connect", server.address, "--nick", "amy"]);
  await client.sees(/amy> /);
  await client.write(`x❤\ufe0fy${LEFT}${LEFT}|${ENTER}`);
  assertEquals(await heard(server), "amy: x|❤\ufe0fy");
  await client.write(`x👨‍👩‍👧‍👦y${LEFT}\x7f${ENTER}`);
  assertEquals(await heard(server), "amy: xy");
});
