import { PORT } from "../stage/stage.ts";
import { LOCAL } from "../stage/wire.ts";
import { type Bench, opened, read } from "./bench.ts";
import { SCENES } from "./names.ts";

/** A server starts again at once: once after its client has closed first, once after it has itself. */
export async function timeWait(bench: Bench): Promise<void> {
  const { stage } = bench;
  stage.scene("time-wait");

  const one = await opened(bench);
  one.client.close();
  await stage.pass("client", undefined, false);
  await stage.pass("server", undefined, false);
  one.server.close();
  await stage.pass("server", undefined, false);
  await stage.pass("client", undefined, false);
  stage.scene(SCENES.clientFirst);
  stage.tellSockets();
  bind(bench, false);

  const { client, server } = await opened(bench);
  stage.scene(SCENES.serverFirst);
  stage.call("server", "close()");
  server.close();
  await stage.pass("server");
  await stage.pass("client");
  read(bench, client);
  stage.call("client", "close()");
  client.close();
  await stage.pass("client");
  await stage.pass("server");
  bind(bench, false);
  stage.call("server", "setsockopt(SO_REUSEADDR, 1)");
  bind(bench, true);
}

function bind({ stage, sockets }: Bench, isReused: boolean): void {
  const result = sockets.bind(LOCAL, PORT, isReused ? ["SO_REUSEADDR"] : []);
  stage.call("server", `bind() = ${result}`);
}
