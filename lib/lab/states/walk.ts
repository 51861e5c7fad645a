import type { Stage } from "../stage/stage.ts";

/** The parts of the walk. */
export const SCENES = { orderly: "one closes first", simultaneous: "both close at once" };

/** Walks both ends through all states of TCP: a connection of which one closes first, and one that both close at once. */
export async function walk(stage: Stage): Promise<void> {
  stage.begin(SCENES.orderly);
  const one = await stage.open();
  stage.call("client", "shutdown()");
  await one.client.closeWrite();
  await stage.pass("client");
  await stage.pass("server");
  stage.call("server", "close()");
  one.server.close();
  await stage.pass("server");
  await stage.pass("client");
  one.client.close();

  stage.begin(SCENES.simultaneous);
  const other = await stage.open();
  stage.call("client", "shutdown()");
  await other.client.closeWrite();
  await stage.sent("client");
  stage.call("server", "shutdown()");
  await other.server.closeWrite();
  await stage.sent("server");
  // Each FIN arrives, and then the acknowledgments of both.
  await stage.pass("client");
  await stage.pass("server");
  await stage.sent("server");
  await stage.pass("client");
  await stage.pass("server");
  other.client.close();
  other.server.close();
}
