import { ERRNO, EVENTS, type Pollable, type Sockets, type TcpInfo } from "../../system/mod.ts";
import { type Clock, systemClock, type Timer } from "../clock.ts";
import type { DrainableConnection, Sink } from "../connection.ts";
import type { Peer, SocketAddress } from "../peer.ts";
import { type ReadOptions, SEGMENT } from "../read_window.ts";
import { PendingWrites } from "./pending_writes.ts";
import { closed, sendSome, socketError } from "./native_socket.ts";
import { type ReadBuffer, readBuffers } from "./read_buffer.ts";

/** What is told of a connection that may have something to read, be it that it has ended. */
const READABLE = EVENTS.readable | EVENTS.peerEnded | EVENTS.hungUp | EVENTS.failed;
/** What comes once, though a read stops before it: the end, and the mark of urgent data, which has bytes behind it. */
const MARKED = EVENTS.peerEnded | EVENTS.hungUp | EVENTS.failed | EVENTS.urgent;
const WRITABLE = EVENTS.writable | EVENTS.hungUp | EVENTS.failed;

/**
 * A {@linkcode Connection} over one of the system's own sockets. While it is idle it has no buffer and no operation of the
 * runtime's: its reads go to the one place of the thread when there is something to read.
 */
export class NativeConnection implements DrainableConnection, Pollable {
  readonly peer: Peer;
  #sockets: Sockets;
  #socket: number;
  #local: SocketAddress;
  #halfCloseTime: number;
  #clock: Clock;
  #sink?: Sink;
  #received?: PromiseWithResolvers<void>;
  #largest = Infinity;
  /** Which of the thread's buffers its reads go to. */
  #level = 0;
  /** Bytes that a read may take, and the same as libc wants it. */
  #most = 0;
  #mostAsLong = 0n;
  #isReadable = true;
  /** The end, a failure, or urgent data stands behind what is read now. */
  #hasMark = false;
  /** The sink still works on what it has. */
  #isWorking = false;
  #isScheduled = false;
  #isClosed = false;
  #reason: unknown;
  #failure: unknown;
  /** There while writes wait for room. */
  #writes?: PendingWrites;
  #ending?: PromiseWithResolvers<void>;
  #closesWhenIdle = false;
  #peerEnded = false;
  #halfCloseTimer?: Timer;
  #hasWritten = false;
  #isUndelayed: boolean;

  /**
   * Takes a socket over.
   *
   * @param peer the other end, as the carrier states it
   * @param halfCloseTime ms that writes may take once the peer has ended its sending side, after which the
   * connection closes
   */
  constructor(
    sockets: Sockets,
    socket: number,
    local: SocketAddress,
    peer: Peer,
    halfCloseTime = Infinity,
    clock: Clock = systemClock,
  ) {
    this.#sockets = sockets;
    this.#socket = socket;
    this.#local = local;
    this.peer = peer;
    this.#halfCloseTime = halfCloseTime;
    this.#clock = clock;
    this.#isUndelayed = peer.scheme !== "tcp";
    sockets.poller.watch(socket, this);
  }

  get local(): SocketAddress {
    return this.#local;
  }

  receive(
    sink: Sink,
    { headroom = 0, tailroom = 0, first = 0, largest = Infinity }: ReadOptions = {},
  ): Promise<void> {
    for (const buffer of readBuffers) buffer.reserve(headroom, tailroom);
    this.#largest = largest;
    const level = readBuffers.findIndex(({ size }) => size >= first);
    this.#readInto(level < 0 ? LAST_LEVEL : level);
    this.#sink = sink;
    const received = this.#received = Promise.withResolvers<void>();
    if (this.#isClosed) this.#endReceive();
    else this.#schedule();
    return received.promise;
  }

  onEvents(events: number): void {
    if (events & READABLE) {
      this.#isReadable = true;
      if (events & MARKED) this.#hasMark = true;
      this.#read();
    }
    if (events & WRITABLE && this.#writes) this.#writeOn(this.#writes);
  }

  onTurn(): void {
    this.#isScheduled = false;
    this.#read();
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#isClosed || this.#ending) return Promise.reject(closed(this.peer.name));
    if (!this.#isUndelayed) this.#avoidDelay(bytes.length);
    const whole = bytes as Uint8Array<ArrayBuffer>;
    let rest = whole;
    if (!this.#writes) {
      const count = sendSome(this.#sockets, this.#socket, whole);
      if (count === whole.length) return undefined;
      if (count < 0) return this.#rejection(-count);
      rest = whole.subarray(count);
    }
    if (this.#peerEnded) this.#limitWrites();
    return (this.#writes ??= new PendingWrites()).add(rest);
  }

  closeWrite(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    if (this.#writes) return (this.#ending ??= Promise.withResolvers()).promise;
    return this.#endWrites();
  }

  close(reason?: unknown): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#reason = reason;
    this.#halfCloseTimer?.cancel();
    const sockets = this.#sockets;
    // Closing with unread bytes is a reset (RFC 2525, section 2.17), which fails the peer's read: so its end comes first.
    if (!this.#peerEnded) sockets.endWrites(this.#socket);
    sockets.poller.forget(this.#socket);
    sockets.discard(this.#socket);
    sockets.close();
    if (this.#writes) this.#failWrites(closed(this.peer.name));
    if (!this.#isWorking) this.#endReceive();
  }

  reset(): boolean {
    const isReset = !this.#isClosed && this.peer.scheme === "tcp" && this.#sockets.reset(this.#socket) === 0;
    this.close();
    return isReset;
  }

  closeWhenIdle(): void {
    if (this.#writes) this.#closesWhenIdle = true;
    else this.close();
  }

  get unsent(): number {
    return this.#options?.unacknowledged(this.#socket) ?? 0;
  }

  get tcpInfo(): TcpInfo | undefined {
    return this.#options?.tcpInfo(this.#socket);
  }

  /** There while it is an open TCP connection. */
  get #options() {
    return this.#isClosed || this.peer.scheme !== "tcp" ? undefined : this.#sockets.options;
  }

  #schedule(): void {
    if (this.#isScheduled || !this.#isReadable) return;
    this.#isScheduled = true;
    this.#sockets.poller.schedule(this);
  }

  /** Reads once: what is left waits until all others have had their turn. */
  #read(): void {
    const sink = this.#sink;
    if (!sink || this.#isWorking || this.#isScheduled || this.#isClosed || !this.#isReadable) return;
    const buffer = readBuffers[this.#level];
    const count = this.#sockets.receive(this.#socket, buffer.room, this.#mostAsLong);
    if (count <= 0) return this.#readNothing(-count);
    // A short read has emptied the socket (epoll(7)), unless something stands behind that a read stops at.
    if (count < this.#most && !this.#hasMark) this.#isReadable = false;
    else if (count === buffer.size && this.#level < LAST_LEVEL) this.#readInto(this.#level + 1);
    try {
      const working = sink(buffer.taken(count));
      if (working) return this.#awaitSink(working, buffer);
    } catch (error) {
      return this.#endReceive(error);
    }
    if (this.#isClosed) this.#endReceive();
    else this.#schedule();
  }

  #readInto(level: number): void {
    this.#level = level;
    this.#most = Math.min(readBuffers[level].size, this.#largest);
    this.#mostAsLong = BigInt(this.#most);
  }

  #readNothing(errno: number): void {
    if (errno === ERRNO.EAGAIN) {
      this.#isReadable = this.#hasMark = false;
    } else if (errno === ERRNO.EINTR) {
      this.#schedule();
    } else if (errno || this.#failure) {
      this.#endReceive(errno ? this.#failed(errno) : this.#failure);
    } else {
      this.#peerEnded = true;
      if (this.#writes) this.#limitWrites();
      this.#endReceive();
    }
  }

  #awaitSink(working: Promise<void>, buffer: ReadBuffer): void {
    this.#isWorking = true;
    const room = buffer.lend();
    const done = () => {
      this.#isWorking = false;
      buffer.giveBack(room);
    };
    working.then(() => {
      done();
      if (this.#isClosed) this.#endReceive();
      else this.#schedule();
    }, (error) => {
      done();
      this.#endReceive(error);
    });
  }

  #endReceive(error?: unknown): void {
    const received = this.#received;
    this.#sink = undefined;
    this.#received = undefined;
    // A write of the sink's that our closing has cut off is no reason of its own.
    if (this.#reason !== undefined) received?.reject(this.#reason);
    else if (error !== undefined) received?.reject(error);
    else received?.resolve();
  }

  #writeOn(writes: PendingWrites): void {
    const errno = -writes.goOn((bytes) => sendSome(this.#sockets, this.#socket, bytes));
    if (errno) return this.#failWrites(this.#failed(errno));
    if (!writes.isEmpty) return;
    this.#writes = undefined;
    const ending = this.#ending;
    if (ending) this.#endWrites().then(ending.resolve, ending.reject);
    if (this.#closesWhenIdle) this.close();
  }

  #failWrites(error: unknown): void {
    const writes = this.#writes;
    this.#writes = undefined;
    writes?.fail(error);
    this.#ending?.resolve();
    if (this.#closesWhenIdle) this.close();
  }

  #endWrites(): Promise<void> {
    const errno = -this.#sockets.endWrites(this.#socket);
    return errno > 0 ? this.#rejection(errno) : Promise.resolve();
  }

  /** Fails once what the peer said before it went is handed over: that may tell more than that it went. */
  async #rejection(errno: number): Promise<never> {
    const error = this.#failed(errno);
    this.#isReadable = true;
    this.#schedule();
    await this.#sockets.poller.turn();
    throw error;
  }

  /** The error in our words. The kernel tells once what has become of the peer, so that whoever reads is told too. */
  #failed(errno: number): unknown {
    const error = socketError(errno, this.peer.name);
    if (errno !== ERRNO.EPIPE) this.#failure = error;
    return error;
  }

  // Nothing can hold up a first write that fits into a segment, and many connections have no other: the
  // system call waits until it matters.
  #avoidDelay(length: number): void {
    if (this.#hasWritten || length > SEGMENT) {
      this.#isUndelayed = true;
      this.#sockets.options.setNoDelay(this.#socket);
    }
    this.#hasWritten = true;
  }

  #limitWrites(): void {
    if (this.#halfCloseTime === Infinity || this.#isClosed) return;
    this.#halfCloseTimer ??= this.#clock.after(this.#halfCloseTime, () => this.close());
  }
}

const LAST_LEVEL = readBuffers.length - 1;
