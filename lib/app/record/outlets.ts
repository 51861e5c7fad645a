import { systemClock, withTimeout } from "../../net/mod.ts";
import { writeAll } from "../output.ts";

/** Where a recording goes. */
export interface Outlet {
  /** Takes bytes that are good until it returns. */
  write(bytes: Uint8Array): void;
  /** If much is waiting, done when less is: whoever makes more waits for it. */
  drained(): Promise<void> | undefined;
  /** Done when all is written, or nobody reads it. */
  close(): Promise<void>;
}

/** What a {@linkcode FileOutlet} needs of a file. */
export type RecordFile = Pick<Deno.FsFile, "writeSync" | "truncateSync" | "close">;

/** How a {@linkcode FileOutlet} tells of what happens to it. */
export interface FileOptions {
  /** Told once why no more can be written; what is there then ends behind whole packets. */
  onFailed(error: unknown): void;
  /** Called once it is closed, if nothing was written. */
  onUnused?(): Promise<void>;
}

/** A file of a disk: what is written is there at once, even if the program is killed. */
export class FileOutlet implements Outlet {
  #file: RecordFile;
  #length = 0;
  #options: FileOptions;

  /** @param file what is in it stays until the first write */
  constructor(file: RecordFile, options: FileOptions) {
    this.#file = file;
    this.#options = options;
  }

  write(bytes: Uint8Array): void {
    try {
      if (this.#length === 0) this.#file.truncateSync(0);
      for (let at = 0; at < bytes.length;) at += this.#file.writeSync(bytes.subarray(at));
      this.#length += bytes.length;
    } catch (error) {
      this.#cut();
      this.#options.onFailed(error);
    }
  }

  drained(): undefined {}

  async close(): Promise<void> {
    this.#file.close();
    // That nothing was written matters more than that it is there for nothing.
    if (this.#length === 0) await this.#options.onUnused?.().catch(() => {});
  }

  /** Takes off what a write has left of a packet. */
  #cut(): void {
    try {
      this.#file.truncateSync(this.#length);
    } catch {
      // A disk that fails at this too keeps it: a reader takes what is before.
    }
  }
}

/** Bytes that may wait before {@linkcode PipeOutlet.drained} asks for patience. */
const HIGH_WATER = 1 << 20;
/** A reader that has stopped reading is waited for so long at the end, in ms. */
const FLUSH_TIME = 1000;

/** How a {@linkcode PipeOutlet} tells of what happens to it. */
export interface PipeOptions {
  /** Told once why no more can be written. */
  onFailed(error: unknown): void;
  /** Once it is aborted nobody waits for a slow reader any more. */
  signal: AbortSignal;
}

/** A pipe or a device, whose reader may be slow: the loop of events never stands still for it. */
export class PipeOutlet implements Outlet {
  #pipe: Pick<typeof Deno.stdout, "write" | "close">;
  #options: PipeOptions;
  #queue: Uint8Array[] = [];
  #waiting = 0;
  #writing?: Promise<void>;
  #drained?: PromiseWithResolvers<void>;

  constructor(pipe: Pick<typeof Deno.stdout, "write" | "close">, options: PipeOptions) {
    this.#pipe = pipe;
    this.#options = options;
    options.signal.addEventListener("abort", () => this.#drained?.resolve());
  }

  write(bytes: Uint8Array): void {
    // A run that writes nothing would be over before it counts as one.
    if (!bytes.length) return;
    this.#queue.push(bytes.slice());
    this.#waiting += bytes.length;
    this.#writing ??= this.#run();
  }

  drained(): Promise<void> | undefined {
    if (this.#waiting <= HIGH_WATER || this.#options.signal.aborted) return undefined;
    return (this.#drained ??= Promise.withResolvers()).promise;
  }

  async close(): Promise<void> {
    if (this.#writing) await withTimeout(FLUSH_TIME, this.#writing, systemClock);
    this.#pipe.close();
  }

  async #run(): Promise<void> {
    try {
      for (let bytes; (bytes = this.#queue.shift());) {
        await writeAll(this.#pipe, bytes);
        this.#waiting -= bytes.length;
        if (this.#waiting <= HIGH_WATER) this.#release();
      }
    } catch (error) {
      this.#queue = [];
      this.#waiting = 0;
      this.#release();
      this.#options.onFailed(error);
    }
    this.#writing = undefined;
  }

  #release(): void {
    this.#drained?.resolve();
    this.#drained = undefined;
  }
}
