import { assert, assertEquals, assertRejects } from "@std/assert";
import { isLinux } from "../../../tests/support/machine.ts";
import { openLibc, packIp, Sockets } from "../../system/mod.ts";
import { PinwireError } from "../../errors.ts";
import type { Connection } from "../connection.ts";
import { listenTcp } from "./native_listen.ts";
import { connectTcp } from "./native_dial.ts";
import type { NativeConnection } from "./native_connection.ts";
import type { NativeListener } from "./native_listener.ts";

const HERE = { scheme: "tcp", hostname: "127.0.0.1", port: 0 } as const;
const NEVER = new AbortController().signal;

/** A listener, and connections to it. */
class Stage implements Disposable {
  readonly listener: NativeListener = listenTcp(HERE, { backlog: 512, halfCloseTime: Infinity })!;
  readonly port = Number(new URL(this.listener.address.replace("tcp", "http")).port);
  #open: Connection[] = [];

  async connect(): Promise<{ client: NativeConnection; server: NativeConnection }> {
    const [client, server] = await Promise.all([this.dial(), this.listener.accept()]);
    this.#open.push(client, server!);
    return { client, server: server! };
  }

  async dial(signal = NEVER): Promise<NativeConnection> {
    return await connectTcp({ hostname: "127.0.0.1", port: this.port }, signal)!;
  }

  [Symbol.dispose](): void {
    this.listener.close();
    for (const connection of this.#open) connection.close();
  }
}

const test = (name: string, fn: (stage: Stage) => Promise<void>) =>
  Deno.test({
    name,
    ignore: !isLinux,
    async fn() {
      using stage = new Stage();
      await fn(stage);
    },
  });

test("a read's bytes stay as they are while its sink works on them, whoever reads meanwhile", async (stage) => {
  const slow = await stage.connect(), quick = await stage.connect();
  const began = Promise.withResolvers<void>(), goOn = Promise.withResolvers<void>();
  const slowly = slow.server.receive(async (bytes) => {
    began.resolve();
    await goOn.promise;
    assertEquals(bytes, new Uint8Array(1000).fill(1));
  });
  slow.client.write(new Uint8Array(1000).fill(1));
  await began.promise;
  let count = 0;
  const quickly = quick.server.receive((bytes) => {
    assert(bytes.every((byte) => byte === 2));
    count += bytes.length;
  });
  await quick.client.write(new Uint8Array(1000).fill(2));
  await quick.client.closeWrite();
  await quickly;
  assertEquals(count, 1000);
  goOn.resolve();
  await slow.client.closeWrite();
  await slowly;
});

test("who sends without end doesn't keep others from being read", async (stage) => {
  const loud = await stage.connect(), quiet = await stage.connect();
  let reads = 0;
  const gone = Promise.withResolvers<void>();
  const loudly = loud.server.receive(() => {
    // Its next read is there already, and waits for its turn.
    if (++reads === 3) quiet.client.write(new Uint8Array(1));
  });
  const quietly = quiet.server.receive(() => gone.resolve());
  const flood = (async () => {
    for (const bytes = new Uint8Array(1 << 20);;) await loud.client.write(bytes);
  })();
  await gone.promise;
  loud.client.close();
  await assertRejects(() => flood, PinwireError);
  await loudly.catch(() => {});
  quiet.client.close();
  await quietly;
});

test("a write to a peer that has reset fails, and so does the read", async (stage) => {
  const { client, server } = await stage.connect();
  const received = assertRejects(() => server.receive(() => {}), PinwireError);
  assertEquals(client.reset(), true);
  assertEquals((await received).code, "connection_reset");
  const error = await assertRejects(() => server.write(new Uint8Array(1))!, PinwireError);
  assert(["connection_reset", "connection_closed"].includes(error.code));
});

test("what a peer said before it reset is handed over before a write fails", async (stage) => {
  const { client, server } = await stage.connect();
  const steps: string[] = [];
  const received = server.receive((bytes) => void steps.push(`read ${bytes.length}`)).catch(() => {});
  client.write(new Uint8Array(7));
  client.reset();
  // Both are there, and the poller has not looked yet.
  await assertRejects(() => server.write(new Uint8Array(1))!, PinwireError);
  steps.push("failed");
  await received;
  assertEquals(steps, ["read 7", "failed"]);
});

test("a write that fits is done when it returns", async (stage) => {
  const { client, server } = await stage.connect();
  assertEquals(client.write(new Uint8Array(100)), undefined);
  await client.closeWrite();
  let count = 0;
  await server.receive((bytes) => void (count += bytes.length));
  assertEquals(count, 100);
});

test("hundreds that come at once are all accepted", async (stage) => {
  const pairs = await Promise.all(Array.from({ length: 300 }, () => stage.connect()));
  assertEquals(new Set(pairs.map(({ server }) => server.peer.name)).size, 300);
});

test("the end of a peer that has said something and gone before the dial is through is seen", async (stage) => {
  // Its bytes and its end are there when the poller first looks, together with the connection.
  const client = stage.dial();
  const server = (await stage.listener.accept())!;
  server.write(new Uint8Array(3));
  await server.closeWrite();
  let count = 0;
  await (await client).receive((bytes) => void (count += bytes.length));
  assertEquals(count, 3);
  server.close();
  (await client).close();
});

test("closing with unread bytes ends the peer's stream before it is a reset", async (stage) => {
  // A peer that reads as the programs of tutorials do, and can't know why a read should fail.
  const dialled = Deno.connect({ hostname: "127.0.0.1", port: stage.port });
  const server = (await stage.listener.accept())!;
  using peer = await dialled;
  await peer.write(new Uint8Array(1000));
  const read = Promise.withResolvers<void>();
  const received = server.receive(() => read.resolve(), { largest: 1 });
  await read.promise;
  server.close();
  await received;
  assertEquals(await peer.read(new Uint8Array(1)), null);
});

test("a dial that is aborted ends with the reason, and leaves nothing", async () => {
  // Nobody accepts, and no more than this one may wait: the next one's SYN is dropped (listen(2)).
  const sockets = Sockets.open()!;
  const socket = sockets.socket("inet", "stream");
  assertEquals(sockets.bind(socket, packIp(HERE)), 0);
  assertEquals(sockets.listen(socket, 0), 0);
  sockets.askAddress(socket);
  const { port } = sockets.address as Deno.NetAddr;
  const connect = (signal: AbortSignal) => connectTcp({ hostname: "127.0.0.1", port }, signal)!;
  try {
    const waiting = await connect(NEVER);
    const leaving = new AbortController();
    const reason = new Error("enough");
    const late = assertRejects(() => connect(leaving.signal));
    const early = assertRejects(() => connect(AbortSignal.abort(reason)));
    assertEquals(await early, reason);
    leaving.abort(reason);
    assertEquals(await late, reason);
    waiting.close();
  } finally {
    sockets.discard(socket);
    sockets.close();
  }
});

test("a listener on all addresses says on which of them each connection came", async () => {
  using everywhere = {
    listener: listenTcp({ ...HERE, hostname: "::" }, { backlog: 8, halfCloseTime: 1 })!,
    [Symbol.dispose]() {
      this.listener.close();
    },
  };
  const port = Number(everywhere.listener.address.match(/\d+$/)![0]);
  for (const hostname of ["127.0.0.2", "::1"]) {
    const [client, server] = await Promise.all([
      connectTcp({ hostname, port }, NEVER)!,
      everywhere.listener.accept(),
    ]);
    assertEquals([server!.local.host, client.local.host], [hostname, server!.peer.host]);
    assertEquals(server!.peer.name, client.local.name);
    client.close();
    server!.close();
  }
});

/** MSG_OOB of send(2). */
const URGENT = 1;

test("what stands behind urgent data is read, whatever comes after it", async (stage) => {
  const sockets = Sockets.open()!;
  const c = openLibc("send");
  const socket = sockets.socket("inet", "stream");
  try {
    sockets.connect(socket, packIp({ hostname: "127.0.0.1", port: stage.port }));
    using server = disposable((await stage.listener.accept())!);
    const send = (text: string, flags: number) =>
      assertEquals(c.send(socket, new TextEncoder().encode(text), BigInt(text.length), flags), text.length);
    const whole = Promise.withResolvers<void>();
    let text = "";
    const received = server.connection.receive((bytes) => {
      text += new TextDecoder().decode(bytes);
      if (text === "first ") send("second ", 0);
      if (text === "first second ") sendAll();
      if (text.length === 25) whole.resolve();
    });
    // What the system tells of these three is told at once.
    const sendAll = () => {
      send("before", 0);
      send("!", URGENT);
      send("behind", 0);
    };
    send("first ", 0);
    await whole.promise;
    assertEquals(text, "first second beforebehind");
    server.connection.close();
    await received;
  } finally {
    sockets.discard(socket);
    sockets.close();
    c.library.close();
  }
});

const disposable = (connection: NativeConnection) => ({
  connection,
  [Symbol.dispose]: () => connection.close(),
});
