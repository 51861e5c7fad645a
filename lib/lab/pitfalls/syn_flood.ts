import { encodeTcpOptions, MAX_HEADERS, PacketPath, TCP_FLAGS } from "../../packet/mod.ts";
import { parseProcNetTcp } from "../../system/socket_tables/proc_net.ts";
import { PORT } from "../stage/stage.ts";
import { LOCAL, REMOTE } from "../stage/wire.ts";
import { type Bench, clear, inodeAt } from "./bench.ts";
import { SCENES } from "./names.ts";

/** Half-open connections for which the server has room. */
const BACKLOG = 4;
/** SYNs of a flood, each from an address of its own. */
const SEGMENTS = 8;
/** A real client's SYNs that come in vain. */
const REFUSED = 2;
const SWITCH = "tcp_syncookies";

/** SYNs from addresses that nobody has fill the server's queue; a client comes with and without SYN cookies. */
export async function synFlood(bench: Bench): Promise<void> {
  const { stage, sockets } = bench;
  stage.scene("syn-flood");
  stage.begin(SCENES.opening);
  using listener = stage.listen(BACKLOG);
  // Where they can't be switched off, there is only what they do.
  if (stage.set(SWITCH, "0")) {
    stage.begin(SCENES.noCookies);
    stage.call("server", `${SWITCH} = 0`);
    flood(bench, 101);
    const connecting = stage.dial().catch(() => {});
    for (let i = 0; i < REFUSED; i++) stage.dropped(await stage.pass("client"));
    sockets.vanish(inodeAt(stage, "client"));
    await connecting;
    stage.set(SWITCH, "1");
  }
  stage.begin(SCENES.cookies);
  stage.call("server", `${SWITCH} = 1`);
  flood(bench, 201);
  const client = await stage.connect();
  const server = await listener.accept();
  stage.call("server", "accept()");
  clear(bench, client, server);
}

/** @param first the last part of the first address */
function flood({ stage }: Bench, first: number): void {
  const addresses = Array.from({ length: SEGMENTS }, (_, i) => LOCAL.replace(/\d+$/, String(first + i)));
  for (const [i, address] of addresses.entries()) {
    const to = (server: string) =>
      new PacketPath({ address, port: 50_000 + i }, { address: server, port: PORT }).tcp(
        new Uint8Array(MAX_HEADERS),
        { seq: i, ack: 0, flags: TCP_FLAGS.SYN, options: encodeTcpOptions({ mss: 1460, windowScale: 7 }) },
      ) as Uint8Array<ArrayBuffer>;
    stage.inject(to(REMOTE), to(LOCAL));
  }
  const rows = parseProcNetTcp(Deno.readTextFileSync("/proc/self/net/tcp"));
  stage.tell({
    event: "flood",
    segments: SEGMENTS,
    sources: [addresses[0], addresses[SEGMENTS - 1]],
    half_open: rows.filter(({ state }) => state === "SYN_RECV").length,
  });
}
