import { Address4, Address6 } from "ip-address";
import { usageError } from "../errors.ts";

/** An address with the network that it is in (RFC 4632; IPv6: RFC 4291, section 2.3). */
export interface CidrAddress {
  readonly version: 4 | 6;
  /** Bits of an address: 32 or 128. */
  readonly bits: 32 | 128;
  /** The address as a number. */
  readonly value: bigint;
  /** Leading bits that say which network. */
  readonly prefix: number;
}

/** The addresses of a network. */
export interface NetworkRange {
  /** The address with all host bits 0. */
  readonly network: bigint;
  /** The address with all host bits 1, which in IPv4 is the broadcast address. */
  readonly last: bigint;
  /** The first and the last that a host may have. */
  readonly firstHost: bigint;
  readonly lastHost: bigint;
  /** How many hosts may be in it. */
  readonly hosts: bigint;
}

const BITS = { 4: 32, 6: 128 } as const;

/**
 * Reads `192.168.9.193/25` or `2001:db8::1/64`.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseCidr("10.0.0.1/8"), { version: 4, bits: 32, value: 0x0a000001n, prefix: 8 });
 * ```
 *
 * @throws {PinwireError} `usage`, which says what is wrong with it
 */
export function parseCidr(text: string): CidrAddress {
  const [address, prefix, ...more] = text.split("/");
  const version = address.includes(":") ? 6 : 4;
  const value = version === 6 ? parseIpv6(address) : parseIpv4(address);
  if (value === undefined || more.length) {
    throw usageError(`"${text}" is no address with a prefix`, `write it as ${EXAMPLES[version]}`);
  }
  const bits = BITS[version];
  if (!prefix) {
    throw usageError(`"${text}" has no prefix`, `say how many bits are the network: ${address}/24`);
  }
  return { version, bits, value, prefix: parsePrefix(prefix, version) };
}

const EXAMPLES = { 4: "192.168.9.193/25", 6: "2001:db8::1/64" };

function parseIpv4(text: string): bigint | undefined {
  if (Address4.isValid(text)) return new Address4(text).bigInt();
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d+$/.test(part))) return undefined;
  const long = parts.find((part) => Number(part) > 255);
  if (long !== undefined) {
    throw usageError(`${long} in "${text}" is over 255`, "each part is a byte, 0 to 255");
  }
  const plain = parts.map(Number).join(".");
  throw usageError(`"${text}" begins a part with 0, which some programs read as octal`, `write ${plain}`);
}

function parseIpv6(text: string): bigint | undefined {
  if (text.includes("%")) {
    throw usageError(
      `"${text}" has a zone, which is no part of an address`,
      `write ${text.replace(/%.*/s, "")}`,
    );
  }
  return Address6.isValid(text) ? new Address6(text).bigInt() : undefined;
}

function parsePrefix(text: string, version: 4 | 6): number {
  const bits = BITS[version];
  if (/^(0|[1-9]\d{0,2})$/.test(text) && Number(text) <= bits) return Number(text);
  if (version === 4 && Address4.isValid(text)) {
    const mask = new Address4(text).bigInt().toString(2).padStart(bits, "0");
    if (/^1*0*$/.test(mask)) throw usageError(`/${text} is a mask`, `write /${mask.lastIndexOf("1") + 1}`);
  }
  throw usageError(`/${text} is no prefix of IPv${version}`, `it is 0 to ${bits}`);
}

/**
 * The network that an address is in. A /31 and a /32 of IPv4 have neither network nor broadcast address (RFC 3021), nor
 * has IPv6: there every address may be a host's.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const { network, hosts } = networkOf(parseCidr("192.168.9.193/25"));
 * assertEquals([formatCidrValue(network, 4), hosts], ["192.168.9.128", 126n]);
 * ```
 */
export function networkOf({ version, bits, value, prefix }: CidrAddress): NetworkRange {
  const size = 1n << BigInt(bits - prefix);
  const network = value - value % size;
  const last = network + size - 1n;
  const isWhole = version === 6 || size <= 2n;
  return isWhole
    ? { network, last, firstHost: network, lastHost: last, hosts: size }
    : { network, last, firstHost: network + 1n, lastHost: last - 1n, hosts: size - 2n };
}

/** The text of an address that is a number, IPv6 as in RFC 5952. */
export function formatCidrValue(value: bigint, version: 4 | 6): string {
  return (version === 4 ? Address4.fromBigInt(value) : Address6.fromBigInt(value)).correctForm();
}

/** The mask of a prefix: so many bits 1, the others 0. */
export function maskOf({ bits, prefix }: Pick<CidrAddress, "bits" | "prefix">): bigint {
  return (1n << BigInt(bits)) - (1n << BigInt(bits - prefix));
}

/**
 * Cuts a network into parts of one size, in order.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const parts = [...splitNetwork(parseCidr("10.0.0.0/8"), 2)];
 * assertEquals(parts.map(({ value, prefix }) => `${formatCidrValue(value, 4)}/${prefix}`), [
 *   "10.0.0.0/9",
 *   "10.128.0.0/9",
 * ]);
 * ```
 *
 * @throws {PinwireError} `usage` if `parts` is no power of two, or more than there are addresses
 */
export function splitNetwork(address: CidrAddress, parts: number): Iterable<CidrAddress> {
  const more = Math.log2(parts);
  if (!Number.isInteger(more)) {
    throw usageError(
      `${parts} is no power of two, and each bit more doubles the parts`,
      `ask for ${2 ** Math.ceil(more)}`,
    );
  }
  const prefix = address.prefix + more;
  if (prefix > address.bits) {
    throw usageError(`a /${address.prefix} has fewer than ${parts} addresses`, "ask for fewer parts");
  }
  return partsOf(address, prefix);
}

function* partsOf(address: CidrAddress, prefix: number): Generator<CidrAddress> {
  const { network, last } = networkOf(address);
  const size = 1n << BigInt(address.bits - prefix);
  for (let value = network; value <= last; value += size) yield { ...address, value, prefix };
}
