import { messageOf } from "../errors.ts";

/** A file that is to be made. */
export interface NewFile {
  path: string;
  text: string;
  /** Rights, as of chmod(1). */
  mode: number;
}

/**
 * Makes files, whole or not at all, and all or none: each is written beside its place under another name, then linked to
 * it, so that nothing is replaced, and what a full disk leaves unfinished is nobody's file.
 *
 * @throws {Deno.errors.AlreadyExists} if one of them is there, and what the system says else
 */
export async function makeFiles(files: readonly NewFile[]): Promise<void> {
  const drafts = files.map(({ path }) => `${path}.${crypto.randomUUID()}`);
  const linked: string[] = [];
  try {
    for (const [i, { text, mode }] of files.entries()) {
      await writeThrough(drafts[i], text, { mode, createNew: true });
    }
    for (const [i, { path }] of files.entries()) {
      await Deno.link(drafts[i], path);
      linked.push(path);
    }
  } catch (error) {
    for (const path of linked) await Deno.remove(path).catch(() => {});
    throw error;
  } finally {
    for (const draft of drafts) await Deno.remove(draft).catch(() => {});
  }
}

/** What a user can mend, by the system's name for it (errno(3)). */
const TROUBLES: Record<string, string> = {
  EACCES: "you have no right to it",
  EDQUOT: "your quota of the disk is used up",
  EFBIG: "it would be larger than a file may be",
  EINVAL: "that is no name for a file",
  EISDIR: "it is a folder",
  ELOOP: "its links lead in a circle",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "its name is too long",
  ENOSPC: "the disk is full",
  ENOTDIR: "what should be a folder in its path is none",
  EPERM: "the system does not allow it",
  EROFS: "the disk can only be read",
};

/**
 * Why a file or a folder could not be used, as a clause: `the disk is full`.
 *
 * @param missing what is said if it is not there; of a file that would have been made, that is so of its folder
 */
export function fileTrouble(error: unknown, missing = "its folder is not there"): string {
  if (error instanceof Deno.errors.NotFound) return missing;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return TROUBLES[code] ?? messageOf(error).replace(/ \(os error.*/s, "");
}

/** Writes a file whose bytes are on the disk when this is done: before, it must not take the place of another. */
export async function writeThrough(
  path: string,
  text: string,
  options?: Deno.WriteFileOptions,
): Promise<void> {
  await Deno.writeTextFile(path, text, options);
  // Some file systems tell only now that there is no room.
  using file = await Deno.open(path, { write: true });
  await file.sync();
}

/** Whether something is at `path`, be it a link to nowhere. */
export async function isThere(path: string): Promise<boolean> {
  try {
    return Boolean(await Deno.lstat(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
