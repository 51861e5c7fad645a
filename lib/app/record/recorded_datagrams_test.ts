import { assertEquals } from "@std/assert";
import type { DatagramSocket, Endpoint } from "../../net/mod.ts";
import { Kept } from "./_testing.ts";

/** A socket bound to `hostname`, at which `received` has come. */
function socketOf(hostname: string, received: [Uint8Array, Endpoint][] = []): DatagramSocket {
  return {
    address: `udp://${hostname}:9`,
    sockets: "deno",
    endpoint: { hostname, port: 9 },
    async receive({ onDatagram }) {
      for (const [bytes, from] of received) await onDatagram(bytes, from);
    },
    send: () => Promise.resolve(),
    close() {},
  };
}

Deno.test("Recorder has each datagram as a packet, an empty one too", async () => {
  const kept = new Kept();
  const from = { hostname: "127.0.0.1", port: 5 };
  const incoming: [Uint8Array, Endpoint][] = [[new Uint8Array(4), from], [new Uint8Array(0), from]];
  const socket = kept.recorder("line").datagrams(socketOf("127.0.0.1", incoming));
  await socket.receive({
    onDatagram: ({ length }) => length ? new Uint8Array(3) : undefined,
    onError() {},
  });
  await socket.send(new Uint8Array(65_507), { hostname: "127.0.0.1", port: 6 });
  assertEquals(kept.told(), [
    '5 → 9 UDP 4 "frame 1: bytes 0-3"',
    '9 → 5 UDP 3 "frame 1: bytes 0-2"',
    "5 → 9 UDP 0",
    '9 → 6 UDP 65507 "frame 2: bytes 0-65506"',
  ]);
});

Deno.test("Recorder leaves out a datagram that is too long to be sent", async () => {
  for (const [hostname, most] of [["127.0.0.1", 65_507], ["::1", 65_527]] as const) {
    const kept = new Kept();
    const socket = kept.recorder("raw").datagrams(socketOf(hostname));
    for (const length of [most, most + 1]) await socket.send(new Uint8Array(length), { hostname, port: 6 });
    assertEquals(kept.told(), [`9 → 6 UDP ${most} "frame 1: bytes 0-${most - 1}"`]);
  }
});

Deno.test("Recorder gives a socket that is bound to all addresses one of its peer's family", async () => {
  const cases = [
    ["0.0.0.0", "127.0.0.1", "127.0.0.1"],
    ["0.0.0.0", "10.1.2.3", "0.0.0.0"],
    ["::", "::1", "::1"],
    ["::", "::ffff:127.0.0.2", "127.0.0.1"],
    ["::", "2001:db8::1", "::"],
    ["10.0.0.1", "10.1.2.3", "10.0.0.1"],
    ["fe80::1%eth0", "fe80::2", "fe80::1"],
    ["0.0.0.0", "10.1.2.3", "10.0.0.2", "10.0.0.2"],
    ["::", "::ffff:127.0.0.2", "127.0.0.3", "::ffff:127.0.0.3"],
  ];
  for (const [bound, peer, ours, asked] of cases) {
    const kept = new Kept();
    const from = { hostname: peer, port: 5, asked };
    const socket = kept.recorder("raw").datagrams(socketOf(bound, [[new Uint8Array(1), from]]));
    await socket.receive({ onDatagram() {}, onError() {} });
    await socket.send(new Uint8Array(1), from);
    const ends = kept.take().map(({ source, destination }) => [source.address, destination.address]);
    const there = peer.replace("::ffff:", "");
    assertEquals(ends, [[there, ours], [ours, there]], `${bound} ${peer}`);
  }
});
