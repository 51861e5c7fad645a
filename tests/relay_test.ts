import { assertEquals, assertMatch } from "@std/assert";
import { assertStops, bytes, refusal } from "./support.ts";
import {
  digestOf,
  randomBytes,
  seenBy,
  sha256,
  startRelay,
  STREAMS,
  take,
  writeAll,
} from "./support/relay.ts";

const LENGTH = 8 * 1024 * 1024;

for (const listen of STREAMS) {
  for (const target of STREAMS) {
    Deno.test(`relay ${listen} → ${target} passes every byte both ways at once, and both ends`, async () => {
      await using world = await startRelay(["--quiet"], { listen, target });
      const [client, server] = await world.connect();
      using _client = client;
      using _server = server;
      const [up, down] = [randomBytes(LENGTH), randomBytes(LENGTH)];
      const digests = [digestOf(server), digestOf(client)];
      await Promise.all([writeAll(client, up), writeAll(server, down)]);
      // The end of one side is passed on while the other is still open.
      await client.closeWrite();
      assertEquals(await digests[0], await sha256(up));
      await server.write(bytes("late"));
      await server.closeWrite();
      const all = new Blob([down, "late"]);
      assertEquals(await digests[1], await sha256(await all.arrayBuffer()));
    });
  }
}

for (const [first, second] of [["client", "target"], ["target", "client"]] as const) {
  Deno.test(`relay passes the end of the ${first}'s side on, and the ${second}'s answer much later`, async () => {
    await using world = await startRelay(["--json"]);
    const [client, target] = await world.connect();
    const ends = { client, target };
    await ends[first].write(bytes("question"));
    await ends[first].closeWrite();
    assertEquals(await seenBy(ends[second]), "question$");
    // Others come and go meanwhile.
    for (let i = 0; i < 20; i++) {
      const [other, there] = await world.connect();
      await other.closeWrite();
      assertEquals(await seenBy(there), "$");
      there.close();
      assertEquals(await seenBy(other), "$");
      other.close();
    }
    await ends[second].write(bytes("answer"));
    ends[second].close();
    assertEquals(await seenBy(ends[first]), "answer$");
    ends[first].close();
    for (let i = 0; i < 21; i++) {
      assertEquals((await world.relay.next("disconnected")).reason, "end of stream");
    }
    await assertStops(world.relay);
  });
}

Deno.test("relay to where nobody is: an error event, that client is closed, the others go on", async () => {
  await using world = await startRelay(["--json"]);
  const [good, there] = await world.connect();
  const { peer: first } = await world.relay.next("connected");
  world.listener.close();
  using bad = await world.dial();
  assertEquals(await seenBy(bad), "$");
  const { peer } = await world.relay.next("connected");
  const error = await world.relay.next("error");
  assertEquals(error.peer, peer);
  assertMatch(`${error.message}: ${error.hint}`, /^nobody is listening on tcp:.*: start the server first/);
  assertEquals((await world.relay.next("disconnected")).peer, peer);
  await good.write(bytes("still here"));
  assertEquals(await take(there, 10), "still here");
  good.close();
  assertEquals(await seenBy(there), "$");
  there.close();
  assertEquals((await world.relay.next("disconnected")).peer, first);
});

Deno.test("relay to itself is refused before it listens", async () => {
  const said = await refusal(["relay", "7001", "127.0.0.1:7001"], 2);
  assertMatch(said, /from tcp:\/\/127\.0\.0\.1:7001 to itself .*another port/);
});

Deno.test("relay refuses what the carriers can't do, and a target that nobody can be at", async () => {
  assertMatch(
    await refusal(["relay", "0", "udp://127.0.0.1:1", "--reset", "1"], 2),
    /--reset is for streams/,
  );
  assertMatch(await refusal(["relay", "0", "127.0.0.1:1", "--loss", "0.1"], 2), /--loss is for datagrams/);
  assertMatch(
    await refusal(["relay", "0", "127.0.0.1:1", "--cut", "1:left"], 2),
    /"1:left" names no direction/,
  );
  assertMatch(await refusal(["relay", "0", "127.0.0.1:0"], 2), /nobody can be at/);
  assertMatch(await refusal(["relay", "0", "127.0.0.1:1", "--ca", "none.pem"], 2), /--ca is for tls/);
});

Deno.test("relay takes as many clients as --max-clients says, and closes the next", async () => {
  await using world = await startRelay(["--json", "--max-clients", "1"]);
  const [first, there] = await world.connect();
  using second = await world.dial();
  assertEquals(await seenBy(second), "$");
  assertMatch((await world.relay.next("error")).hint!, /--max-clients/);
  first.close();
  assertEquals(await seenBy(there), "$");
  there.close();
  await world.relay.next("disconnected");
  const [third, last] = await world.connect();
  await third.write(bytes("x"));
  assertEquals(await take(last, 1), "x");
  third.close();
  last.close();
});

for (const stalled of [[], ["--stall", "1:up"]]) {
  Deno.test(`relay --idle-timeout ${stalled.join(" ")} closes both sides, and says why`, async () => {
    await using world = await startRelay(["--json", "--idle-timeout", "0.3", ...stalled]);
    const [client, target] = await world.connect();
    await client.write(bytes("abc"));
    assertEquals(await seenBy(target), stalled.length ? "a$" : "abc$");
    assertEquals(await seenBy(client), "$");
    assertEquals((await world.relay.next("disconnected")).reason, "idle timeout");
    client.close();
    target.close();
    await assertStops(world.relay);
  });
}
