import { assert, assertEquals } from "@std/assert";
import { pinwire, type Process } from "./support.ts";
import { chatServe, heard, Member, next } from "./support/chat.ts";
import { consoles } from "./support/consoles.ts";
import { controller, next as nextOf } from "./support/led.ts";
import { shell } from "./support/shell.ts";
import { CTRL_C, CTRL_D, ENTER, onTerminal, terminal } from "./support/terminal.ts";

const DUMB = ["env", "TERM=dumb"];

/** No escape sequence, of whatever sort (ECMA-48): no control character but line ends, and the bell of a mention. */
function assertPlain({ stdout }: { stdout: string }): void {
  stdout = stdout.replaceAll("\u0007", "");
  assert(!/(?![\r\n])\p{Cc}/u.test(stdout), JSON.stringify(stdout));
}

/** No colour, bold or dim (ECMA-48, SGR). */
function assertColourless({ stdout }: { stdout: string }): void {
  assert(!/\p{Cc}\[[\d;]*m/u.test(stdout), JSON.stringify(stdout));
}

for (
  const [title, before, check] of [
    ["no escape sequence with TERM=dumb", DUMB, assertPlain],
    ["no colour with NO_COLOR", ["env", "NO_COLOR=1"], assertColourless],
  ] as const
) {
  terminal(`consoles have ${title}`, async () => {
    await using all = await consoles();
    for (const args of all.commands) {
      const env = [...before, `XDG_CONFIG_HOME=${all.home}`];
      await using client = onTerminal(args, undefined, env);
      await client.sees(/> ?|: /);
      await client.write(/serve|agent|peer/.test(args[1]) ? CTRL_C : CTRL_D);
      await client.outcome();
      check(client);
    }
  });

  terminal(`what has no console has ${title}`, async () => {
    await using server = await pinwire(["echo", "serve", "127.0.0.1:0", "--json"]);
    for (
      const args of [
        ["led", "pins"],
        ["led", "blink", "--gpio", "simulated", "--count", "1"],
        ["send", server.address, "hi", "--wait", "0", "--trace"],
        ["demo"],
      ]
    ) {
      await using command = onTerminal(args, undefined, [...before]);
      await command.outcome();
      assert(command.stdout.length > 0);
      check(command);
    }
  });
}

terminal("led agent on a dumb terminal says each change on a line of its own", async () => {
  await using server = await controller();
  const args = ["led", "agent", server.address, "--gpio", "simulated", "--name", "lamp"];
  await using lamp = onTerminal(args, undefined, DUMB);
  await nextOf(server, "state");
  await server.write("on lamp\n");
  await lamp.sees(/\nlamp is on\r\n$/);
  assertPlain(lamp);
});

terminal("a dumb terminal keeps what is half typed when something is heard, and says it whole", async () => {
  await using server = await chatServe("--json");
  await using client = onTerminal(["chat", "connect", server.address, "--nick", "amy"], undefined, DUMB);
  await client.sees(/amy> $/);
  await client.write("hel");
  await client.sees(/hel$/);
  await server.write("hi\n");
  await client.sees(/hel\r\nserver: hi\r\namy> $/);
  await client.write(`lo${ENTER}`);
  assertEquals(await heard(server), "amy: hello");
  assertPlain(client);
});

terminal("a console on a dumb terminal ends when its server goes", async () => {
  await using server = await pinwire(["echo", "serve", "127.0.0.1:0", "--json"]);
  await using client = onTerminal(["echo", "connect", server.address], undefined, DUMB);
  await client.sees(/> $/);
  await server.stop();
  assertEquals((await client.outcome()).code, 1);
  assert(client.stdout.startsWith("> \r\npinwire: "), client.stdout);
});

terminal("Ctrl-C at shell connect on a dumb terminal ends what runs and nothing else", async () => {
  await using remote = await shell();
  const env = [...DUMB, `XDG_CONFIG_HOME=${remote.home.path}`];
  await using client: Process = onTerminal(["shell", "connect", remote.server.address], undefined, env);
  await client.sees(/> $/);
  await client.write(`echo be'gun'; exec sleep 60${ENTER}`);
  await client.sees(/begun\r\n/);
  await client.write(CTRL_C);
  await client.sees(/\[130\]> $/);
  await client.write("half");
  await client.sees(/half$/);
  await client.write(CTRL_C);
  await client.sees(/half\^C\r\n[^\n]*\[130\]> $/);
  await client.write(`echo we'll'${ENTER}`);
  await client.sees(/well\r\n/);
  await client.write(CTRL_D);
  assertEquals((await client.outcome()).code, 0);
  assertPlain(client);
});

terminal("a mention in the chat has no escape sequence on a dumb terminal either", async () => {
  await using server = await chatServe("--json");
  await using client = onTerminal(["chat", "connect", server.address, "--nick", "amy"], undefined, DUMB);
  await client.sees(/amy> $/);
  using bob = await Member.join(server, "bob");
  await bob.say("amy: hello");
  await next(server, "message");
  await client.sees(/bob: amy: hello/);
  assertPlain(client);
});
