import { assertEquals, assertLessOrEqual } from "@std/assert";
import { TYPE } from "../lib/shell/protocol.ts";
import { isLinux, type Process, runPinwire } from "./support.ts";
import { abuse, frameOf, helloOf, refusedAs, ShellWire, windowOf } from "./support/shell_wire.ts";

abuse("the 1,001st client is let in while 1,000 have not finished their opening", async (on) => {
  const { server, key } = on;
  const starts = [new Uint8Array(), frameOf(1).subarray(0, 3), frameOf(1, 0, helloOf()).subarray(0, 40)];
  const half = await Promise.all(Array.from({ length: 1_000 }, async (_, i) => {
    const wire = await ShellWire.dial(server);
    // Those that came first may be closed already.
    if (i % 4 === 3) await wire.greet().catch(() => {});
    else await wire.write(starts[i % 4]).catch(() => {});
    return wire;
  }));
  using wire = await ShellWire.enter(server, key);
  assertEquals((await wire.run(1, "echo 1,001")).stdout, "1,001\n");
  const { code, stdout } = await runPinwire(["shell", "exec", server.address, "--", "echo", "1,002"], {
    env: on.env,
  });
  assertEquals([code, stdout, await on.ran()], [0, "1,002\n", ["echo 1,001", "echo 1,002"]]);
  await refusedAs(server, /^more than 256 connections have proven nothing yet$/);
  for (const each of half) each[Symbol.dispose]();
});

/** How much memory a process has, in bytes. */
async function memoryOf({ pid }: Process): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(status.match(/VmRSS:\s+(\d+)/)![1]) * 1024;
}

const MEGABYTES = 1024 * 1024;

if (isLinux) {
  abuse("clients that never read what their commands print cost the server and others little", async (on) => {
    const { server, key } = on;
    using good = await ShellWire.enter(server, key);
    /** 20 MB, which the honest read. */
    const readMuch = async (stream: number) => {
      await good.exec(stream, "head -c 20000000 /dev/zero");
      for (let count = 0; count < 20_000_000;) {
        const { type, body } = (await good.frame())!;
        if (type !== TYPE.stdout) continue;
        count += body.length;
        await good.send(TYPE.window, stream, windowOf(body.length));
      }
    };
    await readMuch(1);
    const before = await memoryOf(server);
    const deaf = await Promise.all(Array.from({ length: 10 }, () => ShellWire.enter(server, key)));
    for (const wire of deaf) {
      await wire.exec(1, "yes");
      await wire.exec(2, "yes >&2");
      // More than it could ever hold.
      for (const stream of [1, 2]) await wire.send(TYPE.window, stream, windowOf(2 ** 31 - 1 - 262_144));
      for (let i = 0; i < 100; i++) await wire.send(TYPE.ping);
    }
    for (let i = 2; i < 6; i++) await readMuch(i);
    assertLessOrEqual(await memoryOf(server) - before, 64 * MEGABYTES);
    for (const wire of deaf) wire[Symbol.dispose]();
    await server.sees(/(ran yes[^]*){20}/);
    await on.ran();
  });
}
