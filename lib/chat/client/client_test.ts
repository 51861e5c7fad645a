import { assert, assertEquals, assertRejects } from "@std/assert";
import { PinwireError } from "../../errors.ts";
import { helloOf, World } from "./_testing.ts";
import { GREETING } from "../protocol.ts";

Deno.test("ChatClient says who it is once it is greeted, and is in when it is welcomed", async () => {
  await using on = new World({ nick: "amy", room: "dev" });
  const link = await on.accept();
  await link.write(GREETING.slice(0, 10));
  await link.write(GREETING.slice(10) + "\r\n");
  assertEquals(helloOf(await link.line()), { nick: "amy", room: "dev", heartbeat: true, encoding: "utf-8" });
  assertEquals(on.client.isConnected, false);
  await link.welcome({ nick: "amy2", room: "Dev", who: ["amy2", "bob"] });
  await on.client.opened();
  assertEquals([on.client.isConnected, on.client.nick, on.client.room], [true, "amy2", "Dev"]);
  assertEquals([on.places, [...on.client.names], on.messages], [[["amy2", "Dev"]], ["amy2", "bob"], []]);
});

Deno.test("ChatClient knows a greeting that comes in pieces, each a message", async () => {
  await using on = new World({ nick: "amy" }, "raw");
  const link = await on.accept();
  // Heard one by one or together, they are one greeting.
  for (const part of [GREETING.slice(0, 3), GREETING.slice(3, 20), GREETING.slice(20)]) {
    await link.write(part);
  }
  assertEquals(helloOf((await link.read())!).nick, "amy");
});

Deno.test("ChatClient sends bare messages to a server that doesn't greet, and shows what that says", async () => {
  await using on = new World({ nick: "amy" });
  const link = await on.accept();
  await link.write("who are you?");
  await on.until(() => on.messages.length > 0);
  await on.client.say("amy");
  assertEquals(await link.read(), "amy");
  await link.write("hi \x1b[2Jamy");
  await on.until(() => on.messages.length > 1);
  assertEquals(on.texts, ["who are you?", "hi ^[[2Jamy"]);
  assertEquals(on.messages.map(({ nick }) => nick), [undefined, undefined]);
  // Its last word ends it; what is still answered is shown.
  await on.client.say("88");
  assertEquals([await link.read(), await link.read()], ["88", undefined]);
  await link.write("bye");
  link.close();
  await on.running;
  assertEquals([on.texts.at(-1), on.client.hasLost, on.errors], ["bye", false, []]);
});

Deno.test("ChatClient takes a silent server for none of ours, and then says what it was told", async () => {
  await using on = new World();
  const link = await on.accept();
  const said = on.client.say("hello");
  assertEquals(await link.read(), "hello");
  await said;
});

Deno.test("ChatClient comes back to its place, and says what was missed and what may not have arrived", async () => {
  await using on = new World({ nick: "amy" });
  const link = await on.letIn({ line: 3, session: "secret" });
  for (const line of ["one", "two", "three"]) await on.client.say(line);
  for (let i = 0; i < 3; i++) await link.line();
  await link.say("/taken 4");
  await link.say("#5 bob: hi");
  await on.until(() => on.messages.length === 1);
  link.close();
  const again = await on.accept();
  await again.write(`${GREETING}\n`);
  assertEquals(helloOf(await again.line()), {
    nick: "amy",
    room: "lobby",
    heartbeat: true,
    encoding: "utf-8",
    resume: { session: "secret", log: "l", line: 5 },
  });
  on.notices.length = 0;
  await again.welcome({ line: 10, past: 2, session: "new" });
  await again.say("#9 bob: nine", "#10 bob: ten");
  await on.until(() => on.messages.length === 3);
  assertEquals(on.texts.slice(1), ["bob: nine", "bob: ten"]);
  assertEquals(on.notices.map((text) => text.replace(/\d+ s,/, "N s,")), [
    "back after N s, 2 lines meanwhile",
    "3 lines missed",
  ]);
  assertEquals(on.client.hasLost, true);
  assertEquals(on.errors[0], 'the last 2 lines may not have arrived, from "two" on');
});

Deno.test("ChatClient says so when the room was made anew", async () => {
  await using on = new World();
  (await on.letIn({ line: 7 })).close();
  await on.letIn({ line: 1, log: "another", past: 1 });
  assertEquals(on.notices.includes("the room was made anew"), true);
  assertEquals(on.notices.some((text) => text.includes("missed")), false);
});

Deno.test("ChatClient that is sent away does not come back", async () => {
  await using on = new World();
  const link = await on.letIn();
  await link.say("/bye kicked: \x1b[2Jspam");
  const error = await assertRejects(() => on.running, PinwireError);
  assertEquals([error.code, error.exitCode], ["sent_away", 1]);
  assert(error.message.includes("kicked: ^[[2Jspam"), error.message);
  assertEquals(on.errors, []);
});

Deno.test("ChatClient.finish ends once all that was said is taken", async () => {
  await using on = new World();
  const link = await on.letIn();
  const said = ["one", "two"].map((line) => on.client.say(line));
  const finished = on.client.finish();
  assertEquals([await link.line(), await link.line()], ["one", "two"]);
  await Promise.all([...said, finished]);
  assertEquals(await link.read(), undefined);
  await link.say("/taken 1", "/taken 2", "#3 bob: bye");
  link.close();
  await on.running;
  assertEquals([on.texts, on.client.hasLost], [["bob: bye"], false]);
});

Deno.test("ChatClient.finish shows what a bare server still answers", async () => {
  await using on = new World();
  const link = await on.accept();
  await link.write("hello");
  await on.until(() => on.messages.length === 1);
  await on.client.say("one");
  await on.client.finish();
  assertEquals([await link.read(), await link.read()], ["one", undefined]);
  await link.write("answer");
  link.close();
  await on.running;
  assertEquals(on.texts.at(-1), "answer");
});

Deno.test("ChatClient gives 50 lines to a link that may be dead, and says the others when it is back", async () => {
  await using on = new World();
  const link = await on.letIn();
  const saying = Array.from({ length: 60 }, (_, i) => on.client.say(`line ${i + 1}`));
  for (let i = 1; i <= 50; i++) assertEquals(await link.line(), `line ${i}`);
  link.close();
  const again = await on.letIn();
  for (let i = 51; i <= 60; i++) assertEquals(await again.line(), `line ${i}`);
  await Promise.all(saying);
  assertEquals(on.errors[0], 'the last 50 lines may not have arrived, from "line 1" on');
});

Deno.test("ChatClient leaves with a server that never greeted it and closes, and tells what it couldn't say", async () => {
  await using on = new World();
  const link = await on.accept();
  await link.write("hello");
  await on.until(() => on.messages.length === 1);
  await on.client.say("exit");
  assertEquals(await link.read(), "exit");
  link.close();
  await on.running;
  assertEquals([on.notices, on.errors], [["the server has closed the connection"], []]);
  assertEquals(on.client.hasLost, false);
  await on.client.say("too late");
  assertEquals(on.client.hasLost, true);
});

Deno.test("ChatClient dials again where a link ends before it is known whose it is, and where it was greeted before", async () => {
  await using on = new World();
  (await on.accept()).close();
  (await on.letIn()).close();
  const link = await on.accept();
  await link.write("no greeting this time");
  await on.until(() => on.messages.length === 1);
  link.close();
  await on.letIn();
});

Deno.test("ChatClient with noReconnect ends with the link", async () => {
  await using on = new World({ noReconnect: true });
  (await on.letIn()).close();
  const error = await assertRejects(() => on.running, PinwireError);
  assertEquals([error.code, error.exitCode, error.hint], ["link_lost", 1, undefined]);
});

Deno.test("ChatClient that is called otherwise than it must be leaves, but not once it has been in", async () => {
  await using on = new World({ nick: "Amy", mustBeNamed: true });
  // By case alone a name is no other.
  (await on.letIn({ nick: "amy" })).close();
  await on.letIn({ nick: "guest7" });
  await on.until(() => on.places.length === 2);
  assertEquals(on.places.map(([nick]) => nick), ["amy", "guest7"]);
  await using other = new World({ nick: "amy", mustBeNamed: true });
  const link = await other.letIn({ nick: "guest1" });
  const error = await assertRejects(() => other.running, PinwireError);
  assertEquals([error.code, error.exitCode, error.message], ["nick_taken", 1, "the name amy is taken"]);
  assertEquals([await link.read(), other.places], [undefined, []]);
});

Deno.test("ChatClient takes a name that it didn't ask for if it need not have its own", async () => {
  await using on = new World({ nick: "amy" });
  await on.letIn({ nick: "guest1" });
  assertEquals([on.places, on.client.nick], [[["guest1", "lobby"]], "guest1"]);
});

Deno.test("ChatClient is let in by a server of ours whose greeting comes late, unless it has said something", async () => {
  await using on = new World({ nick: "amy" });
  await using other = new World();
  const [link, plain] = [await on.accept(), await other.accept()];
  await Promise.all([on.client.opened(), other.client.opened()]);
  assertEquals(on.client.isConnected, true);
  await link.say(GREETING);
  assertEquals(helloOf(await link.line()).nick, "amy");
  assertEquals(on.client.isConnected, false);
  // What is said meanwhile waits for the welcome.
  const said = on.client.say("hi");
  await link.welcome();
  await said;
  assertEquals([await link.line(), on.texts], ["hi", []]);
  await other.client.say("hi");
  assertEquals(await plain.read(), "hi");
  await plain.say(GREETING);
  await other.until(() => other.messages.length === 1);
  assertEquals(other.texts, [GREETING]);
});

Deno.test("ChatClient leaves a server that isn't ours when that says its last word, and no other", async () => {
  for (const word of ["end", "88"]) {
    await using on = new World();
    const link = await on.accept();
    await link.say("hello", "the end", word);
    assertEquals(await link.read(), undefined);
    link.close();
    await on.running;
    assertEquals([on.texts, on.client.hasLost, on.errors], [["hello", "the end", word], false, []]);
  }
});

Deno.test("ChatClient stays when somebody in a room of ours says a last word", async () => {
  await using on = new World();
  const link = await on.letIn();
  await link.say("#1 bob: end", "end", "/ping");
  assertEquals(await link.line(), "/pong");
  await on.client.say("still here");
  assertEquals(await link.line(), "still here");
});

Deno.test("ChatClient has lost a line that was refused, but no command that does without a number", async () => {
  await using on = new World();
  const link = await on.letIn();
  const refuse = async (line: string) => {
    on.notices.length = 0;
    await on.client.say(line);
    await link.say("/taken", "* why");
    await on.until(() => on.notices.includes("why"));
    return on.client.hasLost;
  };
  for (const line of ["/who", "/msg bob hi", " "]) assertEquals(await refuse(line), false, line);
  assertEquals(await refuse("/me waves"), true);
});
