import { assertEquals, assertLessOrEqual, assertMatch } from "@std/assert";
import { assertStops, isWindows, refusal, tempDir } from "./support.ts";
import { chatServe, connectAs, GREETING, Member, next, textsOf } from "./support/chat.ts";

Deno.test("chat serve --history 2 shows the last two lines to newcomers, and to whoever asks", async () => {
  await using server = await chatServe("--history", "2");
  using amy = await Member.join(server, "amy");
  await amy.say("1", "2", "/me 3", "/history");
  assertEquals(await amy.lines(2), ["amy: 2", "** amy 3"]);
  // It says nothing, and is let in as a guest.
  using bob = await Member.dial(server);
  assertEquals(await bob.lines(4), [
    GREETING,
    "amy: 2",
    "** amy 3",
    "* you are guest2, in lobby with server and amy",
  ]);
});

Deno.test("chat serve: a client of ours gets in though the history is larger than --max-queue", async () => {
  await using server = await chatServe("--max-queue", "4096", "--history", "1000", "--rate", "0", "--json");
  using bob = await Member.join(server, "bob");
  const lines = Array.from({ length: 200 }, (_, i) => `${i} ${"x".repeat(100)}`);
  await bob.say(...lines);
  for (const line of lines) assertEquals((await next(server, "message")).text, line);
  await using amy = await connectAs("amy", server);
  await bob.say("now");
  const told = [await next(amy, "message")];
  while (told.at(-1)!.text !== "now") told.push(await next(amy, "message"));
  // The last of them, as many as there is room for, and then what is said now.
  const past = told.slice(0, -1);
  assertLessOrEqual(1, past.length);
  assertEquals(past.map(({ text }) => text), lines.slice(-past.length));
  assertEquals(told.map((message) => message.past), [...past.map(() => true), undefined]);
  assertEquals(textsOf(amy, "notice").filter((text) => text.includes("missed")), []);
});

Deno.test("chat serve: what is said while somebody comes in is shown to the newcomer once", async () => {
  await using server = await chatServe();
  using amy = await Member.join(server, "amy");
  using bob = await Member.dial(server);
  await bob.line();
  await amy.say("hi", "/who");
  await amy.until("guest2");
  await bob.say("/who");
  assertEquals((await bob.until("guest2")).filter((line) => line === "amy: hi"), ["amy: hi"]);
});

Deno.test("chat serve --history-file keeps what was said over a restart, except a torn line", async () => {
  await using dir = await tempDir();
  const file = `${dir.path}/chat.jsonl`;
  {
    await using server = await chatServe("--history-file", file);
    using amy = await Member.join(server, "amy");
    await amy.say("你好", "/join dev", "in dev", "/quit");
    await amy.rest();
    await assertStops(server);
  }
  const kept = (await Deno.readTextFile(file)).split("\n");
  assertEquals(kept.length, 3);
  await Deno.writeTextFile(file, [...kept.slice(0, 2), kept[1].slice(0, 40)].join("\n"));
  await using server = await chatServe("--history-file", file);
  await server.sees(
    /^\S+ chat: listening on .+\n.+: passed over line 3, it is damaged: the file .+ is kept as .+\.damaged\n/,
    "stderr",
  );
  using bob = await Member.dial(server);
  await bob.say("/join dev", "/me writes");
  assertEquals((await bob.lines(3)).slice(0, 2), [GREETING, "amy: 你好"]);
  assertEquals(await bob.lines(2), ["amy: in dev", "* you are guest1, in dev"]);
  await bob.say("/quit");
  await bob.rest();
  await assertStops(server);
  const texts = (await Deno.readTextFile(file)).trim().split("\n").map((line) => JSON.parse(line).text);
  assertEquals(texts, ["你好", "in dev", "writes"]);
  if (!isWindows) assertEquals((await Deno.stat(file)).mode! & 0o777, 0o600);
});

Deno.test("chat serve --history-file: a foreign file is refused and left as it is", async () => {
  await using dir = await tempDir();
  const file = `${dir.path}/notes.txt`;
  for (const foreign of ["buy milk\nbuy bread\n", '{"name":"x"}\n', "one line"]) {
    await Deno.writeTextFile(file, foreign);
    const said = await refusal(["chat", "serve", "127.0.0.1:0", "--history-file", file], 1);
    assertMatch(said, /notes\.txt is no history of a chat \(line 1\)/);
    assertEquals(await Deno.readTextFile(file), foreign);
  }
  assertEquals([...Deno.readDirSync(dir.path)].map(({ name }) => name), ["notes.txt"]);
});
