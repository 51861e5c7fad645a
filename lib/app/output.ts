import { messageOf, PinwireError } from "../errors.ts";
import { hasRoom, PIPE_BUF, shareThread } from "../net/mod.ts";

/** Characters that may wait before {@linkcode Output.drained} asks for patience. */
const HIGH_WATER = 65_536;
/** Characters that may wait at all; what comes then is dropped, and counted. */
const LIMIT = 8 * 1024 * 1024;

/** Where an {@linkcode Output} writes: `Deno.stdout` and the like. A write may be partial. */
export interface Sink extends Pick<typeof Deno.stdout, "write"> {
  /** Writes what can be written without waiting, and tells how many bytes that were. */
  writeNow?(bytes: Uint8Array): number;
}

/** How an {@linkcode Output} tells of what happens to it. */
export interface OutputOptions {
  /** Told once when the reader has gone, as with `| head -1`. */
  onClosed?(): void;
  /** Told, when writing goes on, how many texts were dropped. */
  onDropped?(count: number): void;
  /** Once it is aborted nobody waits for a slow reader any more. */
  signal?: AbortSignal;
}

/**
 * Text to stdout or stderr, each piece whole and in order, without ever standing still for a reader that
 * doesn't read: that would stop all clients, and Ctrl-C too.
 */
export class Output {
  #sink: Sink;
  #options: OutputOptions;
  #encoder = new TextEncoder();
  #queue: string[] = [];
  #waiting = 0;
  #dropped = 0;
  #closed = false;
  #failure: unknown;
  #writing?: Promise<void>;
  #drained?: PromiseWithResolvers<void>;

  constructor(sink: Sink, options: OutputOptions = {}) {
    this.#sink = sink;
    this.#options = options;
    options.signal?.addEventListener("abort", () => this.#drained?.resolve());
  }

  /** Whether nothing can be written any more. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Its reader has gone, as somebody found who writes to the same place. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue = [];
    this.#waiting = 0;
    this.#options.onClosed?.();
    this.#release();
  }

  /** Writes `text`, soon. */
  write(text: string): void {
    if (this.#closed) return;
    if (this.#waiting > LIMIT) {
      this.#dropped++;
      return;
    }
    this.#queue.push(text);
    this.#waiting += text.length;
    this.#writing ??= this.#run();
  }

  /** If much is waiting, done when less is: whoever makes more should wait for it. */
  drained(): Promise<void> | undefined {
    if (this.#waiting <= HIGH_WATER || this.#options.signal?.aborted) return undefined;
    return (this.#drained ??= Promise.withResolvers()).promise;
  }

  /**
   * Done when all is written.
   *
   * @throws what kept it from being written, such as a full disk
   */
  async flush(): Promise<void> {
    await this.#writing;
    if (this.#failure) throw this.#failure;
  }

  async #run(): Promise<void> {
    try {
      // What is written in the same turn leaves in one write.
      await undefined;
      while (this.#queue.length) {
        const text = this.#queue.join("");
        this.#queue = [];
        const bytes = this.#encoder.encode(text);
        const written = this.#sink.writeNow?.(bytes) ?? 0;
        if (written < bytes.length) await writeAll(this.#sink, bytes.subarray(written));
        this.#waiting -= text.length;
        this.#release();
      }
    } catch (error) {
      this.#closed = true;
      this.#queue = [];
      this.#waiting = 0;
      if (!(error instanceof Deno.errors.BrokenPipe)) this.#failure = unwritable(error);
      this.#options.onClosed?.();
      this.#release();
    }
    this.#writing = undefined;
  }

  #release(): void {
    this.#drained?.resolve();
    this.#drained = undefined;
    if (!this.#dropped || this.#closed) return;
    const count = this.#dropped;
    this.#dropped = 0;
    this.#options.onDropped?.(count);
  }
}

/** Writes under way that may wait: while there is one, it may take the room that another counts on. */
let waiting = 0;

/**
 * Stdout or stderr. The runtime has a thread for each write, which takes ten times as long as the write of a line does: so a
 * line goes out at once where there is room for it. A terminal that is held (Ctrl-S) doesn't tell how much it has. Only
 * another process that fills the same pipe at that very moment could make us wait for its reader.
 */
export function standardStream(name: "stdout" | "stderr"): Sink {
  const stream = Deno[name], descriptor = name === "stdout" ? 1 : 2;
  const isTerminal = stream.isTerminal();
  return {
    write: (bytes) => stream.write(bytes),
    writeNow(bytes) {
      if (isTerminal || waiting || bytes.length > PIPE_BUF || !hasRoom(descriptor)) return 0;
      return stream.writeSync(bytes);
    },
  };
}

/** Writes all of `bytes` to stdout and the like, of which the runtime may take a part at a time. */
export async function writeAll(sink: Sink, bytes: Uint8Array): Promise<void> {
  using _sharing = shareThread();
  waiting++;
  try {
    for (let at = 0; at < bytes.length;) at += await sink.write(bytes.subarray(at));
  } finally {
    waiting--;
  }
}

/** Stdout or stderr can't be written, and not because its reader has gone. */
export function unwritable(cause: unknown): PinwireError {
  const why = messageOf(cause);
  return new PinwireError("output_unwritable", `the output can't be written (${why})`, {
    hint: "check the disk that it goes to",
    cause,
  });
}
