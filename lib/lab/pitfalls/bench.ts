import type { TcpEnd } from "../../app/mod.ts";
import type { BareSockets } from "../../system/bare_sockets.ts";
import { parseProcNetTcp } from "../../system/socket_tables/proc_net.ts";
import type { Stage } from "../stage/stage.ts";
import { SCENES } from "./names.ts";

/** What an experiment works with. */
export interface Bench {
  stage: Stage;
  sockets: BareSockets;
}

/** An end of a connection. */
export interface End {
  at: TcpEnd;
  /** Which socket it is: the kernel's table has it no more once the connection is over. */
  inode: number;
  close(): void;
}

/** A connection of which it isn't told how it was opened. */
export async function opened(
  { stage, sockets }: Bench,
): Promise<{ client: End & { conn: Deno.TcpConn }; server: End }> {
  stage.begin(SCENES.opening);
  const listener = stage.listen();
  const listening = inodeAt(stage, "server");
  stage.isLooking = false;
  const conn = await stage.connect(false);
  stage.isLooking = true;
  stage.tellStates();
  sockets.accept(listening);
  listener.close();
  stage.call("server", "accept()");
  const { client, server } = stage.sockets();
  const inode = server!.inode;
  return {
    client: { at: "client", inode: client!.inode, conn, close: () => conn.close() },
    // The runtime's own close() sends FIN in any case (shutdown(2)).
    server: { at: "server", inode, close: () => sockets.close(inode) },
  };
}

/** The socket that an end has now. */
export const inodeAt = (stage: Stage, at: TcpEnd): number => stage.sockets()[at]!.inode;

/** Writes a text, and tells of it before anything of it is seen on the wire. */
export function write({ stage, sockets }: Bench, { at, inode }: End, text: string): void {
  const result = sockets.write(inode, new TextEncoder().encode(text));
  stage.call(at, `write("${text}") = ${result}`);
}

/** Reads what is there, and tells of it. */
export function read({ stage, sockets }: Bench, { at, inode }: End): void {
  stage.call(at, `read() = ${sockets.read(inode, new Uint8Array(1024))}`);
}

/** Ends connections without a segment, so that nothing of them gets into what follows. */
export function clear({ sockets }: Bench, ...ends: { close(): void }[]): void {
  for (const { inode, state } of parseProcNetTcp(Deno.readTextFileSync("/proc/self/net/tcp"))) {
    if (inode && state !== "LISTEN") sockets.vanish(inode);
  }
  for (const end of ends) end.close();
}
