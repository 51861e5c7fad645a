import type { Stage } from "../stage/stage.ts";

/** The parts of the lesson; nothing is said of the first. */
export const SCENES = { opening: "opening", full: "full", probes: "probes", open: "open again" };

/** Bytes of each write, a full segment of this wire, and how many there are. */
const SIZE = 1448, WRITES = 6;
/** Probes that are shown. */
const PROBES = 3;
/** Ms to wait for a probe: no timer of the kernel is longer (TCP_RTO_MAX). */
const LONGEST = 130_000;
/** Variables of the network: a server with little room, and windows that are told as they are. */
const SETTINGS = [
  ["tcp_rmem", "4096 8192 8192"],
  ["tcp_window_scaling", "0"],
  ["tcp_early_retrans", "0"],
  // The first as the kernel has it itself; when somebody looks at each segment, the times would grow without the second.
  ["tcp_rto_min_us", "200000"],
  ["tcp_rto_max_ms", "4000"],
] as const;

/** A server doesn't read until its window is closed and was asked for, and then does. */
export async function window(stage: Stage): Promise<void> {
  for (const [name, value] of SETTINGS) stage.set(name, value);
  stage.begin(SCENES.opening);
  const { client, server } = await stage.open(false);
  client.setNoDelay(true);

  stage.scene(SCENES.full);
  stage.call("client", `${WRITES} × write()`);
  for (let i = 0; i < WRITES; i++) await client.write(new Uint8Array(SIZE));
  for (let isOpen = true; isOpen;) {
    await stage.pass("client");
    isOpen = (await stage.pass("server")).window > 0;
  }
  stage.tellSockets();

  stage.scene(SCENES.probes);
  for (let i = 0; i < PROBES; i++) {
    await stage.pass("client", LONGEST);
    await stage.pass("server");
  }

  stage.scene(SCENES.open);
  const room = new Uint8Array(WRITES * SIZE);
  for (let count = 0; count < room.length;) {
    const read = await server.read(room) ?? 0;
    count += read;
    stage.call("server", `read() = ${read}`);
    await stage.sent("server");
    while (stage.waiting("server")) await stage.pass("server");
    if (count < room.length) await stage.pass("client");
  }
  stage.tellSockets();
}
