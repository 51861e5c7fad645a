import { familyOf, packIp } from "../../system/mod.ts";
import type { Clock } from "../clock.ts";
import type { Endpoint } from "../datagram.ts";
import { isIpAddress, isUnspecified, withoutLocalhost } from "../ip.ts";
import { NativeDatagramSocket } from "./native_datagram.ts";
import { check, mayReach, mayReachAll, openSocket } from "./native_socket.ts";

/**
 * Binds one of the system's own UDP sockets; gives nothing where there are none to be had, for a name, which the runtime
 * looks up, and for an address of one link.
 *
 * @param peer the one that is spoken with
 * @throws what the system refuses, in the classes of the runtime
 */
export function bindNative(
  { hostname, port }: Endpoint,
  peer?: Endpoint,
  clock?: Clock,
): NativeDatagramSocket | undefined {
  const host = withoutLocalhost(hostname);
  const isPlain = isIpAddress(host) && !host.includes("%") && !peer?.hostname.includes("%");
  // Without a peer datagrams go anywhere.
  if (!isPlain || !(peer ? mayReach(peer) : mayReachAll())) return undefined;
  const family = familyOf(host);
  return openSocket(family, (sockets, socket) => {
    check(sockets.options.allowBroadcast(socket));
    check(sockets.bind(socket, packIp({ hostname: host, port })));
    if (isUnspecified(host)) check(sockets.options.tellAsked(socket, family));
    // Where that fails, sending fails as well, and says so.
    const isConnected = peer && sockets.connect(socket, packIp(peer)) >= 0;
    check(sockets.askAddress(socket));
    return new NativeDatagramSocket(
      sockets,
      socket,
      sockets.address as Endpoint,
      isConnected ? peer : undefined,
      clock,
    );
  }, "datagram");
}
