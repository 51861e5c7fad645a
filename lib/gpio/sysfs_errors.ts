import { PinwireError } from "../errors.ts";

/**
 * What the kernel said about a line, in our words; see Documentation/admin-guide/gpio/sysfs.rst for the rules.
 *
 * @param label what the sentence is about: `pin 11 (GPIO17)`
 * @param path the file that was to be used
 */
export function translateSysfsError(error: unknown, label: string, path: string): unknown {
  if (!(error instanceof Error) || error instanceof PinwireError) return error;
  if (error instanceof Deno.errors.NotCapable) return error;
  const found = REASONS.find(([pattern]) => pattern.test(`${codeOf(error)} ${error.message}`));
  if (!found) {
    return new PinwireError("pin_failed", `${label} failed (${error.message})`, {
      hint: `look at ${path}`,
      cause: error,
    });
  }
  const [, code, what, hint] = found;
  return new PinwireError(code, `${label} ${what.replace("PATH", path)}`, { hint, cause: error });
}

/** The errno's name, if Deno tells it. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

const REASONS: [pattern: RegExp, code: string, what: string, hint: string][] = [
  [
    /^EBUSY/,
    "pin_busy",
    "is held by a driver or another program",
    "choose another pin, or look who has it with gpioinfo",
  ],
  [
    /^EACCES/,
    "pin_permission",
    "may not be used (no right to write PATH)",
    "sudo usermod -aG gpio $USER, then log in again",
  ],
  [
    /^EPERM/,
    "pin_direction",
    "is not an output any more",
    "another program has made it an input: stop that one",
  ],
  [/^EROFS/, "pin_permission", "may not be used (PATH is mounted read-only)", "mount sysfs writable"],
  [
    /^(EINVAL|EIO|ENOTSUPP?|EOPNOTSUPP)|os error 524/,
    "pin_direction",
    "can't be an output",
    "choose another pin",
  ],
  [
    /^ENOENT|No such (device|file)|os error 19/,
    "pin_gone",
    "has gone with its chip",
    "plug the chip in again",
  ],
];
