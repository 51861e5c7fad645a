import { familyOf, packIp, packPath, type Vigilance } from "../../system/mod.ts";
import type { InternetAddress } from "../address.ts";
import { isIpAddress, withoutLocalhost } from "../ip.ts";
import { NativeListener } from "./native_listener.ts";
import { check, mayReach, mayUsePath, openSocket } from "./native_socket.ts";
import { watchPeers } from "./vigilance.ts";

/** How to listen, besides where. */
export interface NativeListenOptions {
  /** Connections that may wait to be accepted. */
  backlog: number;
  /** Lets several listeners share the port. */
  reusePort?: boolean;
  /** Ms that writes may take once a peer has ended its sending side. */
  halfCloseTime: number;
  /** How peers on other machines are watched. */
  vigilance?: Vigilance;
}

/**
 * Listens over TCP by one of the system's own sockets; gives nothing where there are none to be had, for a name, which
 * the runtime looks up, and for an address of one link.
 *
 * @throws what the system refuses, in the classes of the runtime
 */
export function listenTcp(
  { hostname, port }: InternetAddress,
  { backlog, reusePort, halfCloseTime, vigilance }: NativeListenOptions,
): NativeListener | undefined {
  const host = withoutLocalhost(hostname);
  if (!isIpAddress(host) || host.includes("%") || !mayReach({ hostname: host, port })) return undefined;
  return openSocket(familyOf(host), (sockets, socket) => {
    check(sockets.options.reuseAddress(socket));
    if (reusePort) check(sockets.options.reusePort(socket));
    watchPeers(sockets, socket, host, vigilance);
    check(sockets.bind(socket, packIp({ hostname: host, port })));
    check(sockets.listen(socket, backlog));
    return new NativeListener(sockets, socket, { scheme: "tcp", asked: hostname, halfCloseTime });
  });
}

/** Calls `bind`, which makes the path of a Unix socket, with what must be so at that moment. */
export type Binding = <T>(bind: () => T) => T;

/** The same on a Unix socket. */
export function listenPath(
  path: string,
  { backlog, halfCloseTime }: NativeListenOptions,
  binding: Binding = (bind) => bind(),
): NativeListener | undefined {
  if (!mayUsePath(path)) return undefined;
  return openSocket("unix", (sockets, socket) => {
    binding(() => check(sockets.bind(socket, packPath(path))));
    check(sockets.listen(socket, backlog));
    return new NativeListener(sockets, socket, { scheme: "unix", asked: path, halfCloseTime });
  });
}
