/** An end of a socket of IP. */
export interface IpEnd {
  /** An IP address, of IPv6 without its zone. */
  hostname: string;
  port: number;
}

/** AF_UNIX, AF_INET and AF_INET6 of Linux (socket(2)). */
export const FAMILIES = { unix: 1, inet: 2, inet6: 10 } as const;

/** Where a socket is: in IP, or in the file system. */
export type Family = keyof typeof FAMILIES;

/** The family of an IP address. */
export const familyOf = (hostname: string): "inet" | "inet6" => hostname.includes(":") ? "inet6" : "inet";

/** Bytes of the largest address of a socket: a `struct sockaddr_un` (unix(7)). */
export const LARGEST_ADDRESS = 110;
/** Bytes of a `struct sockaddr_in` (ip(7)) and a `struct sockaddr_in6` (ipv6(7)). */
const INET_LENGTH = 16, INET6_LENGTH = 28;

/**
 * The address as the kernel takes it.
 *
 * @param scope the number of the interface that an address of one link is of
 */
export function packIp({ hostname, port }: IpEnd, scope = 0): Uint8Array<ArrayBuffer> {
  const isSix = hostname.includes(":");
  const bytes = new Uint8Array(isSix ? INET6_LENGTH : INET_LENGTH);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, isSix ? FAMILIES.inet6 : FAMILIES.inet, true);
  view.setUint16(2, port);
  if (isSix) {
    groupsOf(hostname).forEach((group, i) => view.setUint16(8 + 2 * i, group));
    view.setUint32(24, scope, true);
  } else {
    bytes.set(hostname.split(".").map(Number), 4);
  }
  return bytes;
}

/**
 * The address of a Unix socket: a path, or a name that begins with a NUL byte.
 *
 * @throws {TypeError} for one that is too long, as the runtime does
 */
export function packPath(path: string): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(path);
  const isAbstract = name[0] === 0;
  // A path ends with a NUL byte, a name with its length.
  const length = 2 + name.length + (isAbstract ? 0 : 1);
  if (length > LARGEST_ADDRESS) throw new TypeError("path must be shorter than SUN_LEN");
  const bytes = new Uint8Array(length);
  bytes[0] = FAMILIES.unix;
  bytes.set(name, 2);
  return bytes;
}

/** An address of `length` bytes that the kernel has written; a Unix socket may have none. */
export function unpack(view: DataView, length: number): IpEnd | { path?: string } {
  if (view.getUint16(0, true) !== FAMILIES.unix) return { hostname: hostOf(view), port: view.getUint16(2) };
  const name = new Uint8Array(view.buffer, view.byteOffset + 2, Math.max(0, length - 2));
  const isAbstract = name[0] === 0;
  const end = isAbstract ? name.length : name.indexOf(0);
  const path = new TextDecoder().decode(end < 0 ? name : name.subarray(0, end));
  return path ? { path } : {};
}

/** The host in a `struct sockaddr_in` or `sockaddr_in6`, written as the runtime does. */
export function hostOf(view: DataView): string {
  return view.getUint16(0, true) === FAMILIES.inet ? ipv4At(view, 4) : ipv6At(view, 8);
}

/** The IPv6 address of 16 bytes that stands there, written as the runtime does. */
export function ipv6At(view: DataView, at: number): string {
  const groups = Array.from({ length: 8 }, (_, i) => view.getUint16(at + 2 * i).toString(16));
  const ip = new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
  return /^::ffff:[0-9a-f]+:[0-9a-f]+$/.test(ip) ? `::ffff:${ipv4At(view, at + 12)}` : ip;
}

/** The IPv4 address of 4 bytes that stands there. */
export const ipv4At = (view: DataView, at: number): string =>
  `${view.getUint8(at)}.${view.getUint8(at + 1)}.${view.getUint8(at + 2)}.${view.getUint8(at + 3)}`;

/** The eight groups of an IPv6 address (RFC 4291, section 2.2). */
function groupsOf(hostname: string): number[] {
  const ip = new URL(`http://[${hostname}]`).hostname.slice(1, -1);
  const [head, tail] = ip.split("::").map((part) => part ? part.split(":") : []);
  const zeros = tail ? 8 - head.length - tail.length : 0;
  return [...head, ...Array<string>(zeros).fill("0"), ...tail ?? []].map((group) => parseInt(group, 16));
}
