import { Buffer } from "node:buffer";
import { generate, type Packet, parser as openParser } from "mqtt-packet";

export type { Packet };

/** What {@linkcode PacketParser} and {@linkcode encodePacket} speak: MQTT 5. */
const OPTIONS = { protocolVersion: 5 };

/** Bytes of the longest packet that is read: what others say to us are words, and states of LEDs. */
export const LONGEST_PACKET = 65_536;

/** Cuts a stream into packets, with a bound on each. */
export class PacketParser {
  #parser = openParser(OPTIONS);
  #packets: Packet[] = [];
  #failure?: Error;

  constructor() {
    this.#parser.on("packet", (packet) => this.#packets.push(packet));
    this.#parser.on("error", (error) => this.#failure = error);
  }

  /**
   * Takes what was read next, and gives the packets that are whole now.
   *
   * @throws {Error} what is wrong with a packet, or that it is longer than {@linkcode LONGEST_PACKET}
   */
  feed(bytes: Uint8Array): Packet[] {
    // What is kept of a packet that isn't whole yet must be a copy: the read's memory is used again.
    const rest = this.#parser.parse(Buffer.from(bytes));
    if (this.#failure) throw this.#failure;
    if (rest > LONGEST_PACKET) throw new Error(`a packet longer than ${LONGEST_PACKET} bytes`);
    return this.#packets.splice(0);
  }
}

/** A packet's bytes. */
export const encodePacket = (packet: Packet): Uint8Array => generate(packet, OPTIONS);
