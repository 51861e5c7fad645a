import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { BareSockets } from "./bare_sockets.ts";
import { parseProcNetTcp } from "./socket_tables/proc_net.ts";

const ignore = Deno.build.os !== "linux";
const HOST = "127.0.0.1";

/** The socket of this machine that has these two ports; a listener's other one is 0. */
function inodeOf(local: number, remote: number): number {
  const sockets = parseProcNetTcp(Deno.readTextFileSync("/proc/self/net/tcp"));
  return sockets.find((one) => one.local.port === local && one.remote.port === remote)!.inode;
}

Deno.test({
  name: "BareSockets.bind names what keeps it from a port, and gives back one that was to be had",
  ignore,
  fn() {
    using sockets = new BareSockets();
    const listener = Deno.listen({ hostname: HOST, port: 0 });
    const { port } = listener.addr;
    // It takes none away from who listens.
    for (const options of [[], ["SO_REUSEADDR"]] as const) {
      assertEquals(sockets.bind(HOST, port, options), "EADDRINUSE");
    }
    listener.close();
    assertEquals([sockets.bind(HOST, port, []), sockets.bind(HOST, port, [])], [0, 0]);
  },
});

Deno.test({
  name: "BareSockets accepts, writes, reads and resets, each by the number in the kernel's table",
  ignore,
  async fn() {
    using sockets = new BareSockets();
    using listener = Deno.listen({ hostname: HOST, port: 0 });
    const { port } = listener.addr;
    using client = await Deno.connect({ hostname: HOST, port });
    sockets.accept(inodeOf(port, 0));
    const server = inodeOf(port, client.localAddr.port);
    assertEquals(sockets.read(server, new Uint8Array(9)), "EAGAIN");
    assertEquals(sockets.write(server, new TextEncoder().encode("hello")), 5);
    const room = new Uint8Array(9);
    assertEquals(await client.read(room), 5);
    sockets.reset(server);
    await assertRejects(() => client.read(room), Deno.errors.ConnectionReset);
    sockets.close(server);
    assertThrows(() => sockets.close(server), Deno.errors.NotFound);
  },
});
