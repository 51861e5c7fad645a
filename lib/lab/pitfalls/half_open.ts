import { type Bench, clear, opened, read, write } from "./bench.ts";
import { SCENES } from "./names.ts";

/** Two numbers of seconds and one of probes: as little as can be, for a lesson. */
const KEEPALIVE = [["SO_KEEPALIVE", 1], ["TCP_KEEPIDLE", 1], ["TCP_KEEPINTVL", 1], [
  "TCP_KEEPCNT",
  2,
]] as const;

/** A server's machine goes away without a word: once it comes back, once it doesn't. */
export async function halfOpen(bench: Bench): Promise<void> {
  const { stage } = bench;
  stage.scene("half-open");
  const { client, server } = await opened(bench);
  stage.scene(SCENES.back);
  bench.sockets.vanish(server.inode);
  stage.tellStates();
  stage.tellSockets();
  write(bench, client, "hello");
  await stage.pass("client");
  await stage.pass("server");
  read(bench, client);
  clear(bench, client, server);
  await keepAlive(bench);
}

/** The client asks by itself, and gets no answer. */
async function keepAlive(bench: Bench): Promise<void> {
  const { stage, sockets } = bench;
  const { client, server } = await opened(bench);
  stage.scene(SCENES.keepalive);
  for (const [option, value] of KEEPALIVE) {
    stage.call("client", `setsockopt(${option}, ${value})`);
    sockets.set(client.inode, option, value);
  }
  sockets.vanish(server.inode);
  stage.tellStates();
  stage.lose(({ from }) => from === "client");
  const failure = await client.conn.read(new Uint8Array(1)).catch((error) => error.code);
  // The last segments before, which the kernel has sent.
  await stage.sent("client", 0);
  stage.call("client", `read() = ${failure}`);
  clear(bench, client, server);
}
