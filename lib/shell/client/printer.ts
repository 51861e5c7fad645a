import type { PinwireError } from "../../errors.ts";
import { type Context, unwritable, writeAll } from "../../app/mod.ts";
import { type StreamDecoder, visibleLines } from "../../text/mod.ts";
import type { Output } from "./client_stream.ts";

/** How output is shown. */
export interface PrinterOptions {
  /** As events, one a line. */
  json: boolean;
  /** As it came, on a terminal too, where it can move the cursor and worse. */
  raw: boolean;
}

/** Prints the output of commands on stdout and stderr: each byte as it came, on a terminal only what is safe there. */
export class Printer {
  /** Takes output; its promise is fulfilled when that is written. */
  readonly print: Output;
  /** Whether what was printed last on stdout left the line unfinished. */
  isMidLine = false;
  #context: Context;
  #failure?: PinwireError;
  #writes = 0;
  #ends: (() => Promise<void>)[] = [];

  constructor({ json, raw }: PrinterOptions, context: Context) {
    this.#context = context;
    if (json) this.print = (kind, bytes) => this.#report(kind, bytes);
    else {
      const sinks = { stdout: this.#sink(Deno.stdout, raw), stderr: this.#sink(Deno.stderr, raw) };
      this.print = (kind, bytes) => sinks[kind](bytes);
    }
  }

  /** Whether something is being written. */
  get isPrinting(): boolean {
    return this.#writes > 0;
  }

  /** A command has ended: prints what is left of its last character or line end. */
  async end(): Promise<void> {
    for (const end of this.#ends) await end();
  }

  /** @throws {PinwireError} `output_unwritable` if something could not be printed */
  check(): void {
    if (this.#failure) throw this.#failure;
  }

  #report(event: "stdout" | "stderr", bytes: Uint8Array): Promise<void> | undefined {
    const { reporter } = this.#context;
    reporter.report({ event, data: bytes.toBase64() });
    return reporter.drained();
  }

  #sink(file: typeof Deno.stdout | typeof Deno.stderr, raw: boolean) {
    const isShared = file === Deno.stdout || Deno.stdout.isTerminal() && Deno.stderr.isTerminal();
    const write = (bytes: Uint8Array) => this.#write(file, isShared, bytes);
    if (raw || !file.isTerminal()) return write;
    const safe = new SafeText(this.#context.encoding.stream());
    this.#ends.push(() => write(safe.end()));
    return (bytes: Uint8Array) => write(safe.take(bytes));
  }

  /** @param isShared whether what is written there moves the cursor of stdout */
  async #write(
    file: typeof Deno.stdout | typeof Deno.stderr,
    isShared: boolean,
    bytes: Uint8Array,
  ): Promise<void> {
    this.#writes++;
    try {
      await writeAll(file, bytes);
      if (bytes.length && isShared) this.isMidLine = bytes[bytes.length - 1] !== NEWLINE;
    } catch (error) {
      // Whoever closed stdout has seen enough.
      if (!(error instanceof Deno.errors.BrokenPipe)) this.#failure ??= unwritable(error);
      this.#context.stop.now();
    }
    this.#writes--;
  }
}

const NEWLINE = 0x0a;

/** Makes output safe for a terminal: control characters become visible, lines stay. */
class SafeText {
  #decoder: StreamDecoder;
  #encoder = new TextEncoder();
  #heldBack = "";

  constructor(decoder: StreamDecoder) {
    this.#decoder = decoder;
  }

  take(bytes: Uint8Array): Uint8Array {
    const text = this.#heldBack + this.#decoder.decode(bytes).text;
    // This may be the first half of a line end.
    this.#heldBack = text.endsWith("\r") ? "\r" : "";
    return this.#encoder.encode(visibleLines(this.#heldBack ? text.slice(0, -1) : text));
  }

  end(): Uint8Array {
    const text = this.#heldBack + this.#decoder.end().text;
    this.#heldBack = "";
    return this.#encoder.encode(visibleLines(text));
  }
}
