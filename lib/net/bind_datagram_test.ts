import { assertEquals } from "@std/assert";
import { isLinux } from "../../tests/support/machine.ts";
import { hasListener } from "./bind_datagram.ts";

const ASKED = ["127.0.0.1", "127.0.0.2", "::ffff:127.0.0.1", "::1"];

/** At which of these addresses whoever is bound to one is reached. */
function reached(hostname: string): string[] {
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  try {
    const { port } = socket.addr as Deno.NetAddr;
    return ASKED.filter((asked) => hasListener({ hostname: asked, port }));
  } finally {
    socket.close();
  }
}

Deno.test({
  name: "hasListener: somebody listens at the address that he is bound to, and at those that it stands for",
  ignore: !isLinux,
  fn() {
    assertEquals(reached("127.0.0.1"), ["127.0.0.1", "::ffff:127.0.0.1"]);
    assertEquals(reached("0.0.0.0"), ["127.0.0.1", "127.0.0.2", "::ffff:127.0.0.1"]);
    assertEquals(reached("::1"), ["::1"]);
    assertEquals(reached("::ffff:127.0.0.2"), ["127.0.0.2"]);
    assertEquals(reached("::ffff:0.0.0.0"), ["127.0.0.1", "127.0.0.2", "::ffff:127.0.0.1"]);
    assertEquals(reached("::"), ASKED);
  },
});

Deno.test({
  name: "hasListener takes nothing: a server that starts meanwhile gets its port",
  ignore: !isLinux,
  async fn() {
    const found = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    const { port } = found.addr as Deno.NetAddr;
    found.close();
    // Another process, as a single thread does both one after the other.
    const server = `for (let i = 0; i < 2000; i++) {
      Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: ${port} }).close();
    }`;
    const args = ["eval", "--unstable-net", server];
    const child = new Deno.Command(Deno.execPath(), { args, stdout: "null", stderr: "piped" }).spawn();
    const ended = child.output();
    let isRunning = true;
    ended.then(() => isRunning = false);
    while (isRunning) {
      for (let i = 0; i < 100; i++) hasListener({ hostname: "127.0.0.1", port });
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { code, stderr } = await ended;
    assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  },
});
