import { assert, assertEquals, assertLessOrEqual, assertMatch } from "@std/assert";
import {
  ask,
  assertStops,
  echo,
  errorsOf,
  has,
  isLinux,
  LOOPBACK,
  pinwire,
  type Process,
  PYTHON,
  restOf,
  runPython,
} from "./support.ts";

/** How much memory a process has, in bytes. */
async function memoryOf({ pid }: Process): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(status.match(/VmRSS:\s+(\d+)/)![1]) * 1024;
}

Deno.test({
  name: "a client that never reads costs no memory, and the others are served",
  ignore: !isLinux,
  async fn() {
    await using world = await echo(["--quiet"]);
    const { conn, peer } = await world.intruder();
    const chunk = new Uint8Array(65_536).fill(0x0a);
    const total = 64 * 1024 * 1024;
    let written = 0;
    async function flood() {
      while (written < total) written += await conn.write(chunk);
    }
    const memory = await memoryOf(world.server);
    const flooding = flood().catch(() => {});
    // Once the server has stopped reading, nothing more goes however often others are served.
    let before = -1;
    while (written !== before) {
      before = written;
      for (let i = 0; i < 50; i++) {
        await world.isWell();
        world.server.events.length = 0;
      }
    }
    assert(written < total, "all of it was taken");
    assertLessOrEqual(await memoryOf(world.server) - memory, 24 * 1024 * 1024);
    conn.close();
    await flooding;
    assertEquals((await world.server.next("disconnected")).peer, peer);
    await world.isWell();
  },
});

Deno.test("more idle connections than --max-clients: the next are closed, the earlier ones served", async () => {
  await using server = await pinwire([
    "echo",
    "serve",
    "127.0.0.1:0",
    "--reply",
    "{data}",
    "--json",
    "--max-clients",
    "200",
  ]);
  const connect = () => Deno.connect({ hostname: LOOPBACK, port: server.port });
  const early = await Promise.all(Array.from({ length: 200 }, connect));
  for (const _ of early) await server.next("connected");
  const late = await Promise.all(Array.from({ length: 100 }, connect));
  assertEquals(await Promise.all(late.map(restOf)), late.map(() => ""));
  const error = await server.next("error");
  assertMatch(`${error.message}: ${error.hint}`, /200 at a time.*--max-clients/);
  for (const conn of [early[0], early[99], early[199]]) assertEquals(await ask(conn, "ping"), "ping");
  early[0].close();
  await server.next("disconnected");
  using next = await connect();
  assertEquals(await ask(next, "ping"), "ping");
  for (const conn of [...early.slice(1), ...late]) conn.close();
  await assertStops(server);
});

Deno.test({
  name: `a connection reset in the middle (needs ${PYTHON})`,
  ignore: !has(PYTHON),
  async fn() {
    await using world = await echo([]);
    assertEquals((await runPython("reset", [LOOPBACK, world.server.port])).code, 0);
    const { peer } = await world.server.next("connected");
    const { peer: gone, reason } = await world.server.next("disconnected");
    assertEquals([gone, reason], [peer, "connection reset"]);
    await world.isWell();
    assertEquals(errorsOf(world.server), []);
  },
});
