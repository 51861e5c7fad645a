import { type Bench, clear, opened, write } from "./bench.ts";

/** A client writes to a server that has closed. */
export async function epipe(bench: Bench): Promise<void> {
  const { stage } = bench;
  const { client, server } = await opened(bench);
  stage.scene("epipe");
  stage.call("server", "close()");
  server.close();
  await stage.pass("server");
  await stage.pass("client");
  write(bench, client, "one");
  await stage.pass("client");
  await stage.pass("server");
  write(bench, client, "two");
  clear(bench, client);
}
