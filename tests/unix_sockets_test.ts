import { assert, assertEquals, assertMatch } from "@std/assert";
import { ask, assertStops, isWindows, pinwire, refusal, runPinwire, tempDir } from "./support.ts";

function unix(name: string, fn: (path: string) => Promise<void>): void {
  Deno.test({
    name,
    ignore: isWindows,
    async fn() {
      await using dir = await tempDir();
      await fn(`${dir.path}/socket`);
    },
  });
}

unix("a Unix path that a killed server left is taken over", async (path) => {
  await using killed = await pinwire(["echo", "serve", `unix:${path}`]);
  killed.kill("SIGKILL");
  await killed.status;
  assert((await Deno.lstat(path)).isSocket);
  await using server = await pinwire(["echo", "serve", `unix:${path}`, "--reply", "{data}"]);
  const sent = await runPinwire(["send", server.address, "hello"]);
  assertEquals([sent.code, sent.stdout], [0, "hello"]);
});

unix("a Unix path with a server on it is refused, and that server goes on", async (path) => {
  await using server = await pinwire(["echo", "serve", `unix:${path}`, "--reply", "{data}"]);
  using good = await Deno.connect({ transport: "unix", path });
  const said = await refusal(["receive", `unix:${path}`], 1);
  assert(said.includes(`unix:${path} is taken: stop that server or choose another path`), said);
  assertEquals(await ask(good, "ping"), "ping");
  await assertStops(server);
});

unix("a file that is no socket is refused and stays as it is", async (path) => {
  await Deno.writeTextFile(path, "mine");
  const said = await refusal(["echo", "serve", `unix:${path}`], 1);
  assert(said.includes(`unix:${path} exists and is not a socket`), said);
  assertEquals(await Deno.readTextFile(path), "mine");
});

unix("a Unix path without its folder, or without a server", async (path) => {
  assertMatch(await refusal(["echo", "serve", `unix:${path}/x`], 1), /the folder of \S+ does not exist/);
  assertMatch(await refusal(["send", `unix:${path}`, "hi"], 1), /there is no socket at unix:/);
});
