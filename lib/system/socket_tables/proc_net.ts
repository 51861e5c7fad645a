/** The states of TCP (RFC 9293, section 3.3.2), by the kernel's numbers (include/net/tcp_states.h). */
const STATES = {
  1: "ESTABLISHED",
  2: "SYN_SENT",
  3: "SYN_RECV",
  4: "FIN_WAIT_1",
  5: "FIN_WAIT_2",
  6: "TIME_WAIT",
  7: "CLOSED",
  8: "CLOSE_WAIT",
  9: "LAST_ACK",
  10: "LISTEN",
  11: "CLOSING",
  // A connection that a listener keeps in its own table; no different for those who look.
  12: "SYN_RECV",
} as const;

/** A state of TCP, as Linux names it; RFC 9293 writes SYN-RECEIVED for SYN_RECV. */
export type TcpState = typeof STATES[keyof typeof STATES];

/** All of them; one that is there twice is the same. */
export const TCP_STATES: readonly TcpState[] = Object.values(STATES);

/** What the kernel waits for at a socket. */
export type TcpTimer = "none" | "retransmission" | "keepalive" | "time wait" | "zero window probe";

const TIMERS: readonly TcpTimer[] = ["none", "retransmission", "keepalive", "time wait", "zero window probe"];

/** A socket of TCP, as the system shows it (proc_pid_net(5)). */
export interface TcpSocket {
  local: { address: string; port: number };
  remote: { address: string; port: number };
  state: TcpState;
  /** Bytes that were written and not acknowledged yet. */
  sendQueue: number;
  /** Bytes that arrived and were not read yet; of a listener, connections that were not accepted yet. */
  receiveQueue: number;
  timer: TcpTimer;
  /** Seconds until the timer fires. */
  timeLeft: number;
  retransmissions: number;
  /** Which socket of the processes it is, in Linux (/proc/PID/fd); 0 if none has it, as while it waits for accept(). */
  inode: number;
  /** The two addresses and the state as the system writes them: Linux in hex. */
  row: string;
}

/** Clock ticks of /proc in a second (sysconf(3), `_SC_CLK_TCK`; it is 100 on every architecture of ours). */
const TICKS = 100;

/**
 * Reads a table of sockets of TCP.
 *
 * @param text what /proc/net/tcp or /proc/net/tcp6 has
 */
export function parseProcNetTcp(text: string): TcpSocket[] {
  return text.trim().split("\n").slice(1).map((line) => {
    const [, local, remote, state, queues, timer, retransmissions, , , inode] = line.trim().split(/\s+/);
    const [sendQueue, receiveQueue] = queues.split(":").map(hex);
    const [kind, ticks] = timer.split(":").map(hex);
    return {
      local: endpoint(local),
      remote: endpoint(remote),
      state: STATES[hex(state) as keyof typeof STATES],
      sendQueue,
      receiveQueue,
      timer: TIMERS[kind] ?? "none",
      timeLeft: ticks / TICKS,
      retransmissions: hex(retransmissions),
      inode: Number(inode),
      row: [local, remote, state].join(" "),
    };
  });
}

const hex = (digits: string) => parseInt(digits, 16);

/** `0100000A:1F90` on a machine whose words begin with their last byte; an address of IPv6 has four words. */
function endpoint(text: string): { address: string; port: number } {
  const [address, port] = text.split(":");
  const words = address.match(/.{8}/g)!.map((word) => [6, 4, 2, 0].map((at) => word.slice(at, at + 2)));
  return {
    address: words.length === 1 ? words[0].map(hex).join(".") : ipv6(words.flat()),
    port: hex(port),
  };
}

function ipv6(bytes: string[]): string {
  const mapped = bytes.join("").match(/^0{20}f{4}(.{8})$/i);
  if (mapped) return `::ffff:${bytes.slice(12).map(hex).join(".")}`;
  const groups = bytes.map((byte, i) => i % 2 || !i ? byte : `:${byte}`).join("");
  return new URL(`http://[${groups}]`).hostname.slice(1, -1);
}

/**
 * Reads the kernel's counters, by the names of netstat(8): `UdpInCsumErrors` and the like.
 *
 * @param text what /proc/net/snmp or /proc/net/netstat has: a line of names and one of values, in turn
 */
export function parseCounters(text: string): Record<string, number> {
  const rows = text.trim().split("\n").map((line) => line.split(" "));
  const counters: Record<string, number> = {};
  for (let i = 0; i + 1 < rows.length; i += 2) {
    const group = rows[i][0].replace(":", "");
    rows[i].slice(1).forEach((name, at) => counters[group + name] = Number(rows[i + 1][at + 1]));
  }
  return counters;
}

/** Reads those of IPv6, which are written in another way (/proc/net/snmp6): `Ip6InHdrErrors` and the like. */
export function parseCounters6(text: string): Record<string, number> {
  const rows = text.trim().split("\n").map((line) => line.split(/\s+/));
  return Object.fromEntries(rows.map(([name, value]) => [name, Number(value)]));
}
