import { tempDir } from "./machine.ts";
import { pinwireCommand } from "./pinwire.ts";

/** A home where `pinwire` is in the PATH, as it is typed; it goes with the test. */
export interface Home extends AsyncDisposable {
  path: string;
  env: Record<string, string>;
}

/** Makes such a home. */
export async function installed(): Promise<Home> {
  const folder = await tempDir();
  const { path } = folder;
  const words = pinwireCommand([]).map((word) => `'${word}'`).join(" ");
  await Deno.mkdir(`${path}/bin`);
  await Deno.writeTextFile(`${path}/bin/pinwire`, `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
  const env = {
    HOME: path,
    PATH: `${path}/bin:${Deno.env.get("PATH")}`,
    LC_ALL: "C.UTF-8",
    DENO_DIR: denoDir(),
  };
  return { path, env, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

/** Where Deno keeps what it has downloaded and compiled, which is else found by HOME. */
function denoDir(): string {
  const { DENO_DIR, XDG_CACHE_HOME, HOME } = Deno.env.toObject();
  const caches = Deno.build.os === "darwin" ? `${HOME}/Library/Caches` : XDG_CACHE_HOME ?? `${HOME}/.cache`;
  return DENO_DIR ?? `${caches}/deno`;
}
