/**
 * install.ts FOLDER VERSION
 *
 * Serves the archives of FOLDER as the releases page will, installs from there by install.sh into a home of its own,
 * and tries what is then there.
 */
import { assertEquals } from "@std/assert";
import { isWindows, tempDir } from "../tests/support/machine.ts";
import { run } from "../tests/support/process.ts";
import { serveReleases } from "../tests/support/release.ts";
import { smoke } from "./smoke.ts";

const [folder, version] = Deno.args;

async function install(): Promise<void> {
  await using home = await tempDir();
  await using page = serveReleases(folder);
  // Git's shell on Windows cuts a path at these slashes only.
  const dir = `${home.path.replaceAll("\\", "/")}/bin`;
  const env = { PINWIRE_BASE_URL: page.url };
  const { code, stdout, stderr } = await run("sh", ["install.sh", "--version", version, "--dir", dir], {
    env,
  });
  console.log(stdout + stderr);
  assertEquals(code, 0);
  await Deno.stat(`${home.path}/share/man/man1/pinwire.1`);
  await smoke(`${dir}/pinwire${isWindows ? ".exe" : ""}`, version);
}

await install();
// The deadlines of processes that have ended would be waited for.
Deno.exit();
