import { ERRNO, type Family, type Kind, Sockets, systemError } from "../../system/mod.ts";
import type { Endpoint } from "../datagram.ts";
import { translateIoError } from "../io_errors.ts";
import { type SocketAddress, socketAddress } from "../peer.ts";

/** Loads what the system's own sockets need, for a program that then gives up the permission (`--allow-ffi`). */
export const keepSockets = (): void => Sockets.keep();

/**
 * Calls `action` once all sockets that are ready have had their turn. A turn of the runtime comes later: with native sockets
 * the thread may be held for 0.1 ms before it, for what comes next.
 */
export function afterReady(action: () => void): void {
  if (!Sockets.schedule(action)) setImmediate(action);
}

/** {@linkcode Sockets.hasRoom}. */
export const hasRoom = (descriptor: number): boolean => Sockets.hasRoom(descriptor);

/** Whether the runtime would let us listen there, or connect to there, by its own sockets. */
export const mayReach = ({ hostname, port }: Endpoint): boolean =>
  isGranted({ name: "net", host: hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}` });

/** The same, wherever it is. */
export const mayReachAll = (): boolean => isGranted({ name: "net" });

/** The same on a Unix socket. */
export const mayUsePath = (path: string): boolean =>
  isGranted({ name: "read", path }) && isGranted({ name: "write", path });

const isGranted = (what: Deno.PermissionDescriptor) => Deno.permissions.querySync(what).state === "granted";

/**
 * Opens a socket, and gives what `use` makes of it; nothing where the system's own sockets are not to be had.
 *
 * @throws what `use` throws, and what the system refuses: then nothing stays open
 */
export function openSocket<T>(
  family: Family,
  use: (sockets: Sockets, socket: number) => T,
  kind: Kind = "stream",
): T | undefined {
  const sockets = Sockets.open();
  if (!sockets) return undefined;
  let socket: number | undefined;
  try {
    socket = check(sockets.socket(family, kind));
    return use(sockets, socket);
  } catch (error) {
    if (socket !== undefined) sockets.discard(socket);
    sockets.close();
    throw error;
  }
}

/** @throws the system's error that `outcome` stands for */
export function check(outcome: number): number {
  if (outcome < 0) throw systemError(-outcome);
  return outcome;
}

/** Asks the kernel where a socket is. */
export function localAddress(
  sockets: Sockets,
  socket: number,
  scheme: "tcp" | "unix",
  asked = "",
): SocketAddress {
  check(sockets.askAddress(socket));
  return socketAddress(withZone(sockets, socket, denoAddress(sockets.address, scheme)), scheme, 0, asked);
}

/** An address of one link with its zone (RFC 4007, section 11), which is the interface of an accepted connection. */
export function withZone(sockets: Sockets, socket: number, address: Deno.Addr): Deno.Addr {
  if (!("hostname" in address) || !isLinkLocal(address.hostname)) return address;
  const zone = sockets.options.interfaceOf(socket);
  return zone === undefined ? address : { ...address, hostname: `${address.hostname}%${zone}` };
}

/** Whether an address is of one link alone (RFC 4291, section 2.5.6). */
const isLinkLocal = (hostname: string) => /^fe[89ab].:/.test(hostname);

/** An address as the runtime writes it. */
export function denoAddress(address: Sockets["address"], scheme: "tcp" | "unix"): Deno.Addr {
  return "hostname" in address
    ? { transport: "tcp", ...address }
    : { transport: scheme as "unix", path: address.path ?? "" };
}

/** What the kernel has heard of a peer that it has given up, where it would say ETIMEDOUT otherwise. */
const SILENT: number[] = [ERRNO.EHOSTUNREACH, ERRNO.EHOSTDOWN, ERRNO.ENETUNREACH, ERRNO.ENETDOWN];

/** Why reading or writing has failed, in our words. */
export const socketError = (errno: number, peer: string): unknown =>
  translateIoError(systemError(SILENT.includes(errno) ? ERRNO.ETIMEDOUT : errno), peer);

/** The same for a connection that is closed here. */
export const closed = (peer: string): unknown =>
  translateIoError(new Deno.errors.BadResource("the socket is closed"), peer);

/** Bytes written, 0 if there is no room, or the negative number of an error. */
export function sendSome(sockets: Sockets, socket: number, bytes: Uint8Array<ArrayBuffer>): number {
  for (;;) {
    const count = sockets.send(socket, bytes);
    if (count === -ERRNO.EAGAIN) return 0;
    if (count !== -ERRNO.EINTR) return count;
  }
}
