import { assertEquals, assertRejects } from "@std/assert";
import { PinwireError } from "../../errors.ts";
import { DatagramInbox } from "../_datagram_inbox.ts";
import { bindDatagram } from "../bind_datagram.ts";
import { type DatagramSocket, MAX_DATAGRAM } from "../datagram.ts";
import { dialDatagram } from "./dial_datagram.ts";
import { resolveEndpoints } from "./resolve.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** A socket on a free port of this host. */
async function listening(hostname: string): Promise<{ socket: DatagramSocket; port: number } & Disposable> {
  const socket = await bindDatagram({ scheme: "udp", hostname, port: 0 });
  return { socket, port: socket.endpoint.port, [Symbol.dispose]: () => socket.close() };
}

for (
  const [host, hostname] of [["127.0.0.1", "127.0.0.1"], ["::1", "::1"], ["::", "0.0.0.0"], ["::", "::"]]
) {
  Deno.test(`dialDatagram speaks with who listens on ${host}, dialled as ${hostname}`, async () => {
    using server = await listening(host);
    const peer = await dialDatagram({ scheme: "udp", hostname, port: server.port });
    await peer.send(bytes("hello"));
    const { text, from } = (await new DatagramInbox(server.socket).next())!;
    assertEquals(text, "hello");
    await server.socket.send(bytes("back"), from!);
    const inbox = new DatagramInbox(peer);
    assertEquals((await inbox.next())?.text, "back");
    peer.close();
    assertEquals(await inbox.next(), undefined);
  });
}

Deno.test("dialDatagram hears its peer alone", async () => {
  using server = await listening("127.0.0.1");
  using stranger = await listening("127.0.0.1");
  const own = Promise.withResolvers<DatagramSocket>();
  const peer = await dialDatagram({ scheme: "udp", hostname: "127.0.0.1", port: server.port }, (socket) => {
    own.resolve(socket);
    return socket;
  });
  const { endpoint } = await own.promise;
  await stranger.socket.send(bytes("forged"), endpoint);
  await server.socket.send(bytes("true"), endpoint);
  assertEquals((await new DatagramInbox(peer).next())?.text, "true");
  peer.close();
});

Deno.test("dialDatagram takes the address of localhost at which somebody listens", async () => {
  for (const { hostname } of await resolveEndpoints({ scheme: "udp", hostname: "localhost", port: 1 })) {
    using server = await listening(hostname);
    const peer = await dialDatagram({ scheme: "udp", hostname: "localhost", port: server.port });
    await peer.send(bytes("hello"));
    assertEquals((await new DatagramInbox(server.socket).next())?.text, "hello");
    peer.close();
  }
});

Deno.test("dialDatagram refuses a datagram that is too long, and stays good", async () => {
  using server = await listening("127.0.0.1");
  const peer = await dialDatagram({ scheme: "udp", hostname: "127.0.0.1", port: server.port });
  const error = await assertRejects(() => peer.send(new Uint8Array(MAX_DATAGRAM + 1)), PinwireError);
  assertEquals(error.code, "datagram_too_long");
  await peer.send(bytes("short"));
  assertEquals((await new DatagramInbox(server.socket).next())?.text, "short");
  peer.close();
});

Deno.test("dialDatagram says that a host is unknown, and that nobody can be at port 0", async () => {
  const code = async (hostname: string, port: number) =>
    (await assertRejects(() => dialDatagram({ scheme: "udp", hostname, port }), PinwireError)).code;
  assertEquals(await code("nobody.invalid", 9), "unknown_host");
  assertEquals(await code("127.0.0.1", 0), "usage");
});
