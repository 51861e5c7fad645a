import { assertEquals } from "@std/assert";
import { contextOf, FakeClock, turn } from "../../app/_testing.ts";
import { type Address, parseAddress, pipe } from "../../net/mod.ts";
import { FarEnd } from "./_pair_testing.ts";
import type { Direction, Disturbance } from "./disturbance.ts";
import { Relay } from "./relay.ts";

/** A client of a relay on a clock of its own, whose target is a socket of the test's. */
async function relayed(
  idleTimeout: number,
  target: Address,
  disturbances: Partial<Record<Direction, Disturbance>> = {},
) {
  const clock = new FakeClock();
  const options = {
    idleTimeout,
    disturbances: { up: {}, down: {}, ...disturbances },
    seed: 1,
    hasResets: true,
    json: false,
  };
  const settings = { connectTimeout: 10_000, retry: 0 };
  const relay = new Relay(target, { ...settings, ...options }, contextOf("raw", { clock }));
  await relay.prepare();
  const [far, near] = pipe();
  const client = new FarEnd(far);
  let end: string | undefined;
  const ended = relay.relay(near, () => {}).then(() => end = "", (error) => end = error.code);
  return { clock, relay, client, ended, end: () => end };
}

const address = (port: number, scheme: "tcp" | "udp") =>
  parseAddress(`${scheme}://127.0.0.1:${port}`, { schemes: [scheme] });

for (const stalled of [{}, { up: { stall: 0 } }, { down: { stall: 0 } }]) {
  const how = Object.keys(stalled).join() || "neither way";
  Deno.test(`Relay closes both sides once nothing moved for so long, stalled ${how}`, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const world = await relayed(1000, address(listener.addr.port, "tcp"), stalled);
    using target = await listener.accept();
    while (!world.relay.pairs.length) await turn();
    await world.client.send("a");
    world.clock.pass(999);
    await turn();
    assertEquals(world.end(), undefined);
    while (world.end() === undefined) {
      world.clock.pass(1000);
      await turn();
    }
    assertEquals([world.end(), world.client.seen.endsWith("$")], ["idle_timeout", true]);
    while (await target.read(new Uint8Array(9)));
    assertEquals([world.relay.pairs, world.clock.pending], [[], 0]);
  });
}

Deno.test("Relay closes nobody for being idle if it isn't told to, nor one on whom something moves", async () => {
  const socket = Deno.listenDatagram({ hostname: "127.0.0.1", port: 0, transport: "udp" });
  const { port } = socket.addr as Deno.NetAddr;
  for (const [idleTimeout, step] of [[0, 1e9], [10_000, 5000]]) {
    const world = await relayed(idleTimeout, address(port, "udp"));
    while (!world.relay.pairs.length) await turn();
    for (const text of ["a", "b", "c"]) {
      await world.client.send(text);
      await socket.receive();
      world.clock.pass(step);
      await turn();
    }
    assertEquals(world.end(), undefined);
    world.client.connection.close();
    while (world.end() === undefined) {
      world.clock.pass(1);
      await turn();
    }
    assertEquals([await world.ended, world.clock.pending], ["", 0]);
  }
  socket.close();
});
