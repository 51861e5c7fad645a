import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { tempDir } from "../../tests/support.ts";
import { PinwireError } from "../errors.ts";
import { type Address, parseAddress } from "./address.ts";
import { CERT_FILE, KEY_FILE, makeCertificate, writeCertificate } from "../tools/cert.ts";
import type { Connection, DrainableConnection } from "./connection.ts";
import { serverAddress } from "../app/context.ts";
import { dial } from "./dial.ts";
import { listen, type Listener } from "./listen.ts";

const HOSTS = ["localhost", "127.0.0.1", "::1"];
const ours = await makeCertificate(HOSTS);
const other = await makeCertificate(["localhost", "127.0.0.1"]);

const anywhere = (text: string) => parseAddress(text, { schemes: ["tls", "tcp"] });
const refusal = (act: Promise<unknown>) => assertRejects(() => act, PinwireError);
const codeOf = async (act: Promise<unknown>) => (await refusal(act)).code;

/** A listener with our certificate, and how to dial it. */
async function listening(host = "127.0.0.1"): Promise<{ listener: Listener; address: Address } & Disposable> {
  const listener = await listen({ scheme: "tls", hostname: host, port: 0 }, { identity: ours });
  return { listener, address: anywhere(listener.address), [Symbol.dispose]: () => listener.close() };
}

interface Pair extends Disposable {
  client: Connection;
  server: DrainableConnection;
}

async function connected(host?: string): Promise<Pair> {
  using open = await listening(host);
  const [client, accepted] = await Promise.all([
    dial(open.address, { ca: ours.cert }),
    open.listener.accept(),
  ]);
  const server = accepted!;
  return {
    client,
    server,
    [Symbol.dispose]() {
      client.close();
      server.close();
    },
  };
}

async function readAll(connection: Connection): Promise<Uint8Array> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const buffer = new Uint8Array(65_536);
  for (let count; (count = await connection.read(buffer)) !== null;) parts.push(buffer.slice(0, count));
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

Deno.test("makeCertificate makes a pair that listen takes and dial verifies, by each name and address", async () => {
  for (const host of ["127.0.0.1", "::1"]) {
    using pair = await connected(host);
    assertEquals([pair.client.local, pair.client.remote], [pair.server.remote, pair.server.local]);
    assertEquals(pair.server.local.startsWith("tls://"), true);
  }
  using open = await listening();
  const port = Number(open.listener.address.split(":").at(-1));
  const client = await dial({ scheme: "tls", hostname: "localhost", port }, { ca: ours.cert });
  (await open.listener.accept())!.close();
  client.close();
});

Deno.test("a TLS connection passes bytes whole and in order, however many write at a time", async () => {
  for (const [from, to] of [["client", "server"], ["server", "client"]] as const) {
    using pair = await connected();
    const writes = Array.from({ length: 16 }, (_, i) => pair[from].write(new Uint8Array(100_000).fill(i)));
    const buffer = new Uint8Array(65_536);
    for (let at = 0; at < 1_600_000;) {
      const count = await pair[to].read(buffer);
      assert(count !== null);
      for (let i = 0; i < count; i++, at++) assert(buffer[i] === Math.floor(at / 100_000), `byte ${at}`);
    }
    await Promise.all(writes);
  }
});

Deno.test("a TLS connection ends each side alone", async () => {
  using pair = await connected();
  await pair.client.write(new Uint8Array([1]));
  await pair.client.closeWrite();
  assertEquals(await readAll(pair.server), new Uint8Array([1]));
  await pair.server.write(new Uint8Array([2, 3]));
  await pair.server.closeWrite();
  assertEquals(await readAll(pair.client), new Uint8Array([2, 3]));
});

Deno.test("a TLS connection sees the end behind more than its buffers hold", async () => {
  for (const [from, to] of [["server", "client"], ["client", "server"]] as const) {
    using pair = await connected();
    const sending = pair[from].write(new Uint8Array(1_600_000)).then(() => pair[from].closeWrite());
    assertEquals((await readAll(pair[to])).length, 1_600_000);
    await sending;
  }
});

Deno.test("a TLS connection gives a read that waits the end, when either end closes", async () => {
  for (const end of ["server", "client"] as const) {
    using pair = await connected();
    const reads = [pair.server.read(new Uint8Array(9)), pair.client.read(new Uint8Array(9))];
    pair[end].close();
    pair[end].close();
    assertEquals(await Promise.all(reads), [null, null]);
  }
});

Deno.test("a TLS connection fails the writes that wait when we close", async () => {
  for (const [end, peer] of [["client", "server"], ["server", "client"]] as const) {
    using pair = await connected();
    const write = codeOf(pair[end].write(new Uint8Array(64 * 1024 * 1024)));
    await pair[peer].read(new Uint8Array(1));
    pair[end].close();
    assertEquals(await write, "connection_closed", end);
    assertEquals(await codeOf(pair[end].write(new Uint8Array(1))), "connection_closed", end);
    assertEquals(await pair[end].read(new Uint8Array(9)), null);
  }
});

Deno.test("a TLS peer that goes without close_notify has ended its stream, no more", async () => {
  using open = await listening();
  const { port } = open.address as { port: number };
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const client = await Deno.startTls(conn, { hostname: "127.0.0.1", caCerts: [ours.cert] });
  await client.handshake();
  const server = (await open.listener.accept())!;
  await client.write(new Uint8Array([7]));
  client.close();
  assertEquals(await readAll(server), new Uint8Array([7]));
  server.close();
});

Deno.test("dial refuses a certificate that it has no reason to trust, and says what to do", async () => {
  for (const ca of [undefined, other.cert]) {
    using open = await listening();
    const [error, ofServer] = await Promise.all([
      refusal(dial(open.address, { ca })),
      refusal(open.listener.accept()),
    ]);
    assertEquals([error.code, error.exitCode], ["tls_failed", 1]);
    assertStringIncludes(error.hint!, "--ca");
    assertEquals(ofServer.code, "tls_failed");
    assertStringIncludes(ofServer.hint!, "--ca");
  }
});

Deno.test("dial refuses a certificate for another name", async () => {
  const identity = await makeCertificate(["pi.local"]);
  const listener = await listen({ scheme: "tls", hostname: "127.0.0.1", port: 0 }, { identity });
  const accepting = refusal(listener.accept());
  const error = await refusal(dial(anywhere(listener.address), { ca: identity.cert }));
  assertEquals(error.code, "tls_failed");
  assertStringIncludes(error.hint!, "a name in the certificate");
  assertEquals((await accepting).code, "tls_failed");
  listener.close();
});

Deno.test("dial says that a server doesn't speak TLS", async () => {
  const listener = await listen(parseAddress("0", { schemes: ["tcp"] }));
  const dialling = refusal(dial(anywhere(listener.address.replace("tcp:", "tls:"))));
  const server = (await listener.accept())!;
  await server.write(new TextEncoder().encode("welcome, I am no TLS\n"));
  const error = await dialling;
  assertEquals(error.code, "tls_failed");
  assertStringIncludes(error.hint!, "does not speak TLS");
  server.close();
  listener.close();
});

Deno.test("dial gives up a handshake that doesn't come", async () => {
  const listener = await listen(parseAddress("0", { schemes: ["tcp"] }));
  const address = anywhere(listener.address.replace("tcp:", "tls:"));
  assertEquals(await codeOf(dial(address, { timeout: 50 })), "timed_out");
  (await listener.accept())!.close();
  listener.close();
});

Deno.test("a TLS listener reports a client that speaks no TLS, and takes the next", async () => {
  using open = await listening();
  const { port } = open.address as { port: number };
  const plain = await dial({ scheme: "tcp", hostname: "127.0.0.1", port });
  await plain.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
  const error = await refusal(open.listener.accept());
  assertEquals(error.code, "tls_failed");
  assertStringIncludes(error.hint!, "does not speak TLS");
  plain.close();
  const client = await dial(open.address, { ca: ours.cert });
  (await open.listener.accept())!.close();
  client.close();
});

Deno.test("a TLS listener is not held up by a client that stays mute", async () => {
  using open = await listening();
  const { port } = open.address as { port: number };
  const mute = await dial({ scheme: "tcp", hostname: "127.0.0.1", port });
  const client = await dial(open.address, { ca: ours.cert });
  (await open.listener.accept())!.close();
  client.close();
  mute.close();
});

Deno.test("listen refuses files that are no pair, in words", async () => {
  const address = { scheme: "tls", hostname: "127.0.0.1", port: 0 } as const;
  const cases: [string, string, string][] = [
    [ours.cert, other.key, "does not belong to the certificate"],
    ["nonsense", ours.key, "no certificate or no key in PEM form"],
    [ours.cert, "nonsense", "no certificate or no key in PEM form"],
  ];
  for (const [cert, key, message] of cases) {
    const error = await refusal(listen(address, { identity: { cert, key } }));
    assertEquals(error.code, "tls_failed");
    assertStringIncludes(error.message, message);
    assertStringIncludes(error.hint!, "pinwire cert");
  }
});

Deno.test("writeCertificate writes a pair that serverAddress reads, the key for its owner alone", async () => {
  await using dir = await tempDir();
  const [cert, key] = await writeCertificate(`${dir.path}/`, ours);
  assertEquals([cert, key], [`${dir.path}/${CERT_FILE}`, `${dir.path}/${KEY_FILE}`]);
  if (Deno.build.os !== "windows") assertEquals((await Deno.stat(key)).mode! & 0o777, 0o600);
  const { address, identity } = await serverAddress(anywhere("tcp://80"), { tlsCert: cert, tlsKey: key });
  assertEquals([address.scheme, identity], ["tls", { cert: ours.cert, key: ours.key }]);
});

Deno.test("writeCertificate overwrites neither file, and then writes neither", async () => {
  for (const name of [CERT_FILE, KEY_FILE]) {
    await using dir = await tempDir();
    await Deno.writeTextFile(`${dir.path}/${name}`, "kept");
    const error = await refusal(writeCertificate(dir.path, ours));
    assertEquals([error.code, error.exitCode], ["file_exists", 1]);
    assertEquals(error.message, `${dir.path}/${name} exists and is kept`);
    assertEquals(await Deno.readTextFile(`${dir.path}/${name}`), "kept");
    assertEquals((await Array.fromAsync(Deno.readDir(dir.path))).length, 1);
  }
});

Deno.test("writeCertificate says that a folder can't be written", async () => {
  await using dir = await tempDir();
  const error = await refusal(writeCertificate(`${dir.path}/none`, ours));
  assertEquals(error.code, "file_unwritable");
  assertStringIncludes(error.hint!, "--out FOLDER");
});

Deno.test("serverAddress takes no half of a pair, and no TLS where there is none", async () => {
  const cases: [string, { tlsCert?: string; tlsKey?: string }][] = [
    ["tls://80", {}],
    ["tcp://80", { tlsCert: "x" }],
    ["tls://80", { tlsKey: "x" }],
    ["udp://80", { tlsCert: "x", tlsKey: "x" }],
    ["unix:x", { tlsCert: "x", tlsKey: "x" }],
  ];
  for (const [text, files] of cases) {
    const address = parseAddress(text, { schemes: ["tcp", "udp", "tls", "unix"] });
    assertEquals((await refusal(serverAddress(address, files))).exitCode, 2, text);
  }
  assertEquals(await serverAddress(anywhere("tcp://80"), {}), { address: anywhere("tcp://80") });
});

Deno.test("serverAddress names the file that it can't read", async () => {
  await using dir = await tempDir();
  const tlsCert = `${dir.path}/none.pem`;
  const error = await refusal(serverAddress(anywhere("80"), { tlsCert, tlsKey: tlsCert }));
  assertEquals([error.code, error.exitCode], ["file_unreadable", 1]);
  assertEquals(error.message, `the file ${tlsCert} of --tls-cert does not exist`);
});
