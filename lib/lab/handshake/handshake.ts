import type { Stage } from "../stage/stage.ts";

const MESSAGE = "hello";

/** Opens a connection, says one message, and closes: the client first. */
export async function handshake(stage: Stage): Promise<void> {
  const { client, server } = await stage.open();
  stage.call("client", `write("${MESSAGE}")`);
  await client.write(new TextEncoder().encode(MESSAGE));
  await stage.pass("client");
  await stage.pass("server");
  const count = await server.read(new Uint8Array(99));
  stage.call("server", `read() = ${count}`);

  stage.call("client", "shutdown()");
  await client.closeWrite();
  await stage.pass("client");
  await stage.pass("server");
  await server.read(new Uint8Array(1));
  stage.call("server", "read() = 0");
  stage.call("server", "close()");
  server.close();
  await stage.pass("server");
  await stage.pass("client");
  client.close();
}
