import { PinwireError } from "../../errors.ts";
import { FrameError, pullFrames } from "../../framing/mod.ts";
import { type Context, encodeText } from "../../app/mod.ts";
import { type Connection, isPeerLocal } from "../../net/mod.ts";
import { LONGEST_COMMAND } from "../protocol.ts";

/** When the first bytes of a length have come, the others must follow within so many ms. */
const REST_OF_LENGTH = 2_000;
const LENGTH = 4;
/** No error of wire v1 has fewer bytes. */
const SHORTEST_ERROR = 32;
/** Text has none of the control characters but tab, LF, CR and ESC; a length below 150 MB has one of the others. */
const isText = (byte: number) => byte >= 0x20 || [0x09, 0x0a, 0x0d, 0x1b].includes(byte);

/** A connection to a tutorial's server: a command, then its answer with its length in front. */
export class SimpleClient {
  /** Rejects with why the connection ended; it never resolves. */
  readonly lost: Promise<never>;
  #connection: Connection;
  #context: Context;
  #answer?: PromiseWithResolvers<Uint8Array>;
  #head: number[] = [];
  #timer?: ReturnType<typeof setTimeout>;
  #loss = Promise.withResolvers<never>();
  #failure?: unknown;

  private constructor(connection: Connection, context: Context) {
    this.lost = this.#loss.promise;
    this.lost.catch(() => {});
    this.#connection = connection;
    this.#context = context;
    const { decoder } = context.codec.open();
    const source = { read: (buffer: Uint8Array) => this.#read(buffer) };
    void pullFrames(source, decoder, { onFrame: (body) => this.#take(body.slice()) }).then(
      () => this.#fail(new PinwireError("connection_closed", `${connection.remote} closed the connection`)),
      (error) => this.#fail(error),
    );
  }

  /**
   * Takes a connection over.
   *
   * @throws {PinwireError} `local_only` if it leads to another machine
   */
  static open(connection: Connection, context: Context): SimpleClient {
    if (isPeerLocal(connection.remote)) return new SimpleClient(connection, context);
    connection.close();
    throw new PinwireError("local_only", `${connection.remote} is another machine`, {
      hint: "--wire simple hides nothing and proves nothing, so it is for loopback and Unix sockets",
    });
  }

  /**
   * Sends a command, and gives its whole answer.
   *
   * @throws {PinwireError} `command_too_long`; `stuck` if the answer has no length in front; what ended the link
   */
  async run(command: string): Promise<Uint8Array> {
    const bytes = encodeText(this.#context, command);
    if (bytes.length > LONGEST_COMMAND) {
      throw new PinwireError("command_too_long", `the command has more than ${LONGEST_COMMAND} bytes`, {
        hint: "put it into a file on the other side",
      });
    }
    if (this.#failure) throw this.#failure;
    this.#head = [];
    this.#answer = Promise.withResolvers();
    this.#answer.promise.catch(() => {});
    await this.#connection.write(bytes);
    return await this.#answer.promise;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#connection.close();
  }

  async #read(buffer: Uint8Array): Promise<number | null> {
    const count = await this.#connection.read(buffer);
    clearTimeout(this.#timer);
    if (count === null || !this.#answer) return count;
    this.#head.push(...buffer.subarray(0, Math.min(count, LENGTH - this.#head.length)));
    if (this.#head.length < LENGTH) this.#timer = setTimeout(() => this.#fail(stuck()), REST_OF_LENGTH);
    return count;
  }

  #take(answer: Uint8Array): void {
    // Nobody has asked for it.
    if (!this.#answer) return this.#fail(stuck());
    this.#answer.resolve(answer);
    this.#answer = undefined;
  }

  #fail(error: unknown): void {
    this.#failure ??= error instanceof FrameError ? this.#explain(error) : error;
    this.#answer?.reject(this.#failure);
    this.#loss.reject(this.#failure);
    this.close();
  }

  #explain(error: FrameError): PinwireError {
    const length = new DataView(Uint8Array.from({ length: LENGTH }, (_, i) => this.#head[i] ?? 0).buffer)
      .getInt32(0, true);
    const isWhole = this.#head.length === LENGTH && length >= 0 && !this.#head.every(isText);
    // What begins like a short frame of wire v1, whose numbers are the other way round, is its error.
    if (this.#head[0] === 0 && this.#head[1] === 0 && this.#head[3] >= SHORTEST_ERROR) {
      return otherWire(error);
    }
    if (!isWhole) return stuck(error);
    if (error.code === "frame_too_long") {
      return new PinwireError("frame_too_long", `the answer has ${length} bytes`, {
        hint: "raise --max-frame",
        cause: error,
      });
    }
    return new PinwireError("link_lost", `the connection ended inside an answer of ${length} bytes`, {
      hint: "what came of it is not shown",
      cause: error,
    });
  }
}

const otherWire = (cause: unknown) =>
  new PinwireError("not_simple", "this server does not speak the tutorials' wire", {
    hint: "it may be pinwire's own: leave --wire simple out",
    cause,
  });

const stuck = (cause?: unknown) =>
  new PinwireError("stuck", "the answer does not begin with its length, so where it ends can't be told", {
    hint:
      "this server sends bare output, in which answers stick together; it needs the length of each in front " +
      "(struct.pack('i', n))",
    cause,
  });
