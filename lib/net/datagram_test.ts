import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { PinwireError } from "../errors.ts";
import { DatagramInbox } from "./_datagram_inbox.ts";
import type { InternetAddress } from "./address.ts";
import { bindByDeno, bindDatagram } from "./bind_datagram.ts";
import { type DatagramSocket, MAX_DATAGRAM, udpPeer } from "./datagram.ts";

const LOOPBACK: InternetAddress = { scheme: "udp", hostname: "127.0.0.1", port: 0 };
const bytes = (text: string) => new TextEncoder().encode(text);

for (const bind of [bindDatagram, bindByDeno]) {
  const name = bind === bindDatagram ? "bindDatagram" : "bindByDeno";

  /** Two sockets on loopback, which end with the test. */
  const pair = async (): Promise<{ a: DatagramSocket; b: DatagramSocket } & Disposable> => {
    const [a, b] = await Promise.all([bind(LOOPBACK), bind(LOOPBACK)]);
    const close = () => [a, b].forEach((socket) => socket.close());
    return { a, b, [Symbol.dispose]: close };
  };

  Deno.test(`${name} takes a free port, and passes datagrams with their sender, empty ones too`, async () => {
    using sockets = await pair();
    const { a, b } = sockets;
    assertEquals(a.address, udpPeer(a.endpoint));
    assert(a.endpoint.port > 0);
    const inbox = new DatagramInbox(b);
    for (const message of ["hello", "", "x".repeat(MAX_DATAGRAM)]) {
      await a.send(bytes(message), b.endpoint);
      const { text, from } = (await inbox.next())!;
      assertEquals([text, udpPeer(from!)], [message, a.address]);
    }
  });

  Deno.test(`${name} gives nothing more once it is closed, which may be done twice`, async () => {
    const socket = await bind(LOOPBACK);
    const inbox = new DatagramInbox(socket);
    socket.close();
    socket.close();
    assertEquals(await inbox.next(), undefined);
    assertEquals(await new DatagramInbox(socket).next(), undefined);
    await socket.send(new Uint8Array(1), socket.endpoint);
  });

  Deno.test(`${name} says that a port is taken, or an address not ours`, async () => {
    const socket = await bind(LOOPBACK);
    const refusal = (address: Partial<InternetAddress>) =>
      assertRejects(() => bind({ ...LOOPBACK, ...address }), PinwireError);
    const taken = await refusal({ port: socket.endpoint.port });
    assertEquals(taken.code, "address_taken");
    assertStringIncludes(taken.message, `${socket.address} is taken`);
    assertEquals((await refusal({ hostname: "192.0.2.1" })).code, "address_not_ours");
    socket.close();
  });

  Deno.test(`${name}: send says why a datagram was refused, and the socket stays good`, async () => {
    using sockets = await pair();
    const { a, b } = sockets;
    for (const length of [MAX_DATAGRAM + 1, 100_000]) {
      const error = await assertRejects(() => a.send(new Uint8Array(length), b.endpoint), PinwireError);
      assertEquals(error.code, "datagram_too_long");
    }
    await a.send(bytes("good"), b.endpoint);
    assertEquals((await new DatagramInbox(b).next())?.text, "good");
  });

  Deno.test(`${name}: what is given back is sent to each sender, in order, built in place or not`, async () => {
    using sockets = await pair();
    const { a, b } = sockets;
    const server = await bind(LOOPBACK);
    const headroom = 700;
    const served = server.receive({
      headroom,
      tailroom: 1,
      onDatagram(message) {
        if (message.length === 1) return bytes(`<${message[0]}>`);
        if (message.length === 2) return undefined;
        const { byteOffset, length } = message;
        const answer = new Uint8Array(message.buffer, byteOffset - headroom, headroom + length + 1);
        answer[0] = answer[answer.length - 1] = 0x2a;
        return answer;
      },
      onError() {},
    });
    const long = "y".repeat(3000);
    for (const message of ["1", "22", long, ""]) {
      await a.send(bytes(message), server.endpoint);
      await b.send(bytes(message), server.endpoint);
    }
    for (const inbox of [new DatagramInbox(a), new DatagramInbox(b)]) {
      assertEquals((await inbox.next())?.text, "<49>");
      const { text, from } = (await inbox.next())!;
      assertEquals([text.length, text[0], text.slice(headroom)], [headroom + 3001, "*", `${long}*`]);
      assertEquals((await inbox.next())?.text.length, headroom + 1);
      assertEquals(udpPeer(from!), server.address);
    }
    server.close();
    await served;
  });

  Deno.test(`${name}: while a promise is not kept nothing more is handed over, and what was answered leaves`, async () => {
    using sockets = await pair();
    const { a, b } = sockets;
    const first = Promise.withResolvers<Uint8Array>();
    const held = Promise.withResolvers<void>();
    const heard: string[] = [];
    for (const message of ["0", "1", "2"]) await a.send(bytes(message), b.endpoint);
    const received = b.receive({
      onDatagram(message) {
        heard.push(new TextDecoder().decode(message));
        if (heard.length !== 2) return bytes(`${heard.length}!`);
        held.resolve();
        return first.promise;
      },
      onError() {},
    });
    const inbox = new DatagramInbox(a);
    await held.promise;
    assertEquals((await inbox.next())?.text, "1!");
    assertEquals(heard, ["0", "1"]);
    first.resolve(bytes("2!"));
    assertEquals([(await inbox.next())?.text, (await inbox.next())?.text], ["2!", "3!"]);
    b.close();
    await received;
  });

  Deno.test(`${name}: an answer that can't be sent is told of with its peer, and the others are sent`, async () => {
    using sockets = await pair();
    const { a, b } = sockets;
    const told: [string, string?][] = [];
    const answers = [MAX_DATAGRAM + 1, 100_000, 4];
    const received = b.receive({
      onDatagram: () => new Uint8Array(answers.shift()!),
      onError: (error, peer) => void told.push([(error as PinwireError).code, peer]),
    });
    for (let i = 0; i < 3; i++) await a.send(new Uint8Array(), b.endpoint);
    assertEquals((await new DatagramInbox(a).next())?.text.length, 4);
    assertEquals(told, Array(2).fill(["datagram_too_long", a.address]));
    b.close();
    await received;
  });

  Deno.test(`${name}: receive throws what onDatagram fails with, at once or later`, async () => {
    for (
      const fails of [() => Promise.reject(new Error("no")), () => {
        throw new Error("no");
      }]
    ) {
      using sockets = await pair();
      const { a, b } = sockets;
      await a.send(new Uint8Array(), b.endpoint);
      await assertRejects(() => b.receive({ onDatagram: fails, onError() {} }), Error, "no");
    }
  });
}
