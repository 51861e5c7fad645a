import { assertEquals } from "@std/assert";
import { SimulatedGpio } from "deno-gpio";
import { contextOf, pure, turn } from "../../app/_testing.ts";
import { PinwireError } from "../../errors.ts";
import { pipe } from "../../net/mod.ts";
import { bindingOf, Token } from "../../session/token.ts";
import { open } from "../pins/_open_device.ts";
import { FAR, FarEnd, HERE } from "../_session_testing.ts";
import { IgnoredWords } from "./ignored_words.ts";
import { AgentSession, type AgentSessionOptions } from "./session.ts";
import { ControllerHandshake } from "../handshake.ts";
import { parseMessage } from "../protocol.ts";

const HELLO = 'hello {"role":"controller","version":1}';

const newToken = (letter = "k") => Token.from(letter.repeat(43));

/** A link of an agent with one pin, and what it says first. */
async function world(options: AgentSessionOptions = {}) {
  const lamp = await open(new SimulatedGpio(), { initial: false });
  const [here, there] = pipe({ first: FAR, second: HERE });
  const { clock, device, states } = lamp;
  const found: string[] = [];
  const session = new AgentSession(
    here,
    device,
    options,
    contextOf("text", { clock }),
    () => found.push("found"),
  );
  const controller = new FarEnd(there, session.run());
  const hello = await controller.line();
  return {
    session,
    controller,
    clock,
    states,
    found,
    hello,
    /** Answers its hello as a controller with this token, and takes its proof, which is left to be judged. */
    async shake(token: Token): Promise<string | undefined> {
      const handshake = new ControllerHandshake(token, () => bindingOf(there, "accepted"));
      const message = parseMessage(hello);
      if (message?.say !== "hello") return undefined;
      await controller.say(handshake.greet(message.hello, hello));
      const answer = parseMessage(await controller.line());
      return answer?.say === "proof" ? await handshake.check(answer.proof) : undefined;
    },
    async [Symbol.asyncDispose]() {
      await controller.leave();
      await lamp[Symbol.asyncDispose]();
      assertEquals(clock.pending, 0);
    },
  };
}

const codeOf = (error: unknown) => error instanceof PinwireError ? error.code : error;

pure("AgentSession says hello and what its pin is, and obeys at once without a token", async () => {
  await using on = await world();
  assertEquals(on.hello, 'hello {"role":"agent","name":"lamp","pin":"11","chip":"simulated","version":1}');
  assertEquals([await on.controller.line(), on.found], ["state off", ["found"]]);
  await on.controller.say("on");
  await on.controller.say("state?");
  assertEquals([on.states, await on.controller.line()], [[true], "state on"]);
});

pure("AgentSession answers a ping once the controller has said hello", async () => {
  await using on = await world();
  await on.controller.line();
  await on.controller.say("ping");
  await on.controller.say(HELLO, "ping", "state?");
  assertEquals([await on.controller.line(), await on.controller.line()], ["pong", "state off"]);
});

pure("AgentSession obeys words without a newline once a pause has ended them", async () => {
  await using on = await world();
  await on.controller.write("onoff");
  assertEquals(on.states, []);
  on.clock.pass(20);
  assertEquals(on.states, [true, false]);
});

pure(
  "AgentSession tells of what is neither a word nor a line between ends, and of nothing unproven",
  async () => {
    const told: string[] = [];
    const { reporter } = contextOf("text", {
      onEvent: (event) => void told.push(event.event === "error" ? event.message : event.event),
    });
    const ignored = new IgnoredWords(reporter);
    {
      await using on = await world({ ignored });
      await on.controller.say("1", HELLO, "ping", "on", "onx", "", "state on", "1");
      assertEquals([told.splice(0), on.states], [['ignored "1"', 'ignored "onx"'], [true]]);
    }
    await using on = await world({ ignored, token: await newToken() });
    await on.controller.say("2");
    assertEquals(told, []);
  },
);

pure("AgentSession with a token obeys nobody before the controller's proof", async () => {
  const token = await newToken();
  await using on = await world({ token });
  await on.controller.say("on", "state?");
  on.session.report(true);
  const proof = await on.shake(token);
  assertEquals([on.states, on.found, on.session.isProven], [[], [], false]);
  await on.controller.say(proof!);
  assertEquals([await on.controller.line(), on.found], ["state off", ["found"]]);
  await on.controller.say("on");
  assertEquals(on.states, [true]);
  on.clock.pass(5_000);
  assertEquals(on.session.isProven, true);
});

pure("AgentSession with a token ends with bad_proof at a controller that has another", async () => {
  await using on = await world({ token: await newToken() });
  await on.controller.say(HELLO.replace("}", `,"nonce":"${"n".repeat(43)}"}`));
  await on.controller.line();
  await on.controller.say(`proof ${"x".repeat(43)}`, "on");
  assertEquals([codeOf(await on.controller.ended), on.states], ["bad_proof", []]);
});

pure("AgentSession with a token waits 5 s for the proof, whatever else comes", async () => {
  await using on = await world({ token: await newToken() });
  on.clock.pass(4_999);
  await on.controller.say("on");
  assertEquals(on.session.isProven, false);
  on.clock.pass(1);
  assertEquals([codeOf(await on.controller.ended), on.states], ["no_proof", []]);
});

pure("AgentSession ends with refused when the controller doesn't let it in", async () => {
  await using on = await world();
  await on.controller.say("refused a token is needed");
  assertEquals(codeOf(await on.controller.ended), "refused");
});

pure("AgentSession asks a controller that is silent, and gives it up when no answer comes", async () => {
  await using on = await world();
  await on.controller.line();
  await on.controller.say(HELLO);
  on.clock.pass(2_000);
  assertEquals(await on.controller.line(), "ping");
  await on.controller.say("pong");
  on.clock.pass(2_000);
  assertEquals(await on.controller.line(), "ping");
  on.clock.pass(4_000);
  assertEquals(codeOf(await on.controller.ended), "no_heartbeat");
});

pure("AgentSession expects no heartbeat of a server that has said no hello", async () => {
  await using on = await world();
  on.clock.pass(3_600_000);
  await turn();
  await on.controller.say("on");
  assertEquals(on.states, [true]);
});
