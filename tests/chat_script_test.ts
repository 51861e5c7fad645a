import { assert, assertEquals, assertMatch } from "@std/assert";
import { LOOPBACK, refusal, runPinwire } from "./support.ts";
import { chatConnect, chatServe, connectAs, heard, Member, next } from "./support/chat.ts";

Deno.test("chat connect says what is piped into it, shows what it hears meanwhile, and ends with 0", async () => {
  await using server = await chatServe("--json");
  using bob = await Member.join(server, "bob");
  await bob.say("before");
  await bob.say("/who");
  await bob.until("bob");
  const said = await runPinwire(["chat", "connect", server.address, "-n", "amy"], { stdin: "hi\n\n你好" });
  assertEquals([said.code, said.stderr], [0, ""]);
  assertMatch(said.stdout, /^bob: before$/m);
  const lines = await bob.until("你好");
  assertEquals(lines.filter((line) => !line.startsWith("*")), ["amy: hi", "amy: 你好"]);
});

Deno.test("1,000 piped lines with --rate 0 all arrive, in order", async () => {
  await using server = await chatServe("--rate", "0", "--history", "0", "--json");
  using bob = await Member.join(server, "bob");
  const lines = Array.from({ length: 1_000 }, (_, i) => `line ${i}`);
  const args = ["chat", "connect", server.address, "--nick", "amy"];
  const [sent, said] = await Promise.all([
    runPinwire(args, { stdin: lines.join("\n") }),
    bob.until("line 999"),
  ]);
  assertEquals([sent.code, sent.stderr], [0, ""]);
  assertEquals(said.filter((line) => !line.startsWith("*")), lines.map((line) => `amy: ${line}`));
});

Deno.test("chat connect: a line that the server refuses is exit 1, and the others are said", async () => {
  await using server = await chatServe("--json");
  using bob = await Member.join(server, "bob");
  const said = await runPinwire(["chat", "connect", server.address, "--nick", "amy"], {
    stdin: `one\n${"x".repeat(5_000)}\ntwo\n`,
  });
  assertEquals([said.code, said.stderr], [1, ""]);
  assertMatch(said.stdout, /^\* that line was too long: say it in parts$/m);
  const lines = await bob.until("two");
  assertEquals(lines.filter((line) => !line.startsWith("*")), ["amy: one", "amy: two"]);
});

Deno.test("chat connect: a command that the server refuses is no lost word: exit 0", async () => {
  await using server = await chatServe("--json");
  const said = await runPinwire(["chat", "connect", server.address], { stdin: "/frob\n/msg nobody hi\n" });
  assertEquals([said.code, said.stderr], [0, ""]);
  assertMatch(said.stdout, /^\* there is no \/frob: .*\n\* nobody is called nobody: /m);
});

Deno.test("chat connect --nick: a script says nothing under another name: exit 1", async () => {
  await using server = await chatServe("--json");
  using amy = await Member.join(server, "amy");
  const args = ["chat", "connect", server.address, "--nick", "AMY"];
  assertMatch(await refusal(args, 1, "hi\n"), /the name AMY is taken: choose another --nick$/m);
  await server.write("/who\n");
  await server.sees(/in lobby: /, "stderr");
  await server.write("over\n");
  assertEquals((await amy.until("over")).filter((line) => !line.startsWith("* ")), ["server: over"]);
});

Deno.test("chat connect --nick server or you is refused with 2, before anything is dialled", async () => {
  for (const nick of ["server", "Server", "you"]) {
    const said = await refusal(["chat", "connect", "127.0.0.1:1", "--nick", nick], 2);
    assert(said.includes(`nobody can be called ${nick}`), said);
  }
});

Deno.test("chat connect --once and --until pass over what was said before", async () => {
  await using server = await chatServe("--json");
  using bob = await Member.join(server, "bob");
  await bob.say("bye");
  assertEquals(await heard(server), "bob: bye");
  await using once = await connectAs("once", server, "--once");
  await using until = await connectAs("until", server, "--until", "bye");
  await bob.say("bye");
  for (const client of [once, until]) {
    const told = [await next(client, "message"), await next(client, "message")];
    assertEquals(told.map(({ text, past }) => [text, past]), [["bye", true], ["bye", undefined]]);
    assertEquals((await client.outcome()).code, 0);
  }
});

Deno.test("chat connect: a server of others that says end, or 88, ends it with 0", async () => {
  using listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  for (const last of ["end", "88"]) {
    await using client = await chatConnect(`${LOOPBACK}:${listener.addr.port}`);
    {
      using server = new Member(await listener.accept());
      await server.say("hello", last);
      for (const text of ["hello", last]) assertEquals((await next(client, "message")).text, text);
      // It ends its side, and says nothing before that.
      assertEquals(await server.rest(), "");
    }
    assertEquals((await client.outcome()).code, 0);
  }
});
