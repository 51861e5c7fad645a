import type { Clock, Connection, DatagramPeer } from "../../net/mod.ts";
import { hasGone } from "../../net/mod.ts";
import { Inbox } from "./inbox.ts";

/** Who a recorded side is played to, over whatever carries it. */
export interface Partner {
  readonly name: string;
  /** Whether what it says has the borders of datagrams. */
  readonly isDatagram: boolean;
  readonly inbox: Inbox;
  /** @throws {PinwireError} if it can't be sent: `connection_reset`, `datagram_too_long` … */
  say(bytes: Uint8Array): Promise<void>;
  /** Ends our side. */
  end(): Promise<void>;
  /** Cuts the connection off. */
  reset(): void;
  /** Ends it. May be called again. */
  close(): void;
  /** Done when nothing more comes. Throws what ended it, unless it has just gone. */
  readonly heard: Promise<void>;
}

/** The other end of a connection. */
export function streamPartner(connection: Connection, clock: Clock): Partner {
  const inbox = new Inbox(clock);
  async function hear(): Promise<void> {
    try {
      await connection.receive((bytes) => inbox.add(bytes));
    } catch (error) {
      if (!hasGone(error)) throw error;
    } finally {
      inbox.end();
    }
  }
  return {
    name: connection.peer.name,
    isDatagram: false,
    inbox,
    heard: hear(),
    say: async (bytes) => await connection.write(bytes),
    end: () => connection.closeWrite(),
    reset: () => void connection.reset(),
    close() {
      inbox.end();
      connection.close();
    },
  };
}

/** Who datagrams go to and come from. `onError` is told of what gets lost. */
export function datagramPartner(
  peer: DatagramPeer,
  clock: Clock,
  onError: (error: unknown) => void,
): Partner {
  const inbox = new Inbox(clock);
  async function hear(): Promise<void> {
    try {
      await peer.receive({ onDatagram: (body) => inbox.add(body), onError });
    } finally {
      inbox.end();
    }
  }
  return {
    name: peer.name,
    isDatagram: true,
    inbox,
    heard: hear(),
    say: (bytes) => peer.send(bytes),
    end: () => Promise.resolve(),
    reset: () => peer.close(),
    close() {
      inbox.end();
      peer.close();
    },
  };
}
