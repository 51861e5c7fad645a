import { PinwireError, usageError } from "../errors.ts";
import { type Address, formatAddress } from "./address.ts";
import { isIpAddress, isIpv6, withoutZone } from "./ip.ts";

/** Whether an IP address is that of a group (RFC 5771, RFC 4291 section 2.7). */
export function isMulticast(host: string): boolean {
  return isIpv6(host) ? /^ff/i.test(host) : /^2(2[4-9]|3\d)\.\d+\.\d+\.\d+$/.test(host);
}

/** Whether an IP address is that of several hosts, of which any may answer. */
export const isShared = (host: string): boolean => isMulticast(host) || host === "255.255.255.255";

/** An interface of this machine, as `--interface` names it. */
export interface Interface {
  /** Missing where it was named by an IPv4 address. */
  name?: string;
  ipv4?: string;
  /** What IPv6 numbers it by (RFC 4007, section 6); missing where it has no address of its link. */
  index?: number;
}

/** The addresses of this machine's interfaces, if they may be asked for (`--allow-sys`); else none. */
export function knownInterfaces(): Deno.NetworkInterfaceInfo[] {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "networkInterfaces" });
  return state === "granted" ? Deno.networkInterfaces() : [];
}

/**
 * Looks up an interface by its name, or by one of its addresses. But for IPv4 addresses this needs `--allow-sys`.
 *
 * @throws {PinwireError} `usage` if this machine has none such
 */
export function interfaceOf(text: string): Interface {
  if (isIpAddress(text) && !isIpv6(text)) return { ipv4: text };
  const all = Deno.networkInterfaces();
  const named = all.find(({ address }) => address === withoutZone(text))?.name ?? text;
  const its = all.filter(({ name }) => name === named);
  if (!its.length) {
    const names = [...new Set(all.map(({ name }) => name))].join(", ");
    throw usageError(`this machine has no interface ${text}`, `use one of ${names}`);
  }
  return {
    name: named,
    ipv4: its.find(({ family }) => family === "IPv4")?.address,
    index: its.find(({ scopeid }) => scopeid)?.scopeid ?? undefined,
  };
}

/**
 * The interface's own IPv4 address.
 *
 * @throws {PinwireError} `usage` if it has none
 */
export function ipv4Of({ name, ipv4 }: Interface): string {
  if (ipv4 !== undefined) return ipv4;
  throw usageError(`${name} has no IPv4 address`, "use a group of IPv6, or another interface");
}

/**
 * A group of IPv6, or an address of one link, with its interface behind it as its zone.
 *
 * @throws {PinwireError} `usage` for a group of one link without an interface
 */
export function zoned(host: string, { name }: Interface = {}): string {
  const needsZone = /^(ff.[12]|fe[89ab].):/i.test(host);
  if (!isMulticast(host) && !needsZone || host.includes("%")) return host;
  if (name !== undefined) return `${host}%${name}`;
  if (!needsZone) return host;
  throw usageError(`${host} is an address on one link`, "name its interface, as in --interface eth0");
}

/**
 * Joins a group with a socket that is bound to its port.
 *
 * @param group with a zone behind it, if it is one of IPv6 on a link
 * @throws {PinwireError} `no_interface`; `usage` if the interface has no address that fits
 */
export async function join(socket: Deno.DatagramConn, group: string, on?: Interface): Promise<void> {
  try {
    await joinAt(socket, group, on);
  } catch (error) {
    if (!(error instanceof Error) || !/No such device|not available/i.test(error.message)) throw error;
    const what = on?.ipv4 === undefined
      ? `${group} can't be joined from here`
      : `no interface has ${on.ipv4}`;
    throw new PinwireError("no_interface", what, {
      hint: "name one of this machine with --interface",
      cause: error,
    });
  }
}

async function joinAt(socket: Deno.DatagramConn, group: string, on?: Interface): Promise<void> {
  if (!isIpv6(group)) {
    await socket.joinMulticastV4(group, on ? ipv4Of(on) : "0.0.0.0");
    return;
  }
  const [address, zone] = group.split("%");
  const { name, index } = on ?? (zone === undefined ? { index: 0 } : interfaceOf(zone));
  if (index === undefined) {
    throw usageError(`${name} has no IPv6 address of its link`, "use a group of IPv4, or another interface");
  }
  await socket.joinMulticastV6(address, index);
}

/** @throws {PinwireError} `usage` for an interface where datagrams don't go */
export function checkInterface(address: Address, name: string | undefined): void {
  if (name === undefined || address.scheme === "udp") return;
  throw usageError(`--interface is for UDP, and ${formatAddress(address)} is not`, "use --bind");
}
