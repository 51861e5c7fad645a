/**
 * `deno task soak [SCENE…] [--minutes N]`: clients behave badly for long; does the server stay as small and as quick
 * as it was? Exits with 1 if it does not.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { Child, endAll } from "./child.ts";
import { pinwire, ROOT } from "./peers.ts";
import { SCENES } from "./soak_scenes.ts";
import type { Scene } from "./soak_stage.ts";

const { _: named, minutes } = parseArgs(Deno.args, { string: ["minutes"] });
const unknown = named.filter((name) => !(name in SCENES));
if (unknown.length || minutes !== undefined && !(Number(minutes) > 0)) {
  console.error("usage: deno task soak [SCENE…] [--minutes N]");
  console.error(
    `scenes: ${Object.keys(SCENES).join(" ")}; --minutes is for ${
      Object.keys(SCENES).filter((name) => SCENES[name].minutes).join(" and ")
    }`,
  );
  Deno.exit(2);
}

Deno.addSignalListener("SIGINT", async () => {
  await endAll();
  Deno.exit(130);
});

let failures = 0;
try {
  for (const name of named.length ? named : Object.keys(SCENES)) {
    try {
      await play(name, SCENES[name]);
      console.log(`${name}: ok`);
    } catch (error) {
      failures++;
      console.log(`${name}: FAILED: ${(error as Error).message}`);
    }
  }
} finally {
  await endAll();
}
Deno.exit(failures ? 1 : 0);

async function play(name: string, { mode = "echo", options, minutes: usual, run }: Scene): Promise<void> {
  const argv = pinwire([mode, "serve", "tcp://127.0.0.1:0", "--quiet", ...options]);
  await using server = new Child(argv, { cwd: ROOT });
  const port = await server.announcedPort();
  await run({
    port,
    duration: Number(minutes ?? usual ?? 0) * 60_000,
    memory: () => residentMemory(server.pid),
    say: (line) => console.log(`${name}: ${line}`),
  });
}

/** MiB that the process holds of its own: heap and buffers, without the program file. */
async function residentMemory(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
  const kib = status.match(/^RssAnon:\s+(\d+)/m)?.[1];
  if (!kib) throw new Error("the server is gone");
  return Number(kib) / 1024;
}
