import { assertEquals } from "@std/assert";
import { COMMIT_FILE, commitOf, formatVersion } from "./version.ts";

const program = { name: "prog", version: "1.2.3" };

Deno.test("formatVersion begins with name and version, and leaves out a commit that isn't known", () => {
  assertEquals(formatVersion(program, "1a2b3c4", "2.9.5"), "prog 1.2.3 (commit 1a2b3c4, Deno 2.9.5)");
  assertEquals(formatVersion(program, "", "2.9.5"), "prog 1.2.3 (Deno 2.9.5)");
});

Deno.test("commitOf knows none of a program that came from a registry", async () => {
  assertEquals(await commitOf(new URL("https://example.org/prog/")), "");
});

Deno.test("commitOf knows none in a folder where nothing tells it, though a folder above has a repository", async () => {
  await inFolder(async (path, home) => {
    await git(path, "init", "--quiet");
    await git(path, ...AUTHOR, "commit", "--quiet", "--allow-empty", "--message", "first");
    await Deno.mkdir(`${path}/unpacked`);
    assertEquals(await commitOf(new URL("unpacked/", home)), "");
  });
});

Deno.test("commitOf asks the repository of the folder", async () => {
  await inFolder(async (path, home) => {
    await git(path, "init", "--quiet");
    assertEquals(await commitOf(home), "", "nothing is committed yet");
    await git(path, ...AUTHOR, "commit", "--quiet", "--allow-empty", "--message", "first");
    assertEquals(await commitOf(home), (await git(path, "rev-parse", "HEAD")).slice(0, 7));
  });
});

Deno.test("commitOf takes the commit that was bundled before that of a repository", async () => {
  await inFolder(async (path, home) => {
    await git(path, "init", "--quiet");
    await git(path, ...AUTHOR, "commit", "--quiet", "--allow-empty", "--message", "first");
    for (const commit of ["1a2b3c4", ""]) {
      await Deno.writeTextFile(`${path}/${COMMIT_FILE}`, commit);
      assertEquals(await commitOf(home), commit);
    }
  });
});

Deno.test({
  name: "commitOf asks for no permission",
  permissions: "none",
  fn: async () => assertEquals(await commitOf(new URL("../../", import.meta.url)), ""),
});

const AUTHOR = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgSign=false"];

async function git(cwd: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("git", { args, cwd }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

async function inFolder(test: (path: string, home: URL) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir({ prefix: "pinwire-" });
  try {
    await test(path, new URL(`file:///${path.replaceAll("\\", "/").replace(/^\//, "")}/`));
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}
