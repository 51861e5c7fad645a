import { FAMILIES, ipv4At, ipv6At } from "../socket_address.ts";
import { Sockets } from "../sockets.ts";

/** SOCK_DIAG_BY_FAMILY of sock_diag(7), NLMSG_ERROR and NLMSG_DONE of netlink(7). */
const BY_FAMILY = 20, ERROR = 2, DONE = 3;
/** NLM_F_REQUEST and NLM_F_DUMP. */
const DUMP_REQUEST = 0x301;
const UDP = 17;
/** The state of a UDP socket without a peer, as a bit (TCP_CLOSE of include/net/tcp_states.h). */
const UNCONNECTED = 1 << 7;
/** Bytes of a `struct nlmsghdr`, of a request with its `struct inet_diag_req_v2`, of an `inet_diag_msg`. */
const HEADER = 16, REQUEST = HEADER + 56, ANSWER = 72;
/** Where the port stands in both, and the address in an answer (`struct inet_diag_sockid`). */
const ASKED_PORT = HEADER + 8, ADDRESS = 8;
/** INET_DIAG_SKV6ONLY: whether a socket of IPv6 leaves IPv4 alone. */
const SIX_ONLY = 11;
/** As much as the kernel gives at once. */
const ROOM = 32_768;

/** A UDP socket that takes datagrams from anybody. */
export interface UdpListener {
  /** Its address, `0.0.0.0` or `::` for all. */
  hostname: string;
  /** Of an IPv6 socket: datagrams of IPv4 are not for it. */
  isSixOnly: boolean;
}

/**
 * The UDP sockets of this machine that listen at a port; nothing where the kernel doesn't tell.
 * It takes nothing: whoever wants the port meanwhile gets it.
 */
export function udpListeners(port: number): UdpListener[] | undefined {
  const sockets = Sockets.open();
  if (!sockets) return undefined;
  const socket = sockets.diagnosticSocket();
  try {
    const listeners: UdpListener[] = [];
    for (const family of [FAMILIES.inet, FAMILIES.inet6]) {
      if (sockets.send(socket, requestFor(family, port)) < 0) return undefined;
      const told = readAnswers(sockets, socket);
      if (!told) return undefined;
      listeners.push(...told);
    }
    return listeners;
  } finally {
    if (socket >= 0) sockets.discard(socket);
    sockets.close();
  }
}

function requestFor(family: number, port: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(REQUEST));
  view.setUint32(0, REQUEST, true);
  view.setUint16(4, BY_FAMILY, true);
  view.setUint16(6, DUMP_REQUEST, true);
  view.setUint8(HEADER, family);
  view.setUint8(HEADER + 1, UDP);
  view.setUint32(HEADER + 4, UNCONNECTED, true);
  view.setUint16(ASKED_PORT, port);
  return new Uint8Array(view.buffer);
}

/** What is told in answer to one request; nothing if the kernel doesn't know how. */
function readAnswers(sockets: Sockets, socket: number): UdpListener[] | undefined {
  const listeners: UdpListener[] = [];
  const room = new Uint8Array(ROOM);
  while (true) {
    const length = sockets.receive(socket, room, BigInt(ROOM));
    if (length <= 0) return undefined;
    for (let at = 0; at < length;) {
      const message = new DataView(room.buffer, at);
      const size = message.getUint32(0, true);
      if (size < HEADER) return undefined;
      switch (message.getUint16(4, true)) {
        case DONE:
          // With an error where the kernel has no such table.
          return message.getInt32(HEADER, true) < 0 ? undefined : listeners;
        case ERROR:
          return undefined;
        case BY_FAMILY:
          listeners.push(parseAnswer(new DataView(room.buffer, at + HEADER, size - HEADER)));
      }
      at += aligned(size);
    }
  }
}

function parseAnswer(view: DataView): UdpListener {
  const isSix = view.getUint8(0) === FAMILIES.inet6;
  let isSixOnly = false;
  for (let at = ANSWER; at < view.byteLength; at += aligned(view.getUint16(at, true))) {
    if (view.getUint16(at + 2, true) === SIX_ONLY) isSixOnly = view.getUint8(at + 4) === 1;
  }
  return { hostname: isSix ? ipv6At(view, ADDRESS) : ipv4At(view, ADDRESS), isSixOnly };
}

/** Messages and their attributes begin at every fourth byte (NLMSG_ALIGN, NLA_ALIGN). */
const aligned = (length: number) => length + 3 & ~3;
