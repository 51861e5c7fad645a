import type { Libc } from "./libc.ts";
import type { Family } from "./socket_address.ts";

/** SOL_SOCKET, IPPROTO_IP, IPPROTO_IPV6 and IPPROTO_TCP, and options of them (socket(7), ip(7), ipv6(7), tcp(7)). */
const SOCKET = 1, IP = 0, IPV6 = 41, TCP = 6;
const SO_REUSEADDR = 2,
  SO_ERROR = 4,
  SO_BROADCAST = 6,
  SO_KEEPALIVE = 9,
  SO_REUSEPORT = 15,
  SO_PEERCRED = 17,
  SO_BINDTODEVICE = 25,
  SO_MEMINFO = 55;
const IP_PKTINFO = 8, IPV6_RECVPKTINFO = 49;
const TCP_NODELAY = 1,
  TCP_KEEPIDLE = 4,
  TCP_KEEPINTVL = 5,
  TCP_KEEPCNT = 6,
  TCP_INFO = 11,
  TCP_RTO_MAX_MS = 44;
/** The user that there is none of: `(uid_t) -1`. */
const NOBODY = 0xffff_ffff;
/** Bytes of the longest name of an interface, with the NUL byte behind it (IFNAMSIZ). */
const INTERFACE_NAME = 16;

/** How the other end of a TCP connection is watched (tcp(7)). */
export interface Vigilance {
  /** Seconds in which nothing came, after which it is asked whether it is there. */
  idle: number;
  /** Seconds after which it is asked once more … */
  interval: number;
  /** … and how often in all. */
  probes: number;
  /** The longest time in ms between two attempts to send what isn't acknowledged (TCP_RTO_MAX_MS, Linux 6.15). */
  longestWait: number;
}

/** What the kernel knows of the way to the other end of a TCP connection (`struct tcp_info` of tcp(7)). */
export interface TcpInfo {
  /** Ms from a segment to its acknowledgement, smoothed (RFC 6298), and how much they vary. */
  rtt: number;
  rttvar: number;
  /** Segments that were sent once more, the SYN too. */
  retransmissions: number;
  /** Bytes that the other end has room for; nothing before Linux 5.4. */
  window?: number;
  /** Segments that may be under way (RFC 5681). */
  cwnd: number;
}

/** What can be set of a socket, and what the system tells of one. */
export class SocketOptions {
  #c: Libc<"getsockopt" | "setsockopt">;
  #errno: Int32Array;
  #number = new Int32Array(1);
  #numberBytes = new Uint8Array(this.#number.buffer);

  /** @param errno where the last error's number is */
  constructor(c: Libc<"getsockopt" | "setsockopt">, errno: Int32Array) {
    this.#c = c;
    this.#errno = errno;
  }

  /** Lets a listener have a port that was in use a moment ago. */
  reuseAddress(socket: number): number {
    return this.#set(socket, SOCKET, SO_REUSEADDR, 1);
  }

  /** Lets several listeners share a port. */
  reusePort(socket: number): number {
    return this.#set(socket, SOCKET, SO_REUSEPORT, 1);
  }

  /** Whether small writes leave at once, without waiting for earlier ones to be acknowledged. */
  setNoDelay(socket: number): number {
    return this.#set(socket, TCP, TCP_NODELAY, 1);
  }

  /**
   * Has the kernel find out that the other end of a TCP connection has gone without a word. Connections have it from the
   * listener that they come from. What an older system doesn't know stays as it was.
   */
  watchPeer(socket: number, { idle, interval, probes, longestWait }: Vigilance): void {
    this.#set(socket, SOCKET, SO_KEEPALIVE, 1);
    this.#set(socket, TCP, TCP_KEEPIDLE, idle);
    this.#set(socket, TCP, TCP_KEEPINTVL, interval);
    this.#set(socket, TCP, TCP_KEEPCNT, probes);
    this.#set(socket, TCP, TCP_RTO_MAX_MS, longestWait);
  }

  /** Lets datagrams go to broadcast addresses. */
  allowBroadcast(socket: number): number {
    return this.#set(socket, SOCKET, SO_BROADCAST, 1);
  }

  /** Has each datagram come with the address of ours that it was sent to. */
  tellAsked(socket: number, family: Family): number {
    return family === "inet6"
      ? this.#set(socket, IPV6, IPV6_RECVPKTINFO, 1)
      : this.#set(socket, IP, IP_PKTINFO, 1);
  }

  /** Datagrams that the system has dropped since the socket was opened, since nobody took those before them. */
  dropped(socket: number): number {
    const info = new Uint32Array(MEMINFO.length);
    const isTold = this.#get(socket, SOCKET, SO_MEMINFO, new Uint8Array(info.buffer)) >= 0;
    return isTold ? info[MEMINFO.drops] : 0;
  }

  /** What went wrong since this was asked last, as a number of {@linkcode ERRNO}; 0 if nothing did. */
  failure(socket: number): number {
    const value = new Int32Array(1);
    return this.#get(socket, SOCKET, SO_ERROR, new Uint8Array(value.buffer)) < 0 ? 0 : value[0];
  }

  /**
   * The user at the other end of a Unix socket, as it was when that end called connect(2), or listen(2) (SO_PEERCRED of
   * unix(7)); nothing where the kernel doesn't tell.
   */
  peerUser(socket: number): number | undefined {
    // A `struct ucred`: process, user, group.
    const credentials = new Uint32Array(3).fill(NOBODY);
    const bytes = new Uint8Array(credentials.buffer);
    if (this.#get(socket, SOCKET, SO_PEERCRED, bytes) < 0 || credentials[1] === NOBODY) return undefined;
    return credentials[1];
  }

  /** What is known of the way to the other end; nothing of a socket that has none. */
  tcpInfo(socket: number): TcpInfo | undefined {
    const view = this.#info(socket);
    if (!view) return undefined;
    const number = (at: number) => view.getUint32(at, true);
    return {
      rtt: number(INFO.rtt) / 1000,
      rttvar: number(INFO.rttvar) / 1000,
      retransmissions: number(INFO.retransmissions),
      // The kernel says how much of the structure it knows.
      ...this.#number[0] >= INFO.length && { window: number(INFO.window) },
      cwnd: number(INFO.cwnd),
    };
  }

  /** Bytes of a TCP connection that were written and that its other end has not acknowledged (tcp(7), TCP_INFO). */
  unacknowledged(socket: number): number {
    const view = this.#info(socket);
    if (!view) return 0;
    const notSent = view.getUint32(INFO.notSent, true);
    if (!view.getUint32(INFO.unacknowledged, true)) return notSent;
    const sent = view.getBigUint64(INFO.sent, true) - view.getBigUint64(INFO.sentAgain, true);
    // Its SYN and FIN count as acknowledged bytes.
    return Math.max(1, Number(sent - view.getBigUint64(INFO.acknowledged, true))) + notSent;
  }

  /**
   * The interface that a socket is bound to; nothing if to none. A connection that was accepted between addresses of one
   * link is bound to the one of that link.
   */
  interfaceOf(socket: number): string | undefined {
    const name = new Uint8Array(INTERFACE_NAME);
    if (this.#get(socket, SOCKET, SO_BINDTODEVICE, name) < 0 || !name[0]) return undefined;
    return new TextDecoder().decode(name.subarray(0, name.indexOf(0)));
  }

  #info(socket: number): DataView | undefined {
    const info = new Uint8Array(INFO.length);
    return this.#get(socket, TCP, TCP_INFO, info) < 0 ? undefined : new DataView(info.buffer);
  }

  #set(socket: number, level: number, option: number, value: number): number {
    this.#number[0] = value;
    return this.#outcome(this.#c.setsockopt(socket, level, option, this.#numberBytes, 4));
  }

  #get(socket: number, level: number, option: number, value: Uint8Array<ArrayBuffer>): number {
    this.#number[0] = value.length;
    return this.#outcome(this.#c.getsockopt(socket, level, option, value, this.#numberBytes));
  }

  #outcome(result: number): number {
    return result < 0 ? -this.#errno[0] : result;
  }
}

/** Where numbers are in a `struct tcp_info` of Linux 5.4 or newer (include/uapi/linux/tcp.h); an older one, from 4.19 on, lacks the last. */
const INFO = {
  unacknowledged: 24,
  rtt: 68,
  rttvar: 72,
  cwnd: 80,
  retransmissions: 100,
  acknowledged: 120,
  notSent: 144,
  sent: 200,
  sentAgain: 208,
  window: 228,
  length: 232,
};

/** Which number SK_MEMINFO_DROPS is, of those that a socket's memory is told by (Linux: include/uapi/linux/sock_diag.h). */
const MEMINFO = { drops: 8, length: 9 };
