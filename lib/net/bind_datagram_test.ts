import { assertEquals } from "@std/assert";
import { isLinux } from "../../tests/support/machine.ts";
import { isFree } from "./bind_datagram.ts";

const ASKED = ["127.0.0.1", "127.0.0.2", "::1"];

/** Which of these addresses are free while somebody has a port at another. */
function freeBeside(hostname: string): string[] {
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  try {
    const { port } = socket.addr as Deno.NetAddr;
    return ASKED.filter((asked) => isFree({ hostname: asked, port }));
  } finally {
    socket.close();
  }
}

Deno.test({
  name: "isFree: a port is taken at the address that somebody listens at, and at those that it stands for",
  ignore: !isLinux,
  fn() {
    assertEquals(freeBeside("127.0.0.1"), ["127.0.0.2", "::1"]);
    assertEquals(freeBeside("0.0.0.0"), ["::1"]);
    assertEquals(freeBeside("::1"), ["127.0.0.1", "127.0.0.2"]);
    assertEquals(freeBeside("::ffff:127.0.0.2"), ["127.0.0.1", "::1"]);
    assertEquals(freeBeside("::"), []);
  },
});

Deno.test({
  name: "isFree takes nothing: a server that starts meanwhile gets its port",
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
      for (let i = 0; i < 100; i++) isFree({ hostname: "127.0.0.1", port });
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { code, stderr } = await ended;
    assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  },
});
