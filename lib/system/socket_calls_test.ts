import { assertEquals, assertRejects } from "@std/assert";
import { SocketCalls } from "./socket_calls.ts";

const ignore = Deno.build.os !== "linux";

/** A connection of the runtime's over loopback, dialled at `dialled`. */
async function connected(listened: string, dialled: string) {
  using listener = Deno.listen({ hostname: listened, port: 0 });
  const [client, server] = await Promise.all([
    Deno.connect({ hostname: dialled, port: listener.addr.port }),
    listener.accept(),
  ]);
  return { client, server };
}

for (const [listened, dialled] of [["127.0.0.1", "127.0.0.1"], ["::1", "::1"], ["::", "127.0.0.1"]]) {
  Deno.test({
    name:
      `SocketCalls ends both directions of a connection to ${dialled}, accepted on ${listened}, and no other`,
    ignore,
    async fn() {
      const calls = SocketCalls.open()!;
      const other = await connected(listened, dialled);
      const { client, server } = await connected(listened, dialled);
      calls.shutdown(server.localAddr, server.remoteAddr);
      assertEquals(await client.read(new Uint8Array(1)), null);
      assertEquals(await server.read(new Uint8Array(1)), null);
      await other.server.write(new Uint8Array([7]));
      assertEquals(await other.client.read(new Uint8Array(1)), 1);
      for (const conn of [client, server, other.client, other.server]) conn.close();
      calls.close();
    },
  });
}

Deno.test({
  name: "SocketCalls ends no connection whose other end alone is right, nor any for one that isn't there",
  ignore,
  async fn() {
    const calls = SocketCalls.open()!;
    const { client, server } = await connected("127.0.0.1", "127.0.0.1");
    calls.shutdown(server.localAddr, { ...server.remoteAddr, port: 1 });
    calls.shutdown({ ...server.localAddr, hostname: "127.0.0.9" }, server.remoteAddr);
    calls.close();
    await server.write(new Uint8Array([7]));
    assertEquals(await client.read(new Uint8Array(1)), 1);
    client.close();
    server.close();
  },
});

Deno.test({
  name: "SocketCalls isn't to be had without the permission",
  permissions: { ffi: false },
  fn() {
    assertEquals(SocketCalls.open(), undefined);
  },
});

Deno.test({
  name: "SocketCalls ends in one pass what lies far from the last one, beside what is no more",
  ignore,
  async fn() {
    const calls = SocketCalls.open()!;
    const open = await Promise.all(Array.from({ length: 100 }, () => connected("127.0.0.1", "127.0.0.1")));
    const gone = await connected("127.0.0.1", "127.0.0.1");
    const { localAddr, remoteAddr } = gone.server;
    gone.server.close();
    gone.client.close();
    calls.shutdown(localAddr, remoteAddr);
    for (const { server } of open) calls.shutdown(server.localAddr, server.remoteAddr);
    calls.close();
    for (const { client } of open) assertEquals(await client.read(new Uint8Array(1)), null);
    for (const { client, server } of open) {
      client.close();
      server.close();
    }
  },
});

Deno.test({
  name: "SocketCalls resets a connection wherever its descriptor is, and no other",
  ignore,
  async fn() {
    const calls = SocketCalls.open()!;
    const open = await Promise.all(Array.from({ length: 300 }, () => connected("127.0.0.1", "127.0.0.1")));
    const cut = [290, 3, 291].map((index) => open[index]);
    for (const { server } of cut) assertEquals(calls.reset(server.localAddr, server.remoteAddr), true);
    for (const { server } of cut) assertEquals(calls.reset(server.localAddr, server.remoteAddr), false);
    for (const one of open) {
      if (cut.includes(one)) {
        await assertRejects(() => one.client.read(new Uint8Array(1)), Deno.errors.ConnectionReset);
      } else {
        await one.server.write(new Uint8Array([7]));
        assertEquals(await one.client.read(new Uint8Array(1)), 1);
      }
      one.client.close();
      one.server.close();
    }
    calls.close();
  },
});

Deno.test({
  name: "SocketCalls is one for all who opened it, until the last has closed it",
  ignore,
  permissions: { ffi: true, net: true },
  async fn() {
    const first = SocketCalls.open()!;
    const second = SocketCalls.open()!;
    Deno.permissions.revokeSync({ name: "ffi" });
    first.close();
    const { client, server } = await connected("127.0.0.1", "127.0.0.1");
    second.shutdown(server.localAddr, server.remoteAddr);
    assertEquals(await client.read(new Uint8Array(1)), null);
    client.close();
    server.close();
    second.close();
    assertEquals(SocketCalls.open(), undefined);
  },
});
