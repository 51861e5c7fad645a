import {
  type DatagramBatch,
  ERRNO,
  EVENTS,
  MOST_AT_ONCE,
  type Pollable,
  type Sockets,
  systemError,
} from "../../system/mod.ts";
import { type Clock, systemClock, type Timer } from "../clock.ts";
import {
  type Answer,
  type DatagramHandlers,
  datagramsLost,
  type DatagramSocket,
  datagramTooLong,
  type Endpoint,
  udpPeer,
} from "../datagram.ts";
import { translateDialError } from "../io_errors.ts";
import { batches } from "./batches.ts";
import { DatagramEnds, senderFrom } from "./datagram_ends.ts";

/** What is told of a socket that may have a datagram, or an error, for us. */
const READABLE = EVENTS.readable | EVENTS.failed | EVENTS.hungUp;
/** Ms between two times that the same is told. */
const TELLING = 1000;
/** Bytes that a datagram never has. */
const LONGEST = 65_536;
/** What a router, or the peer's machine, may say of a datagram (ICMP). */
const REFUSALS: number[] = [ERRNO.ECONNREFUSED, ERRNO.EHOSTUNREACH, ERRNO.ENETUNREACH];

/** A {@linkcode DatagramSocket} on one of the system's own sockets. While nothing comes it has no buffer and no operation. */
export class NativeDatagramSocket implements DatagramSocket, Pollable {
  readonly sockets = "native";
  readonly address: string;
  readonly endpoint: Endpoint;
  #sockets: Sockets;
  #socket: number;
  #peer?: Endpoint;
  #clock: Clock;
  #handlers?: DatagramHandlers;
  #received = Promise.withResolvers<void>();
  #ends: DatagramEnds;
  #isReadable = true;
  /** A batch is still worked on. */
  #isWorking = false;
  #isScheduled = false;
  #isClosed = false;
  /** There while somebody waits to send. */
  #writable?: PromiseWithResolvers<void>;
  #lossesTimer?: Timer;
  #lost = 0;
  #refusedAt = -Infinity;

  /** Takes over a socket that is bound, and connected if it has a peer. */
  constructor(
    sockets: Sockets,
    socket: number,
    endpoint: Endpoint,
    peer?: Endpoint,
    clock: Clock = systemClock,
  ) {
    this.#sockets = sockets;
    this.#socket = socket;
    this.#peer = peer;
    this.#clock = clock;
    this.#ends = new DatagramEnds(peer);
    this.endpoint = endpoint;
    this.address = udpPeer(endpoint);
    sockets.poller.watch(socket, this);
  }

  receive(handlers: DatagramHandlers): Promise<void> {
    this.#handlers = handlers;
    if (this.#isClosed) this.#received.resolve();
    else this.#schedule();
    return this.#received.promise;
  }

  async send(bytes: Uint8Array, to: Endpoint): Promise<void> {
    if (bytes.length > LONGEST) throw datagramTooLong("a message", bytes.length);
    while (!this.#isClosed) {
      const batch = single ??= this.#sockets.batch(0, 0, 1);
      batch.clear();
      batch.answer(0, bytes, this.#ends.endOf(to));
      const errno = -this.#sockets.sendBatch(this.#socket, batch, 1);
      if (errno < 0) return;
      if (errno === ERRNO.EAGAIN) await this.#untilWritable();
      // It says what became of an earlier one, and this one has not left.
      else if (this.#peer && REFUSALS.includes(errno)) this.#tellRefusal(errno);
      else if (errno !== ERRNO.EINTR) throw failure(errno, "a message", bytes.length, to);
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const sockets = this.#sockets;
    this.#lossesTimer?.cancel();
    this.#tellLosses();
    const errno = this.#peer ? sockets.options.failure(this.#socket) : 0;
    if (errno) this.#tellRefusal(errno);
    sockets.poller.forget(this.#socket);
    sockets.discard(this.#socket);
    sockets.close();
    this.#writable?.resolve();
    if (!this.#isWorking) this.#received.resolve();
  }

  onEvents(events: number): void {
    if (events & READABLE) {
      this.#isReadable = true;
      this.#read();
    }
    if (events & EVENTS.writable && this.#writable) {
      const { resolve } = this.#writable;
      this.#writable = undefined;
      resolve();
    }
  }

  onTurn(): void {
    this.#isScheduled = false;
    this.#read();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#sockets.poller.schedule(this);
  }

  #read(): void {
    const handlers = this.#handlers;
    if (!handlers || !this.#isReadable || this.#isWorking || this.#isClosed) return;
    const batch = batches.take(this.#sockets, handlers.headroom ?? 0, handlers.tailroom ?? 0);
    const count = this.#sockets.receiveBatch(this.#socket, batch);
    if (count < 0) {
      batches.giveBack(batch);
      this.#isReadable = count !== -ERRNO.EAGAIN;
      if (!this.#isReadable) return;
      if (count !== -ERRNO.EINTR) this.#tellRefusal(-count);
      return this.#schedule();
    }
    // An error behind the last datagram is told by the next call alone.
    this.#isReadable = count === MOST_AT_ONCE || this.#peer !== undefined;
    this.#lossesTimer ??= this.#clock.after(TELLING, () => {
      this.#lossesTimer = undefined;
      this.#tellLosses();
    });
    let working: Promise<void> | undefined;
    try {
      working = this.#handOver(handlers, batch, 0, count);
    } catch (error) {
      return this.#fail(error, batch);
    }
    if (!working) return this.#readOn(batch);
    this.#isWorking = true;
    working.then(() => this.#readOn(batch), (error) => this.#fail(error, batch));
  }

  #readOn(batch: DatagramBatch): void {
    batches.giveBack(batch);
    this.#isWorking = false;
    if (this.#isClosed) this.#received.resolve();
    else if (this.#isReadable) this.#schedule();
  }

  #fail(error: unknown, batch: DatagramBatch): void {
    this.#handlers = undefined;
    this.#received.reject(error);
    this.#readOn(batch);
  }

  #handOver(
    handlers: DatagramHandlers,
    batch: DatagramBatch,
    first: number,
    count: number,
  ): Promise<void> | undefined {
    for (let i = first; i < count && !this.#isClosed; i++) {
      const answer = handlers.onDatagram(batch.bytes(i), this.#ends.senderOf(batch, i));
      if (answer instanceof Promise) return this.#handOverSlowly(handlers, batch, i, count, answer);
      if (answer) this.#put(batch, i, answer);
    }
    return this.#sendAnswers(batch, count);
  }

  async #handOverSlowly(
    handlers: DatagramHandlers,
    batch: DatagramBatch,
    i: number,
    count: number,
    coming: Promise<Answer>,
  ): Promise<void> {
    await this.#sendAnswers(batch, i);
    const answer = await coming;
    if (answer) this.#put(batch, i, answer);
    await this.#handOver(handlers, batch, i + 1, count);
  }

  #put(batch: DatagramBatch, i: number, answer: Uint8Array): void {
    if (answer.length <= LONGEST) return batch.answer(i, answer);
    this.#handlers?.onError(
      datagramTooLong("an answer", answer.length),
      udpPeer(this.#ends.senderOf(batch, i)),
    );
  }

  /** Sends the answers that stand before `end`. */
  #sendAnswers(batch: DatagramBatch, end: number): Promise<void> | undefined {
    for (let count; !this.#isClosed && (count = batch.answersTogether(end));) {
      const outcome = this.#sockets.sendBatch(this.#socket, batch, count);
      if (outcome >= 0) batch.next += outcome;
      else if (outcome === -ERRNO.EAGAIN) {
        return this.#untilWritable().then(() => this.#sendAnswers(batch, end));
      } else if (outcome !== -ERRNO.EINTR) {
        const to = senderFrom(batch.end(batch.next));
        this.#handlers?.onError(
          failure(-outcome, "an answer", batch.answerLength(batch.next), to),
          udpPeer(to),
        );
        batch.next++;
      }
    }
    return undefined;
  }

  #untilWritable(): Promise<void> {
    return (this.#writable ??= Promise.withResolvers()).promise;
  }

  #tellRefusal(errno: number): void {
    const now = this.#clock.now();
    if (now - this.#refusedAt < TELLING) return;
    this.#refusedAt = now;
    const peer = this.#peer && udpPeer(this.#peer);
    this.#handlers?.onError(translateDialError(systemError(errno), peer ?? this.address), peer);
  }

  #tellLosses(): void {
    const lost = this.#sockets.options.dropped(this.#socket);
    const more = lost - this.#lost >>> 0;
    this.#lost = lost;
    if (more) this.#handlers?.onError(datagramsLost(more));
  }
}

/** What sends one datagram at a time. */
let single: DatagramBatch | undefined;

function failure(errno: number, what: string, length: number, to: Endpoint): unknown {
  if (errno === ERRNO.EMSGSIZE) return datagramTooLong(what, length);
  return translateDialError(systemError(errno), udpPeer(to));
}
