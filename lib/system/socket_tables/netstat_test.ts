import { assertEquals } from "@std/assert";
import { parseNetstat } from "./netstat.ts";

const TABLE = `Active Internet connections (including servers)
Proto Recv-Q Send-Q  Local Address          Foreign Address        (state)    
tcp4       0      0  127.0.0.1.8080         127.0.0.1.52345        SYN_RCVD   
tcp4       0  65024  127.0.0.1.52344        127.0.0.1.8080         FIN_WAIT_1 
tcp4  114688      0  127.0.0.1.8080         127.0.0.1.52344        ESTABLISHED
tcp6       0      0  fe80::1%lo0.1024                              fe80::1%lo0.1025                              CLOSE_WAIT 
tcp46      0      0  *.7000                 *.*                    LISTEN     
tcp4       0      0  *.631                  *.*                    LISTEN     
tcp4       0      0  192.168.1.42.22        10.0.0.9.51000         TIME_WAIT  
tcp4       0      0  *.*                    *.*                    CLOSED     
udp4       0      0  *.5353                 *.*                               
`;

Deno.test({
  name: "macOS's table of TCP is read: addresses, queues, and states by the names of Linux",
  permissions: "none",
  fn() {
    const sockets = parseNetstat(TABLE);
    const endpoint = ({ address, port }: { address: string; port: number }) => `${address} ${port}`;
    assertEquals(
      sockets.map(({ local, remote, state, sendQueue, receiveQueue }) => [
        ...[endpoint(local), endpoint(remote)],
        ...[state, sendQueue, receiveQueue],
      ]),
      [
        ["127.0.0.1 8080", "127.0.0.1 52345", "SYN_RECV", 0, 0],
        ["127.0.0.1 52344", "127.0.0.1 8080", "FIN_WAIT_1", 65_024, 0],
        ["127.0.0.1 8080", "127.0.0.1 52344", "ESTABLISHED", 0, 114_688],
        ["fe80::1%lo0 1024", "fe80::1%lo0 1025", "CLOSE_WAIT", 0, 0],
        [":: 7000", ":: 0", "LISTEN", 0, 0],
        ["0.0.0.0 631", "0.0.0.0 0", "LISTEN", 0, 0],
        ["192.168.1.42 22", "10.0.0.9 51000", "TIME_WAIT", 0, 0],
      ],
    );
    assertEquals(sockets[1].row, "127.0.0.1.52344 127.0.0.1.8080 FIN_WAIT_1");
    assertEquals([sockets[1].timer, sockets[1].retransmissions], ["none", 0]);
  },
});

Deno.test({
  name: "what isn't macOS's table has no sockets",
  permissions: "none",
  fn() {
    for (
      const text of ["", "\n", "netstat: sysctl: Operation not permitted", "Active Internet connections"]
    ) {
      assertEquals(parseNetstat(text), []);
    }
  },
});
