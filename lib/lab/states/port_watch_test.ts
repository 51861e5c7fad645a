import { assertEquals } from "@std/assert";
import type { TcpSocket, TcpState } from "../../system/socket_tables/proc_net.ts";
import { PortWatch } from "./port_watch.ts";

const SERVER = { address: "10.0.0.2", port: 80 };
const CLIENT = { address: "10.0.0.1", port: 40_000 };
const NOBODY = { address: "0.0.0.0", port: 0 };

function socket(
  local: TcpSocket["local"],
  remote: TcpSocket["local"],
  state: TcpState,
  more: Partial<TcpSocket> = {},
): TcpSocket {
  const quiet = {
    sendQueue: 0,
    receiveQueue: 0,
    timer: "none",
    timeLeft: 0,
    retransmissions: 0,
    inode: 0,
  } as const;
  return { local, remote, state, row: "", ...quiet, ...more };
}

/** What each look tells, shortly. */
function tell(...looks: TcpSocket[][]): string[][] {
  const watch = new PortWatch(80);
  return looks.map((sockets) =>
    watch.look(sockets).map((event) =>
      event.event === "tcp_state"
        ? `${event.at} ${event.before ?? "new"} > ${event.state}`
        : `${event.at} ${event.local} ${event.remote} ${event.state} ${event.send_queue}`
    )
  );
}

const watches = (name: string, fn: () => void) =>
  Deno.test({ name: `PortWatch ${name}`, permissions: "none", fn });

watches("tells first of what is there, then of what changes", () => {
  const listener = socket(SERVER, NOBODY, "LISTEN");
  assertEquals(
    tell(
      [listener],
      [listener],
      [listener, socket(SERVER, CLIENT, "SYN_RECV")],
      [listener, socket(SERVER, CLIENT, "ESTABLISHED")],
      [listener, socket(SERVER, CLIENT, "ESTABLISHED", { sendQueue: 5 })],
      [listener],
    ),
    [
      ["server 10.0.0.2:80 * LISTEN 0"],
      [],
      ["server new > SYN_RECV", "server 10.0.0.2:80 10.0.0.1:40000 SYN_RECV 0"],
      ["server SYN_RECV > ESTABLISHED", "server 10.0.0.2:80 10.0.0.1:40000 ESTABLISHED 0"],
      ["server 10.0.0.2:80 10.0.0.1:40000 ESTABLISHED 5"],
      ["server ESTABLISHED > CLOSED"],
    ],
  );
});

watches("knows the client's end by the other port, and passes over what is neither", () => {
  const other = { address: "10.0.0.1", port: 443 };
  assertEquals(tell([socket(CLIENT, SERVER, "SYN_SENT"), socket(CLIENT, other, "ESTABLISHED")]), [
    ["client 10.0.0.1:40000 10.0.0.2:80 SYN_SENT 0"],
  ]);
});

watches("tells of nothing when only time has passed", () => {
  const waiting = (
    timeLeft: number,
  ) => [socket(CLIENT, SERVER, "TIME_WAIT", { timer: "time wait", timeLeft })];
  assertEquals(tell(waiting(60), waiting(59))[1], []);
});

watches("takes several listeners of one port for one", () => {
  const listener = socket(SERVER, NOBODY, "LISTEN");
  assertEquals(tell([listener, listener], [listener], []), [
    ["server 10.0.0.2:80 * LISTEN 0"],
    [],
    ["server LISTEN > CLOSED"],
  ]);
});
