/**
 * What `deno task compile` does first: it puts the program and the packages that it uses into build/, without the
 * parts of them that nothing uses, and the commit beside them. Modules that are imported lazily stay apart.
 *
 * @module
 */
import { COMMIT_FILE, commitOf } from "../lib/cli/version.ts";

const HOME = new URL("..", import.meta.url);
const BUILD = new URL("build/", HOME);

// Files of another build would not be overwritten: their names tell what is in them.
await Deno.remove(BUILD, { recursive: true }).catch((error) => {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
});
const { success } = await new Deno.Command(Deno.execPath(), {
  args: ["bundle", "--quiet", "--code-splitting", "--outdir", "build", "main.ts", "lib/echo/worker.ts"],
  cwd: HOME,
}).spawn().status;
if (!success) Deno.exit(1);
await loadNodeModuleLazily();
await Deno.writeTextFile(new URL(COMMIT_FILE, BUILD), await commitOf(HOME));

/**
 * What is bundled of CommonJS loads Node's modules by a `require` that the bundler makes first of all, in a chunk which
 * every other one imports. Making it takes a quarter of a server's start (Deno 2.9.5), and only some packages need it.
 */
async function loadNodeModuleLazily(): Promise<void> {
  const eager = `import { createRequire as __deno_internal_createRequire } from "node:module";
var __require = __deno_internal_createRequire(import.meta.url);
`;
  const lazy =
    `var __require = (id) => process.getBuiltinModule("node:module").createRequire(import.meta.url)(id);
`;
  let count = 0;
  for await (const { name } of Deno.readDir(BUILD)) {
    if (!name.endsWith(".js")) continue;
    const chunk = new URL(name, BUILD);
    const code = await Deno.readTextFile(chunk);
    if (!code.includes(eager)) continue;
    await Deno.writeTextFile(chunk, code.replace(eager, () => lazy));
    count++;
  }
  if (!count) throw new Error("the bundler makes its require in another way: this must follow");
}
