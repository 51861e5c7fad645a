import type { LayerEvent, LayerField } from "../../app/mod.ts";
import { flagNames, formatIpAddress, parseIp, parseTcpOptions } from "../../packet/mod.ts";
import { optionText } from "../sequence/segments.ts";

/** What Ethernet would put before an IP packet: two addresses and what follows, 14 bytes. */
export const ETHERNET = Uint8Array.fromHex("020000000002" + "020000000001" + "0800");

/**
 * Names the fields of an IPv4 packet with TCP or UDP in it, layer by layer: the message first, what Ethernet would put
 * around it all last.
 */
export function dissect(packet: Uint8Array): LayerEvent[] {
  const { header, payload, protocol } = parseIp(packet)!;
  const isTcp = protocol === TCP;
  const headerLength = isTcp ? (payload[12] >> 4) * 4 : 8;
  const message = payload.subarray(headerLength);
  return [
    { event: "layer", layer: "message", hex: message.toHex(), fields: [] },
    layer(isTcp ? "tcp" : "udp", payload.subarray(0, headerLength), isTcp ? TCP_FIELDS : UDP_FIELDS),
    layer("ip", header, IP_FIELDS),
    layer("ethernet", ETHERNET, ETHERNET_FIELDS),
  ];
}

const TCP = 6;

/** A field: its name, where it is in the header, in bytes, and how its value is written. */
type Field = [name: string, from: number, to: number, value: (bytes: Uint8Array, number: number) => string];

const number = (_: Uint8Array, value: number) => String(value);
const hex = (bytes: Uint8Array) => `0x${bytes.toHex()}`;
const ip = (bytes: Uint8Array) => formatIpAddress(bytes);
const mac = (bytes: Uint8Array) => bytes.toHex().match(/../g)!.join(":");
const bits = (count: number) => (_: Uint8Array, value: number) => value.toString(2).padStart(count, "0");

const PROTOCOLS: Record<number, string> = { 6: "6 (TCP)", 17: "17 (UDP)" };

const UDP_FIELDS: Field[] = [
  ["source port", 0, 2, number],
  ["destination port", 2, 4, number],
  ["length", 4, 6, number],
  ["checksum", 6, 8, hex],
];

const TCP_FIELDS: Field[] = [
  ["source port", 0, 2, number],
  ["destination port", 2, 4, number],
  ["sequence number", 4, 8, number],
  ["acknowledgment number", 8, 12, number],
  ["header length", 12, 13, (_, value) => String((value >> 4) * 4)],
  ["flags", 12, 14, (_, value) => flagNames(value & 0xfff).join("+")],
  ["window", 14, 16, number],
  ["checksum", 16, 18, hex],
  ["urgent pointer", 18, 20, number],
  ["options", 20, 60, (bytes) => parseTcpOptions(bytes).map(optionText).join(", ")],
];

const IP_FIELDS: Field[] = [
  ["version", 0, 1, (_, value) => String(value >> 4)],
  ["header length", 0, 1, (_, value) => String((value & 15) * 4)],
  ["DSCP, ECN", 1, 2, bits(8)],
  ["total length", 2, 4, number],
  ["identification", 4, 6, number],
  ["flags", 6, 7, (_, value) => value & 0x40 ? "DF" : "0"],
  ["fragment offset", 6, 8, (_, value) => String((value & 0x1fff) * 8)],
  ["time to live", 8, 9, number],
  ["protocol", 9, 10, (_, value) => PROTOCOLS[value] ?? String(value)],
  ["header checksum", 10, 12, hex],
  ["source address", 12, 16, ip],
  ["destination address", 16, 20, ip],
];

const ETHERNET_FIELDS: Field[] = [
  ["destination MAC address", 0, 6, mac],
  ["source MAC address", 6, 12, mac],
  ["type", 12, 14, (bytes) => `${hex(bytes)} (IPv4)`],
];

/** The names of all fields. */
export const FIELD_NAMES: readonly string[] = [
  ...new Set([UDP_FIELDS, TCP_FIELDS, IP_FIELDS, ETHERNET_FIELDS].flat().map(([name]) => name)),
];

function layer(layer: LayerEvent["layer"], header: Uint8Array, fields: Field[]): LayerEvent {
  return {
    event: "layer",
    layer,
    hex: header.toHex(),
    fields: fields.filter(([, from]) => from < header.length).map(([name, from, to, text]): LayerField => {
      const bytes = header.subarray(from, to);
      const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
      return { name, hex: bytes.toHex(), value: text(bytes, value) };
    }),
  };
}
