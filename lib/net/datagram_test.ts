import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { PinwireError } from "../errors.ts";
import type { InternetAddress } from "./address.ts";
import { bindDatagram, MAX_DATAGRAM, udpPeer } from "./datagram.ts";

const LOOPBACK: InternetAddress = { scheme: "udp", hostname: "127.0.0.1", port: 0 };

Deno.test("bindDatagram takes a free port, and passes datagrams with their sender, empty ones too", async () => {
  const [a, b] = await Promise.all([bindDatagram(LOOPBACK), bindDatagram(LOOPBACK)]);
  assertEquals(a.address, udpPeer(a.endpoint));
  assert(a.endpoint.port > 0);
  for (const message of ["hello", "", "x".repeat(MAX_DATAGRAM)]) {
    await a.send(new TextEncoder().encode(message), b.endpoint);
    const [bytes, from] = (await b.receive(new Uint8Array(65_536)))!;
    assertEquals(new TextDecoder().decode(bytes), message);
    assertEquals(udpPeer(from), a.address);
  }
  a.close();
  b.close();
});

Deno.test("bindDatagram gives nothing more once it is closed, which may be done twice", async () => {
  const socket = await bindDatagram(LOOPBACK);
  const receiving = socket.receive(new Uint8Array(9));
  socket.close();
  socket.close();
  assertEquals(await receiving, undefined);
  assertEquals(await socket.receive(new Uint8Array(9)), undefined);
  await socket.send(new Uint8Array(1), socket.endpoint);
});

Deno.test("bindDatagram says that a port is taken", async () => {
  const socket = await bindDatagram(LOOPBACK);
  const error = await assertRejects(
    () => bindDatagram({ ...LOOPBACK, port: socket.endpoint.port }),
    PinwireError,
  );
  assertEquals(error.code, "address_taken");
  assertStringIncludes(error.message, `${socket.address} is taken`);
  socket.close();
});

Deno.test("send of a datagram socket says why one was refused, and the socket stays good", async () => {
  const socket = await bindDatagram(LOOPBACK);
  await assertRejects(() => socket.send(new Uint8Array(MAX_DATAGRAM + 1), socket.endpoint), PinwireError);
  await socket.send(new Uint8Array([1]), socket.endpoint);
  assertEquals((await socket.receive(new Uint8Array(9)))?.[0], new Uint8Array([1]));
  socket.close();
});
