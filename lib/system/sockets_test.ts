import { assertEquals } from "@std/assert";
import { isLinux } from "../../tests/support/machine.ts";
import { openLibc } from "./libc.ts";
import { packIp } from "./socket_address.ts";
import { PIPE_BUF, Sockets } from "./sockets.ts";

const HERE = { hostname: "127.0.0.1", port: 0 };
/** SO_KEEPALIVE of SOL_SOCKET; TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT and TCP_RTO_MAX_MS of IPPROTO_TCP. */
const OPTIONS = [[1, 9], [6, 4], [6, 5], [6, 6], [6, 44]];

Deno.test({
  name: "Sockets.watchPeer: what is told to a listener holds for the connections that it accepts",
  ignore: !isLinux,
  fn() {
    const sockets = Sockets.open()!;
    const c = openLibc("getsockopt");
    const optionOf = (socket: number, level: number, option: number) => {
      const [value, length] = [new Int32Array(1), new Int32Array([4])];
      const [bytes, lengthBytes] = [value, length].map((numbers) => new Uint8Array(numbers.buffer));
      return c.getsockopt(socket, level, option, bytes, lengthBytes) === 0 ? value[0] : undefined;
    };
    const [listener, dialled] = [sockets.socket("inet", "stream"), sockets.socket("inet", "stream")];
    const open = [listener, dialled];
    try {
      const isKnown = optionOf(listener, 6, 44) !== undefined;
      sockets.options.watchPeer(listener, { idle: 11, interval: 7, probes: 4, longestWait: 5_000 });
      assertEquals(sockets.bind(listener, packIp(HERE)), 0);
      assertEquals(sockets.listen(listener, 1), 0);
      sockets.askAddress(listener);
      sockets.connect(dialled, packIp(sockets.address as typeof HERE));
      const accepted = sockets.accept(listener);
      open.push(accepted);
      const told = OPTIONS.map(([level, option]) => optionOf(accepted, level, option));
      assertEquals(told, [1, 11, 7, 4, isKnown ? 5_000 : undefined]);
    } finally {
      open.forEach((socket) => sockets.discard(socket));
      c.library.close();
      sockets.close();
    }
  },
});

Deno.test({
  name: "Sockets.hasRoom: as long as a pipe takes a page, and not where nothing is loaded",
  ignore: !isLinux,
  fn() {
    const c = openLibc("close", "pipe2", "read", "write");
    const ends = new Int32Array(2);
    // O_NONBLOCK
    assertEquals(c.pipe2!(new Uint8Array(ends.buffer), 0o4000), 0);
    const [start, end] = ends;
    assertEquals(Sockets.hasRoom(end), false);
    const sockets = Sockets.open()!;
    try {
      assertEquals(Sockets.hasRoom(end), true);
      const page = new Uint8Array(PIPE_BUF), [one, whole] = [1n, BigInt(PIPE_BUF)];
      while (c.write(end, page, whole) > 0n);
      assertEquals(Sockets.hasRoom(end), false);
      c.read(start, page, one);
      assertEquals(Sockets.hasRoom(end), false);
      c.read(start, page, whole - one);
      assertEquals(Sockets.hasRoom(end), true);
      c.close(start);
      assertEquals(Sockets.hasRoom(end), false);
    } finally {
      sockets.close();
      c.close(end);
      c.library.close();
    }
  },
});
