import { assertEquals, assertRejects } from "@std/assert";
import { FakeClock } from "../_fake_clock.ts";
import type { Timer } from "../clock.ts";
import { PinwireError } from "../../errors.ts";
import { makeCertificate } from "../../tools/cert.ts";
import type { Address } from "../address.ts";
import { receiveAll } from "../_carriers.ts";
import { listen } from "../listen/listen.ts";
import { dial, type DialOptions } from "./dial.ts";

const HOST = "127.0.0.1";
const identity = await makeCertificate([HOST]);
const refusal = (act: Promise<unknown>) => assertRejects(() => act, PinwireError);

/** A port that is free, as nobody else takes one that small. */
function freePort(): number {
  using listener = Deno.listen({ hostname: HOST, port: 0 });
  return listener.addr.port;
}

/** Time that passes as soon as somebody waits for it, once `onWait` has done what happens meanwhile. */
class RunningClock extends FakeClock {
  readonly waits: number[] = [];
  #onWait: () => void;

  constructor(onWait: () => void = () => {}) {
    super();
    this.#onWait = onWait;
  }

  override after(ms: number, action: () => void): Timer {
    this.waits.push(ms);
    const timer = super.after(ms, action);
    queueMicrotask(() => {
      this.#onWait();
      this.pass(ms);
    });
    return timer;
  }
}

Deno.test("dial tries again, a second apart, where nobody is listening yet", async () => {
  const port = freePort();
  let listener: Deno.TcpListener | undefined;
  const clock: RunningClock = new RunningClock(() => {
    if (clock.waits.length === 2) listener = Deno.listen({ hostname: HOST, port });
  });
  const connection = await dial({ scheme: "tcp", hostname: HOST, port }, { retry: 5 }, clock);
  assertEquals(clock.waits, [1_000, 1_000]);
  connection.close();
  (await listener!.accept()).close();
  listener!.close();
});

Deno.test("dial tells why the last of its attempts failed", async () => {
  const clock = new RunningClock();
  const dialling = dial({ scheme: "tcp", hostname: HOST, port: freePort() }, { retry: 3 }, clock);
  assertEquals((await refusal(dialling)).code, "refused");
  assertEquals(clock.waits.length, 3);
});

Deno.test("dial doesn't try again what can't go better", async () => {
  const clock = new RunningClock();
  const listener = await listen({ scheme: "tls", hostname: HOST, port: 0 }, { identity });
  const port = Number(listener.address.split(":").at(-1));
  const accepting = refusal(listener.accept());
  const here = { scheme: "tls", hostname: HOST, port } as const;
  assertEquals((await refusal(dial(here, { retry: 3 }, clock))).code, "tls_failed");
  await accepting;
  listener.close();
  assertEquals((await refusal(dial({ ...here, port: 0 }, { retry: 3 }, clock))).code, "usage");
  assertEquals(clock.waits, []);
});

Deno.test("dial stops between two attempts when it is told to", async () => {
  const stop = new AbortController();
  const clock = new RunningClock(() => stop.abort());
  const address = { scheme: "tcp", hostname: HOST, port: freePort() } as const;
  const error = await refusal(dial(address, { retry: 1, signal: stop.signal }, clock));
  assertEquals([error.code, error.exitCode], ["stopped", 0]);
});

Deno.test("dial gives an alert of TLS as data where it is to be exact", async () => {
  using listener = Deno.listen({ hostname: HOST, port: 0 });
  const alert = new Uint8Array([21, 3, 3, 0, 2, 2, 70]);
  const address = { scheme: "tcp", hostname: HOST, port: listener.addr.port } as const;
  for (const isExact of [true, false]) {
    const connection = await dial(address, { isExact });
    using conn = await listener.accept();
    await conn.write(alert);
    await conn.closeWrite();
    if (isExact) assertEquals(await receiveAll(connection), alert);
    else assertEquals((await refusal(receiveAll(connection))).code, "speaks_tls");
    connection.close();
  }
});

for (const scheme of ["tcp", "tls"] as const) {
  Deno.test({
    name: `dial over ${scheme} comes from the address and port that it is bound to`,
    // Elsewhere 127.0.0.2 is no address of the machine's.
    ignore: Deno.build.os !== "linux",
    async fn() {
      const listener = await listen({ scheme, hostname: HOST, port: 0 }, { identity });
      const address = { scheme, hostname: HOST, port: Number(listener.address.split(":").at(-1)) } as const;
      const port = freePort();
      for (const bind of [{ hostname: "127.0.0.2", port: 0 }, { hostname: "127.0.0.3", port }]) {
        const [client, server] = await Promise.all([
          dial(address, { bind, ca: identity.cert }),
          listener.accept(),
        ]);
        assertEquals(client.local.name, server!.peer.name);
        assertEquals(server!.peer.host, bind.hostname);
        if (bind.port) assertEquals(server!.peer.port, port);
        const received = receiveAll(server!);
        await client.closeWrite();
        await received;
        server!.close();
        await receiveAll(client);
        client.close();
      }
      listener.close();
    },
  });
}

Deno.test("dial over TLS from an address of its own refuses a certificate, and tells of no TLS, as without", async () => {
  const bind = { hostname: HOST, port: 0 };
  const listener = await listen({ scheme: "tls", hostname: HOST, port: 0 }, { identity });
  const plain = await listen({ scheme: "tcp", hostname: HOST, port: 0 });
  const portOf = ({ address }: { address: string }) => Number(address.split(":").at(-1));
  const reason = async (address: Address, options: DialOptions) => {
    const { code, hint, message } = await refusal(dial(address, options));
    return [code, hint, message];
  };
  for (const one of [listener, plain]) {
    const address = { scheme: "tls", hostname: HOST, port: portOf(one) } as const;
    const answer = async () => {
      const server = await one.accept().catch(() => undefined);
      await server?.write(new TextEncoder().encode("welcome, I am no TLS\n"));
      server?.close();
    };
    const reasons = [];
    for (const options of [{}, { bind }]) {
      const [told] = await Promise.all([reason(address, options), answer()]);
      reasons.push(told);
    }
    assertEquals(reasons[0][0], "tls_failed");
    assertEquals(reasons[0], reasons[1]);
    one.close();
  }
});

Deno.test("dial over TLS to what hangs up tells that it may speak none", async () => {
  using listener = Deno.listen({ hostname: HOST, port: 0 });
  for (const scheme of ["tls", "wss"] as const) {
    const [{ code, hint }] = await Promise.all([
      refusal(dial({ scheme, hostname: HOST, port: listener.addr.port })),
      listener.accept().then(async (conn) => {
        await conn.read(new Uint8Array(4096));
        conn.close();
      }),
    ]);
    assertEquals([code, hint], [
      "connection_closed",
      "what listens there may speak no TLS, or be not ready yet",
    ]);
  }
});

Deno.test("dial says what is wrong with the address that it shall come from", async () => {
  using listener = Deno.listen({ hostname: HOST, port: 0 });
  using other = Deno.listen({ hostname: HOST, port: 0 });
  const address = { scheme: "tcp", hostname: HOST, port: listener.addr.port } as const;
  const cases: [DialOptions["bind"], string, number, string][] = [
    [{ hostname: HOST, port: other.addr.port }, "address_taken", 1, `${HOST}:${other.addr.port} is taken`],
    [
      { hostname: "192.0.2.1", port: 0 },
      "address_not_ours",
      1,
      "192.0.2.1 is not an address of this machine",
    ],
    [
      { hostname: "::1", port: 0 },
      "usage",
      2,
      `${HOST}:${address.port} has no IPv6 address, and --bind is one`,
    ],
  ];
  for (const [bind, code, exitCode, message] of cases) {
    const error = await refusal(dial(address, { bind }));
    assertEquals([error.code, error.exitCode], [code, exitCode]);
    assertEquals(error.message.replace("tcp://", ""), message);
  }
});
