import { PinwireError, usageError } from "../../errors.ts";
import { fileTrouble } from "../new_file.ts";
import { FileOutlet, type Outlet, PipeOutlet } from "./outlets.ts";
import { Recording } from "./recording.ts";

/** Where and how a recording is opened. */
export interface RecordingOptions {
  /** Its path; `-` is stdout. */
  path: string;
  /** Whether what is there is overwritten. */
  force: boolean;
  /** Told why it ends before the command does. */
  onFailed(error: PinwireError): void;
  /** Told once if it goes to stdout and nobody reads that any more. */
  onClosed(): void;
  /** Once it is aborted nobody waits for a slow reader any more. */
  signal: AbortSignal;
  /** Gives ms since 1970, with fractions. */
  now(): number;
}

/**
 * Opens a recording. Its file can be read by its owner alone (mode 0600).
 *
 * @throws {PinwireError} `usage` for a terminal; `recording_there`; `recording_unwritable`
 */
export async function openRecording(options: RecordingOptions): Promise<Recording> {
  const { path, signal, now } = options;
  let recording: Recording | undefined = undefined;
  function onFailed(error: unknown): void {
    recording?.end();
    if (path === "-" && error instanceof Deno.errors.BrokenPipe) options.onClosed();
    else options.onFailed(ended(path, error));
  }
  recording = new Recording(await openOutlet(options, onFailed, signal), now);
  recording.flush();
  return recording;
}

async function openOutlet(
  { path, force }: RecordingOptions,
  onFailed: (error: unknown) => void,
  signal: AbortSignal,
): Promise<Outlet> {
  if (path === "-") {
    const stdout = { write: (bytes: Uint8Array) => Deno.stdout.write(bytes), close() {} };
    if (!Deno.stdout.isTerminal()) return new PipeOutlet(stdout, { onFailed, signal });
    throw usageError(
      "--record - would write bytes to a terminal",
      "name a file, or pipe it on, as in | tshark -i -",
    );
  }
  let file: Deno.FsFile | undefined;
  try {
    file = await Deno.open(path, { write: true, createNew: !force, create: true, mode: 0o600 });
    if (force && !await empty(path, file)) return new PipeOutlet(file, { onFailed, signal });
    return new FileOutlet(file, onFailed);
  } catch (error) {
    file?.close();
    if (error instanceof Deno.errors.NotCapable) throw error;
    if (error instanceof Deno.errors.AlreadyExists) {
      throw new PinwireError("recording_there", `${path} is there already`, {
        hint: "name another file, or overwrite it with --force",
      });
    }
    throw new PinwireError("recording_unwritable", `${path} can't be written, ${fileTrouble(error)}`, {
      hint: "name another file for --record",
      cause: error,
    });
  }
}

/** Empties a file, which may have had other readers; gives false for a pipe or a device, which can't be emptied. */
async function empty(path: string, file: Deno.FsFile): Promise<boolean> {
  try {
    await file.truncate();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EINVAL") return false;
    throw error;
  }
  if (Deno.build.os !== "windows") await Deno.chmod(path, 0o600);
  return true;
}

const ended = (path: string, cause: unknown) =>
  new PinwireError(
    "recording_ended",
    `${path === "-" ? "stdout" : path} records nothing more, ${fileTrouble(cause)}`,
    { hint: "all else goes on", cause },
  );
