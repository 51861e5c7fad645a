import { ALL_PERMISSIONS, choice, command, integer, type Kind } from "../../cli/mod.ts";
import { usageError } from "../../errors.ts";
import { environment, liveOptions } from "../options.ts";

/** So that the whole fits into one packet of the wire, and into a lecture. */
const MOST_BYTES = 1000;
/** Bytes of the headers of IP and TCP here. */
const HEADERS = { udp: 28, tcp: 40 };

const messageKind: Kind<Uint8Array<ArrayBuffer>> = {
  meta: "MESSAGE",
  parse(text) {
    const bytes = new TextEncoder().encode(text);
    if (bytes.length && bytes.length <= MOST_BYTES) return bytes;
    throw usageError(`the message has ${bytes.length} bytes`, `say 1 to ${MOST_BYTES}`);
  },
};

/** `lab layers`. */
export const layers = command({
  summary: "a message wrapped layer by layer, and taken apart by the kernel",
  description:
    "Each header around MESSAGE, its fields named over their bytes, its checksum computed; then the packet is handed " +
    "to the kernel, which delivers it to a program or refuses it.",
  positionals: { message: { kind: messageKind, help: "any text, up to 1,000 bytes" } },
  options: {
    over: {
      kind: choice("udp|tcp", ["udp", "tcp"]),
      default: "udp",
      help: "the transport layer (default udp)",
    },
    flip: {
      kind: integer("N", 0, 8 * (MOST_BYTES + HEADERS.tcp) - 1),
      help: "turn over bit N of the packet on its way; 0 is the first of the IP header",
    },
    ...liveOptions,
  },
  permissions: ALL_PERMISSIONS,
  examples: [
    ["hello", "UDP, IP, Ethernet, byte by byte"],
    ["hello --over tcp", "the same over TCP"],
    ["hello --flip 224", "one bit of the message turned over: the checksum tells"],
  ],
  async run({ lang: language = environment, ...options }, { message }) {
    const { over, flip } = options;
    const bits = 8 * (HEADERS[over] + message.length);
    if (flip !== undefined && flip >= bits) {
      throw usageError(`the packet has ${bits} bits`, `--flip takes 0 to ${bits - 1}`);
    }
    const { isInside, tellOutside } = await import("../stage/inside.ts");
    if (isInside()) {
      const { wrapAndDeliver } = await import("./deliver.ts");
      return await tellOutside((audience) => wrapAndDeliver({ message, over, flip }, audience), options);
    }
    const { showLayers } = await import("./layers.ts");
    return await showLayers({ message, over, flip }, { ...options, language });
  },
});
