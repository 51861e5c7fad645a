import { askedOf, type DatagramBatch, type DatagramEnd, hostOf, packIp } from "../../system/mod.ts";
import type { Endpoint, Sender } from "../datagram.ts";
import { interfaceOf } from "../multicast.ts";

/** A sender in both forms. */
interface NativeSender extends Sender {
  readonly end: DatagramEnd;
}

/** Senders that are remembered, each of whom has one place; a power of 2. */
const PLACES = 1024;
/** How the kernel is told of the one that a socket is connected to. */
const CONNECTED: DatagramEnd = { name: new Uint32Array() };

/** The other ends that a socket knows, in our form and in the kernel's: who goes on sending costs nothing new. */
export class DatagramEnds {
  #peer?: Endpoint;
  #senders: (NativeSender | undefined)[];
  /** Who was sent to last, of those that have sent nothing. */
  #receiver?: NativeSender;

  /** @param peer the one that the socket is connected to */
  constructor(peer?: Endpoint) {
    this.#peer = peer;
    this.#senders = Array(peer ? 1 : PLACES);
  }

  /** Who has sent a datagram. */
  senderOf(batch: DatagramBatch, i: number): NativeSender {
    const place = batch.hash(i) & this.#senders.length - 1;
    const known = this.#senders[place];
    if (known && batch.isFrom(i, known.end)) return known;
    return this.#senders[place] = senderFrom(batch.end(i));
  }

  /** @throws {PinwireError} `usage` for a zone that is no interface */
  endOf(to: Endpoint): DatagramEnd {
    if (to === this.#peer) return CONNECTED;
    if ("end" in to) return (to as NativeSender).end;
    const { hostname, port } = to;
    if (this.#receiver?.hostname !== hostname || this.#receiver.port !== port) {
      this.#receiver = { hostname, port, end: { name: nameOf(to) } };
    }
    return this.#receiver.end;
  }
}

/** A sender out of what the kernel says. */
export function senderFrom(end: DatagramEnd): NativeSender {
  const view = new DataView(end.name.buffer);
  return { hostname: hostOf(view), port: view.getUint16(2), asked: askedOf(end), end };
}

function nameOf({ hostname, port }: Endpoint): Uint32Array<ArrayBuffer> {
  const [ip, zone] = hostname.split("%");
  const scope = zone === undefined ? 0 : Number(zone) || interfaceOf(zone).index;
  return new Uint32Array(packIp({ hostname: ip, port }, scope).buffer);
}
