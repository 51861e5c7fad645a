import { assertEquals } from "@std/assert";
import { parseCounters, parseCounters6, parseProcNetTcp } from "./proc_net.ts";

const TABLE =
  `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100000A:1F90 00000000:0000 0A 00000000:00000001 00:00000000 00000000     0        0 26 1 0000 100 0 0 10 0
   1: 0100000A:9812 0200000A:1F90 01 0000000A:00000000 01:00000035 00000002     0        0 29 2 0000 0 0 0 1 -1
   2: 0100007F:0016 0100007F:8000 06 00000000:00000000 03:00001770 00000000     0        0 0 3 0000
`;

Deno.test({
  name: "the kernel's table of TCP is read: addresses, states, queues, timers",
  permissions: "none",
  fn() {
    const [listener, client, waiting] = parseProcNetTcp(TABLE);
    assertEquals([listener.local, listener.state, listener.receiveQueue], [
      { address: "10.0.0.1", port: 8080 },
      "LISTEN",
      1,
    ]);
    assertEquals(client, {
      local: { address: "10.0.0.1", port: 38930 },
      remote: { address: "10.0.0.2", port: 8080 },
      state: "ESTABLISHED",
      sendQueue: 10,
      receiveQueue: 0,
      timer: "retransmission",
      timeLeft: 0.53,
      retransmissions: 2,
      inode: 29,
      row: "0100000A:9812 0200000A:1F90 01",
    });
    assertEquals([waiting.state, waiting.timer, waiting.timeLeft], ["TIME_WAIT", "time wait", 60]);
  },
});

Deno.test({
  name: "the kernel's table of TCP over IPv6 is read, IPv4 in it too",
  permissions: "none",
  fn() {
    const rest = "01 00000000:00000000 00:00000000 00000000     0        0 29 2 0000 0 0 0 1 -1";
    const table = `sl local_address remote_address st
   0: B80D0120000000000000000001000000:0050 00000000000000000000000001000000:C001 ${rest}
   1: 0000000000000000FFFF00000100007F:1F90 00000000000000000000000000000000:0000 ${rest}
`;
    const addresses = parseProcNetTcp(table).map(({ local, remote }) => [local, remote]);
    assertEquals(addresses, [
      [{ address: "2001:db8::1", port: 80 }, { address: "::1", port: 49_153 }],
      [{ address: "::ffff:127.0.0.1", port: 8080 }, { address: "::", port: 0 }],
    ]);
  },
});

Deno.test({
  name: "a listener of this process is in the kernel's table",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const sockets = parseProcNetTcp(await Deno.readTextFile("/proc/self/net/tcp"));
    const own = sockets.find(({ local }) => local.port === listener.addr.port);
    assertEquals([own?.local.address, own?.state], ["127.0.0.1", "LISTEN"]);
  },
});

Deno.test({
  name: "the kernel's counters have the names of netstat",
  permissions: "none",
  fn() {
    const snmp = "Ip: Forwarding InHdrErrors\nIp: 1 2\nUdp: InDatagrams InCsumErrors\nUdp: 7 3\n";
    assertEquals(parseCounters(snmp), {
      IpForwarding: 1,
      IpInHdrErrors: 2,
      UdpInDatagrams: 7,
      UdpInCsumErrors: 3,
    });
    assertEquals(parseCounters6("Ip6InReceives \t 5\nIp6InHdrErrors \t 1\n"), {
      Ip6InReceives: 5,
      Ip6InHdrErrors: 1,
    });
  },
});
