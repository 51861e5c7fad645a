import { assertEquals } from "@std/assert";
import { PinwireError } from "../errors.ts";
import { parseSpec } from "../framing/mod.ts";
import type { Gate } from "../net/gate.ts";
import { type Connection, type Context, type Event, pipe, Reporter, Stop } from "../net/mod.ts";
import { Token } from "../net/proof.ts";
import { utf8 } from "../text/mod.ts";
import { Registry } from "./registry.ts";
import { serveDevice } from "./server.ts";

const FAR = "tcp://192.0.2.1:5";

/** What a controller works with, its events kept. */
function surroundings(): { context: Context; events: Event[] } {
  const events: Event[] = [];
  const forward = (event: Event) => void events.push(event);
  const context: Context = {
    encoding: utf8,
    codec: parseSpec("text", 1024),
    reporter: new Reporter({ program: "test", role: "server", forward }),
    stop: new Stop(),
    trace: (connection) => connection,
    traceDatagrams: (socket) => socket,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return { context, events };
}

/** Everything that comes until the end. */
async function restOf(peer: Connection): Promise<string> {
  const buffer = new Uint8Array(4096);
  let text = "";
  for (let n; (n = await peer.read(buffer)) !== null;) {
    text += new TextDecoder().decode(buffer.subarray(0, n));
  }
  return text;
}

Deno.test({
  name: "serveDevice tells an address that the gate keeps out why, hears nothing of it, and closes",
  permissions: "none",
  async fn() {
    const [here, there] = pipe();
    const { context, events } = surroundings();
    const registry = new Registry((event) => void events.push(event), 10);
    const gate = {
      enter() {
        throw new PinwireError("kept_out", "192.0.2.1 has given too many wrong proofs");
      },
    } as unknown as Gate;
    const token = await Token.from("k".repeat(43));
    const served = serveDevice({ ...here, remote: FAR }, context, { registry, token, gate });
    // Nobody takes it any more.
    const said = there.write(new TextEncoder().encode('hello {"name":"lamp"}\n')).catch(() => {});
    assertEquals(await restOf(there), "refused too many wrong proofs, try again in a minute\n");
    await Promise.all([served, said]);
    assertEquals(events, [
      { event: "error", message: `refused ${FAR}, too many wrong proofs, try again in a minute`, peer: FAR },
    ]);
    assertEquals(registry.list(), []);
  },
});
