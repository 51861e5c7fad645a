import { assertEquals } from "@std/assert";
import { PinwireError } from "../errors.ts";
import { sceneContext } from "../demo/scene.ts";
import type { AdmissionControl } from "../session/admission.ts";
import type { Event } from "../app/mod.ts";
import { type Connection, pipe } from "../net/mod.ts";
import { Token } from "../session/token.ts";
import { Registry } from "./registry.ts";
import { serveDevice } from "./session.ts";

const FAR = "tcp://192.0.2.1:5";

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
    const events: Event[] = [];
    const context = sceneContext("text", (event) => events.push(event));
    const registry = new Registry((event) => void events.push(event), 10);
    const gate = {
      enter() {
        throw new PinwireError("kept_out", "192.0.2.1 has given too many wrong proofs");
      },
    } as unknown as AdmissionControl;
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
