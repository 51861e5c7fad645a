import { assert, assertEquals } from "@std/assert";
import { bytes, posix, text, world } from "../_session_testing.ts";
import type { Output } from "./client_stream.ts";
import { WINDOW } from "../wire/window.ts";

/** Counts what it is given. */
function counter() {
  const sizes = { stdout: 0, stderr: 0 };
  const output: Output = (kind, { length }) => void (sizes[kind] += length);
  return { sizes, output };
}

posix("ShellSession tells a client that has the token where commands begin", async () => {
  await using on = await world({ cwd: "/tmp" });
  const { proof: _, ...about } = await (await on.client()).ready;
  assertEquals(about, { host: Deno.hostname(), cwd: "/tmp", shell: true });
});

posix("ShellSession lets a client in when commands begin in the folder with the longest path", async () => {
  const cwd = `/${"x".repeat(200)}`.repeat(20);
  await using on = await world({ cwd });
  assertEquals((await (await on.client()).ready).cwd, cwd);
});

posix("ShellSession runs several commands at once, each with its output, its input and its end", async () => {
  await using on = await world();
  const client = await on.client();
  await Promise.all([1, 2, 3, 4, 5, 6].map(async (n) => {
    let [stdout, stderr] = ["", ""];
    const running = client.start({ argv: [`cat; echo ${n} >&2; exit ${n}`] }, (kind, bytes) => {
      kind === "stdout" ? stdout += text(bytes) : stderr += text(bytes);
    });
    const parts = Array.from({ length: 5 }, (_, i) => bytes(`${n}.${i}\n`));
    await running.feed((buffer) => {
      const part = parts.shift();
      if (part) buffer.set(part);
      return Promise.resolve(part?.length ?? null);
    });
    assertEquals(await running.exited, { code: n, signal: null, cwd: null });
    assertEquals([stdout, stderr], [[0, 1, 2, 3, 4].map((i) => `${n}.${i}\n`).join(""), `${n}\n`]);
  }));
});

posix("ShellSession sends much on stdout and stderr at once, as fast as it is taken", async () => {
  await using on = await world();
  const { sizes, output } = counter();
  const command = "head -c 5000000 /dev/zero & head -c 5000000 /dev/zero >&2; wait";
  const { exited } = (await on.client()).start({ argv: [command] }, output);
  assertEquals([(await exited).code, sizes], [0, { stdout: 5_000_000, stderr: 5_000_000 }]);
});

posix(
  "ShellSession holds no command up for another one whose output isn't taken, or that takes no input",
  async () => {
    await using on = await world();
    const client = await on.client();
    const { sizes, output } = counter();
    const gate = Promise.withResolvers<void>();
    const slow = client.start({ argv: ["head -c 3000000 /dev/zero"] }, async (kind, bytes) => {
      await gate.promise;
      await output(kind, bytes);
    });
    const deaf = client.start({ argv: ["exec sleep 1000"] }, output);
    let fed = 0;
    const feeding = deaf.feed((buffer) => {
      fed += buffer.length;
      return Promise.resolve(buffer.length);
    });
    for (let i = 0; i < 3; i++) {
      const quick = client.start({ argv: ["cat; echo hi"] }, () => {});
      await quick.feed(() => Promise.resolve(null));
      assertEquals((await quick.exited).code, 0);
    }
    // What is in the window, and one read more.
    assert(fed <= WINDOW + 2 * 65_536, `${fed}`);
    gate.resolve();
    assertEquals([(await slow.exited).code, sizes.stdout], [0, 3_000_000]);
    deaf.signal("SIGTERM");
    assertEquals((await deaf.exited).signal, "SIGTERM");
    await feeding;
  },
);
