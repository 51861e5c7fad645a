import { PinwireError } from "../../errors.ts";

/** Exit codes of shells for a command that isn't there, or may not be run. */
const NOT_FOUND = 127, NOT_RUN = 126;

/**
 * Checks that a program is there: a path if its name has a slash, else one of that name in PATH.
 *
 * @throws {PinwireError} `not_found` (exit code 127), `not_run` (126)
 */
export function checkProgram(name: string): void {
  const paths = pathsOf(name);
  if (paths.some(isProgram)) return;
  if (paths.some(isFile)) {
    throw new PinwireError("not_run", `${name} may not be run`, {
      exitCode: NOT_RUN,
      hint: hintFor(name) ?? `chmod +x ${name} allows it`,
    });
  }
  throw new PinwireError("not_found", `there is no program "${name}"`, {
    exitCode: NOT_FOUND,
    hint: hintFor(name) ?? "check its name, or install it",
  });
}

/** Whether a program of this name is in PATH. */
export const hasProgram = (name: string): boolean => pathsOf(name).some(isProgram);

function hintFor(name: string): string | undefined {
  if (/[\s;&|]/.test(name)) return "a line of a shell is sh -c '…'";
  if (name.endsWith(".py")) return `Python runs it: python3 ${name}`;
  return undefined;
}

function pathsOf(name: string): string[] {
  if (name.includes("/")) return [name];
  return (Deno.env.get("PATH") ?? "").split(":").map((folder) => `${folder || "."}/${name}`);
}

const isFile = (path: string) => modeOf(path) !== undefined;
const isProgram = (path: string) => ((modeOf(path) ?? 0) & 0o111) !== 0;

function modeOf(path: string): number | undefined {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile ? mode ?? 0 : undefined;
  } catch {
    return undefined;
  }
}
