import { assert, assertEquals } from "@std/assert";
import { pure, turn } from "../app/_testing.ts";
import { PinwireError } from "../errors.ts";
import { bindingOf, Token } from "../session/token.ts";
import { FAR, type FarEnd, HERE, World } from "./_session_testing.ts";
import { DiallerHandshake } from "./handshake.ts";
import { type Hello, parseMessage } from "./protocol.ts";

const LAMP = 'hello {"name":"lamp"}';
const CONTROL = 'hello {"role":"control"}';
/** A carrier that states nothing of itself, whatever its name looks like. */
const UNKNOWN = { scheme: "ws", name: "ws://127.0.0.1:5", isLocal: false };

const newToken = (letter = "k") => Token.from(letter.repeat(43));

const codeOf = (error: unknown) => error instanceof PinwireError ? error.code : error;

/** What a session says of an end that it doesn't let in. */
const refused = (peer: string, why: string) => ({
  event: "error" as const,
  message: `refused ${peer}, ${why}`,
  peer,
});

/** Says hello, and answers with a proof. */
async function greet(end: FarEnd, token: Token, role: Hello["role"] = "agent"): Promise<DiallerHandshake> {
  const hello = { role, name: "lamp" } as const;
  const handshake = new DiallerHandshake(hello, token, () => bindingOf(end.connection, "dialled"));
  await end.say(handshake.line);
  await take(end, handshake);
  return handshake;
}

/** Takes the controller's next message, and answers it. */
async function take(end: FarEnd, handshake: DiallerHandshake): Promise<void> {
  const line = await end.line();
  const answer = await handshake.take(parseMessage(line)!, line);
  if (answer !== undefined) await end.say(answer);
}

pure("ControllerSession lists each connection without a token, and a hello makes it a device", async () => {
  const on = new World();
  const end = on.connect(FAR);
  assertEquals(on.listed(), [0]);
  await end.say(LAMP, "state on", "ping");
  assertEquals([await end.line(), await end.line()], ['hello {"role":"controller","version":1}', "pong"]);
  assertEquals([on.listed(), on.events], [["lamp"], [
    { event: "device", device: "lamp", index: 0, peer: FAR.name },
    { event: "state", on: true, device: "lamp", peer: FAR.name },
  ]]);
  await end.leave();
  assertEquals([await end.ended, on.events.at(-1)], [undefined, { event: "notice", text: "lamp is away" }]);
  assertEquals([on.controller.registry.status(on.controller.registry.list()[0]).on, on.clock.pending], [
    true,
    0,
  ]);
});

pure("ControllerSession ignores what a plain client says, and keeps its words 50 ms apart", async () => {
  const on = new World();
  const end = on.connect();
  await end.say("state on", "on", "ping");
  assertEquals([on.listed(), on.events], [[0], []]);
  const [entry] = on.controller.registry.list();
  for (const word of ["on", "off"] as const) on.controller.registry.command(entry, { do: word });
  assertEquals(await end.line(), "on");
  const second = end.line();
  await turn();
  on.clock.pass(49);
  assertEquals(await Promise.race([second, turn()]), undefined);
  on.clock.pass(1);
  assertEquals(await second, "off");
  await end.leave();
  assertEquals([on.listed(), on.clock.pending], [[], 0]);
});

pure("ControllerSession takes a hello without a newline once a pause has ended it", async () => {
  const on = new World();
  const end = on.connect();
  await end.write(LAMP);
  assertEquals(on.listed(), [0]);
  on.clock.pass(20);
  assertEquals([await end.line(), on.listed()], ['hello {"role":"controller","version":1}', ["lamp"]]);
  await end.leave();
});

pure("ControllerSession takes a hello as the first line or not at all", async () => {
  const why = "hello is the first line or none";
  const firstLines = [
    "",
    "EHLO example.org",
    "GET /",
    "OPTIONS rtsp://127.0.0.1:11235 RTSP/1.0",
    "state on",
    "hello",
    "ping",
    "x".repeat(1_025),
  ];
  for (const first of firstLines) {
    for (const hello of [LAMP, CONTROL]) {
      const on = new World({}, 1_024);
      const lamp = on.connect(FAR);
      await lamp.say(LAMP);
      const end = on.connect();
      const said = end.say(first, hello, "on all", "status");
      assertEquals(await end.rest(), `refused ${why}\n`, first);
      await said;
      const [entry] = on.controller.registry.list();
      assertEquals([await end.ended, on.listed(), entry.desired], [undefined, ["lamp"], undefined]);
      assertEquals(on.events.at(-1), refused(end.connection.local.name, why));
      await lamp.leave();
    }
  }
});

pure(
  "ControllerSession with a token lists a device once it has given its proof, and gives its own",
  async () => {
    const token = await newToken();
    const on = new World({ token });
    const end = on.connect(FAR);
    assertEquals(on.listed(), []);
    const handshake = await greet(end, token);
    await take(end, handshake);
    assertEquals([handshake.isProven, on.listed()], [true, ["lamp"]]);
    await end.say("state on");
    assertEquals(on.events.map(({ event }) => event), ["device", "state"]);
    await end.leave();
    assertEquals([on.listed(), on.clock.pending], [["lamp"], 0]);
  },
);

pure(
  "ControllerSession with a token refuses who doesn't begin with a hello, and all that follows",
  async () => {
    const on = new World({ token: await newToken() });
    for (const first of ["state on", "on lamp", "", LAMP, CONTROL]) {
      const end = on.connect(FAR);
      const said = end.say(first, LAMP, "state on");
      assertEquals(await end.rest(), "refused a token is needed\n", first);
      await said;
      assertEquals([await end.ended, on.listed()], [undefined, []]);
      assertEquals(on.events.splice(0), [refused(FAR.name, "a token is needed")]);
    }
    assertEquals(on.clock.pending, 0);
  },
);

pure("ControllerSession makes a wrong proof wait, then refuses it", async () => {
  const on = new World({ token: await newToken() });
  const end = on.connect(FAR);
  const { pending } = on.clock;
  await greet(end, await newToken("x"));
  // The time of the delay is set once the proof has been checked.
  while (on.clock.pending === pending) await turn();
  assertEquals(on.events, []);
  on.clock.pass(500);
  assertEquals(await end.rest(), "refused the proof is wrong\n");
  assertEquals([await end.ended, on.listed()], [undefined, []]);
  assertEquals(on.events, [refused(FAR.name, "the proof is wrong")]);
});

pure("ControllerSession tells an address that is kept out why, and hears nothing of it", async () => {
  const token = await newToken();
  const on = new World({ token });
  for (let i = 0; i < 5; i++) {
    const end = on.connect(FAR);
    await end.say(new DiallerHandshake({ role: "agent" }, token, () => "").line);
    await end.line();
    await end.say("no proof");
    on.clock.pass(4_000);
    assertEquals(await end.rest(), "refused the proof is wrong\n");
  }
  on.events.length = 0;
  const end = on.connect(FAR);
  const said = end.say(LAMP);
  const why = "too many wrong proofs, try again in a minute";
  assertEquals(await end.rest(), `refused ${why}\n`);
  await said;
  assertEquals([await end.ended, on.listed()], [undefined, []]);
  assertEquals([on.events, on.clock.pending], [[refused(FAR.name, why)], 0]);
  on.clock.pass(60_000);
  const later = on.connect(FAR);
  await greet(later, token);
  await later.leave();
});

pure("ControllerSession refuses a proof that is right when there are too many already", async () => {
  const token = await newToken();
  const on = new World({ token, maxClients: 1 });
  const first = on.connect(FAR);
  await take(first, await greet(first, token));
  const second = on.connect(FAR);
  await greet(second, token);
  // Its proof is checked first, and until then it counts as a plain client.
  while (on.events.length < 2) await turn();
  assertEquals(on.events[1].event, "error");
  on.clock.pass(50);
  assertEquals(await second.rest(), "refused there are too many already, raise --max-clients\n");
  assertEquals(on.listed(), ["lamp"]);
  await first.leave();
  const third = on.connect(FAR);
  await take(third, await greet(third, token));
  await third.leave();
});

pure("ControllerSession takes control without a token from this machine alone", async () => {
  const on = new World();
  const local = on.connect({ scheme: "unix", name: "unix:#1" });
  await local.say(CONTROL, "status");
  assertEquals([await local.line(), await local.line()], ['hello {"role":"controller","version":1}', "ok"]);
  assertEquals(on.listed(), []);
  await local.leave();
  // What states nothing is not taken for this machine.
  const why = "from elsewhere it can be controlled only with --token-file on both ends";
  for (const peer of [FAR, UNKNOWN]) {
    const end = on.connect(peer);
    const said = end.say(CONTROL, "on all");
    assertEquals(await end.rest(), `refused ${why}\n`, peer.name);
    await said;
    assertEquals([await end.ended, on.events.splice(0)], [undefined, [refused(peer.name, why)]]);
  }
});

pure("ControllerSession takes control from elsewhere with a token, once it is proven", async () => {
  const token = await newToken();
  const on = new World({ token });
  const end = on.connect(FAR);
  const handshake = await greet(end, token, "control");
  await take(end, handshake);
  await end.say("status");
  assertEquals([await end.line(), on.listed()], ["ok", []]);
  await end.leave();
});

pure("ControllerSession lets nobody prove a token over a carrier that has no address", async () => {
  const token = await newToken();
  const on = new World({ token });
  const nowhere = { host: undefined, port: undefined };
  const end = on.connect({ ...UNKNOWN, ...nowhere }, { ...HERE, ...nowhere, scheme: "ws", name: "ws:" });
  await end.say(new DiallerHandshake({ role: "control" }, token, () => "ws:").line);
  assertEquals(await end.rest(), "refused a token can't be proven over ws:\n");
  assertEquals(codeOf(await end.ended), undefined);
});

pure("ControllerSession asks a device that is silent, and gives it up when no answer comes", async () => {
  const on = new World();
  const end = on.connect(FAR);
  await end.say(LAMP);
  await end.line();
  on.clock.pass(3_000);
  assertEquals(await end.line(), "ping");
  await end.say("pong");
  on.clock.pass(2_999);
  assertEquals(on.events.length, 1);
  on.clock.pass(1);
  assertEquals(await end.line(), "ping");
  on.clock.pass(3_000);
  const error = await end.ended;
  assert(error instanceof PinwireError);
  assertEquals([error.code, error.message], ["no_heartbeat", `${FAR.name} has said nothing for 6 s`]);
  assertEquals([on.events.at(-1), on.clock.pending], [{ event: "notice", text: "lamp is away" }, 0]);
});

pure("ControllerSession expects no heartbeat of a plain client", async () => {
  const on = new World();
  const end = on.connect();
  on.clock.pass(3_600_000);
  await turn();
  assertEquals(on.listed(), [0]);
  await end.leave();
});

pure("ControllerSession ends with too_slow when a device doesn't read a thousand lines", async () => {
  const on = new World();
  const end = on.connect(FAR);
  await end.say(LAMP);
  const [entry] = on.controller.registry.list();
  for (let i = 0; i < 1_002; i++) on.controller.registry.command(entry, { do: "toggle" });
  assertEquals(codeOf(await end.ended), "too_slow");
  assertEquals(on.listed(), ["lamp"]);
});

pure("ControllerSession ends with not_for_us at a browser's request, whatever its body says", async () => {
  const on = new World();
  const end = on.connect();
  await end.write(`POST / HTTP/1.1\r\n\r\n${LAMP}\n`);
  assertEquals([codeOf(await end.ended), on.listed(), on.events], ["not_for_us", [], []]);
});

pure("ControllerSession leaves no device away when the controller itself ends", async () => {
  const on = new World({ once: true });
  const end = on.connect();
  await end.say(LAMP, "state on");
  await end.line();
  await end.leave();
  assertEquals(on.events.map(({ event }) => event), ["device", "state"]);
});
