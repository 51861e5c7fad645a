import { TCP_STATES, type TcpSocket, type TcpState } from "./proc_net.ts";

/**
 * Reads what netstat(1) of macOS prints of TCP. It tells of no timers, and not of what was sent again.
 *
 * @param text what `netstat -anl -p tcp` prints; without `-l` it cuts off long addresses
 */
export function parseNetstat(text: string): TcpSocket[] {
  return text.split("\n").flatMap((line) => {
    const [protocol, receiveQueue, sendQueue, local, remote, name] = line.trim().split(/\s+/);
    const state = stateOf(name);
    if (!/^tcp(4|6|46)$/.test(protocol) || state === undefined) return [];
    const version = protocol === "tcp4" ? 4 : 6;
    return [{
      local: endpoint(local, version),
      remote: endpoint(remote, version),
      state,
      sendQueue: Number(sendQueue),
      receiveQueue: Number(receiveQueue),
      timer: "none",
      timeLeft: 0,
      retransmissions: 0,
      inode: 0,
      row: `${local} ${remote} ${name}`,
    }];
  });
}

/** By the names of Linux; none for a socket that isn't connected. */
function stateOf(name: string): TcpState | undefined {
  const state = name === "SYN_RCVD" ? "SYN_RECV" : name;
  return state === "CLOSED" ? undefined : TCP_STATES.find((known) => known === state);
}

/** `127.0.0.1.8080`, `fe80::1%lo0.8080`, `*.8080` and `*.*`: the port is behind the last dot. */
function endpoint(text: string, version: 4 | 6): { address: string; port: number } {
  const dot = text.lastIndexOf(".");
  const [address, port] = [text.slice(0, dot), text.slice(dot + 1)];
  const any = version === 4 ? "0.0.0.0" : "::";
  return { address: address === "*" ? any : address, port: port === "*" ? 0 : Number(port) };
}
