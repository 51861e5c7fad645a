/**
 * compile.ts FOLDER TARGETS
 *
 * Compiles for each of TARGETS, words with spaces between them, what `deno task compile` compiles for this machine, into
 * FOLDER/TARGET/pinwire.
 */
import config from "../deno.json" with { type: "json" };

const OUTPUT = "--output pinwire ";

async function runTask(commands: string): Promise<void> {
  console.log(commands);
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "--eval", commands],
    cwd: new URL("..", import.meta.url),
  }).spawn().status;
  if (code !== 0) Deno.exit(code);
}

const [folder, targets] = Deno.args;
const before = config.tasks.compile.split(" && ");
const compile = before.pop()!;
if (!compile.includes(OUTPUT)) throw new Error(`the task "compile" has no "${OUTPUT}"`);
if (before.length > 0) await runTask(before.join(" && "));
for (const target of targets.trim().split(/\s+/)) {
  await runTask(compile.replace(OUTPUT, `--target ${target} --output ${folder}/${target}/pinwire `));
}
