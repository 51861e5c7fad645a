import { assert, assertEquals, assertMatch } from "@std/assert";
import { isForTests } from "./lint/rooms.ts";
import { pageFiles, sourcesIn } from "./support/sources.ts";
import { tempDir } from "./support.ts";
import { run } from "./support/process.ts";

const ROOT = new URL("..", import.meta.url);

/** All that `deno task compile` may need of a checkout. */
const NEEDED = [
  "deno.json",
  "deno.lock",
  "main.ts",
  ".github/bundle.ts",
  ...sourcesIn("lib"),
  ...pageFiles(),
];

/** Bytes of ours that a download may have beside Deno's. */
const MOST_BYTES = 4_000_000;

Deno.test("deno task compile takes what runs, and nothing of tests, docs, benches and their packages", async () => {
  await using checkout = await tempDir();
  for (const path of NEEDED) {
    const copy = `${checkout.path}/${path}`;
    await Deno.mkdir(copy.slice(0, copy.lastIndexOf("/")), { recursive: true });
    await Deno.copyFile(new URL(path, ROOT), copy);
  }
  // In place of the runtime that Deno would fetch: what comes out doesn't run, but all else is as ever.
  const env = { DENORT_BIN: await Deno.realPath(Deno.execPath()), NO_COLOR: "1" };
  const args = ["task", "--config", `${checkout.path}/deno.json`, "compile"];
  const { code, stderr } = await run(Deno.execPath(), args, { env });
  assertEquals(code, 0, stderr);
  assertEquals(embedded(stderr), ["build"], stderr);

  const built = await readAll(`${checkout.path}/build`);
  const modules = modulesIn(built);
  const ours = modules.filter((path) => !/\/npm\/|:\/\//.test(path));
  assert(["main.ts", "lib/cli/run.ts", "lib/echo/worker.ts"].every((path) => ours.includes(path)), `${ours}`);
  assertEquals(ours.filter((path) => isForTests(path) || !(NEEDED.includes(path))), []);
  assertEquals(modules.filter((path) => /fast-check|pure-rand|\/(assert|testing)\//.test(path)), []);

  const bytes = built.reduce((sum, text) => sum + new TextEncoder().encode(text).length, 0);
  assert(bytes <= MOST_BYTES, `${bytes} bytes`);
});

/** The files and folders that `deno compile` says it has embedded. */
function embedded(output: string): string[] {
  const [, list] = output.match(/^Embedded Files\n\n\S+\n(.*?)\n\n/ms) ?? [];
  assertMatch(list, /^[├└]/);
  return [...list.matchAll(/^[├└]─[─┬] ([^\s/*]+)/gm)].map(([, name]) => name);
}

/** The modules that a bundle was made of, whose paths stand before what was taken of them. */
const modulesIn = (bundle: string[]) =>
  bundle.flatMap((text) => [...text.matchAll(/^ *\/\/ (\S+\.\w+)$/gm)].map(([, path]) => path));

/** The text of each file in a folder and in those in it. */
async function readAll(folder: string): Promise<string[]> {
  const texts: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    texts.push(...isDirectory ? await readAll(path) : [await Deno.readTextFile(path)]);
  }
  return texts;
}
