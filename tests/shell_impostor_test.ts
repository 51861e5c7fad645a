import { assert, assertEquals, assertMatch } from "@std/assert";
import { TYPE } from "../lib/shell/protocol.ts";
import { isLinux, LOOPBACK, pinwire, type Process, runPinwire, tempDir } from "./support.ts";
import {
  type Frame,
  helloOf,
  type Proven,
  ShellWire,
  shellWorld,
  textOf,
  trust,
  WRONG_KEY,
} from "./support/shell_wire.ts";

/** `shell exec`, and what it leaves when it can't run its command: one sentence, which is handed out. */
async function refused(address: string, env: Record<string, string>, ...options: string[]): Promise<string> {
  const args = ["shell", "exec", address, ...options, "--", "echo", "evil"];
  const { code, stdout, stderr } = await runPinwire(args, { env });
  assertEquals([code, stdout], [255, ""], stderr);
  assertMatch(stderr, /^pinwire: [^\n]+\n$/);
  return stderr;
}

/** A server that is not what it seems, for one client of ours; all that this client sent it. */
async function impostor(
  env: Record<string, string>,
  answer: (wire: ShellWire, hello: Frame) => Promise<void>,
  ...options: string[]
): Promise<{ said: string; sent: Frame[] }> {
  using listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const address = `tcp://${LOOPBACK}:${listener.addr.port}`;
  const saying = refused(address, env, ...options);
  using wire = new ShellWire(await listener.accept(), address);
  const hello = (await wire.frame())!;
  await answer(wire, hello);
  const sent = [hello, ...await wire.rest()];
  return { said: await saying, sent };
}

const typesOf = (frames: Frame[]) => frames.map(({ type }) => type);

trust("a server that does not know the token gets no command, whatever it says", async ({ env, key }) => {
  const ready = { proof: "A".repeat(43), host: "pi", cwd: "/", shell: true };
  const challenge = helloOf({ nonce: "c".repeat(43) });
  const asServer = (wire: ShellWire, hello: Frame, wrong: Partial<Proven> = {}, secret = WRONG_KEY) =>
    wire.proof(secret, { role: "server", hello: textOf(hello.body), challenge, ...wrong });
  const answers: [RegExp, number[], (wire: ShellWire, hello: Frame) => Promise<void>][] = [
    [/does not know the token/, [TYPE.hello, TYPE.proof], async (wire, hello) => {
      await wire.send(TYPE.challenge, 0, challenge);
      await wire.send(TYPE.ready, 0, { ...ready, proof: await asServer(wire, hello) });
    }],
    // It has come from a relay between us and one that knows it.
    [/does not know the token/, [TYPE.hello, TYPE.proof], async (wire, hello) => {
      await wire.send(TYPE.challenge, 0, challenge);
      const proof = await asServer(wire, hello, { address: "tcp://127.0.0.2:8080" }, key);
      await wire.send(TYPE.ready, 0, { ...ready, proof });
    }],
    [/does not know the token/, [TYPE.hello, TYPE.proof], async (wire, hello) => {
      await wire.send(TYPE.challenge, 0, challenge);
      const proof = await asServer(wire, hello, { challenge: textOf(hello.body) }, key);
      await wire.send(TYPE.ready, 0, { ...ready, proof });
    }],
    // Its own hello is its challenge, and its own proof comes back.
    [/does not know the token/, [TYPE.hello], async (wire, hello) => {
      await wire.send(TYPE.challenge, 0, hello.body);
      const { type, body } = (await wire.frame())!;
      assertEquals(type, TYPE.proof);
      await wire.send(TYPE.ready, 0, { ...ready, ...JSON.parse(textOf(body)) });
    }],
    [/does not speak the shell's wire v1/, [TYPE.hello], (wire) => wire.send(TYPE.ready, 0, ready)],
    [/does not speak the shell's wire v1/, [TYPE.hello], (wire) => wire.send(TYPE.stdout, 1, "evil")],
    [/does not speak the shell's wire v1/, [TYPE.hello, TYPE.proof], async (wire) => {
      await wire.send(TYPE.challenge, 0, challenge);
      await wire.send(TYPE.exit, 1, { code: 0, signal: null, cwd: null });
    }],
    [/version 0 of the shell's wire is not known/, [TYPE.hello], async (wire) => {
      await wire.send(TYPE.challenge, 0, helloOf({ version: 0 }));
    }],
    [/does not speak the shell's wire v1/, [TYPE.hello], async (wire) => {
      await wire.send(TYPE.challenge, 0, helloOf({ much: "x".repeat(1100) }));
    }],
  ];
  await Promise.all(answers.map(async ([pattern, types, answer]) => {
    const { said, sent } = await impostor(env, answer);
    assertMatch(said, pattern);
    assertEquals(typesOf(sent), types, said);
  }));
});

trust("a server that closes, or speaks the tutorials' wire, gets no command of wire v1", async (on) => {
  const { env } = on;
  const answers: ((wire: ShellWire) => Promise<unknown>)[] = [
    (wire) => wire.conn.closeWrite(),
    // What a tutorial's server says of a command that it can't run: the length, then the text.
    (wire) => wire.write(new Uint8Array([15, 0, 0, 0]), new TextEncoder().encode("sh: not found\n\n")),
    (wire) => wire.write(new TextEncoder().encode("sh: 1: hello: not found\n")),
  ];
  await Promise.all(answers.map(async (answer) => {
    const { said, sent } = await impostor(env, async (wire) => void await answer(wire));
    assertMatch(said, /wire simple/);
    assertEquals(typesOf(sent), [TYPE.hello], said);
  }));
  await using simple = await shellWorld("--wire", "simple");
  assertMatch(await refused(simple.server.address, env), /needs --wire simple\n$/);
  assertMatch((await simple.server.next("error")).message!, /sent a NUL byte, so no text$/);
  await simple.isWell();
  // And the other way round.
  assertMatch(await refused(on.server.address, {}, "--wire", "simple"), /leave --wire simple out\n$/);
  await on.isWell();
});

trust("what an impostor says can't write to the terminal", async ({ env }) => {
  const ugly = "\x1b[2J\x9b31m\u202e\x07\r\nevil";
  const { said, sent } = await impostor(env, async (wire) => {
    await wire.send(TYPE.error, 0, { code: ugly, message: ugly, hint: ugly });
  });
  assertEquals(typesOf(sent), [TYPE.hello]);
  assertEquals(said.match(/[^\P{Cc}\n]|\u202e/u), null, JSON.stringify(said));
});

trust(
  "a proof that another listener of this machine passes on is wrong, though both ends know the token",
  async (on) => {
    const { port } = on.server;
    // The same port, so that it is the address alone that differs.
    await using _ = await pinwire(["relay", `127.0.0.2:${port}`, `${LOOPBACK}:${port}`]);
    assertMatch(await refused(`127.0.0.2:${port}`, on.env), /127\.0\.0\.2:\d+ says: the proof is wrong/);
    assertMatch((await on.server.next("error")).message!, /the proof is wrong$/);
    await on.isWell();
    // Elsewhere than on Linux, 127.0.0.2 is no address of a machine.
  },
  !isLinux,
);

trust("the token never crosses the wire, and no end shows it", async () => {
  await using folder = await tempDir();
  const token = `${folder.path}/token`;
  const [near, far] = [`${folder.path}/near`, `${folder.path}/far`];
  const args = ["shell", "serve", `unix:${far}`, "--token-file", token, "--json", "--trace"];
  await using server: Process = await pinwire(args);
  const secret = (await Deno.readTextFile(token)).trim();
  // Whoever can put a socket where its file is expected may listen.
  await using between = await pinwire(["relay", `unix:${near}`, `unix:${far}`, "--json"]);
  const exec = ["shell", "exec", `unix:${near}`, "--token-file", token, "--trace", "--", "echo heard"];
  const { code, stdout, stderr } = await runPinwire(exec);
  assertEquals([code, stdout], [0, "heard\n"], stderr);
  await between.next("disconnected");
  const passed = between.events.map(({ hex }) => hex ?? "").join("");
  assertMatch(textOf(Uint8Array.fromHex(passed)), /"proof"[^]*"proof"[^]*"echo heard"/);
  const raw = Uint8Array.fromBase64(secret, { alphabet: "base64url" });
  for (const shape of [new TextEncoder().encode(secret), raw, new TextEncoder().encode(raw.toHex())]) {
    assert(!passed.includes(shape.toHex()));
  }
  for (const shown of [stderr, server.stdout, server.stderr]) assert(!shown.includes(secret));
});
