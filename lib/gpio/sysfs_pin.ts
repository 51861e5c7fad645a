import { PinwireError } from "../errors.ts";
import { translateSysfsError } from "./sysfs_errors.ts";
import type { Line, OutputPin } from "./types.ts";

const ONE = new Uint8Array([0x31]);
const ZERO = new Uint8Array([0x30]);

/** An exported line whose `value` file is open: ten times faster than by its path. */
export class SysfsPin implements OutputPin {
  readonly line: Line;
  #file: Deno.FsFile;
  #isInverted: boolean;
  #leave: (release: boolean) => void;
  #isOpen = true;
  #read = new Uint8Array(1);

  /**
   * @param isInverted whether on is `0` in the file
   * @param leave called once the file is closed
   */
  constructor(line: Line, file: Deno.FsFile, isInverted: boolean, leave: (release: boolean) => void) {
    this.line = line;
    this.#file = file;
    this.#isInverted = isInverted;
    this.#leave = leave;
  }

  read(): boolean {
    return attempt(this.line.label, "value", () => {
      // Sysfs makes a file's content anew each time that it is read from the beginning.
      this.#file.seekSync(0, Deno.SeekMode.Start);
      this.#file.readSync(this.#read);
      return (this.#read[0] === ONE[0]) !== this.#isInverted;
    });
  }

  write(on: boolean): void {
    attempt(this.line.label, "value", () => {
      this.#file.seekSync(0, Deno.SeekMode.Start);
      this.#file.writeSync(on !== this.#isInverted ? ONE : ZERO);
    });
  }

  close(release: boolean): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const isThere = this.#isThere();
    this.#file.close();
    // If the line is gone, its number may be another program's.
    this.#leave(release && isThere);
  }

  #isThere(): boolean {
    try {
      this.read();
      return true;
    } catch {
      return false;
    }
  }
}

/** The content of a file of sysfs, without its newline. */
export function readFile(path: string, label: string): string {
  return attempt(label, path, () => {
    checkFile(path, label);
    return Deno.readTextFileSync(path).trim();
  });
}

/** Writes to a file of sysfs, which must be there. */
export function writeFile(path: string, text: string, label: string): void {
  attempt(label, path, () => {
    checkFile(path, label);
    Deno.writeTextFileSync(path, text, { create: false });
  });
}

/** Opens a file of sysfs for reading and writing. */
export function openFile(path: string, label: string): Deno.FsFile {
  return attempt(label, path, () => {
    checkFile(path, label);
    return Deno.openSync(path, { read: true, write: true });
  });
}

// A stand-in for sysfs could hold a named pipe: opening it would wait for the other end.
function checkFile(path: string, label: string): void {
  if (Deno.lstatSync(path).isFile) return;
  throw new PinwireError("pin_failed", `${label} failed (${path} is no file of sysfs)`, {
    hint: "check the ROOT of --gpio sysfs:ROOT",
  });
}

/** Whether a path is there at all, and may be seen. */
export function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return false;
  }
}

function attempt<T>(label: string, path: string, use: () => T): T {
  try {
    return use();
  } catch (error) {
    throw translateSysfsError(error, label, path);
  }
}
