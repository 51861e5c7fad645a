import { type Bench, clear, opened, write } from "./bench.ts";
import { SCENES } from "./names.ts";

/** A message in two parts. */
const PARTS = ["head", "body"];

/** A message in two writes, with and without Nagle's algorithm, and in one. */
export async function nagle(bench: Bench): Promise<void> {
  bench.stage.scene("nagle");
  await send(bench, SCENES.twoWrites, PARTS, true);
  await send(bench, SCENES.noDelay, PARTS, false);
  await send(bench, SCENES.oneWrite, [PARTS.join("")], true);
}

async function send(bench: Bench, scene: string, parts: readonly string[], hasNagle: boolean): Promise<void> {
  const { stage, sockets } = bench;
  const { client, server } = await opened(bench);
  stage.scene(scene);
  // Else it would delay its ACKs only after an exchange or several (tcp(7)).
  stage.call("server", "setsockopt(TCP_QUICKACK, 0)");
  sockets.set(server.inode, "TCP_QUICKACK", 0);
  if (!hasNagle) {
    stage.call("client", "setsockopt(TCP_NODELAY, 1)");
    client.conn.setNoDelay(true);
  }
  // Nothing but segments, so that their times are TCP's own.
  stage.isLooking = false;
  for (const part of parts) write(bench, client, part);
  for (let left = parts.length; left > 0; left--) {
    await stage.pass("client");
    if (hasNagle && left > 1) await stage.pass("server");
  }
  await stage.pass("server");
  stage.isLooking = true;
  clear(bench, client, server);
}
