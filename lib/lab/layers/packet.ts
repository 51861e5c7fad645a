import { MAX_HEADERS, PacketPath, TCP_FLAGS } from "../../packet/mod.ts";
import { LOCAL, REMOTE } from "../stage/wire.ts";

/** What is to be wrapped, and how. */
export interface LayersOptions {
  message: Uint8Array<ArrayBuffer>;
  over: "tcp" | "udp";
  /** A bit to turn over, counted from the first of the IP header. */
  flip?: number;
}

/** Where the packet comes from, and where it goes. */
export const FROM = { address: REMOTE, port: 5000 };
export const TO = { address: LOCAL, port: 9000 };
/** Sequence number of the first byte. */
export const FIRST = 1001;

/**
 * Wraps a message in the headers of IP and of its transport.
 *
 * @param ack what TCP acknowledges
 */
export function wrap({ message, over }: LayersOptions, ack = 0): Uint8Array {
  const path = new PacketPath(FROM, TO);
  const room = new Uint8Array(message.length + MAX_HEADERS);
  if (over === "udp") return path.udp(room, message);
  return path.tcp(room, { seq: FIRST, ack, flags: TCP_FLAGS.PSH | TCP_FLAGS.ACK, payload: message });
}
