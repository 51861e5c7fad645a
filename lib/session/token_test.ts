import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { pure } from "../app/_testing.ts";
import { PinwireError } from "../errors.ts";
import { type Peer, pipe } from "../net/mod.ts";
import { bindingOf, newNonce, readToken, Token, type Transcript } from "./token.ts";

const TRANSCRIPT: Transcript = {
  protocol: "pinwire test 1",
  hellos: ["hello a", "hello b"],
  binding: "tcp://192.0.2.1:5",
};

/** A test of files and their rights, in a folder of its own. */
function files(name: string, fn: (folder: string) => Promise<void>): void {
  Deno.test({
    name,
    ignore: Deno.build.os === "windows",
    async fn() {
      const folder = await Deno.makeTempDir({ prefix: "pinwire-" });
      try {
        await fn(folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

/** What is said of a token file that isn't taken. */
async function refusalOf(path: string, make = false): Promise<string> {
  const error = await assertRejects(() => readToken(path, make ? () => {} : undefined), PinwireError);
  assertEquals([error.code, error.exitCode], ["bad_token_file", 1]);
  assert(error.message.includes(path), error.message);
  return error.sentence.replaceAll(path, "FILE");
}

/** Whether two tokens are the same secret. */
async function isSame(a: Token, b: Token): Promise<boolean> {
  return await b.verify("agent", TRANSCRIPT, await a.prove("agent", TRANSCRIPT));
}

pure("Token.prove gives the HMAC-SHA-256 of what was said, in base64url", async () => {
  const token = await Token.from("k".repeat(32));
  const text = "pinwire test 1\nagent\nhello a\nhello b\ntcp://192.0.2.1:5";
  const raw = new TextEncoder().encode("k".repeat(32));
  const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const mac = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text));
  const proof = await token.prove("agent", TRANSCRIPT);
  assertEquals(proof, new Uint8Array(mac).toBase64({ alphabet: "base64url", omitPadding: true }));
  assertMatch(proof, /^[\w-]{43}$/);
});

pure("Token.verify takes the right proof alone", async () => {
  const token = await Token.from("k".repeat(32));
  const proof = await token.prove("agent", TRANSCRIPT);
  assertEquals(await token.verify("agent", TRANSCRIPT, proof), true);
  const others: [string, Transcript][] = [
    ["control", TRANSCRIPT],
    ["agent", { ...TRANSCRIPT, protocol: "pinwire test 2" }],
    ["agent", { ...TRANSCRIPT, hellos: ["hello b", "hello a"] }],
    ["agent", { ...TRANSCRIPT, hellos: ["hello a", "hello c"] }],
    ["agent", { ...TRANSCRIPT, binding: "tcp://192.0.2.2:5" }],
    ["agent", { ...TRANSCRIPT, binding: "" }],
  ];
  for (const [role, transcript] of others) assertEquals(await token.verify(role, transcript, proof), false);
  assertEquals(await (await Token.from("j".repeat(32))).verify("agent", TRANSCRIPT, proof), false);
});

pure("Token.verify takes no malformed proof, and doesn't throw at one", async () => {
  const token = await Token.from("k".repeat(32));
  const proof = await token.prove("agent", TRANSCRIPT);
  for (const wrong of ["", "A", "=", "not base64!", proof.slice(1), proof + "AA", "\0".repeat(43), "你"]) {
    assertEquals(await token.verify("agent", TRANSCRIPT, wrong), false, wrong);
  }
});

pure("newNonce gives 32 bytes that nobody has seen before", () => {
  const nonces = Array.from({ length: 1_000 }, newNonce);
  for (const nonce of nonces) assertMatch(nonce, /^[\w-]{43}$/);
  assertEquals(new Set(nonces).size, 1_000);
});

/** What a connection between two ends that state this is bound to, at the end that dialled and at the one that accepted. */
function bindings(client: Partial<Peer>, server: Partial<Peer>): [string, string] {
  const [dialled, accepted] = pipe({ first: client, second: server });
  return [bindingOf(dialled, "dialled"), bindingOf(accepted, "accepted")];
}

pure("bindingOf gives what was dialled and accepted on over TCP, without the zone", () => {
  const client = { scheme: "tcp", host: "192.0.2.1", port: 5 };
  const both = (text: string) => [text, text];
  assertEquals(bindings(client, { scheme: "tcp", host: "192.0.2.2", port: 6 }), both("tcp://192.0.2.2:6"));
  assertEquals(bindings(client, { scheme: "tcp", host: "fe80::1%2", port: 6 }), both("tcp://[fe80::1]:6"));
  assertEquals(bindings(client, { scheme: "tcp", host: "::ffff:1.2.3.4", port: 6 }), both("tcp://1.2.3.4:6"));
});

pure("bindingOf gives the scheme alone over TLS and over a Unix socket", () => {
  const tls = { scheme: "tls", host: "192.0.2.1", port: 5, isEncrypted: true };
  assertEquals(bindings(tls, { ...tls, port: 6 }), ["tls:", "tls:"]);
  const unix = { scheme: "unix" };
  assertEquals(bindings(unix, unix), ["unix:", "unix:"]);
});

pure(
  "bindingOf gives the name of an abstract socket, where no file's mode keeps others from listening",
  () => {
    const abstract = { scheme: "unix", abstractName: "shell" };
    assertEquals(bindings(abstract, abstract), ["unix:@shell", "unix:@shell"]);
  },
);

pure("bindingOf refuses a plain carrier that has no address, and says what to use", () => {
  for (const side of ["dialled", "accepted"] as const) {
    const error = assertThrows(() => bindingOf(pipe()[0], side), PinwireError);
    assertEquals([error.code, error.hint], ["no_binding", "use tcp://, tls:// or unix:"]);
  }
});

files("readToken makes a file of 32 random bytes for its owner alone, and reads it again", async (folder) => {
  const path = `${folder}/token`;
  let times = 0;
  const onMade = () => void times++;
  const made = await readToken(path, onMade);
  assertEquals(times, 1);
  const text = await Deno.readTextFile(path);
  assertMatch(text, /^[\w-]{43}\n$/);
  assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
  assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["token"]);
  assertEquals(await isSame(made, await readToken(path, onMade)), true);
  assertEquals(await isSame(made, await readToken(path)), true);
  assertEquals(await Deno.readTextFile(path), text);
  // What is there already isn't made.
  assertEquals(times, 1);
});

files(
  "readToken has several first starts at once agree on one token, which one of them made",
  async (folder) => {
    const path = `${folder}/token`;
    let times = 0;
    const tokens = await Promise.all(Array.from({ length: 20 }, () => readToken(path, () => void times++)));
    for (const token of tokens) assertEquals(await isSame(tokens[0], token), true);
    assertEquals(times, 1);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["token"]);
  },
);

files("readToken takes a token that somebody wrote, without the space around it", async (folder) => {
  const path = `${folder}/token`;
  await Deno.writeTextFile(path, `${"x".repeat(32)}\r\n`, { mode: 0o600 });
  assertEquals(await isSame(await readToken(path), await Token.from("x".repeat(32))), true);
});

files("readToken refuses a file that others can read, or write", async (folder) => {
  const path = `${folder}/token`;
  await Deno.writeTextFile(path, "x".repeat(43));
  for (const mode of [0o640, 0o604, 0o620, 0o602, 0o610, 0o666]) {
    await Deno.chmod(path, mode);
    assertEquals(
      await refusalOf(path, true),
      "the token file FILE can be read by others: chmod 600 FILE, after making a new one if they may have",
    );
  }
  await Deno.chmod(path, 0o400);
  await readToken(path);
});

files("readToken refuses a file that is too short to be a secret", async (folder) => {
  const path = `${folder}/token`;
  for (const text of ["", "\n", "x".repeat(31), " ".repeat(100) + "x"]) {
    await Deno.writeTextFile(path, text, { mode: 0o600 });
    assertEquals(
      await refusalOf(path, true),
      "the token file FILE holds fewer than 32 characters: delete it at the server, which makes a new one, and copy that",
    );
    assertEquals(await Deno.readTextFile(path), text);
  }
});

files(
  "readToken takes 4,096 bytes, and refuses more: what is behind them would be no secret",
  async (folder) => {
    const path = `${folder}/token`;
    const text = "x".repeat(4096);
    await Deno.writeTextFile(path, text, { mode: 0o600 });
    assertEquals(await isSame(await readToken(path), await Token.from(text)), true);
    for (const longer of [`${text}x`, `${text}\n`, `${text.slice(1)}你`, "x".repeat(100_000)]) {
      await Deno.writeTextFile(path, longer);
      assertEquals(
        await refusalOf(path, true),
        "the token file FILE has more than 4096 bytes: is it a token? 43 characters are usual",
      );
    }
  },
);

files("readToken refuses a file in a folder where others may replace it", async (folder) => {
  const path = `${folder}/token`;
  const said = `the token file FILE is in ${folder}, where others may replace it: ` +
    `chmod go-w ${folder}, after making a new one if they may have`;
  const modes = [0o777, 0o772, 0o770, 0o720];
  for (const mode of modes) {
    await Deno.chmod(folder, mode);
    assertEquals(await refusalOf(path, true), said);
  }
  assertEquals([...Deno.readDirSync(folder)], []);
  await Deno.writeTextFile(path, "x".repeat(43), { mode: 0o600 });
  for (const mode of modes) {
    await Deno.chmod(folder, mode);
    assertEquals(await refusalOf(path), said);
  }
  // The folder of the link, and that of the file.
  await Deno.mkdir(`${folder}/own`, { mode: 0o755 });
  await Deno.symlink(path, `${folder}/own/link`);
  assertMatch(await refusalOf(`${folder}/own/link`), /where others may replace it/);
  await Deno.copyFile(path, `${folder}/own/token`);
  await Deno.symlink(`${folder}/own/token`, `${folder}/link`);
  assertMatch(await refusalOf(`${folder}/link`), /where others may replace it/);
  for (const mode of [0o755, 0o1777]) {
    await Deno.chmod(folder, mode);
    await readToken(path);
    await readToken(`${folder}/link`);
  }
});

files("readToken refuses a file of bytes that are no text, as most of them would be lost", async (folder) => {
  const path = `${folder}/token`;
  await Deno.writeFile(path, new Uint8Array(40).fill(0xfe), { mode: 0o600 });
  assertEquals(await refusalOf(path), "the token file FILE holds no text: make a new one");
});

files("readToken refuses a file that isn't there, unless it shall make it", async (folder) => {
  assertEquals(
    await refusalOf(`${folder}/token`),
    "the token file FILE does not exist: copy it from the other end",
  );
  assertEquals([...Deno.readDirSync(folder)], []);
  assertMatch(await refusalOf(`${folder}/no/token`, true), /^the token file FILE can't be made: /);
});

files("readToken refuses what is no regular file, and waits for no pipe", async (folder) => {
  assertMatch(await refusalOf(folder), /is not a regular file/);
  assertMatch(await refusalOf("/dev/null", true), /is not a regular file/);
  const pipe = `${folder}/pipe`;
  await new Deno.Command("mkfifo", { args: [pipe] }).output();
  await Deno.symlink(pipe, `${folder}/link`);
  for (const path of [pipe, `${folder}/link`]) {
    assertMatch(await refusalOf(path, true), /is not a regular file/);
  }
});

files("readToken follows a link to a good file, and makes none behind a broken one", async (folder) => {
  await readToken(`${folder}/token`, () => {});
  await Deno.symlink(`${folder}/token`, `${folder}/link`);
  assertEquals(await isSame(await readToken(`${folder}/link`), await readToken(`${folder}/token`)), true);
  await Deno.symlink(`${folder}/nowhere`, `${folder}/broken`);
  await refusalOf(`${folder}/broken`, true);
  assertEquals([...Deno.readDirSync(folder)].length, 3);
});

Deno.test({
  name: "readToken refuses somebody else's file, and one in somebody else's folder",
  // Only root can give a file away.
  ignore: Deno.build.os === "windows" || Deno.uid() !== 0,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "pinwire-" });
    const path = `${folder}/token`;
    try {
      await Deno.writeTextFile(path, "x".repeat(43), { mode: 0o600 });
      await Deno.chown(path, 12345, null);
      assertMatch(await refusalOf(path), /the token file FILE is not yours/);
      await Deno.chown(path, 0, null);
      await Deno.chown(folder, 12345, null);
      assertMatch(await refusalOf(path), /is in [^ ]+, which is not yours/);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

files("readToken refuses a file of zeros, as a power cut leaves it", async (folder) => {
  const path = `${folder}/token`;
  for (const text of ["\0".repeat(44), `${"k".repeat(40)}\0\0\0`]) {
    await Deno.writeTextFile(path, text, { mode: 0o600 });
    assertEquals(await refusalOf(path), "the token file FILE holds no text: make a new one");
  }
});
