import type { Event } from "../app/mod.ts";
import type { Peer } from "../net/mod.ts";
import type { Hello } from "./protocol.ts";
import { type DeviceEntry, Registry } from "./registry.ts";

const helloOf = (name?: string, pin = "11"): Hello => ({ role: "agent", version: 1, name, pin, chip: "c" });

const HOST = "127.0.0.1";

function peerAt(port: number): Peer {
  return {
    scheme: "tcp",
    host: HOST,
    port,
    name: `tcp://${HOST}:${port}`,
    isLocal: true,
    isEncrypted: false,
  };
}

/** A registry whose connections write down what they are told. */
export function world(limit = 10) {
  const told: [Event, boolean | undefined][] = [];
  const registry = new Registry((event, isBlinking) => void told.push([event, isBlinking]), limit);
  let port = 1;
  return {
    registry,
    /** What it told since the last look. */
    events: () => told.splice(0).map(([event]) => event),
    told,
    /** A plain client, that says nothing. */
    join(peer = peerAt(port++)): DeviceEntry & { said: string[] } {
      const said: string[] = [];
      return Object.assign(registry.join({ peer, send: (line) => void said.push(line) }), { said });
    },
    /** A device that has said hello. */
    greet(name?: string, pin?: string) {
      const entry = this.join();
      registry.greet(entry, helloOf(name, pin));
      return entry;
    },
  };
}
