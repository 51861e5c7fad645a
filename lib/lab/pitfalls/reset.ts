import { type Bench, clear, opened, read, write } from "./bench.ts";
import { SCENES } from "./names.ts";

/** A server ends its connection by a reset: as it hasn't read all, and as it wants to. */
export async function reset(bench: Bench): Promise<void> {
  const { stage } = bench;
  stage.scene("reset");
  const { client, server } = await opened(bench);
  stage.scene(SCENES.unread);
  write(bench, client, "hello");
  await stage.pass("client");
  await stage.pass("server");
  stage.tellSockets();
  stage.call("server", "close()");
  server.close();
  await stage.pass("server");
  read(bench, client);
  clear(bench, client);
  await abort(bench);
}

/** What isn't sent yet is lost with it. */
async function abort(bench: Bench): Promise<void> {
  const { stage, sockets } = bench;
  const { client, server } = await opened(bench);
  stage.scene(SCENES.abort);
  write(bench, server, "one");
  await stage.pass("server");
  // Its ACK is still under way, so that Nagle's algorithm keeps what is written next.
  await stage.sent("client");
  write(bench, server, "two");
  stage.tellSockets();
  stage.call("server", "connect(AF_UNSPEC)");
  sockets.reset(server.inode);
  await stage.pass("server");
  read(bench, client);
  read(bench, client);
  clear(bench, client, server);
}
