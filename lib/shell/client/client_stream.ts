import { PinwireError } from "../../errors.ts";
import type { Connection } from "../../net/mod.ts";
import { Inflow, sendParts } from "../flow.ts";
import {
  type Exit,
  HEADER,
  makeFrame,
  makeResize,
  makeWindow,
  parseExit,
  parseFailure,
  parseWindow,
  type Signal,
  type Terminal,
  TYPE,
} from "../protocol.ts";
import { Credit, Window } from "../window.ts";

/** Takes what a command prints; done when it can take more. It must not throw. */
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

  constructor(stream: number, connection: Connection, output: Output) {
    this.exited = this.#outcome.promise;
    this.exited.catch(() => {});
    this.#stream = stream;
    this.#connection = connection;
    const grant = (count: number) => this.#say(makeWindow(stream, count));
    this.#stdout = new Inflow(this.#window, (bytes) => output("stdout", bytes), grant);
    this.#stderr = new Inflow(this.#window, (bytes) => output("stderr", bytes), grant);
  }

  /** The frame that lets the server send so much more at once. */
  widen(size: number): Uint8Array<ArrayBuffer> {
    return makeWindow(this.#stream, this.#window.widen(size));
  }

  /**
   * Reads its stdin from `read`, until that gives `null` or nobody wants it any more.
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
    this.#say(makeFrame(TYPE.stdinEnd, this.#stream));
  }

  /** Sends a signal to all of its processes. */
  signal(name: Signal): void {
    this.#say(makeFrame(TYPE.signal, this.#stream, new TextEncoder().encode(name)));
  }

  resize(size: Omit<Terminal, "term">): void {
    this.#say(makeResize(this.#stream, size));
  }

  /**
   * Takes a frame about it; false if that is of no type that it knows.
   *
   * @throws {PinwireError} `bad_frame`
   */
  take(type: number, body: Uint8Array): boolean {
    switch (type) {
      case TYPE.stdout:
        this.#stdout.put(body);
        return true;
      case TYPE.stderr:
        this.#stderr.put(body);
        return true;
      case TYPE.window:
        this.#credit.grant(parseWindow(body));
        return true;
      case TYPE.exit:
        void this.#finish(parseExit(body));
        return true;
      case TYPE.error: {
        const { code, message, hint } = parseFailure(body);
        this.fail(new PinwireError(code, message, { hint }));
        return true;
      }
      default:
        return false;
    }
  }

  /** It is over, and how it ended can't be told. */
  fail(error: unknown): void {
    this.#credit.close();
    this.#outcome.reject(error);
  }

  async #finish(exit: Exit): Promise<void> {
    this.#credit.close();
    await Promise.all([this.#stdout.drained(), this.#stderr.drained()]);
    this.#outcome.resolve(exit);
  }

  // If it can't be said any more, the end of the connection tells.
  #say(frame: Uint8Array): void {
    this.#connection.write(frame).catch(() => {});
  }
}
