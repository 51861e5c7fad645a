import { assertEquals, assertLessOrEqual } from "@std/assert";
import {
  assertStops,
  bytes,
  echo,
  errorsOf,
  interrupt,
  isWindows,
  LOOPBACK,
  pinwire,
  type Process,
  restOf,
  tempDir,
  testUnless,
  whyNoEndOfWrites,
} from "./support.ts";
import { agent, next } from "./support/led.ts";

interrupt("Ctrl-C with clients connected: all are told of, and it ends with 0", async () => {
  await using world = await echo([]);
  const { conn } = await world.intruder();
  using _ = conn;
  await assertStops(world.server);
  assertEquals(await restOf(conn), "");
  const gone = world.server.events.filter(({ event }) => event === "disconnected");
  assertEquals(gone.map(({ reason }) => reason), ["server stopped", "server stopped"]);
  assertEquals([errorsOf(world.server), world.server.stderr], [[], ""]);
});

/** A client that is owed an answer of far more than all buffers hold, and doesn't take it. */
async function owed(): Promise<{ server: Process; conn: Deno.TcpConn } & AsyncDisposable> {
  const server = await pinwire([
    "echo",
    "serve",
    "127.0.0.1:0",
    "--reply",
    "{data}".repeat(15_000),
    "--frame",
    "line",
    "--json",
  ]);
  const conn = await Deno.connect({ hostname: LOOPBACK, port: server.port });
  await conn.write(bytes(`${"x".repeat(2000)}\n`));
  await server.next("message");
  return {
    server,
    conn,
    async [Symbol.asyncDispose]() {
      conn.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

interrupt("a second Ctrl-C ends at once, with 130", async () => {
  await using debt = await owed();
  using idle = await Deno.connect({ hostname: LOOPBACK, port: debt.server.port });
  for (let connected = 0; connected < 2; connected++) await debt.server.next("connected");
  debt.server.kill("SIGINT");
  // The idle one is closed as soon as the first signal is heeded.
  assertEquals(await restOf(idle), "");
  assertEquals((await debt.server.stop()).code, 130);
});

testUnless(whyNoEndOfWrites, "an answer that nobody takes holds Ctrl-C up for 2 s, no more", async () => {
  await using debt = await owed();
  const start = performance.now();
  assertEquals((await debt.server.stop()).code, 0);
  assertLessOrEqual(1900, performance.now() - start);
}, isWindows);

Deno.test({
  name:
    "a closed terminal (SIGHUP) ends an agent as SIGTERM does, its pin off, and leaves no Unix socket behind",
  ignore: isWindows,
  async fn() {
    await using dir = await tempDir();
    const path = `${dir.path}/socket`;
    await using server = await pinwire(["echo", "serve", `unix:${path}`]);
    await using controller = await pinwire(["led", "serve", "127.0.0.1:0", "--json"]);
    await using lamp = await agent(controller.address, "x", "--initial", "on");
    await controller.next("state");
    lamp.kill("SIGHUP");
    assertEquals((await lamp.status).code, 0);
    assertEquals((await next(lamp, "state")).on, true);
    assertEquals((await next(lamp, "state")).on, false);
    server.kill("SIGHUP");
    assertEquals((await server.status).code, 0);
    assertEquals([...Deno.readDirSync(dir.path)], []);
  },
});
