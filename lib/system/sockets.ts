import { EventPoller, EVENTS, POLLER_CALLS } from "./event_poller.ts";
import { ERRNO } from "./errno.ts";
import { DatagramBatch, MOST_AT_ONCE } from "./datagram_batch.ts";
import { type Libc, openLibc } from "./libc.ts";
import { FAMILIES, type Family, LARGEST_ADDRESS, unpack } from "./socket_address.ts";
import { SocketOptions } from "./socket_options.ts";

/** What is called of sockets besides: nothing that could open a file or start a program. */
const SOCKET_CALLS = [
  "accept4",
  "addressOf",
  "bind",
  "connect",
  "errno",
  "getsockname",
  "getsockopt",
  "listen",
  "poll",
  "preadv2",
  "recv",
  "recvmmsg",
  "send",
  "sendmmsg",
  "setsockopt",
  "shutdown",
  "socket",
] as const;

const CALLS = [...POLLER_CALLS, ...SOCKET_CALLS] as const;

/** SOCK_STREAM, SOCK_DGRAM, SOCK_NONBLOCK and SOCK_CLOEXEC: no program that is started inherits a socket. */
const KINDS = { stream: 1, datagram: 2 };
const NONBLOCK = 0o4000, CLOEXEC = 0o2000000;
/** AF_NETLINK and NETLINK_SOCK_DIAG (netlink(7)). */
const NETLINK = 16, SOCK_DIAG = 4;
/** Bytes that a pipe takes as a whole (pipe(7)): it is writable while it has room for so many, and a socket for more. */
export const PIPE_BUF = 4096;
/** MSG_NOSIGNAL. */
const NO_SIGNAL = 0x4000;
/** RWF_NOWAIT of preadv2(2), and where a pipe is read. */
const NO_WAIT = 8, HERE = -1n;
/** MSG_PEEK. */
const PEEK = 2;
/** SHUT_WR. */
const WRITING = 1;
/** A `sockaddr` of the family AF_UNSPEC: connect(2) with it takes a connection apart. */
const NOWHERE = new Uint8Array(16);

/** What a socket is for. */
export type Kind = keyof typeof KINDS;

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
  #peeked = new Uint8Array(1);
  #addressLength = new Int32Array(1);
  #addressLengthBytes = new Uint8Array(this.#addressLength.buffer);
  /** A `struct pollfd`: the descriptor, then what is asked in 16 bits and what is answered in 16, as in epoll_ctl(2). */
  #poll = new Int32Array(2);
  #pollBytes = new Uint8Array(this.#poll.buffer);
  /** A `struct iovec`: an address and a length. */
  #part = new BigUint64Array(2);
  #partBytes = new Uint8Array(this.#part.buffer);
  readonly poller: EventPoller;
  readonly options: SocketOptions;

  private constructor() {
    this.#c = openLibc(...CALLS);
    try {
      const errno = this.#c.errno();
      if (errno === null) throw new Error("errno isn't to be had");
      // That of this thread stays where it is.
      this.#errno = new Int32Array(Deno.UnsafePointerView.getArrayBuffer(errno, 4));
      this.poller = new EventPoller(this.#c);
      this.options = new SocketOptions(this.#c, this.#errno);
    } catch (error) {
      this.#c.library.close();
      throw error;
    }
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

  /** The same, if somebody has it open already. */
  static openLoaded(): Sockets | undefined {
    return Sockets.#shared && Sockets.open();
  }

  /** Calls `action` in a turn of the poller's; false where nothing is loaded. */
  static schedule(action: () => void): boolean {
    Sockets.#shared?.poller.call(action);
    return Sockets.#shared !== undefined;
  }

  /** Opens it for the rest of the program, which may give up the permission then. */
  static keep(): void {
    if (!Sockets.#isKept) Sockets.#isKept = Sockets.open() !== undefined;
  }

  /**
   * Whether what is open there, which must be no terminal, takes {@linkcode PIPE_BUF} bytes without a wait; false too while
   * nothing is loaded.
   */
  static hasRoom(descriptor: number): boolean {
    const sockets = Sockets.#shared;
    if (!sockets) return false;
    const asked = sockets.#poll;
    asked[0] = descriptor;
    asked[1] = EVENTS.writable;
    return sockets.#c.poll(sockets.#pollBytes, 1n, 0) === 1 && asked[1] >> 16 === EVENTS.writable;
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

  /** A new socket. */
  socket(family: Family, kind: Kind): number {
    return this.#outcome(this.#c.socket(FAMILIES[family], KINDS[kind] | NONBLOCK | CLOEXEC, 0));
  }

  /** A new socket that asks the kernel about sockets (sock_diag(7)). */
  diagnosticSocket(): number {
    return this.#outcome(this.#c.socket(NETLINK, KINDS.datagram | NONBLOCK | CLOEXEC, SOCK_DIAG));
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

  /**
   * Reads what is there, of whatever the program was given, without a wait; `-EOPNOTSUPP` where that can't be had. `room` has
   * more than 64 bytes: none so large is moved.
   */
  readNow(descriptor: number, room: Uint8Array<ArrayBuffer>): number {
    const { preadv2, addressOf } = this.#c;
    if (!preadv2) return -ERRNO.EOPNOTSUPP;
    this.#part[0] = BigInt(addressOf(room, room, 0n));
    this.#part[1] = BigInt(room.length);
    return this.#outcome(preadv2(descriptor, this.#partBytes, 1, HERE, NO_WAIT));
  }

  /** Whether something is there to be read, which stays there: 1, or 0 at the end of the stream. */
  peek(socket: number): number {
    return this.#outcome(this.#c.recv(socket, this.#peeked, 1n, PEEK));
  }

  /** Writes what there is room for, at least one byte. */
  send(socket: number, bytes: Uint8Array<ArrayBuffer>): number {
    return this.#outcome(this.#c.send(socket, bytes, BigInt(bytes.length), NO_SIGNAL));
  }

  /** Room for datagrams, and for their answers. */
  batch(headroom: number, tailroom: number, count?: number): DatagramBatch {
    const addressOf = (memory: ArrayBuffer) => {
      const bytes = new Uint8Array(memory);
      return Number(this.#c.addressOf(bytes, bytes, 0n));
    };
    return new DatagramBatch(addressOf, headroom, tailroom, count);
  }

  /** Takes the datagrams that are there, as many as a batch has places for, and tells how many. */
  receiveBatch(socket: number, batch: DatagramBatch): number {
    return this.#outcome(this.#c.recvmmsg(socket, batch.incoming, MOST_AT_ONCE, 0, null));
  }

  /** Sends the next `count` answers of a batch, and tells how many could be sent, at least one. */
  sendBatch(socket: number, batch: DatagramBatch, count: number): number {
    return this.#outcome(this.#c.sendmmsg(socket, batch.outgoing(), count, NO_SIGNAL));
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

  /** Asks for a socket's own address, which is in {@linkcode address} then. */
  askAddress(socket: number): number {
    this.#addressLength[0] = LARGEST_ADDRESS;
    return this.#outcome(this.#c.getsockname(socket, this.#address, this.#addressLengthBytes));
  }

  /** The last address that the kernel wrote. */
  get address(): ReturnType<typeof unpack> {
    return unpack(this.#addressView, this.#addressLength[0]);
  }

  // errno is read at once: the next call may change it.
  #outcome(result: number): number {
    return result < 0 ? -this.#errno[0] : result;
  }
}
