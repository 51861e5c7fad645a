import { parseNetstat } from "./netstat.ts";
import { parseProcNetTcp, type TcpSocket } from "./proc_net.ts";

/** What shows the sockets of TCP here: a file of Linux, or a program of macOS; none elsewhere. */
export const SOCKET_TABLE = Deno.build.os === "linux"
  ? "/proc/net/tcp"
  : Deno.build.os === "darwin"
  ? "netstat"
  : undefined;

/** The sockets of TCP of this machine; none where there is no {@linkcode SOCKET_TABLE}. */
export function tcpSockets(): TcpSocket[] {
  switch (SOCKET_TABLE) {
    case "/proc/net/tcp":
      return [SOCKET_TABLE, `${SOCKET_TABLE}6`].flatMap(readTable);
    case "netstat": {
      const { stdout } = new Deno.Command(SOCKET_TABLE, { args: ["-anl", "-p", "tcp"] }).outputSync();
      return parseNetstat(new TextDecoder().decode(stdout));
    }
    default:
      return [];
  }
}

function readTable(path: string): TcpSocket[] {
  try {
    return parseProcNetTcp(Deno.readTextFileSync(path));
  } catch (error) {
    // A machine that has no IPv6 has no table of it.
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
