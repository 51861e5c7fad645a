import { type Context, encodeText } from "../../app/mod.ts";
import { PinwireError } from "../../errors.ts";
import { FrameError } from "../../framing/mod.ts";
import { type Connection, type Timer, wrapConnection } from "../../net/mod.ts";
import { Session } from "../../session/mod.ts";
import { clipped, visible } from "../../text/mod.ts";
import { LONGEST_COMMAND } from "../protocol.ts";

/** Time in ms from the first byte of a length to the last. */
const REST_OF_LENGTH = 2_000;
const LENGTH = 4;
/** Time in ms in which bare output follows an answer that may be a header; the server is on this machine. */
const HEADER_TIME = 200;
/** Characters of a header that an error shows. */
const MOST_SHOWN = 100;
/** The fewest bytes that an error of wire v1 has. */
const SHORTEST_ERROR = 32;
/** Text has no control characters but tab, LF, CR and ESC; a length below 150 MB has one of the others. */
const isText = (byte: number) => byte >= 0x20 || [0x09, 0x0a, 0x0d, 0x1b].includes(byte);

/** What a client waits for: while there is a question, its answer. */
type State =
  | { at: "rest" }
  /**
   * `head` has the first bytes of the answer, at most its length. `came` counts all of them. `held` is an answer that
   * may be a header: then more follows.
   */
  | {
    at: "asking";
    answer: PromiseWithResolvers<Uint8Array>;
    head: number[];
    came: number;
    held?: Uint8Array;
  }
  /** The connection has ended; `reason` is what fails whatever is asked for now. */
  | { at: "over"; reason: unknown };

/** A connection to a tutorial's server: a command, then its answer with its length in front. */
export class SimpleClient extends Session {
  /** Rejects with why the connection ended; it never resolves. */
  readonly lost: Promise<never>;
  #state: State = { at: "rest" };
  #timer?: Timer;
  #loss = Promise.withResolvers<never>();

  private constructor(connection: Connection, context: Context) {
    super(
      wrapConnection(connection, {
        receive: (sink, options) =>
          connection.receive((bytes) => {
            this.#watchLength(bytes);
            return sink(bytes);
          }, options),
      }),
      context,
    );
    this.lost = this.#loss.promise;
    this.lost.catch(() => {});
    void this.run().then(
      () => this.close(new PinwireError("connection_closed", `${this.peer.name} closed the connection`)),
      (error) => this.close(error),
    );
  }

  /**
   * Takes a connection over.
   *
   * @throws {PinwireError} `local_only` if it leads to another machine
   */
  static open(connection: Connection, context: Context): SimpleClient {
    const { isLocal, name } = connection.peer;
    if (isLocal) return new SimpleClient(connection, context);
    connection.close();
    throw new PinwireError("local_only", `${name} is another machine`, {
      hint: "--wire simple hides nothing and proves nothing, so it is for loopback and Unix sockets",
    });
  }

  /**
   * Sends a command, and gives its whole answer.
   *
   * @throws {PinwireError} `command_too_long`; `stuck` if the answer has no length in front; `json_header` if it has more
   * than that in front; what ended the link
   */
  async ask(command: string): Promise<Uint8Array> {
    const bytes = encodeText(this.context, command);
    if (bytes.length > LONGEST_COMMAND) {
      throw new PinwireError("command_too_long", `the command has more than ${LONGEST_COMMAND} bytes`, {
        hint: "put it into a file on the other side",
      });
    }
    if (this.#state.at === "over") throw this.#state.reason;
    const answer = Promise.withResolvers<Uint8Array>();
    answer.promise.catch(() => {});
    this.#state = { at: "asking", answer, head: [], came: 0 };
    await this.connection.write(bytes);
    return await answer.promise;
  }

  override close(reason: unknown = closedHere()): void {
    const state = this.#state;
    if (state.at === "over") return;
    const head = state.at === "asking" ? state.head : [];
    const why = reason instanceof FrameError ? explain(reason, head) : reason;
    this.#state = { at: "over", reason: why };
    this.#timer?.cancel();
    super.close(why);
    if (state.at === "asking") {
      if (state.held && !isHeaderError(why)) state.answer.resolve(state.held);
      else state.answer.reject(why);
    }
    this.#loss.reject(why);
  }

  override onFrame(answer: Uint8Array): void {
    const state = this.#state;
    if (state.at === "over") return;
    // Nobody has asked for it.
    if (state.at === "rest") throw stuck();
    if (!mayBeHeader(answer)) return this.#deliver(state, answer.slice());
    if (state.came > LENGTH + answer.length) throw jsonHeader(answer);
    const held = state.held = answer.slice();
    this.#timer = this.clock.after(HEADER_TIME, () => this.#deliver(state, held));
  }

  #deliver({ answer }: State & { at: "asking" }, bytes: Uint8Array): void {
    this.#state = { at: "rest" };
    answer.resolve(bytes);
  }

  /** Looks at the first bytes of an answer, which come whole or one soon after the other. */
  #watchLength(bytes: Uint8Array): void {
    this.#timer?.cancel();
    if (this.#state.at !== "asking") return;
    const { head, held } = this.#state;
    if (held) return this.close(jsonHeader(held));
    this.#state.came += bytes.length;
    head.push(...bytes.subarray(0, LENGTH - head.length));
    if (head.length < LENGTH) this.#timer = this.clock.after(REST_OF_LENGTH, () => this.close(stuck()));
  }
}

const closedHere = () => new PinwireError("connection_closed", "the connection was closed here");

/** What the first bytes of an answer that can't be cut say about the server. */
function explain(error: FrameError, head: readonly number[]): PinwireError {
  const length = new DataView(Uint8Array.from({ length: LENGTH }, (_, i) => head[i] ?? 0).buffer)
    .getInt32(0, true);
  const isWhole = head.length === LENGTH && length >= 0 && !head.every(isText);
  // What begins like a short frame of wire v1, whose numbers are the other way round, is its error.
  if (head[0] === 0 && head[1] === 0 && head[3] >= SHORTEST_ERROR) return otherWire(error);
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

/** Whether an answer looks as json.dumps prints an object. */
function mayBeHeader(answer: Uint8Array): boolean {
  if (answer[0] !== BRACE || answer[answer.length - 1] !== CLOSING_BRACE) return false;
  try {
    JSON.parse(new TextDecoder().decode(answer));
    return true;
  } catch {
    return false;
  }
}

const BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

function jsonHeader(header: Uint8Array): PinwireError {
  const text = visible(new TextDecoder().decode(header));
  return new PinwireError(
    "json_header",
    `a JSON header came in front of the answer: ${clipped(text, MOST_SHOWN)}`,
    {
      hint: "this is a later lesson's wire; here only its length may stand in front (struct.pack('i', n))",
    },
  );
}

const isHeaderError = (error: unknown) => error instanceof PinwireError && error.code === "json_header";

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
