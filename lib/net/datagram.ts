import { PinwireError } from "../errors.ts";
import {
  type Address,
  formatAddress,
  hostPort,
  type InternetAddress,
  isIpAddress,
  isLoopback,
  unmapped,
} from "./address.ts";
import { translateDialError, translateIoError, translateListenError } from "./io_errors.ts";

/** The most that a UDP datagram over IPv4 can carry, in bytes (65,535 less the two headers). */
export const MAX_DATAGRAM = 65_507;

/** What is said of a message, or an answer, that no datagram can hold. */
export function datagramTooLong(what: string, length: number): PinwireError {
  return new PinwireError(
    "datagram_too_long",
    `${what} of ${length} bytes was not sent, a datagram holds ${MAX_DATAGRAM}`,
    { hint: "send less, or use TCP" },
  );
}

/** Where a datagram came from or goes to. */
export type Endpoint = Pick<Deno.NetAddr, "hostname" | "port">;

/** Whether a datagram from `from` may have come from `address`; of one given by name the port alone is known. */
export function isSender(from: Endpoint, { hostname, port }: Endpoint): boolean {
  return from.port === port && (!isIpAddress(hostname) || unmapped(from.hostname) === unmapped(hostname));
}

/** A UDP socket. */
export interface DatagramSocket {
  /** Where it is bound: `udp://127.0.0.1:8888`. */
  readonly address: string;
  /** The same, taken apart. */
  readonly endpoint: Endpoint;
  /**
   * Waits for a datagram, which may be empty, and gives a view of `buffer` and its sender; `undefined` once
   * the socket is closed. What doesn't fit into `buffer` is lost.
   */
  receive(buffer: Uint8Array): Promise<[Uint8Array, Endpoint] | undefined>;
  /** @throws {PinwireError} if the system refuses this one datagram; the socket stays good */
  send(bytes: Uint8Array, to: Endpoint): Promise<void>;
  /** May be called again. */
  close(): void;
}

/** How a peer of UDP is named: `udp://127.0.0.1:50123`. */
export const udpPeer = (endpoint: Endpoint): string => `udp://${hostPort(endpoint)}`;

/**
 * Binds a UDP socket; port 0 takes a free one.
 *
 * @throws {PinwireError} `address_taken` …
 */
export async function bindDatagram(address: InternetAddress): Promise<DatagramSocket> {
  const { hostname, port } = address;
  let socket: Deno.DatagramConn;
  try {
    socket = Deno.listenDatagram({ transport: "udp", hostname, port });
  } catch (error) {
    throw await translateListenError(error, formatAddress(address as Address), port);
  }
  const endpoint = socket.addr as Deno.NetAddr;
  let closed = false;
  return {
    address: udpPeer(endpoint),
    endpoint,
    async receive(buffer) {
      for (;;) {
        try {
          return await socket.receive(buffer) as [Uint8Array, Deno.NetAddr];
        } catch (error) {
          if (closed) return undefined;
          // On Windows an earlier answer that nobody took comes back as a reset of this socket.
          if (!(error instanceof Deno.errors.ConnectionReset)) {
            throw translateIoError(error, udpPeer(endpoint));
          }
        }
      }
    },
    async send(bytes, to) {
      try {
        // Whoever answers gives back the very address that the datagram came with.
        await socket.send(bytes, "transport" in to ? to as Deno.NetAddr : { transport: "udp", ...to });
      } catch (error) {
        if (closed) return;
        const isTooLong = error instanceof Error && "code" in error && error.code === "EMSGSIZE";
        throw isTooLong ? datagramTooLong("a message", bytes.length) : translateDialError(error, udpPeer(to));
      }
    },
    close() {
      if (closed) return;
      closed = true;
      socket.close();
    },
  };
}

/** Ports whose services answer whatever comes, so that two answerers would talk for ever or be made to amplify. */
const LOOPING_PORTS = new Set([0, 7, 13, 17, 19, 37, 53, 69, 111, 123, 137, 161, 389, 1900, 5353, 11211]);
/** Off loopback, answers are at most this many times the bytes received (as QUIC has it: RFC 9000, section 8.1). */
const AMPLIFICATION = 3;
/** Off loopback, answers a second to one address. */
const ANSWERS_PER_SECOND = 50;
/** Addresses remembered within a second; beyond, all others share the last place. */
const ADDRESSES = 4096;

/** Decides whether a datagram may be answered, since its sender's address may be forged. */
export class AnswerGuard {
  #own: Endpoint;
  #second = -1;
  #answers = new Map<string, number>();
  #dropped = 0;

  /** @param own where our socket is bound */
  constructor(own: Endpoint) {
    this.#own = own;
  }

  /**
   * Whether an answer of `length` bytes may go to the sender of `received` bytes.
   *
   * @param now in ms
   */
  allows(to: Endpoint, received: number, length: number, now: number): boolean {
    const allowed = this.#isAllowed(to, received, length, now);
    if (!allowed) this.#dropped++;
    return allowed;
  }

  /** Answers refused since this was called last. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }

  /** Counts an answer that was refused for a reason of the mode's own. */
  drop(): void {
    this.#dropped++;
  }

  #isAllowed({ hostname, port }: Endpoint, received: number, length: number, now: number): boolean {
    if (LOOPING_PORTS.has(port)) return false;
    if (port === this.#own.port && this.#isOurs(hostname)) return false;
    if (isLoopback(hostname)) return true;
    return length <= received * AMPLIFICATION && this.#takeTurn(hostname, now);
  }

  // Bound to all interfaces we don't know which addresses are ours: all that share our port count as such.
  #isOurs(hostname: string): boolean {
    const own = unmapped(this.#own.hostname);
    return own === "0.0.0.0" || own === "::" || own === unmapped(hostname);
  }

  #takeTurn(hostname: string, now: number): boolean {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#answers.clear();
    }
    const key = this.#answers.has(hostname) || this.#answers.size < ADDRESSES ? hostname : "";
    const count = (this.#answers.get(key) ?? 0) + 1;
    this.#answers.set(key, count);
    return count <= ANSWERS_PER_SECOND;
  }
}
