import { assert, assertEquals } from "@std/assert";
import { isLinux } from "../../../tests/support/machine.ts";
import { PinwireError } from "../../errors.ts";
import { FakeClock } from "../_fake_clock.ts";
import { DatagramInbox } from "../_datagram_inbox.ts";
import type { Endpoint, Sender } from "../datagram.ts";
import { bindNative } from "./native_bind.ts";
import type { NativeDatagramSocket } from "./native_datagram.ts";

const ignore = !isLinux;
const HERE: Endpoint = { hostname: "127.0.0.1", port: 0 };

const bind = (at: Endpoint, peer?: Endpoint): NativeDatagramSocket => bindNative(at, peer)!;

function codeOf(error: unknown): string {
  assert(error instanceof PinwireError);
  return error.code;
}

/** An address of this machine, at which nobody listens. */
function nobody(): Endpoint {
  const socket = bind(HERE);
  socket.close();
  return socket.endpoint;
}

Deno.test({
  name: "a socket with a peer is told that nobody listens there, and can send on",
  ignore,
  async fn() {
    const peer = nobody();
    const socket = bind(HERE, peer);
    const inbox = new DatagramInbox(socket);
    await socket.send(new Uint8Array(1), peer);
    assertEquals(codeOf(await inbox.error()), "refused");
    const server = bind(peer);
    const served = new DatagramInbox(server);
    await socket.send(new Uint8Array(1), peer);
    assertEquals((await served.next())?.text.length, 1);
    socket.close();
    server.close();
    await inbox.done;
    assertEquals(inbox.errors, []);
  },
});

Deno.test({
  name:
    "what nobody took is told of when the next one is sent, which isn't lost by that, or the socket closed",
  ignore,
  async fn() {
    const peer = nobody();
    const socket = bind(HERE, peer);
    const inbox = new DatagramInbox(socket);
    await socket.send(new Uint8Array(1), peer);
    const server = bind(peer);
    const served = new DatagramInbox(server);
    // The system gives the error of the first to the call that sends the second.
    await socket.send(new Uint8Array(2), peer);
    assertEquals((await served.next())?.text.length, 2);
    assertEquals(inbox.errors.map(codeOf), ["refused"]);
    socket.close();
    server.close();
    const gone = nobody();
    const other = bind(HERE, gone);
    const others = new DatagramInbox(other);
    await other.send(new Uint8Array(), gone);
    other.close();
    assertEquals(others.errors.map(codeOf), ["refused"]);
    await others.done;
  },
});

for (const [all, asked] of [["0.0.0.0", "127.0.0.2"], ["::", "::1"], ["::", "::ffff:127.0.0.2"]]) {
  Deno.test({
    name: `a socket at ${all} answers from the address that was asked, ${asked}, at once and later`,
    ignore,
    async fn() {
      const server = bind({ hostname: all, port: 0 });
      const sender = Promise.withResolvers<Sender>();
      const received = server.receive({
        onDatagram(message, from) {
          sender.resolve(from);
          return message;
        },
        onError() {},
      });
      const to = { hostname: asked, port: server.endpoint.port };
      const client = bind({ hostname: asked.includes("::") ? "::" : "0.0.0.0", port: 0 });
      const inbox = new DatagramInbox(client);
      await client.send(new Uint8Array(3), to);
      assertEquals((await inbox.next())?.from?.hostname, asked);
      assertEquals((await sender.promise).asked, asked);
      await server.send(new Uint8Array(4), await sender.promise);
      const { text, from } = (await inbox.next())!;
      assertEquals([text.length, from?.hostname, from?.port], [4, asked, to.port]);
      server.close();
      client.close();
      await received;
    },
  });
}

Deno.test({
  name: "what the system drops since it isn't taken is counted, and told of a second later, or at the end",
  ignore,
  async fn() {
    const clock = new FakeClock();
    const [server, client] = [bindNative(HERE, undefined, clock)!, bind(HERE)];
    const flood = async () => {
      for (let i = 0; i < 200; i++) await client.send(new Uint8Array(60_000), server.endpoint);
    };
    const told: unknown[] = [];
    const began = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const received = server.receive({
      onDatagram() {
        began.resolve();
        return goOn.promise;
      },
      onError: (error) => void told.push(error),
    });
    await client.send(new Uint8Array(1), server.endpoint);
    await began.promise;
    await flood();
    clock.pass(999);
    assertEquals(told, []);
    clock.pass(1);
    await flood();
    server.close();
    client.close();
    assertEquals(told.map(codeOf), Array(2).fill("datagrams_dropped"));
    const [some, all] = told.map((error) => Number((error as PinwireError).message.match(/: (\d+)$/)![1]));
    assert(some > 100 && some < all && all === 200);
    assertEquals(clock.pending, 0);
    goOn.resolve();
    await received;
  },
});

Deno.test({
  name: "a sender is the same object as long as others don't take its place, and is known by its port",
  ignore,
  async fn() {
    const server = bind(HERE);
    const clients = Array.from({ length: 40 }, () => bind(HERE));
    const inbox = new DatagramInbox(server);
    const rounds: Endpoint[][] = [[], []];
    for (const round of rounds) {
      for (const client of clients) {
        await client.send(new Uint8Array(1), server.endpoint);
        round.push((await inbox.next())!.from!);
      }
    }
    const ports = clients.map(({ endpoint }) => endpoint.port);
    for (const round of rounds) assertEquals(round.map(({ port }) => port), ports);
    const again = rounds[1].filter((sender) => rounds[0].includes(sender)).length;
    assert(again > 20);
    for (const socket of [server, ...clients]) socket.close();
  },
});

Deno.test({
  name: "more datagrams than a batch holds, of several senders, are all answered",
  ignore,
  async fn() {
    const server = bind(HERE);
    const received = server.receive({ onDatagram: (message) => message, onError() {} });
    const clients = Array.from({ length: 3 }, () => bind(HERE));
    await Promise.all(clients.map(async (client, mine) => {
      const inbox = new DatagramInbox(client);
      for (let i = 0; i < 50; i++) {
        await client.send(new TextEncoder().encode(`${mine}.${i}`), server.endpoint);
      }
      for (let i = 0; i < 50; i++) assertEquals((await inbox.next())?.text, `${mine}.${i}`);
      client.close();
    }));
    server.close();
    await received;
  },
});

Deno.test({
  name: "a socket with much to read lets another have its turn",
  ignore,
  async fn() {
    const [busy, other, client] = [bind(HERE), bind(HERE), bind(HERE)];
    for (let i = 0; i < 200; i++) await client.send(new Uint8Array(1), busy.endpoint);
    await client.send(new Uint8Array(2), other.endpoint);
    let heard = 0;
    const before = Promise.withResolvers<number>();
    const received = busy.receive({ onDatagram: () => void heard++, onError() {} });
    const others = other.receive({ onDatagram: () => before.resolve(heard), onError() {} });
    assert(await before.promise < 100);
    for (const socket of [busy, other, client]) socket.close();
    await Promise.all([received, others]);
  },
});
