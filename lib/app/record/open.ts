import { PinwireError, usageError } from "../../errors.ts";
import { race } from "../../net/mod.ts";
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
  /** What it is, for whoever opens it; without it, bytes that crossed a socket, in packets that are made up. */
  about?: string;
}

/**
 * Opens a recording. Its file can be read by its owner alone (mode 0600). What is in it already stays until the recording
 * begins; a file of ours of which none began goes again.
 *
 * @throws {PinwireError} `usage` for a terminal; `recording_there`; `recording_busy`; `recording_unwritable`; `stopped`
 */
export async function openRecording(options: RecordingOptions): Promise<Recording> {
  const { path, now, about } = options;
  let recording: Recording | undefined = undefined;
  function onFailed(error: unknown): void {
    recording?.end();
    if (path === "-" && error instanceof Deno.errors.BrokenPipe) options.onClosed();
    else options.onFailed(ended(path, error));
  }
  const outlet = await openOutlet(options, onFailed);
  recording = new Recording(outlet, now, about);
  // Whoever reads a pipe sees at once that there is something to read.
  if (outlet instanceof PipeOutlet) recording.flush();
  return recording;
}

async function openOutlet(
  { path, force, signal }: RecordingOptions,
  onFailed: (error: unknown) => void,
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
    file = await openFile(path, force, signal);
    if (!keepsBytes(file)) return new PipeOutlet(file, { onFailed, signal });
    if (isBusy(file)) {
      throw new PinwireError("recording_busy", `${path} is being written by another recording`, {
        hint: "name another file, or end that first",
      });
    }
    // It may have had other readers.
    if (force && Deno.build.os !== "windows") await Deno.chmod(path, 0o600);
    return new FileOutlet(file, { onFailed, onUnused: force ? undefined : () => Deno.remove(path) });
  } catch (error) {
    file?.close();
    if (error instanceof Deno.errors.NotCapable || error instanceof PinwireError) throw error;
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

/** Whether it is a file that keeps what is written, no pipe or device; stat(2) would need the right to read it. */
function keepsBytes(file: Deno.FsFile): boolean {
  try {
    file.truncateSync(file.seekSync(0, Deno.SeekMode.End));
    file.seekSync(0, Deno.SeekMode.Start);
    return true;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if ("code" in error && error.code === DEVICE || error.message.includes(PIPE)) return false;
    throw error;
  }
}

/** What the system says of a device, and of a pipe (ESPIPE), for which the runtime has no code. */
const DEVICE = "EINVAL", PIPE = "(os error 29)";

/** Whether another recording goes to this file, as far as the system knows of locks. */
function isBusy(file: Deno.FsFile): boolean {
  // There a lock keeps readers out too.
  if (Deno.build.os === "windows") return false;
  try {
    return file.tryLockSync?.(true) === false;
  } catch {
    return false;
  }
}

/** Opens a file; of a pipe that takes as long as nobody reads it. */
async function openFile(path: string, force: boolean, signal: AbortSignal): Promise<Deno.FsFile> {
  const { promise: stopped, resolve } = Promise.withResolvers<undefined>();
  signal.addEventListener("abort", () => resolve(undefined));
  if (signal.aborted) resolve(undefined);
  const opening = Deno.open(path, { write: true, createNew: !force, create: true, mode: 0o600 });
  const file = await race<Deno.FsFile | undefined>([opening, stopped]);
  if (file) return file;
  opening.then((late) => late.close(), () => {});
  throw new PinwireError("stopped", `stopped while nobody reads ${path}`, { exitCode: 0 });
}

const ended = (path: string, cause: unknown) =>
  new PinwireError(
    "recording_ended",
    `${path === "-" ? "stdout" : path} records nothing more, ${fileTrouble(cause)}`,
    { hint: "all else goes on", cause },
  );
