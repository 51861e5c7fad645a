import { assertEquals } from "@std/assert";
import { isLinux } from "../../../tests/support/machine.ts";
import { openLibc } from "../libc.ts";
import { familyOf, type IpEnd, packIp } from "../socket_address.ts";
import { Sockets } from "../sockets.ts";
import { udpListeners } from "./sock_diag.ts";

/** IPV6_V6ONLY of IPPROTO_IPV6. */
const SIX_ONLY = [41, 26] as const;

Deno.test({
  name: "udpListeners tells of each socket that takes datagrams from anybody, and of no other",
  ignore: !isLinux,
  fn() {
    const sockets = Sockets.open()!;
    const c = openLibc("setsockopt");
    const open: number[] = [];
    const bind = (hostname: string, port: number, isSixOnly = false) => {
      const socket = sockets.socket(familyOf(hostname), "datagram");
      open.push(socket);
      if (isSixOnly) c.setsockopt(socket, ...SIX_ONLY, new Uint8Array(Int32Array.of(1).buffer), 4);
      assertEquals(sockets.bind(socket, packIp({ hostname, port })), 0);
      return socket;
    };
    try {
      const first = bind("127.0.0.1", 0);
      sockets.askAddress(first);
      const { port } = sockets.address as IpEnd;
      bind("127.0.0.2", port);
      bind("::1", port);
      const listeners = [
        { hostname: "127.0.0.1", isSixOnly: false },
        { hostname: "127.0.0.2", isSixOnly: false },
        { hostname: "::1", isSixOnly: true },
      ];
      const told = () => udpListeners(port)!.sort((a, b) => a.hostname < b.hostname ? -1 : 1);
      assertEquals(told(), listeners);
      // A socket with a peer hears nobody else.
      sockets.connect(first, packIp({ hostname: "127.0.0.1", port: 9 }));
      assertEquals(told(), listeners.slice(1));
      open.splice(0).forEach((socket) => sockets.discard(socket));
      bind("::", port, true);
      assertEquals(told(), [{ hostname: "::", isSixOnly: true }]);
    } finally {
      open.forEach((socket) => sockets.discard(socket));
      c.library.close();
      sockets.close();
    }
  },
});
