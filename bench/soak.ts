/**
 * `deno task soak [SCENE…] [--minutes N]`: peers behave badly for long; does the program stay as small and as quick
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

async function play(name: string, scene: Scene): Promise<void> {
  const { command: [mode, verb] = ["echo", "serve"], options, minutes: usual, run } = scene;
  using listener = verb === "serve" ? undefined : Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `tcp://127.0.0.1:${listener?.addr.port ?? 0}`;
  // A client whose stdin ends leaves.
  const stdin = listener ? "piped" : "null";
  await using program = new Child(pinwire([mode, verb, address, "--quiet", ...options]), {
    cwd: ROOT,
    stdin,
  });
  const port = listener?.addr.port ?? await program.announcedPort();
  await run({
    port,
    connect: listener
      ? oneByOne(() => listener.accept())
      : () => Deno.connect({ hostname: "127.0.0.1", port }),
    duration: Number(minutes ?? usual ?? 0) * 60_000,
    memory: () => residentMemory(program.pid),
    say: (line) => console.log(`${name}: ${line}`),
  });
}

/** A listener accepts one at a time. */
function oneByOne<T>(act: () => Promise<T>): () => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return () => {
    const next = last.then(act);
    last = next.catch(() => {});
    return next;
  };
}

/** MiB that the process holds of its own: heap and buffers, without the program file. */
async function residentMemory(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
  const kib = status.match(/^RssAnon:\s+(\d+)/m)?.[1];
  if (!kib) throw new Error("the program is gone");
  return Number(kib) / 1024;
}
