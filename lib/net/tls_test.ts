import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { PinwireError } from "../errors.ts";
import { connectTls, receiveAll } from "./_carriers.ts";
import { type Address, parseAddress } from "./address.ts";
import { makeCertificate } from "../tools/cert.ts";
import type { Connection } from "./connection.ts";
import { dial } from "./dial/dial.ts";
import { listen } from "./listen/listen.ts";
import type { Listener } from "./listener.ts";

const ours = await makeCertificate(["localhost", "127.0.0.1", "::1"]);
const other = await makeCertificate(["localhost", "127.0.0.1"]);

const anywhere = (text: string) => parseAddress(text, { schemes: ["tls", "tcp"] });
const refusal = (act: Promise<unknown>) => assertRejects(() => act, PinwireError);
const codeOf = async (act: Promise<unknown>) => (await refusal(act)).code;

/** A listener with our certificate, and how to dial it. */
async function listening(host = "127.0.0.1"): Promise<{ listener: Listener; address: Address } & Disposable> {
  const listener = await listen({ scheme: "tls", hostname: host, port: 0 }, { identity: ours });
  return { listener, address: anywhere(listener.address), [Symbol.dispose]: () => listener.close() };
}

/** The first connection whose handshake went well, and the errors of those before it. */
async function acceptWell(listener: Listener) {
  const errors: PinwireError[] = [];
  for (;;) {
    try {
      return { server: (await listener.accept())!, errors };
    } catch (error) {
      if (!(error instanceof PinwireError)) throw error;
      errors.push(error);
    }
  }
}

Deno.test("makeCertificate makes a pair that listen takes and dial verifies, by each name and address", async () => {
  for (const host of ["127.0.0.1", "::1"]) {
    using pair = await connectTls(host, ours);
    const names = ({ local, peer }: Connection) => [local.name, peer.name];
    assertEquals(names(pair.client), names(pair.server).reverse());
    assertEquals(pair.server.local.name.startsWith("tls://"), true);
  }
  using open = await listening();
  const port = Number(open.listener.address.split(":").at(-1));
  const client = await dial({ scheme: "tls", hostname: "localhost", port }, { ca: ours.cert });
  (await open.listener.accept())!.close();
  client.close();
});

Deno.test("a TLS connection sees the end behind more than its buffers hold", async () => {
  for (const [from, to] of [["server", "client"], ["client", "server"]] as const) {
    using pair = await connectTls("127.0.0.1", ours);
    const sent = pair[from].write(new Uint8Array(1_600_000));
    const ended = pair[from].closeWrite();
    assertEquals((await receiveAll(pair[to])).length, 1_600_000);
    await Promise.all([sent, ended]);
  }
});

Deno.test({
  name: "a TLS listener cuts off the oldest of too many silent clients, and serves who comes then",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using open = await listening();
    const { port } = open.address as { port: number };
    const silent: Deno.Conn[] = [];
    for (let i = 0; i < 1100; i++) silent.push(await Deno.connect({ hostname: "127.0.0.1", port }));
    const accepting = acceptWell(open.listener);
    const client = await dial(open.address, { ca: ours.cert });
    const { server, errors } = await accepting;
    await client.write(new Uint8Array([7]));
    await client.closeWrite();
    assertEquals(await receiveAll(server), new Uint8Array([7]));
    assertEquals(await silent[0].read(new Uint8Array(1)), null);
    assertEquals(new Set(errors.map(({ code }) => code)), new Set(["timed_out"]));
    server.close();
    client.close();
    for (const conn of silent) conn.close();
  },
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
  assertEquals(await receiveAll(server), new Uint8Array([7]));
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
