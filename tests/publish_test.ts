import { assert, assertEquals, assertMatch } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import { LOOPBACK, Process, run, runPinwire, tempDir } from "./support.ts";
import { posix } from "./support/shell.ts";

const PROJECT = new URL("..", import.meta.url).href;

Deno.test("what JSR gets is the program, without its tests", async () => {
  const { code, stdout, stderr } = await run(Deno.execPath(), ["publish", "--dry-run", "--allow-dirty"], {
    env: { NO_COLOR: "1" },
  });
  assertEquals(code, 0, stderr);
  const listed = [...(stdout + stderr).matchAll(/^ +(file:\S+) \(/gm)].map(([, url]) => url);
  const files = listed.map((url) => url.replace(PROJECT, ""));
  assertEquals(
    files.filter((path) =>
      !/^lib\/[\w/.-]+\.ts$|^lib\/web\/pages\/[\w/]+\.(html|css|js|svg)$|^[\w.-]+\.md$/.test(path)
    ),
    ["LICENSE", "deno.json", "main.ts"],
  );
  assertEquals(files.filter((path) => /_test\.ts$|\/_/.test(path)), []);
  for (const path of ["lib/echo/worker.ts", "lib/std.d.ts", "README.md"]) assert(files.includes(path), path);
});

posix("deno install makes a command of a checkout, which runs in any folder", async () => {
  await using root = await tempDir();
  const env = { DENO_INSTALL_ROOT: root.path };
  const args = "install --global --allow-all --name pinwire --config deno.json main.ts".split(" ");
  const installed = await run(Deno.execPath(), args, { env });
  assertEquals(installed.code, 0, installed.stderr);
  const path = `${Deno.execPath().replace(/\/[^/]+$/, "")}:${Deno.env.get("PATH")}`;
  // UDP needs a setting of deno.json.
  const there = `cd / && exec '${root.path}/bin/pinwire' echo serve udp://${LOOPBACK}:0 --json`;
  await using server = new Process("sh", ["-c", there], { env: { PATH: path } });
  const { address } = await server.next("listening");
  const { stdout } = await runPinwire(["send", address!, "hello", "--wait", "60"]);
  assertMatch(stdout, /hello/);
});

Deno.test("a package, whose deno.json Deno doesn't ask, is told what UDP needs", async () => {
  await using folder = await tempDir();
  const imports = Object.fromEntries(
    Object.entries(config.imports).map(([name, to]) => [name, to.replace(/^\.\//, PROJECT)]),
  );
  const path = `${folder.path}/deno.json`;
  await Deno.writeTextFile(path, JSON.stringify({ imports }));
  // Where libc may be called, UDP needs no more.
  const flags = ["--allow-net", "--allow-read", "--no-lock", "--config", path];
  const args = ["run", ...flags, "main.ts", "receive", `udp://${LOOPBACK}:0`];
  const { code, stderr } = await run(Deno.execPath(), args);
  const sentence = "Deno may not use UDP: deno run --unstable-net in front of the rest allows it";
  assertEquals([code, stderr], [1, `pinwire: ${sentence}\n`]);
});
