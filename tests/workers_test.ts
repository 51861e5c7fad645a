import { assertEquals, assertMatch } from "@std/assert";
import { ask, assertStops, bytes, echo, isLinux, LOOPBACK, pinwire, refusal, restOf } from "./support.ts";

/** A test of --workers, which is for Linux. */
function workers(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `--workers 2: ${name}`, ignore: !isLinux, fn });
}

workers("both listen, all are served, events tell of all, Ctrl-C ends all", async () => {
  await using world = await echo(["--workers", "2"]);
  const { server } = world;
  const port = server.port.toString(16).toUpperCase().padStart(4, "0");
  const listeners = (await Deno.readTextFile("/proc/net/tcp")).match(
    new RegExp(`:${port} 00000000:0000 0A `, "g"),
  );
  assertEquals(listeners?.length, 2);
  const intruders = await Promise.all(Array.from({ length: 10 }, () => world.intruder()));
  for (const { conn } of intruders) assertEquals(await ask(conn, "hi"), "hi");
  const peers = new Set<string>();
  for (const _ of intruders) peers.add((await server.next("message")).peer!);
  assertEquals(peers, new Set(intruders.map(({ peer }) => peer)));
  await world.isWell();
  await assertStops(server);
  assertEquals(server.events.filter(({ event }) => event === "disconnected").length, 11);
  for (const { conn } of intruders) conn.close();
});

workers("--once ends the whole server after one message", async () => {
  await using server = await pinwire(["echo", "serve", "127.0.0.1:0", "--workers", "2", "--once", "--json"]);
  const connect = () => Deno.connect({ hostname: LOOPBACK, port: server.port });
  const idle = await Promise.all(Array.from({ length: 6 }, connect));
  for (const _ of idle) await server.next("connected");
  assertMatch(await ask(idle[3], "hi"), /\] hi$/);
  assertEquals((await server.status).code, 0);
  assertEquals(await Promise.all(idle.map(restOf)), idle.map(() => ""));
  assertEquals(server.events.filter(({ event }) => event === "message").length, 1);
  for (const conn of idle) conn.close();
});

workers("--max-clients counts for the server as a whole", async () => {
  await using world = await echo(["--workers", "2", "--max-clients", "4"]);
  const { server } = world;
  const inside = await Promise.all(Array.from({ length: 3 }, () => world.intruder()));
  for (let i = 0; i < 8; i++) {
    using late = await Deno.connect({ hostname: LOOPBACK, port: server.port });
    assertEquals(await restOf(late), "");
  }
  const error = await server.next("error");
  assertMatch(`${error.message}: ${error.hint}`, /4 at a time.*--max-clients/);
  for (const { conn } of inside) assertEquals(await ask(conn, "hi"), "hi");
  for (const { conn } of inside) conn.close();
});

workers("a taken port is nobody's to share", async () => {
  await using world = await echo(["--workers", "2"]);
  const said = await refusal(["echo", "serve", `127.0.0.1:${world.server.port}`, "--workers", "2"], 1);
  assertMatch(said, new RegExp(`is taken by \\S+ \\(process ${world.server.pid}\\)`));
  await world.isWell();
});

workers("--until ends the whole server when one worker has seen the word", async () => {
  const until = ["--workers", "2", "--until", "88", "--reply", "none", "--json"];
  await using server = await pinwire(["echo", "serve", `${LOOPBACK}:0`, ...until]);
  using conn = await Deno.connect({ hostname: LOOPBACK, port: server.port });
  await conn.write(bytes("88"));
  assertEquals((await server.outcome()).code, 0);
});
