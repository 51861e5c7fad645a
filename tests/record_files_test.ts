import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { isWindows, pinwire, refusal, tempDir } from "./support.ts";
import { run } from "./support/process.ts";

const ECHO = ["echo", "serve", "127.0.0.1:0", "--reply", "{data}"];
/** Nobody is there. */
const FAILS = ["send", "127.0.0.1:1", "hi"];

Deno.test("a command that fails before anything crosses leaves no recording, and an old one as it is", async () => {
  await using dir = await tempDir();
  const [fresh, old] = [`${dir.path}/new`, `${dir.path}/old`];
  await Deno.writeTextFile(old, "precious");
  for (const record of [["--record", fresh], ["--record", old, "--force"]]) {
    assertStringIncludes(await refusal([...FAILS, ...record], 1), "nobody is listening");
  }
  await assertRejects(() => Deno.stat(fresh), Deno.errors.NotFound);
  assertEquals(await Deno.readTextFile(old), "precious");
});

Deno.test("a server that nobody came to leaves a recording all the same", async () => {
  await using dir = await tempDir();
  const path = `${dir.path}/r`;
  await using server = await pinwire([...ECHO, "--record", path]);
  await server.stop();
  assert((await Deno.stat(path)).size > 0);
});

Deno.test({
  name: "a recording goes into a named pipe, as Wireshark reads one",
  ignore: isWindows,
  async fn() {
    await using dir = await tempDir();
    const path = `${dir.path}/pipe`;
    await run("mkfifo", [path]);
    const reading = Deno.readFile(path);
    await using server = await pinwire([...ECHO, "--record", path, "--force"]);
    await server.stop();
    assertEquals([...(await reading).subarray(0, 4)], [0x0a, 0x0d, 0x0d, 0x0a]);
  },
});
