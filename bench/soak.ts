/**
 * `deno task soak [SCENE…] [--minutes N]`: peers behave badly for long; does the program stay as small and as quick
 * as it was? Exits with 1 if it does not.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { makeCertificate, writeCertificate } from "../lib/tools/cert.ts";
import { Child, endAll } from "./child.ts";
import { pinwire, ROOT } from "./peers.ts";
import { SCENES } from "./soak_scenes.ts";
import type { Scene } from "./soak_stage.ts";

/**
 * V8's young generation doubles when much of it outlives a collection, up to two halves of 32 MiB, and it is a matter of
 * chance when that is. With halves of 1 MiB, what grows is what stays.
 */
const YOUNG_GENERATION = "--v8-flags=--max-semi-space-size=1";

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
  await using tls = scene.isTls ? await tlsFiles() : undefined;
  const address = `tcp://127.0.0.1:${listener?.addr.port ?? 0}`;
  // A client whose stdin ends leaves.
  const stdin = listener ? "piped" : "null";
  const args = [mode, verb, address, "--quiet", ...options, ...tls?.options ?? []];
  const flags = ["--allow-net", YOUNG_GENERATION, ...tls?.permissions ?? []];
  await using program = new Child(pinwire(args, flags), { cwd: ROOT, stdin });
  const port = listener?.addr.port ?? await program.announcedPort();
  await run({
    port,
    connect: listener
      ? oneByOne(() => listener.accept())
      : () => Deno.connect({ hostname: "127.0.0.1", port }),
    duration: Number(minutes ?? usual ?? 0) * 60_000,
    certificate: tls?.certificate,
    memory: () => residentMemory(program.pid),
    openFiles: () => openFiles(program.pid),
    say: (line) => console.log(`${name}: ${line}`),
  });
}

/** A certificate for this run, and what a server needs to use it and to cut silent clients off. */
async function tlsFiles() {
  const folder = await Deno.makeTempDir({ prefix: "pinwire-soak-" });
  const pair = await makeCertificate(["127.0.0.1"]);
  const [cert, key] = await writeCertificate(folder, pair);
  return {
    certificate: pair.cert,
    options: ["--tls-cert", cert, "--tls-key", key],
    permissions: [`--allow-read=${folder}`, "--allow-ffi"],
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
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

async function openFiles(pid: number): Promise<number> {
  return (await Array.fromAsync(Deno.readDir(`/proc/${pid}/fd`))).length;
}
