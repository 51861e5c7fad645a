import { assertEquals, assertMatch } from "@std/assert";
import {
  ask,
  assertStops,
  bytes,
  errorsOf,
  interrupt,
  LOOPBACK,
  pinwire,
  type Process,
  refusal,
  restOf,
  runPinwire,
  tempDir,
  testUnless,
  whyOtherDeno,
} from "./support.ts";

interface TlsWorld extends AsyncDisposable {
  server: Process;
  ca: string;
  isWell(): Promise<void>;
}

async function echoTls(): Promise<TlsWorld> {
  const dir = await tempDir();
  await runPinwire(["cert", "localhost", LOOPBACK, "--out", dir.path]);
  const ca = `${dir.path}/pinwire-cert.pem`;
  const files = ["--tls-cert", ca, "--tls-key", `${dir.path}/pinwire-key.pem`];
  const server = await pinwire(["echo", "serve", "127.0.0.1:0", "--reply", "{data}", "--json", ...files]);
  const caCerts = [await Deno.readTextFile(ca)];
  const good = await Deno.connectTls({ hostname: LOOPBACK, port: server.port, caCerts });
  const world = {
    server,
    ca,
    async isWell() {
      assertEquals(await ask(good, "ping"), "ping");
      await server.next("message");
    },
    async [Symbol.asyncDispose]() {
      good.close();
      await server[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
  await world.isWell();
  await server.next("connected");
  return world;
}

Deno.test("plain text on a TLS port", async () => {
  await using world = await echoTls();
  using plain = await Deno.connect({ hostname: LOOPBACK, port: world.server.port });
  await plain.write(bytes("hello\n"));
  await restOf(plain);
  const error = await world.server.next("error");
  assertMatch(`${error.message}: ${error.hint}`, /TLS with tls:\/\/\S+ failed.*does not speak TLS/);
  await world.isWell();
});

for (const reply of ["[{time}] {data}", "{data}"]) {
  Deno.test(`TLS that is dialled where plain text is spoken (--reply '${reply}')`, async () => {
    await using server = await pinwire(["echo", "serve", "127.0.0.1:0", "--reply", reply]);
    using good = await Deno.connect({ hostname: LOOPBACK, port: server.port });
    assertMatch(await ask(good, "ping"), /ping$/);
    const said = await refusal(["send", `tls://127.0.0.1:${server.port}`, "hi"], 1);
    assertMatch(said, /does not speak TLS/);
    assertMatch(await ask(good, "ping"), /ping$/);
  });
}

Deno.test("a client that doesn't trust the certificate: both sides say so", async () => {
  await using world = await echoTls();
  const said = await refusal(["send", `tls://127.0.0.1:${world.server.port}`, "hi"], 1);
  assertMatch(said, /TLS with .* failed.*--ca FILE/);
  const error = await world.server.next("error");
  assertMatch(`${error.message}: ${error.hint}`, /does not trust the certificate.*--ca/);
  await world.isWell();
  const trusting = ["send", `tls://localhost:${world.server.port}`, "hi", "--ca", world.ca];
  assertEquals(await runPinwire(trusting), { code: 0, stdout: "hi", stderr: "" });
});

interrupt("a TLS client that never shakes hands holds up neither others nor Ctrl-C", async () => {
  await using world = await echoTls();
  using mute = await Deno.connect({ hostname: LOOPBACK, port: world.server.port });
  const args = ["send", `tls://127.0.0.1:${world.server.port}`, "hi", "--ca", world.ca];
  assertEquals(await runPinwire(args), { code: 0, stdout: "hi", stderr: "" });
  await world.isWell();
  await assertStops(world.server);
  assertEquals([await restOf(mute), errorsOf(world.server)], ["", []]);
});

Deno.test("a name that the certificate doesn't have", async () => {
  await using dir = await tempDir();
  await runPinwire(["cert", "localhost", "--out", dir.path]);
  const files = ["--tls-cert", `${dir.path}/pinwire-cert.pem`, "--tls-key", `${dir.path}/pinwire-key.pem`];
  await using other = await pinwire(["echo", "serve", "127.0.0.1:0", ...files]);
  const args = ["send", `tls://127.0.0.1:${other.port}`, "hi", "--ca", files[1]];
  assertMatch(await refusal(args, 1), /not valid for name.*by a name in the certificate/);
});

Deno.test("certificate files that are wrong", async () => {
  await using dir = await tempDir();
  const file = (name: string) => `${dir.path}/${name}`;
  for (const folder of ["a", "b"]) {
    await Deno.mkdir(file(folder));
    assertEquals((await runPinwire(["cert", "localhost", "--out", file(folder)])).code, 0);
  }
  await Deno.writeTextFile(file("junk.pem"), "junk");
  const serve = (cert: string, key: string) =>
    refusal(["echo", "serve", "127.0.0.1:0", "--tls-cert", file(cert), "--tls-key", file(key)], 1);
  const cert = "a/pinwire-cert.pem";
  assertMatch(
    await serve(cert, "b/pinwire-key.pem"),
    /the key of --tls-key does not belong to the certificate/,
  );
  assertMatch(await serve("junk.pem", "a/pinwire-key.pem"), /--tls-cert holds no certificate in PEM form/);
  assertMatch(await serve(cert, "junk.pem"), /--tls-key holds no key in PEM form/);
  assertMatch(await serve("a/pinwire-key.pem", cert), /--tls-cert holds a key and no certificate/);
  assertMatch(await serve(cert, "none.pem"), /none\.pem of --tls-key does not exist/);
});

testUnless(
  whyOtherDeno("can't compare a certificate with a key"),
  "a chain whose first certificate isn't the key's",
  async () => {
    await using dir = await tempDir();
    const pairs = ["a", "b"].map((name) => `${dir.path}/${name}`);
    for (const pair of pairs) {
      await Deno.mkdir(pair);
      assertEquals((await runPinwire(["cert", "localhost", "--out", pair])).code, 0);
    }
    const chain = pairs.map((pair) => Deno.readTextFileSync(`${pair}/pinwire-cert.pem`));
    await Deno.writeTextFile(`${dir.path}/chain.pem`, chain.join(""));
    const tls = ["--tls-cert", `${dir.path}/chain.pem`, "--tls-key", `${pairs[1]}/pinwire-key.pem`];
    const said = await refusal(["echo", "serve", "127.0.0.1:0", ...tls], 1);
    assertMatch(said, /belongs to certificate 2 .* put that one first/);
  },
);

Deno.test("files of --ca that are wrong", async () => {
  await using world = await echoTls();
  const dial = (ca: string) => ["send", `tls://127.0.0.1:${world.server.port}`, "hi", "--ca", ca];
  assertMatch(await refusal(dial(`${world.ca}.none`), 1), /pem\.none of --ca does not exist/);
  const junk = world.ca.replace(/[^/\\]+$/, "junk.pem");
  await Deno.writeTextFile(junk, "junk");
  assertMatch(await refusal(dial(junk), 1), /junk\.pem.*certificate/);
  await world.isWell();
});
