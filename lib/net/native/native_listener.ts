import { ERRNO, type Pollable, Sockets, systemError } from "../../system/mod.ts";
import type { Listener } from "../listener.ts";
import { abstractName } from "../address.ts";
import { isUnspecified } from "../ip.ts";
import { type SocketAddress, socketPeer } from "../peer.ts";
import { NativeConnection } from "./native_connection.ts";
import { denoAddress, localAddress, withZone } from "./native_socket.ts";

/** Connections accepted in a turn: however many come, those that are there are served meanwhile. */
const MOST_IN_A_TURN = 64;

/** What concerns one connection alone, which has gone before we came to it (accept(2)). */
const PASSING: number[] = [
  ERRNO.ECONNABORTED,
  ERRNO.EINTR,
  ERRNO.EPROTO,
  ERRNO.EHOSTDOWN,
  ERRNO.EHOSTUNREACH,
  ERRNO.ENETDOWN,
  ERRNO.ENETUNREACH,
];

interface ListenerOptions {
  scheme: "tcp" | "unix";
  /** The host, or the path, that was asked for. */
  asked: string;
  /** Ms that writes may take once a peer has ended its sending side. */
  halfCloseTime: number;
}

/** A {@linkcode Listener} on one of the system's own sockets. */
export class NativeListener implements Listener, Pollable {
  readonly sockets = "native";
  readonly address: string;
  #sockets: Sockets;
  #socket: number;
  #asked: string;
  #local: SocketAddress;
  #halfCloseTime: number;
  /** Listens on all addresses: each connection has one of them. */
  #isEverywhere: boolean;
  #count = 0;
  #inTurn = 0;
  #mayAccept = true;
  #isClosed = false;
  /** There while somebody waits for a connection. */
  #changed?: PromiseWithResolvers<void>;

  /** Takes over a socket that listens. */
  constructor(sockets: Sockets, socket: number, { scheme, asked, halfCloseTime }: ListenerOptions) {
    this.#sockets = sockets;
    this.#socket = socket;
    this.#asked = asked;
    this.#halfCloseTime = halfCloseTime;
    this.#local = localAddress(sockets, socket, scheme, asked);
    this.#isEverywhere = isUnspecified(this.#local.host);
    this.address = this.#local.name;
    sockets.poller.watch(socket, this);
  }

  async accept(): Promise<NativeConnection | undefined> {
    while (!this.#isClosed) {
      if (!this.#mayAccept || this.#inTurn >= MOST_IN_A_TURN) {
        this.#changed ??= Promise.withResolvers();
        await this.#changed.promise;
        continue;
      }
      const outcome = this.#sockets.accept(this.#socket);
      if (outcome >= 0) {
        if (++this.#inTurn === MOST_IN_A_TURN) this.#sockets.poller.schedule(this);
        return this.#connection(outcome);
      }
      if (outcome === -ERRNO.EAGAIN) {
        this.#mayAccept = false;
        this.#inTurn = 0;
      } else if (!PASSING.includes(-outcome)) throw systemError(-outcome);
    }
    return undefined;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const sockets = this.#sockets;
    // Before the socket: once that is dead, another server may take the path over.
    if (this.#local.scheme === "unix" && abstractName(this.#asked) === undefined) removePath(this.#asked);
    sockets.poller.forget(this.#socket);
    sockets.discard(this.#socket);
    sockets.close();
    this.#changed?.resolve();
  }

  onEvents(): void {
    this.#mayAccept = true;
    this.onTurn();
  }

  onTurn(): void {
    this.#inTurn = 0;
    this.#changed?.resolve();
    this.#changed = undefined;
  }

  #connection(socket: number): NativeConnection {
    const sockets = this.#sockets;
    const scheme = this.#local.scheme as "tcp" | "unix";
    const isUnix = scheme === "unix";
    const address = withZone(sockets, socket, denoAddress(sockets.address, scheme));
    const plain = socketPeer(address, scheme, ++this.#count, isUnix ? this.#asked : "");
    const peer = isUnix ? { ...plain, uid: sockets.options.peerUser(socket) } : plain;
    const local = this.#isEverywhere ? localAddress(sockets, socket, scheme, this.#asked) : this.#local;
    const own = Sockets.open()!;
    try {
      return new NativeConnection(own, socket, local, peer, this.#halfCloseTime);
    } catch (error) {
      sockets.discard(socket);
      own.close();
      throw error;
    }
  }
}

/** As the runtime does with the path of its own listener, be it gone already. */
function removePath(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // Somebody else was quicker.
  }
}
