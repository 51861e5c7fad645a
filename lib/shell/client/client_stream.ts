import { PinwireError } from "../../errors.ts";
import type { Connection } from "../../net/mod.ts";
import { type FrameHandlers, type FrameNameOf, handleFrame, TYPE } from "../protocol.ts";
import type { Exit, Signal, TerminalSize } from "../wire/bodies.ts";
import { Inflow, post, sendParts } from "../wire/flow.ts";
import { HEADER, makeFrame, makeResize, makeWindow } from "../wire/frame.ts";
import { Credit, Window } from "../wire/window.ts";

/** What a server may send about a command. */
type CommandFrame = FrameNameOf<"server", "command">;

/** Takes what a command prints; its promise is fulfilled when it can take more. It must not throw. */
export type Output = (kind: "stdout" | "stderr", bytes: Uint8Array) => Promise<void> | void;

/** A command that runs on the server. */
export class ClientStream {
  /**
   * How it ended, once all that it printed has been taken.
   *
   * @throws {PinwireError} why it never ran, or what became of the connection
   */
  readonly exited: Promise<Exit>;
  #stream: number;
  #connection: Connection;
  #window = new Window();
  #stdout: Inflow;
  #stderr: Inflow;
  #credit = new Credit();
  #outcome = Promise.withResolvers<Exit>();

  #handlers: FrameHandlers<CommandFrame, void> = {
    stdout: (bytes) => this.#stdout.put(bytes),
    stderr: (bytes) => this.#stderr.put(bytes),
    window: (count) => this.#credit.grant(count),
    exit: (exit) => void this.#finish(exit),
    error: ({ code, message, hint }) => this.fail(new PinwireError(code, message, { hint })),
  };

  constructor(stream: number, connection: Connection, output: Output) {
    this.exited = this.#outcome.promise;
    this.exited.catch(() => {});
    this.#stream = stream;
    this.#connection = connection;
    const grant = (count: number) => post(this.#connection, makeWindow(stream, count));
    this.#stdout = new Inflow(this.#window, (bytes) => output("stdout", bytes), grant);
    this.#stderr = new Inflow(this.#window, (bytes) => output("stderr", bytes), grant);
  }

  /** Makes the window for its output `size` bytes larger. Gives the frame that tells the server. */
  widen(size: number): Uint8Array<ArrayBuffer> {
    return makeWindow(this.#stream, this.#window.widen(size));
  }

  /**
   * Reads its stdin from `read`, until that gives `null` or the command takes no more.
   *
   * @param read reads into a buffer, as `Deno.stdin` does
   */
  async feed(read: (buffer: Uint8Array) => Promise<number | null>): Promise<void> {
    const bytes = new Uint8Array(HEADER + 65_536);
    for (;;) {
      const count = await read(bytes.subarray(HEADER));
      if (count === null) break;
      const part = bytes.subarray(0, HEADER + count);
      if (!await sendParts(this.#connection, this.#credit, TYPE.stdin, this.#stream, part, HEADER)) return;
    }
    post(this.#connection, makeFrame(TYPE.stdinEnd, this.#stream));
  }

  /** Sends a signal to all of its processes. */
  signal(name: Signal): void {
    post(this.#connection, makeFrame(TYPE.signal, this.#stream, new TextEncoder().encode(name)));
  }

  resize(size: TerminalSize): void {
    post(this.#connection, makeResize(this.#stream, size));
  }

  /**
   * Takes a frame about it.
   *
   * @throws {PinwireError} `bad_frame`
   */
  take(name: CommandFrame, body: Uint8Array): void {
    handleFrame(this.#handlers, name, this.#stream, body);
  }

  /** It is over, and `error` is why its exit isn't known. */
  fail(error: unknown): void {
    this.#credit.close();
    this.#outcome.reject(error);
  }

  async #finish(exit: Exit): Promise<void> {
    this.#credit.close();
    await Promise.all([this.#stdout.drained(), this.#stderr.drained()]);
    this.#outcome.resolve(exit);
  }
}
