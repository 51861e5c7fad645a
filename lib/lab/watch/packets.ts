import type { DatagramEvent, SegmentEvent } from "../../app/mod.ts";
import {
  type Endpoint,
  LINK_TYPES,
  parseIp,
  parseTcp,
  StreamTable,
  TransportReader,
} from "../../packet/mod.ts";
import { SegmentReader } from "../sequence/segments.ts";
import { nameOf } from "../stage/sockets.ts";
import { contentOf } from "./content.ts";

/** Reads the packets of a network, of any number of connections. */
export class PacketEvents {
  readonly #segments = new SegmentReader();
  readonly #transports = new TransportReader();
  readonly #streams = new StreamTable();
  #count = 0;

  /**
   * What the next packet is told of as; nothing for what is neither TCP nor UDP.
   *
   * @param length bytes that it had, if more than were seen
   */
  read(bytes: Uint8Array, length: number): SegmentEvent | DatagramEvent | undefined {
    const number = ++this.#count;
    const packet = {
      ...{ number, bytes, length, offset: 0, interface: 0 },
      ...{ linkType: LINK_TYPES.raw, comments: [] },
    };
    const segment = this.#segments.read(packet);
    if (segment) {
      const { stream, event } = segment;
      const payload = parseTcp(parseIp(bytes, length)!)!.payload;
      const { text: _, ...others } = event;
      return {
        ...others,
        ...payload.length && contentOf(payload),
        stream: stream.number,
        ...ends(stream, event.from === "client"),
      };
    }
    const transport = this.#transports.read(packet);
    if (transport?.protocol !== "udp") return undefined;
    const { stream, isFromClient } = this.#streams.find(transport);
    const datagram = transport.segment;
    return {
      event: "datagram",
      from: isFromClient ? "client" : "server",
      bytes: datagram.length,
      ...datagram.length && contentOf(datagram.payload),
      stream: stream.number,
      ...ends(stream, isFromClient),
    };
  }
}

function ends({ client, server }: { client: Endpoint; server: Endpoint }, isFromClient: boolean) {
  const [local, remote] = isFromClient ? [client, server] : [server, client];
  return { local: nameOf(local), remote: nameOf(remote) };
}
