import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { pure } from "../app/_testing.ts";
import { PinwireError } from "../errors.ts";
import { Token } from "../session/token.ts";
import { ControllerHandshake, DiallerHandshake } from "./handshake.ts";
import { type Hello, type Message, parseMessage, printMessage, PROTOCOL } from "./protocol.ts";

const token = (letter: string) => Token.from(letter.repeat(43));
const HERE = "tcp://192.0.2.7:11235";

/** A line as the other end reads it. */
function read<T extends Message["say"]>(line: string | undefined, say: T): Message & { say: T } {
  const message = parseMessage(line ?? "");
  assertEquals(message?.say, say, line);
  return message as Message & { say: T };
}

const helloOf = (line: string) => read(line, "hello").hello;
const proofOf = (line: string | undefined) => read(line, "proof").proof;

interface Ends {
  dialler: DiallerHandshake;
  controller: ControllerHandshake;
}

/** Two ends, each with its token and what it takes for the connection. */
function ends(diallers?: Token, controllers?: Token, dialled = HERE, accepted = HERE): Ends {
  return {
    dialler: new DiallerHandshake({ role: "agent", name: "lamp", pin: "11" }, diallers, () => dialled),
    controller: new ControllerHandshake(controllers, () => accepted),
  };
}

/** Both have said hello; the dialler's answer to that, if it has one. */
async function greet({ dialler, controller }: Ends): Promise<string | undefined> {
  const answer = controller.greet(helloOf(dialler.line), dialler.line);
  return await dialler.take(read(answer, "hello"), answer);
}

/** The code of what a dialler says of a message. */
const codeOf = async (act: () => Promise<unknown>) => (await assertRejects(act, PinwireError)).code;

pure("handshake without tokens is one hello each", async () => {
  const both = ends();
  const { dialler, controller } = both;
  assertEquals(helloOf(dialler.line), {
    role: "agent",
    name: "lamp",
    pin: "11",
    chip: undefined,
    version: 1,
    nonce: undefined,
  });
  assertEquals([dialler.isProven, dialler.isGreeted], [true, false]);
  assertEquals(await greet(both), undefined);
  assertEquals([dialler.isProven, dialler.isGreeted, controller.awaitsProof], [true, true, false]);
});

pure("handshake with one token lets both ends know that the other has it", async () => {
  const both = ends(await token("a"), await token("a"));
  const { dialler, controller } = both;
  const proof = await greet(both);
  assertEquals([dialler.isProven, controller.awaitsProof], [false, true]);
  const answer = await controller.check(proofOf(proof));
  assertEquals(await dialler.take(read(answer, "proof"), answer!), undefined);
  assertEquals(dialler.isProven, true);
});

pure("handshake with two tokens fails at the controller", async () => {
  const both = ends(await token("a"), await token("b"));
  assertEquals(await both.controller.check(proofOf(await greet(both))), undefined);
  assertEquals(both.dialler.isProven, false);
});

pure("DiallerHandshake throws bad_proof at a controller that doesn't know the token", async () => {
  const both = ends(await token("a"), await token("b"));
  await greet(both);
  const forged = printMessage({ say: "proof", proof: "A".repeat(43) });
  assertEquals(await codeOf(() => both.dialler.take(read(forged, "proof"), forged)), "bad_proof");
  assertEquals(both.dialler.isProven, false);
});

pure("DiallerHandshake throws no_token at a controller that has none", async () => {
  assertEquals(await codeOf(async () => greet(ends(await token("a")))), "no_token");
});

pure("ControllerHandshake refuses who has no token, and says why", async () => {
  const { dialler, controller } = ends(undefined, await token("a"));
  const refuse = () => controller.greet(helloOf(dialler.line), dialler.line);
  assertEquals(assertThrows(refuse, PinwireError, "a token is needed").code, "refused");
  assertEquals(controller.awaitsProof, false);
});

pure("ControllerHandshake refuses another version", () => {
  for (const version of [0, 2, NaN]) {
    const hello: Hello = { role: "agent", version };
    const controller = new ControllerHandshake(undefined, () => HERE);
    assertThrows(() => controller.greet(hello, "hello"), PinwireError, "version 1 is spoken here");
  }
  return Promise.resolve();
});

pure(
  "DiallerHandshake throws refused with the controller's words, and a hint where it can help",
  async () => {
    const refused: [string, string | undefined][] = [
      ["a token is needed", "name its --token-file"],
      [
        "the proof is wrong",
        "both ends need the same --token-file; if something stands in between, such as a relay, use tls://",
      ],
      ["too many wrong proofs, try again in a minute", undefined],
      ["version 1 is spoken here", undefined],
    ];
    for (const [why, hint] of refused) {
      const { dialler } = ends();
      const line = `refused ${why}`;
      const error = await assertRejects(() => dialler.take(read(line, "refused"), line), PinwireError);
      assertEquals([error.code, error.message, error.hint], [
        "refused",
        `the controller does not let us in (${why})`,
        hint,
      ]);
    }
  },
);

pure(
  "a proof that was heard is worth nothing in the next conversation, though its hello is said again",
  async () => {
    const [secret, before] = [await token("a"), ends(await token("a"), await token("a"))];
    const heard = proofOf(await greet(before));
    assert(await before.controller.check(heard));
    const next = new ControllerHandshake(secret, () => HERE);
    next.greet(helloOf(before.dialler.line), before.dialler.line);
    assertEquals(await next.check(heard), undefined);
  },
);

pure("a controller's proof that was heard is worth nothing to the next agent", async () => {
  const secret = await token("a");
  const before = ends(secret, secret);
  const hello = before.controller.greet(helloOf(before.dialler.line), before.dialler.line);
  const proof = await before.dialler.take(read(hello, "hello"), hello);
  const heard = await before.controller.check(proofOf(proof));
  const { dialler } = ends(secret);
  await dialler.take(read(hello, "hello"), hello);
  assertEquals(await codeOf(() => dialler.take(read(heard, "proof"), heard!)), "bad_proof");
});

pure("an agent's own proof that is sent back to it is not the controller's", async () => {
  const both = ends(await token("a"), await token("b"));
  const proof = await greet(both);
  assertEquals(await codeOf(() => both.dialler.take(read(proof, "proof"), proof!)), "bad_proof");
});

pure("a proof that was made for one role is worth nothing in another", async () => {
  const secret = await token("a");
  const dialler = new DiallerHandshake({ role: "agent" }, secret, () => HERE);
  const controller = new ControllerHandshake(secret, () => HERE);
  const answer = controller.greet(helloOf(dialler.line), dialler.line);
  const hellos = [dialler.line, answer] as const;
  const transcript = { protocol: PROTOCOL, hellos, binding: HERE };
  assertEquals(await controller.check(await secret.prove("control", transcript)), undefined);
  assertEquals(await controller.check(await secret.prove("controller", transcript)), undefined);
  // The transcript is the right one: it is the role that counts.
  assert(await controller.check(await secret.prove("agent", transcript)));
});

pure("a proof over another address than the one accepted on is wrong, as if it was relayed", async () => {
  const secret = await token("a");
  const relayed = ends(secret, secret, "tcp://192.0.2.66:11235", HERE);
  assertEquals(await relayed.controller.check(proofOf(await greet(relayed))), undefined);
});

pure("a hello that was changed on its way makes the proof wrong", async () => {
  const secret = await token("a");
  for (const end of ["agent's", "controller's"]) {
    const { dialler, controller } = ends(secret, secret);
    const said = dialler.line;
    const heard = end === "agent's" ? said.replace("lamp", "fan") : said;
    const answer = controller.greet(helloOf(heard), heard);
    const forwarded = end === "agent's" ? answer : answer.replace("{", '{"x":1,');
    const proof = await dialler.take(read(forwarded, "hello"), forwarded);
    assertEquals(await controller.check(proofOf(proof)), undefined, end);
  }
});

pure("DiallerHandshake takes no proof before a hello, and no second hello", async () => {
  const secret = await token("a");
  const both = ends(secret, secret);
  const early = printMessage({ say: "proof", proof: "A".repeat(43) });
  assertEquals(await both.dialler.take(read(early, "proof"), early), undefined);
  assertEquals([both.dialler.isProven, both.dialler.isGreeted], [false, false]);
  const proof = await greet(both);
  // A second one would be a second challenge, to be answered by a second proof.
  const again = printMessage({
    say: "hello",
    hello: { role: "controller", version: 1, nonce: "B".repeat(43) },
  });
  assertEquals(await both.dialler.take(read(again, "hello"), again), undefined);
  const answer = await both.controller.check(proofOf(proof));
  await both.dialler.take(read(answer, "proof"), answer!);
  assertEquals(both.dialler.isProven, true);
});

pure("each handshake has challenges of its own", async () => {
  const secret = await token("a");
  const nonces = new Set<string | undefined>();
  for (let i = 0; i < 100; i++) {
    const { dialler, controller } = ends(secret, secret);
    nonces.add(helloOf(dialler.line).nonce);
    nonces.add(helloOf(controller.greet(helloOf(dialler.line), dialler.line)).nonce);
  }
  assertEquals([nonces.size, nonces.has(undefined)], [200, false]);
});
