import { assertEquals, assertLessOrEqual, assertMatch, fail } from "@std/assert";
import { bytes, errorsOf, isLinux, isWindows, pinwire, type Process, restOf, tempDir } from "./support.ts";
import { agent, controller, list, next, Peer, reports } from "./support/led.ts";

/** How much memory a process has, in bytes. */
async function memoryOf({ pid }: Process): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(status.match(/VmRSS:\s+(\d+)/)![1]) * 1024;
}

/** So many connects and drops, a hundred at a time, each of which the controller has noticed. */
async function comeAndGo(server: Process, count: number): Promise<void> {
  for (let i = 0; i < count; i += 100) {
    const peers = await Promise.all(Array.from({ length: 100 }, () => Peer.dial(server)));
    for (const peer of peers) peer[Symbol.dispose]();
    for (const _ of peers) {
      await next(server, "connected");
      await next(server, "disconnected");
    }
  }
}

Deno.test({
  name: "10,000 connections that come and go leave nothing behind",
  ignore: !isLinux,
  async fn() {
    await using server = await controller();
    await comeAndGo(server, 3_000);
    const before = await memoryOf(server);
    await comeAndGo(server, 7_000);
    assertLessOrEqual(await memoryOf(server) - before, 32 * 1024 * 1024);
    await using _lamp = await agent(server.address, "lamp");
    assertEquals((await next(server, "device")).index, 10_000);
    const rows = await list(server);
    assertEquals(rows.length, 1);
    assertMatch(rows[0], /^10000 {2}lamp /);
    await server.write("on lamp\n");
    await reports(server, "lamp", true);
    assertEquals(errorsOf(server), []);
  },
});

Deno.test({
  name: "a device that never reads is closed when too much waits for it, and the others go on",
  ignore: isWindows,
  async fn() {
    await using folder = await tempDir();
    const path = `${folder.path}/led`;
    // A Unix socket holds less on its way than TCP does.
    await using server = await pinwire(["led", "serve", `unix:${path}`, "--json"]);
    await using _lamp = await agent(`unix:${path}`, "lamp");
    await reports(server, "lamp", false);
    using deaf = new Peer(await Deno.connect({ transport: "unix", path }));
    await deaf.say('hello {"name":"deaf"}');
    await next(server, "device");
    const { peer } = await next(server, "device");
    for (let i = 0; i < 40; i++) await server.write("blink deaf 12.3456\n".repeat(1_000));
    await server.write("on lamp\n");
    await reports(server, "lamp", true);
    const { peer: gone, reason } = await next(server, "disconnected");
    assertEquals([gone, reason], [peer, "too slow"]);
    const error = await next(server, "error");
    assertEquals([error.peer, error.message], [peer, `${peer} does not read what it is told`]);
  },
});

Deno.test("a script that switches a device 2,000 times at once doesn't lose it", async () => {
  await using server = await controller();
  await using lamp = await agent(server.address, "lamp");
  await reports(server, "lamp", false);
  const lost = next(lamp, "disconnected").then(() => fail("the device was lost"), () => undefined);
  await server.write("on lamp\noff lamp\n".repeat(1_000) + "on lamp\n");
  for (let i = 0; i < 2_002; i++) {
    const state = await Promise.race([next(lamp, "state"), lost]);
    assertEquals(state?.on, i % 2 === 1, String(i));
  }
});

Deno.test({
  name: "the pins of an agent wait for no controller that never reads",
  ignore: isWindows,
  async fn() {
    await using folder = await tempDir();
    const path = `${folder.path}/led`;
    using listener = Deno.listen({ transport: "unix", path });
    const args = ["led", "agent", `unix:${path}`, "--gpio", "simulated", "--name", "lamp"];
    await using lamp = await pinwire(args);
    using conn = await listener.accept();
    assertEquals([await lamp.line(), await lamp.line()], ["lamp is off", `connected to unix:${path}`]);
    const times = 20_000;
    const flood = bytes("on\noff\n".repeat(times));
    for (let at = 0; at < flood.length;) at += await conn.write(flood.subarray(at));
    for (let i = 0; i < times; i++) {
      assertEquals([await lamp.line(), await lamp.line()], ["lamp is on", "lamp is off"], String(i));
    }
    // What it has to say at last is how the pin is now.
    await conn.write(bytes("on\n"));
    assertEquals(await lamp.line(), "lamp is on");
    await conn.closeWrite();
    assertMatch(await restOf(conn), /state on\n$/);
  },
});
