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
await Deno.writeTextFile(new URL(COMMIT_FILE, BUILD), await commitOf(HOME));
