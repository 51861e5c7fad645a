import type { Context } from "../../app/mod.ts";
import { PinwireError } from "../../errors.ts";
import {
  type Connection,
  type DatagramPeer,
  type DatagramSocket,
  type Endpoint,
  hasGone,
  hostPort,
  MAX_DATAGRAM,
  type Peer,
  type Sink,
  type Timer,
  udpPeer,
} from "../../net/mod.ts";
import { AnswerGuard, type Owe, type Owed, reportDrops } from "../../session/mod.ts";

/** Datagrams of one sender that may wait, and bytes in them; what comes then is lost, as in any network. */
const MOST_WAITING = 1000, MOST_BYTES = 256 * 1024;
/** Once the client of a stream has ended its side, a UDP target has so many ms for answers. */
const LINGER = 2000;

/** How {@linkcode relayDatagrams} works. */
export interface DatagramRelayOptions {
  /** Senders at a time. */
  maxClients: number;
  /** Takes a new sender to the target, until that is over. */
  relay(sender: Connection, owe: Owe): Promise<void>;
  /** Is told of what is under way for all senders. */
  owe: Owe;
}

/** Keeps a connection for each sender, until the socket is closed. */
export async function relayDatagrams(
  socket: DatagramSocket,
  { maxClients, relay, owe }: DatagramRelayOptions,
  context: Context,
): Promise<void> {
  const { reporter, stop } = context;
  const guard = new AnswerGuard(socket.endpoint);
  using _reports = reportDrops(guard, context);
  const senders = new Map<string, SenderDatagrams>();
  const relaying = new Set<Promise<void>>();
  const owing = new Set<Owed>();
  owe({
    settled: async () => void await Promise.all([...owing].map((owed) => owed.settled())),
    drop: () => owing.forEach((owed) => owed.drop()),
  });
  let isFull = false;

  async function serve(sender: SenderDatagrams, key: string) {
    let owed: Owed | undefined;
    try {
      await relay(sender, (given) => owing.add(owed = given));
    } catch (error) {
      const isIdle = error instanceof PinwireError && error.code === "idle_timeout";
      if (!isIdle && !hasGone(error)) reporter.error(error, sender.peer.name);
    } finally {
      sender.close();
      owing.delete(owed!);
      senders.delete(key);
      isFull = false;
    }
  }

  function take(body: Uint8Array, from: Endpoint): void {
    // What is under way keeps the socket open now.
    if (stop.signal.aborted) return;
    const key = hostPort(from);
    let sender = senders.get(key);
    if (!sender) {
      if (senders.size >= maxClients) {
        if (!isFull) reporter.error(tooManySenders(from, maxClients));
        isFull = true;
        return;
      }
      sender = new SenderDatagrams(socket, from, guard, context);
      senders.set(key, sender);
      const serving = serve(sender, key).finally(() => relaying.delete(serving));
      relaying.add(serving);
    }
    sender.take(body, from);
  }

  await socket.receive({ onDatagram: take, onError: (error, peer) => reporter.error(error, peer) });
  owing.forEach((owed) => owed.drop());
  for (const sender of senders.values()) sender.close();
  await Promise.all(relaying);
}

const tooManySenders = (from: Endpoint, max: number) =>
  new PinwireError(
    "too_many_clients",
    `${udpPeer(from)} was not heard, ${max} senders at a time is the limit`,
    {
      hint: "raise --max-clients, or lower --idle-timeout",
    },
  );

/** One sender of a UDP socket as a connection, of which each read and each write is a datagram. */
class SenderDatagrams implements Connection {
  readonly peer: Peer;
  readonly local: Peer;
  #socket: DatagramSocket;
  #sender: Endpoint;
  #guard: AnswerGuard;
  #context: Context;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #changed = Promise.withResolvers<void>();
  #received = 0;
  #answered = 0;
  #isClosed = false;
  #reason: unknown;

  constructor(socket: DatagramSocket, sender: Endpoint, guard: AnswerGuard, context: Context) {
    this.peer = peerOf(udpPeer(sender));
    this.local = peerOf(socket.address);
    this.#socket = socket;
    this.#sender = sender;
    this.#guard = guard;
    this.#context = context;
  }

  /** A datagram has come; answers leave from the address of ours that it was sent to. */
  take(body: Uint8Array, from: Endpoint): void {
    this.#sender = from;
    if (this.#waiting.length >= MOST_WAITING || this.#waitingBytes + body.length > MOST_BYTES) return;
    this.#received += body.length;
    this.#waitingBytes += body.length;
    this.#waiting.push(body.slice());
    this.#changed.resolve();
  }

  async receive(sink: Sink): Promise<void> {
    while (!this.#isClosed) {
      const body = this.#waiting.shift();
      if (body) {
        this.#waitingBytes -= body.length;
        await sink(body);
        continue;
      }
      await this.#changed.promise;
      this.#changed = Promise.withResolvers();
    }
    if (this.#reason !== undefined) throw this.#reason;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const { reporter, clock } = this.#context;
    for (const body of datagramsOf(bytes)) {
      // What holds for one answer holds for all together.
      const answered = this.#answered + body.length;
      if (!this.#guard.allows(this.#sender, this.#received, answered, clock.now())) continue;
      this.#answered = answered;
      await this.#socket.send(body, this.#sender).catch((error) => reporter.error(error, this.peer.name));
    }
  }

  // A sender can't be told of an end: its next datagram begins anew.
  closeWrite(): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  close(reason?: unknown): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#reason = reason;
    this.#changed.resolve();
  }

  readonly unsent = 0;

  reset(): boolean {
    this.close();
    return false;
  }
}

/** A UDP target as a connection, of which each read and each write is a datagram; a longer write is several. */
export class TargetDatagrams implements Connection {
  readonly peer: Peer;
  readonly local: Peer = peerOf("udp");
  #socket: DatagramPeer;
  #context: Context;
  #linger?: Timer;
  #reason: unknown;

  constructor(socket: DatagramPeer, context: Context) {
    this.peer = peerOf(socket.name);
    this.#socket = socket;
    this.#context = context;
  }

  async receive(sink: Sink): Promise<void> {
    const { reporter } = this.#context;
    await this.#socket.receive({
      onDatagram: (body) => sink(body),
      onError: (error) => reporter.error(error, this.peer.name),
    });
    if (this.#reason !== undefined) throw this.#reason;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const { reporter } = this.#context;
    for (const body of datagramsOf(bytes)) {
      await this.#socket.send(body).catch((error) => reporter.error(error, this.peer.name));
    }
  }

  closeWrite(): Promise<void> {
    this.#linger ??= this.#context.clock.after(LINGER, () => this.close());
    return Promise.resolve();
  }

  close(reason?: unknown): void {
    this.#reason ??= reason;
    this.#linger?.cancel();
    this.#socket.close();
  }

  readonly unsent = 0;

  reset(): boolean {
    this.close();
    return false;
  }
}

const peerOf = (name: string): Peer => ({ scheme: "udp", name, isLocal: false, isEncrypted: false });

function* datagramsOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at === 0 || at < bytes.length; at += MAX_DATAGRAM) {
    yield bytes.subarray(at, at + MAX_DATAGRAM);
  }
}
