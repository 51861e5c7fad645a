import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { pure } from "../../app/_testing.ts";
import { PinwireError } from "../../errors.ts";
import { Token } from "../../session/token.ts";
import { LONGEST_BEFORE_READY, PROTOCOL, TYPE } from "../protocol.ts";
import { parseHello, parseProof, parseReady } from "./bodies.ts";
import { makeJsonFrame, splitFrame } from "./frame.ts";
import { ClientHandshake, needsTls, openingBody, ServerHandshake } from "./handshake.ts";

const token = (letter: string) => Token.from(letter.repeat(43));
const HERE = "tcp://192.0.2.7:8080";
const ABOUT = { host: "pi", cwd: "/home/pi", shell: true };

/** The body of a frame as the other end takes it. */
function bodyOf(frame: Uint8Array | undefined, type: number): Uint8Array {
  assert(frame);
  const split = splitFrame(frame.subarray(4));
  assertEquals([split.type, split.stream], [type, 0]);
  return split.body;
}

const text = (body: Uint8Array) => new TextDecoder().decode(body);
const bytes = (text: string) => new TextEncoder().encode(text);

interface Ends {
  client: ClientHandshake;
  server: ServerHandshake;
}

/** Two ends, each with its token and what it takes for the connection. */
function ends(clients: Token, servers = clients, dialled = HERE, accepted = HERE): Ends {
  return {
    client: new ClientHandshake(() => Promise.resolve(clients), dialled),
    server: new ServerHandshake(servers, accepted),
  };
}

/** The body of the client's proof, once both have said hello. */
async function prove({ client, server }: Ends): Promise<Uint8Array> {
  const challenge = bodyOf(server.challenge(bodyOf(client.hello, TYPE.hello)), TYPE.challenge);
  return bodyOf(await client.prove(challenge), TYPE.proof);
}

const codeOf = async (act: () => Promise<unknown>) => (await assertRejects(act, PinwireError)).code;
const proofBody = (proof: string) => bytes(JSON.stringify({ proof }));

pure("handshake with one token lets both ends know that the other has it", async () => {
  const both = ends(await token("a"));
  assertEquals([both.client.due, both.server.due], ["challenge", "hello"]);
  const proof = await prove(both);
  assertEquals([both.client.due, both.server.due], ["ready", "proof"]);
  const { proof: answer, ...about } = await both.client.check(
    bodyOf(await both.server.check(proof, ABOUT), TYPE.ready),
  );
  assertEquals([about, answer.length], [ABOUT, 43]);
});

pure("ClientHandshake proves, and is answered, as in the example of docs/protocol.md", async () => {
  // Computed with Python's hmac.
  const P = "X7tQZNa_Jpg8NZQhpp3dmVz8p8HQbn1Pz7KCh4WHilQ";
  const Q = "QSRVAjl9ULrggm4v-1EvtjS46RQYSzBjVNIn-p83O5A";
  const hellos = ["A", "E"].map((letter) => `{"version":1,"nonce":"${letter.repeat(43)}"}`);
  const secret = await Token.from("xK3vQ0m1pB7nR5sT9uW2yZ4aC6dE8fGh");
  const client = new ClientHandshake(
    () => Promise.resolve(secret),
    "tcp://127.0.0.1:8080",
    false,
    "A".repeat(43),
  );
  assertEquals(text(bodyOf(client.hello, TYPE.hello)), hellos[0]);
  const proof = bodyOf(await client.prove(bytes(hellos[1])), TYPE.proof);
  assertEquals(text(proof), `{"proof":"${P}"}`);
  const ready = `{"proof":"${Q}","host":"pi","cwd":"/home/pi","shell":true}`;
  assertEquals(await client.check(bytes(ready)), { proof: Q, ...ABOUT });
});

pure("handshake with two tokens fails at the server", async () => {
  const both = ends(await token("a"), await token("b"));
  assertEquals(await both.server.check(await prove(both), ABOUT), undefined);
});

pure("handshake asks for no token where each end knows that the other is its own user's", async () => {
  const secret = await token("a");
  const none = () => Promise.reject(new PinwireError("bad_token_file", "there is no token"));
  const server = () => new ServerHandshake(secret, "unix:", true);
  const both = { client: new ClientHandshake(none, "unix:", true), server: server() };
  const proof = await prove(both);
  assertEquals(parseProof(proof), "");
  const ready = bodyOf(await both.server.check(proof, ABOUT), TYPE.ready);
  assertEquals((await both.client.check(ready)).cwd, ABOUT.cwd);
  // A client that doesn't know it of the server proves the token, as one that has never heard of this.
  const wary = { client: new ClientHandshake(none, "unix:"), server: server() };
  assertEquals(await codeOf(() => prove(wary)), "bad_token_file");
  const asked = {
    client: new ClientHandshake(none, "unix:", true),
    server: new ServerHandshake(secret, "unix:"),
  };
  assertEquals(await codeOf(() => prove(asked)), "bad_token_file");
  const knowing = ends(secret);
  const challenge = bytes(JSON.stringify({ version: 1, nonce: "E".repeat(43), token: false }));
  assertEquals(parseProof(bodyOf(await knowing.client.prove(challenge), TYPE.proof)).length, 43);
});

pure("ServerHandshake takes no malformed proof, and throws at what is none", async () => {
  const both = ends(await token("a"));
  const proof = parseProof(await prove(both));
  for (const wrong of ["", "A", "not base64!", proof.slice(1), `${proof}AA`, "\0"]) {
    assertEquals(await both.server.check(proofBody(wrong), ABOUT), undefined, wrong);
  }
  assertEquals(await codeOf(() => both.server.check(bytes("{}"), ABOUT)), "bad_frame");
});

pure("ClientHandshake throws bad_proof at a server that doesn't know the token", async () => {
  const both = ends(await token("a"), await token("b"));
  await prove(both);
  const forged = makeJsonFrame(TYPE.ready, 0, { proof: "A".repeat(43), ...ABOUT });
  assertEquals(await codeOf(() => both.client.check(bodyOf(forged, TYPE.ready))), "bad_proof");
});

pure("ClientHandshake takes no ready before a challenge", async () => {
  const secret = await token("a");
  const proof = await secret.prove("server", { protocol: PROTOCOL, hellos: ["", ""], binding: HERE });
  const early = makeJsonFrame(TYPE.ready, 0, { proof, ...ABOUT });
  assertEquals(await codeOf(() => ends(secret).client.check(bodyOf(early, TYPE.ready))), "bad_proof");
  const local = new ClientHandshake(() => Promise.resolve(secret), "unix:", true);
  assertEquals(await codeOf(() => local.check(bodyOf(early, TYPE.ready))), "bad_proof");
});

pure("a client's own proof that is sent back to it is not the server's", async () => {
  const both = ends(await token("a"));
  const proof = parseProof(await prove(both));
  const reflected = makeJsonFrame(TYPE.ready, 0, { proof, ...ABOUT });
  assertEquals(await codeOf(() => both.client.check(bodyOf(reflected, TYPE.ready))), "bad_proof");
});

pure("a server's proof, got by greeting it as a client, opens no way in", async () => {
  const both = ends(await token("a"));
  const ready = bodyOf(await both.server.check(await prove(both), ABOUT), TYPE.ready);
  const { proof } = parseReady(ready);
  assertEquals(await both.server.check(proofBody(proof), ABOUT), undefined);
});

pure(
  "a proof that was overheard is worth nothing in the next conversation, even with the same hello",
  async () => {
    const secret = await token("a");
    const before = ends(secret);
    const heard = await prove(before);
    assert(await before.server.check(heard, ABOUT));
    const next = new ServerHandshake(secret, HERE);
    next.challenge(bodyOf(before.client.hello, TYPE.hello));
    assertEquals(await next.check(heard, ABOUT), undefined);
  },
);

pure("a server's answer that was overheard is worth nothing to the next client", async () => {
  const secret = await token("a");
  const before = ends(secret);
  const challenge = bodyOf(before.server.challenge(bodyOf(before.client.hello, TYPE.hello)), TYPE.challenge);
  const proof = bodyOf(await before.client.prove(challenge), TYPE.proof);
  const heard = bodyOf(await before.server.check(proof, ABOUT), TYPE.ready);
  const { client } = ends(secret);
  await client.prove(challenge);
  assertEquals(await codeOf(() => client.check(heard)), "bad_proof");
});

pure("a proof over another address than the one accepted on is wrong, as if it was relayed", async () => {
  for (const dialled of ["tcp://192.0.2.66:8080", "tcp://192.0.2.7:8081", "tls:", "unix:", ""]) {
    const both = ends(await token("a"), undefined, dialled);
    assertEquals(await both.server.check(await prove(both), ABOUT), undefined, dialled);
  }
});

pure("a hello or a challenge that was changed on its way makes the proof wrong", async () => {
  const secret = await token("a");
  const change = (body: Uint8Array) => bytes(text(body).replace("{", '{"x":1,'));
  for (const changed of ["hello", "challenge"]) {
    const { client, server } = ends(secret);
    const hello = bodyOf(client.hello, TYPE.hello);
    const challenge = bodyOf(server.challenge(changed === "hello" ? change(hello) : hello), TYPE.challenge);
    const proof = await client.prove(changed === "hello" ? challenge : change(challenge));
    assertEquals(await server.check(bodyOf(proof, TYPE.proof), ABOUT), undefined, changed);
  }
});

pure(
  "the proof is over the bytes of a hello: fields that nobody knows, and what is not ASCII, count",
  async () => {
    const secret = await token("a");
    const server = new ServerHandshake(secret, HERE);
    const hello = `{ "nonce":"${"A".repeat(43)}", "from":"東京", "version":1 }`;
    const challenge = text(bodyOf(server.challenge(bytes(hello)), TYPE.challenge));
    const proof = await secret.prove("client", {
      protocol: PROTOCOL,
      hellos: [hello, challenge],
      binding: HERE,
    });
    assert(await server.check(proofBody(proof), ABOUT));
  },
);

pure("each end refuses another version, and a hello that is none", async () => {
  const secret = await token("a");
  for (const version of [0, 2, 1.5, -1]) {
    const hello = bytes(JSON.stringify({ version, nonce: "A".repeat(43) }));
    const { client, server } = ends(secret);
    const error = assertThrows(() => server.challenge(hello), PinwireError, `version ${version} of`);
    assertEquals([error.code, server.due], ["bad_version", "hello"]);
    assertEquals(await codeOf(() => client.prove(hello)), "bad_version");
  }
  for (
    const none of ["", "{}", "GET / HTTP/1.1", '{"version":"1","nonce":""}', '{"version":1,\n"nonce":"x"}']
  ) {
    const { client, server } = ends(secret);
    assertEquals(assertThrows(() => server.challenge(bytes(none)), PinwireError).code, "bad_frame", none);
    assertEquals(await codeOf(() => client.prove(bytes(none))), "bad_frame", none);
  }
});

pure("each handshake has nonces of its own, of 32 bytes, and its frames are short enough", async () => {
  const secret = await token("a");
  const nonces = new Set<string>();
  for (let i = 0; i < 100; i++) {
    const { client, server } = ends(secret);
    const hello = bodyOf(client.hello, TYPE.hello);
    const challenge = bodyOf(server.challenge(hello), TYPE.challenge);
    for (const body of [hello, challenge]) {
      const { nonce } = parseHello(body);
      assertEquals(Uint8Array.fromBase64(nonce, { alphabet: "base64url" }).length, 32);
      assert(body.length < LONGEST_BEFORE_READY);
      nonces.add(nonce);
    }
  }
  assertEquals(nonces.size, 200);
});

pure("openingBody gives the body of the frame that is due, on stream 0, and refuses any other", () => {
  const body = bytes("{}");
  assertEquals(openingBody("hello", { type: TYPE.hello, stream: 0, body }), body);
  for (const [type, stream] of [[TYPE.hello, 1], [TYPE.challenge, 0], [TYPE.ping, 0], [200, 0]]) {
    const error = assertThrows(() => openingBody("hello", { type, stream, body }), PinwireError);
    assertEquals(error.code, "bad_frame", `${type} ${stream}`);
  }
});

pure("needsTls: a peer that isn't stated to be here, over a way that isn't stated to be encrypted", () => {
  const needs = (isLocal: boolean, isEncrypted: boolean) =>
    needsTls({ scheme: "a carrier of tomorrow", name: "", isLocal, isEncrypted });
  assertEquals([needs(false, false), needs(true, false), needs(false, true)], [true, false, false]);
});
