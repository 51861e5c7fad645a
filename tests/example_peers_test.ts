import { assertEquals, assertMatch } from "@std/assert";
import { FakeSysfs } from "../lib/gpio/_fake_sysfs.ts";
import { has, isWindows, LOOPBACK, type Outcome, pinwire, Process, PYTHON } from "./support.ts";
import { chatServe, GREETING, heard, Member, noticed } from "./support/chat.ts";
import { controller, list, next, reports } from "./support/led.ts";
import { guarded, otherToken, trust } from "./support/led_token.ts";
import { posix } from "./support/shell.ts";

const NEEDS = `(needs ${PYTHON})`;
const IGNORE = isWindows || !has(PYTHON);

/** A test of one of the peers in Python. */
const example = (name: string, fn: () => Promise<void>) => posix(`examples/${name} ${NEEDS}`, fn, IGNORE);
const trusting = (name: string, fn: (folder: string) => Promise<void>) =>
  trust(`examples/${name} ${NEEDS}`, fn, IGNORE);

/** Starts one of them. */
const begin = (name: string, args: string[], stdin?: string): Process =>
  new Process(PYTHON, [`${import.meta.dirname}/../examples/${name}.py`, ...args], { stdin });

/** Runs one of them to its end. */
async function runExample(name: string, args: string[], stdin = ""): Promise<Outcome> {
  await using process = begin(name, args, stdin);
  return await process.outcome();
}

const addressOf = ({ port }: Process) => `${LOOPBACK}:${port}`;

example("echo_client.py sends messages in frames, and reads their answers", async () => {
  const frames = ["line", "len:u16le", "len:i32be", "netstring", "delim:0d0a", "fixed:5", "slip", "cobs"];
  await Promise.all(frames.map(async (frame) => {
    const messages = frame === "fixed:5" ? ["hello", "again"] : ["hello", "x".repeat(600)];
    const args = ["echo", "serve", `${LOOPBACK}:0`, "--reply", "{data}", "--frame", frame];
    await using server = await pinwire(args);
    const outcome = await runExample("echo_client", [addressOf(server), frame, ...messages]);
    assertEquals(outcome, { code: 0, stdout: `${messages.join("\n")}\n`, stderr: "" }, frame);
  }));
});

example("led_agent.py is listed, obeys, blinks, and reports each change", async () => {
  await using server = await controller();
  await using lamp = begin("led_agent", [addressOf(server), "--name", "lamp", "--sysfs", "/nowhere"]);
  assertEquals((await next(server, "device")).device, "lamp");
  await reports(server, "lamp", false);
  await server.write("on lamp\n");
  await reports(server, "lamp", true);
  await server.write("toggle lamp\n");
  await reports(server, "lamp", false);
  await server.write("blink lamp 10\n");
  for (const on of [true, false, true, false]) await reports(server, "lamp", on);
  await server.write("on lamp\n");
  await lamp.sees(/lamp is on\n(lamp is off\nlamp is on\n)+/);
  assertMatch(
    (await list(server))[0],
    /^0 {2}lamp {2}\S+ {2}\w+ {2}pin 11 of (simulated|RPi\.GPIO), told on$/,
  );
  assertEquals((await lamp.stop()).code, 0);
  assertMatch(lamp.stdout, /lamp is off\n$/);
});

example("led_agent.py dials again, and is told what it missed", async () => {
  await using first = await controller();
  await using lamp = begin("led_agent", [addressOf(first), "--name", "lamp", "--sysfs", "/nowhere"]);
  await reports(first, "lamp", false);
  const { port } = first;
  await first.stop();
  await lamp.sees(/: .*(closed|reset)/);
  await using second = await pinwire(["led", "serve", `${LOOPBACK}:${port}`, "--json"]);
  assertEquals((await next(second, "device")).device, "lamp");
});

example("led_agent.py moves a pin of the kernel's", async () => {
  await using sysfs = new FakeSysfs();
  const line = 17;
  sysfs.add(line, { direction: "in", value: "0" });
  await using server = await controller();
  await using lamp = begin("led_agent", [addressOf(server), "--name", "lamp", "--sysfs", sysfs.root]);
  await reports(server, "lamp", false);
  assertEquals(sysfs.line(line), { direction: "low", value: "0" });
  await server.write("on lamp\n");
  await reports(server, "lamp", true);
  assertEquals(sysfs.line(line).value, "1");
  assertEquals((await lamp.stop()).code, 0);
  assertEquals(sysfs.line(line).value, "0");
});

trusting("led_agent.py and led_control.py prove the token, and want it proven", async (folder) => {
  const { server, token } = await guarded(folder);
  await using _server = server;
  await using _lamp = begin("led_agent", [
    addressOf(server),
    "--name",
    "lamp",
    "--sysfs",
    "/nowhere",
    ...token,
  ]);
  await reports(server, "lamp", false);
  const ask = (credentials: string[], ...command: string[]) =>
    runExample("led_control", [addressOf(server), ...credentials, ...command]);
  assertEquals(await ask(token, "on", "lamp"), { code: 0, stdout: "lamp on\n", stderr: "" });
  assertEquals(await ask(token, "status"), { code: 0, stdout: "lamp on\n", stderr: "" });
  const unknown = await ask(token, "on", "kitchen");
  assertEquals([unknown.code, unknown.stdout], [1, ""]);
  assertMatch(unknown.stderr, /^led_control: .*kitchen.*\n$/);
  const wrong = await ask(await otherToken(folder), "off", "lamp");
  assertEquals([wrong.code, wrong.stdout], [1, ""]);
  assertMatch(wrong.stderr, /^led_control: refused .*\n$/);
});

example("chat_client.py says what is typed, hears the others, and ends once all is confirmed", async () => {
  await using server = await chatServe("--json");
  await using amy = begin("chat_client", [addressOf(server), "amy"]);
  await amy.sees(/^\* in lobby as amy\n/m);
  using bob = await Member.dial(server);
  await bob.take("bob");
  await bob.say("hello amy");
  await amy.sees(/^bob: hello amy\n/m);
  await amy.write("你好\n");
  assertEquals(await heard(server), "bob: hello amy");
  assertEquals(await heard(server), "amy: 你好");
  await amy.end();
  assertEquals((await amy.outcome()).code, 0);
});

example("chat_client.py shows nothing of what is for plain members, before its welcome", async () => {
  using listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  await using amy = begin("chat_client", [`${LOOPBACK}:${listener.addr.port}`, "amy"]);
  using server = new Member(await listener.accept());
  await server.say(`${GREETING}\nbob: one`);
  assertMatch(await server.line(), /^\/pinwire \{"nick": "amy", "room": "lobby"/);
  await server.say('/pinwire {"nick":"amy","room":"lobby","session":"s","log":"l","line":1,"past":1}');
  await server.say("#1 bob: one\n#2 bob: two\n/bye enough");
  assertEquals(await amy.outcome(), {
    code: 0,
    stdout: "* in lobby as amy\nbob: one\nbob: two\n* enough\n",
    stderr: "",
  });
});

example("chat_client.py comes back, and misses nothing", async () => {
  await using server = await chatServe("--json");
  await using way = await pinwire(["relay", `${LOOPBACK}:0`, addressOf(server), "--json"]);
  await using amy = begin("chat_client", [addressOf(way), "amy"]);
  await amy.sees(/^\* in lobby as amy\n/m);
  using bob = await Member.dial(server);
  await bob.take("bob");
  await bob.say("one");
  await amy.sees(/^bob: one\n/m);
  await way.write("cut all\n");
  await amy.sees(/closed|reset/, "stderr");
  await bob.say("two");
  await amy.sees(/^bob: two\n/m);
  assertEquals(amy.stdout.match(/^bob: .*$/gm), ["bob: one", "bob: two"]);
  await noticed(server, /amy/);
});

example("shell_simple.py runs one command after the other", async () => {
  await using server = await pinwire(["shell", "serve", `${LOOPBACK}:0`, "--wire", "simple", "--json"]);
  const outcome = await runExample("shell_simple", [addressOf(server), "echo one", "echo two >&2", "true"]);
  assertEquals(outcome, { code: 0, stdout: "one\ntwo\n", stderr: "" });
});
