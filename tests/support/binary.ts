import { assert } from "@std/assert";

const path = Deno.env.get("PINWIRE_BIN");

/** A compiled pinwire, which is tested in place of the source. */
export const BINARY = path && Deno.realPathSync(path);

/** Why there is nothing to test of the flags that give Deno its permissions. */
export const whyNoFlags = BINARY && "a binary has the permissions that it was compiled with";

/** Why a test can't pass, if the binary's Deno is another than the one that runs the tests: what that does otherwise. */
export function whyOtherDeno(does: string): string | undefined {
  if (!BINARY) return undefined;
  const { stdout } = new Deno.Command(BINARY, { args: ["--version"] }).outputSync();
  const version = new TextDecoder().decode(stdout).match(/Deno ([^\s)]+)/)?.[1];
  assert(version, `${BINARY} --version names no Deno`);
  return version === Deno.version.deno ? undefined : `Deno ${version} ${does}`;
}

/** Why nothing ends that still has something to write to a peer that doesn't read. */
export const whyNoEndOfWrites = whyOtherDeno("doesn't end a write when its connection is closed");

/** What is in a folder, but for what the binary's Deno keeps of compiled code where temporary files go. */
export function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) =>
    !name.startsWith("deno-compile-")
  );
}

/** A test that is skipped if there is a reason, which its name then tells. */
export function testUnless(
  why: string | undefined,
  name: string,
  fn: () => Promise<void>,
  ignore = false,
): void {
  Deno.test({ name: why ? `${name} (${why})` : name, ignore: ignore || Boolean(why), fn });
}
