import { type Bench, clear } from "./bench.ts";
import { SCENES } from "./names.ts";

/** What the server asks for; Linux keeps one more. */
const BACKLOG = 1;
/** SYNs that come while there is no room. */
const REFUSED = 2;

/** A server doesn't accept: its queue is full when the third client comes. */
export async function backlog(bench: Bench): Promise<void> {
  const { stage } = bench;
  stage.begin(SCENES.opening);
  using listener = stage.listen(BACKLOG);
  const clients: Deno.TcpConn[] = [];
  while (clients.length <= BACKLOG) clients.push(await stage.connect(false));

  stage.begin("backlog");
  const connecting = stage.dial();
  for (let i = 0; i < REFUSED; i++) {
    stage.dropped(await stage.pass("client"));
    if (!i) stage.tellSockets();
  }
  const servers = [await listener.accept()];
  stage.call("server", "accept()");
  await stage.pass("client");
  await stage.pass("server");
  clients.push(await connecting);
  await stage.pass("client");
  while (servers.length < clients.length) servers.push(await listener.accept());
  clear(bench, ...clients, ...servers);
}
