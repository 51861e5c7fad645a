import type { Program } from "./command.ts";

/** The file that tells a bundled program its commit, beside its main module. */
export const COMMIT_FILE = "commit.txt";

/** What `--version` prints. */
export async function versionLine(program: Program): Promise<string> {
  return formatVersion(program, await commitOf(program.home), Deno.version.deno);
}

/** `prog 1.2.3 (commit 1a2b3c4, Deno 2.9.5)`, or without a commit if that is empty. */
export function formatVersion(
  { name, version }: Pick<Program, "name" | "version">,
  commit: string,
  deno: string,
): string {
  return `${name} ${version} (${commit && `commit ${commit}, `}Deno ${deno})`;
}

/**
 * The commit of the program in a folder, its first seven digits: from the file that was bundled with it, else from
 * git. Empty where neither tells, or where asking takes a permission that isn't given.
 */
export async function commitOf(home: URL): Promise<string> {
  if (home.protocol !== "file:") return "";
  return await writtenCommit(home) ?? await commitByGit(home);
}

async function writtenCommit(home: URL): Promise<string | undefined> {
  const path = new URL(COMMIT_FILE, home);
  if (!await isGranted({ name: "read", path })) return undefined;
  return await Deno.readTextFile(path).catch(() => undefined);
}

// Told which repository, git doesn't look for one in the folders above, which would be another project's.
async function commitByGit(home: URL): Promise<string> {
  if (!await isGranted({ name: "run", command: "git" })) return "";
  const git = new Deno.Command("git", { args: ["--git-dir=.git", "rev-parse", "HEAD"], cwd: home });
  try {
    const { success, stdout } = await git.output();
    return success ? new TextDecoder().decode(stdout).slice(0, 7) : "";
  } catch {
    return "";
  }
}

async function isGranted(permission: Deno.PermissionDescriptor): Promise<boolean> {
  return (await Deno.permissions.query(permission)).state === "granted";
}
