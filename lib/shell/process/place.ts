/** Shells in which `trap … EXIT` and `pwd` work as POSIX says. */
const POSIX_SHELL = /(^|\/)(sh|ash|bash|dash|ksh|mksh|yash|zsh)$/;

/** PATH_MAX (limits.h). */
const LONGEST_PATH = 4096;

/** Whether a shell, named by its path, can say where it is at its end. */
export const canTellPlace = (shell: string) => POSIX_SHELL.test(shell);

/** A command that also writes where the shell is at its end. It has no more lines, so the numbers in errors stay right. */
export const tellingPlace = (command: string, place: string) =>
  `trap ${quoted(`pwd >${quoted(place)}`)} EXIT; ${command}`;

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** Makes a file for where the shell is at its end; undefined without a folder for such files: then the client isn't told. */
export function makePlace(): string | undefined {
  try {
    return Deno.makeTempFileSync({ prefix: "pinwire-shell-" });
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return undefined;
  }
}

/** Reads what the shell wrote at its end, and removes the file. The command may have put anything in its place. */
export async function takePlace(place: string): Promise<string | null> {
  try {
    if (!(await Deno.lstat(place)).isFile) return null;
    // It may have been replaced since: opening a FIFO for both directions doesn't wait for its other end (fifo(7)).
    using file = await Deno.open(place, { read: true, write: true });
    if (!(await file.stat()).isFile) return null;
    const buffer = new Uint8Array(LONGEST_PATH);
    const path = new TextDecoder().decode(buffer.subarray(0, await file.read(buffer) ?? 0)).replace(
      /\n$/,
      "",
    );
    return path.startsWith("/") && !path.includes("\ufffd") ? path : null;
  } catch {
    return null;
  } finally {
    await Deno.remove(place).catch(() => {});
  }
}
