import { PinwireError } from "../errors.ts";
import { hostPort } from "./address.ts";
import { unmapped, withoutZone } from "./ip.ts";
import type { SocketKind } from "./listener.ts";

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

/** What is said of datagrams that the system has dropped, since nobody had taken those before them. */
export function datagramsLost(count: number): PinwireError {
  return new PinwireError(
    LOST,
    `datagrams lost, since they came faster than they were read: ${count}`,
    { hint: "send more slowly, or give sockets more room with sysctl net.core.rmem_default" },
  );
}

/** Whether an error says that. */
export const isLoss = (error: unknown): boolean => error instanceof PinwireError && error.code === LOST;

const LOST = "datagrams_dropped";

/** Where a datagram came from or goes to. */
export type Endpoint = Pick<Deno.NetAddr, "hostname" | "port">;

/** Whether a datagram from `from` may have come from `address`, which is an IP address in its one form. */
export function isSender(from: Endpoint, { hostname, port }: Endpoint): boolean {
  return from.port === port && unmapped(from.hostname) === withoutZone(hostname);
}

/** Who has sent a datagram. */
export interface Sender extends Endpoint {
  /** The address of ours that it was sent to, where a socket is bound to all and knows it. */
  readonly asked?: string;
}

/** What goes back to who sent a datagram. */
export type Answer = Uint8Array | undefined | void;

/** What is done with datagrams that come. */
export interface DatagramHandlers {
  /**
   * Takes a datagram, which may be empty, and gives what is sent back for it: at the latest when those that came with it
   * are done, and from the address that was asked. The bytes are good until then, and the answer may be built around them.
   * If it gives a promise, what comes after waits.
   *
   * @param from the very object that answers should be sent to later, too
   */
  onDatagram(bytes: Uint8Array, from: Sender): Answer | Promise<Answer>;
  /**
   * Is told of what is lost, and of what could not be sent: the socket stays good.
   *
   * @param peer who it is about, if it is about one peer
   */
  onError(error: unknown, peer?: string): void;
  /** Bytes that are free before each datagram; none without it. */
  headroom?: number;
  /** The same behind it. */
  tailroom?: number;
}

/** A UDP socket. */
export interface DatagramSocket {
  /** Where it is bound: `udp://127.0.0.1:8888`. */
  readonly address: string;
  /** Whose socket this is: the system's own, or the runtime's. */
  readonly sockets: SocketKind;
  /** The same, taken apart. */
  readonly endpoint: Endpoint;
  /** Hands over each datagram that comes, until the socket is closed or `onDatagram` fails, which it then throws. */
  receive(handlers: DatagramHandlers): Promise<void>;
  /** @throws {PinwireError} if the system refuses this one datagram; the socket stays good */
  send(bytes: Uint8Array, to: Endpoint): Promise<void>;
  /** May be called again. */
  close(): void;
}

/** How a peer of UDP is named: `udp://127.0.0.1:50123`. */
export const udpPeer = (endpoint: Endpoint): string => `udp://${hostPort(endpoint)}`;

/** Hears of each datagram that comes to a socket, and of each that leaves it, by the name of the other end. */
export interface DatagramTap {
  read(bytes: Uint8Array, peer: string): void;
  written(bytes: Uint8Array, peer: string): void;
}

/** The same socket; `tap` hears of what crosses it. */
export function tapDatagrams(socket: DatagramSocket, tap: DatagramTap): DatagramSocket {
  return {
    address: socket.address,
    endpoint: socket.endpoint,
    sockets: socket.sockets,
    receive: (handlers) =>
      socket.receive({
        ...handlers,
        onDatagram(bytes, from) {
          const peer = udpPeer(from);
          tap.read(bytes, peer);
          const answer = handlers.onDatagram(bytes, from);
          return answer instanceof Promise ? answer.then(tellAnswer) : tellAnswer(answer);

          function tellAnswer(answer: Answer): Answer {
            if (answer) tap.written(answer, peer);
            return answer;
          }
        },
      }),
    send(bytes, to) {
      tap.written(bytes, udpPeer(to));
      return socket.send(bytes, to);
    },
    close: () => socket.close(),
  };
}
