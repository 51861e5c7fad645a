import { EventPoller, POLLER_CALLS } from "./event_poller.ts";
import { type Libc, openLibc } from "./libc.ts";
import { FAMILIES, LARGEST_ADDRESS, unpack } from "./socket_address.ts";

/** What is called of sockets besides: nothing that could open a file or start a program. */
const SOCKET_CALLS = [
  "accept4",
  "bind",
  "connect",
  "errno",
  "getsockname",
  "getsockopt",
  "listen",
  "recv",
  "send",
  "setsockopt",
  "shutdown",
  "socket",
] as const;

const CALLS = [...POLLER_CALLS, ...SOCKET_CALLS] as const;

/** SOCK_STREAM, SOCK_NONBLOCK and SOCK_CLOEXEC: no program that is started inherits a socket. */
const STREAM = 1, NONBLOCK = 0o4000, CLOEXEC = 0o2000000;
/** MSG_NOSIGNAL. */
const NO_SIGNAL = 0x4000;
/** SOL_SOCKET and IPPROTO_TCP, and options of them (socket(7), tcp(7)). */
const SOCKET = 1, TCP = 6;
const SO_REUSEADDR = 2,
  SO_ERROR = 4,
  SO_KEEPALIVE = 9,
  SO_REUSEPORT = 15,
  SO_PEERCRED = 17,
  SO_BINDTODEVICE = 25;
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
/** SHUT_WR. */
const WRITING = 1;
/** A `sockaddr` of the family AF_UNSPEC: connect(2) with it takes a connection apart. */
const NOWHERE = new Uint8Array(16);

/** Where a socket is: in IP, or in the file system. */
export type Family = keyof typeof FAMILIES;

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

/**
 * The system's own sockets, by libc, and the poller that tells when they are ready: one of it a thread. Every call gives
 * a number that is negative for an error: `-EAGAIN` and so on.
 */
export class Sockets {
  static #shared?: Sockets;
  static #isKept = false;
  #users = 0;
  #c: Libc<typeof CALLS[number]>;
  #errno: Int32Array;
  #address = new Uint8Array(LARGEST_ADDRESS);
  #addressView = new DataView(this.#address.buffer);
  #addressLength = new Int32Array(1);
  #addressLengthBytes = new Uint8Array(this.#addressLength.buffer);
  #number = new Int32Array(1);
  #numberBytes = new Uint8Array(this.#number.buffer);
  readonly poller: EventPoller;

  private constructor() {
    this.#c = openLibc(...CALLS);
    const errno = this.#c.errno();
    if (errno === null) throw new Error("errno isn't to be had");
    // That of this thread stays where it is.
    this.#errno = new Int32Array(Deno.UnsafePointerView.getArrayBuffer(errno, 4));
    this.poller = new EventPoller(this.#c);
  }

  /**
   * Loads what is needed, or gives nothing where that isn't allowed (`--allow-ffi`), or the system isn't Linux on a
   * processor that we know. Whoever opens it closes it; there is one for all who have it open.
   */
  static open(): Sockets | undefined {
    const sockets = Sockets.#shared ??= Sockets.#load();
    if (sockets) sockets.#users++;
    return sockets;
  }

  /** Opens it for the rest of the program, which may give up the permission then. */
  static keep(): void {
    if (!Sockets.#isKept) Sockets.#isKept = Sockets.open() !== undefined;
  }

  static #load(): Sockets | undefined {
    if (Deno.build.os !== "linux" || !/^(x86_64|aarch64)$/.test(Deno.build.arch)) return undefined;
    // Without this, Deno would ask the user for it on a terminal.
    if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") return undefined;
    try {
      return new Sockets();
    } catch {
      return undefined;
    }
  }

  /** To be called once by who has opened it. */
  close(): void {
    if (--this.#users === 0) void this.poller.stopped.then(() => this.#unload());
  }

  #unload(): void {
    // Somebody may have come meanwhile.
    if (this.#users || Sockets.#shared !== this) return;
    Sockets.#shared = undefined;
    this.poller.close();
    this.#c.library.close();
  }

  /** A new stream socket. */
  stream(family: Family): number {
    return this.#outcome(this.#c.socket(FAMILIES[family], STREAM | NONBLOCK | CLOEXEC, 0));
  }

  bind(socket: number, address: Uint8Array<ArrayBuffer>): number {
    return this.#outcome(this.#c.bind(socket, address, address.length));
  }

  listen(socket: number, backlog: number): number {
    return this.#outcome(this.#c.listen(socket, backlog));
  }

  connect(socket: number, address: Uint8Array<ArrayBuffer>): number {
    return this.#outcome(this.#c.connect(socket, address, address.length));
  }

  /** A connection that has come, whose peer is in {@linkcode address} then. */
  accept(listener: number): number {
    this.#addressLength[0] = LARGEST_ADDRESS;
    return this.#outcome(
      this.#c.accept4(listener, this.#address, this.#addressLengthBytes, NONBLOCK | CLOEXEC),
    );
  }

  /** Reads at most `length` bytes into `room`; 0 is the end of the stream. */
  receive(socket: number, room: Uint8Array<ArrayBuffer>, length: bigint): number {
    return this.#outcome(this.#c.recv(socket, room, length, 0));
  }

  /** Writes what there is room for, at least one byte. */
  send(socket: number, bytes: Uint8Array<ArrayBuffer>): number {
    return this.#outcome(this.#c.send(socket, bytes, BigInt(bytes.length), NO_SIGNAL));
  }

  /** Ends our sending side. */
  endWrites(socket: number): number {
    return this.#outcome(this.#c.shutdown(socket, WRITING));
  }

  /** Ends a TCP connection at once by a reset (RFC 9293, section 3.5.2). */
  reset(socket: number): number {
    return this.#outcome(this.#c.connect(socket, NOWHERE, NOWHERE.length));
  }

  /** Gives a socket back, whatever is on its way. */
  discard(socket: number): void {
    this.#c.close(socket);
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

  /** What a dial has failed with, as a number of {@linkcode ERRNO}; 0 if it has not. */
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

  /** Bytes of a TCP connection that were written and that its other end has not acknowledged (tcp(7), TCP_INFO). */
  unacknowledged(socket: number): number {
    const info = new Uint8Array(INFO.length);
    if (this.#get(socket, TCP, TCP_INFO, info) < 0) return 0;
    const view = new DataView(info.buffer);
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

  /** Asks for a socket's own address, which is in {@linkcode address} then. */
  askAddress(socket: number): number {
    this.#addressLength[0] = LARGEST_ADDRESS;
    return this.#outcome(this.#c.getsockname(socket, this.#address, this.#addressLengthBytes));
  }

  /** The last address that the kernel wrote. */
  get address(): ReturnType<typeof unpack> {
    return unpack(this.#addressView, this.#addressLength[0]);
  }

  #set(socket: number, level: number, option: number, value: number): number {
    this.#number[0] = value;
    return this.#outcome(this.#c.setsockopt(socket, level, option, this.#numberBytes, 4));
  }

  #get(socket: number, level: number, option: number, value: Uint8Array<ArrayBuffer>): number {
    this.#number[0] = value.length;
    return this.#outcome(this.#c.getsockopt(socket, level, option, value, this.#numberBytes));
  }

  // errno is read at once: the next call may change it.
  #outcome(result: number): number {
    return result < 0 ? -this.#errno[0] : result;
  }
}

/** Where numbers are in a `struct tcp_info` of Linux 4.19 or newer. */
const INFO = { unacknowledged: 24, acknowledged: 120, notSent: 144, sent: 200, sentAgain: 208, length: 216 };
