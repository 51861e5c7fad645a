export const isLinux = Deno.build.os === "linux";
export const isWindows = Deno.build.os === "windows";
export const isRoot = isLinux && Deno.uid() === 0;

/** Whether a program of this name is in the PATH. */
export const has = (program: string): boolean => pathOf(program) !== undefined;

/** Where in the PATH a program of this name is. */
export function pathOf(program: string): string | undefined {
  const folders = (Deno.env.get("PATH") ?? "").split(isWindows ? ";" : ":");
  const names = isWindows ? [`${program}.exe`, `${program}.bat`, `${program}.cmd`] : [program];
  return folders.flatMap((folder) => names.map((name) => `${folder}/${name}`)).find(isFile);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** A folder that goes with the test. */
export async function tempDir(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "pinwire-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** How much memory a process has, in bytes. */
export async function memoryOf({ pid }: { pid: number }): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(status.match(/VmRSS:\s+(\d+)/)![1]) * 1024;
}
