import { PinwireError } from "../errors.ts";
import { ByteBuffer, type Encoder, parseSpec } from "../framing/mod.ts";
import type { Context } from "../app/mod.ts";
import { type Connection, HALF_CLOSE_TIME, hasGone, withTimeout } from "../net/mod.ts";
import { guardLines } from "../session/browser_guard.ts";
import { Idle } from "./idle.ts";
import type { JobRunner, Started } from "./process/job_runner.ts";
import { LONGEST_COMMAND, SIMPLE_SPEC } from "./protocol.ts";

/** Commands that wait while another runs. */
const MOST_WAITING = 16;
/** An answer is gathered before its length is known: without --max-output it has at most so many bytes. */
export const SIMPLE_MAX_OUTPUT = 16 * 1024 * 1024;

/** The beginning of what a page can make a browser send, wherever something in between has cut it. */
const REQUEST = /^[A-Z]+ (\/|\*|https?:)/;

/** What the connections of a server share. */
export interface SimpleShare {
  readonly jobs: JobRunner;
  /** Ms without a command after which a connection is closed; 0 is never. */
  readonly idleTimeout: number;
  /** Called after each command. */
  ran(): void;
}

/** Serves one connection of the tutorials' wire: a read is a command, and its answer has its length in front. */
export async function serveSimple(
  connection: Connection,
  context: Context,
  share: SimpleShare,
): Promise<void> {
  const guarded = guardLines(connection, parseSpec("raw"));
  const session = new SimpleSession(connection, context, share);
  using _stopping = context.stop.onStop(() => session.end("the server was stopped"));
  // One byte more than a command may have shows that there was more. A smaller first read, as pullFrames has it, would
  // cut long ones, and take the beginning of a browser's request for one.
  const buffer = new Uint8Array(LONGEST_COMMAND + 1);
  try {
    for (let count; (count = await guarded.read(buffer)) !== null;) {
      await session.take(buffer.subarray(0, count));
    }
    await withTimeout(HALF_CLOSE_TIME, session.answered());
  } finally {
    connection.close();
    await session.end("its client has gone");
  }
}

class SimpleSession {
  #connection: Connection;
  #context: Context;
  #share: SimpleShare;
  #encoder: Encoder;
  #waiting: string[] = [];
  #working?: Promise<void>;
  #current?: Started;
  #idle: Idle;
  #isFirst = true;
  #isOver = false;

  constructor(connection: Connection, context: Context, share: SimpleShare) {
    this.#connection = connection;
    this.#context = context;
    this.#share = share;
    this.#encoder = parseSpec(SIMPLE_SPEC).open().encoder;
    this.#idle = new Idle(share.idleTimeout, () => connection.close());
    this.#idle.begin();
  }

  /**
   * Takes a command; done when another may come.
   *
   * @throws {PinwireError} `command_too_long`, `not_for_us`
   */
  async take(body: Uint8Array): Promise<void> {
    if (this.#isOver) return;
    if (this.#isFirst && REQUEST.test(String.fromCharCode(...body.subarray(0, 32)))) {
      throw new PinwireError("not_for_us", `${this.#connection.remote} sent an HTTP request`, {
        hint: "this port is for other programs; the connection was closed",
      });
    }
    this.#isFirst = false;
    if (body.length > LONGEST_COMMAND) {
      throw new PinwireError("command_too_long", `a command of more than ${LONGEST_COMMAND} bytes came`, {
        hint: "the connection was closed",
      });
    }
    this.#waiting.push(this.#context.encoding.decode(body).text.replace(/\r?\n?$/, ""));
    this.#working ??= this.#work();
    // While none can be taken in, nobody looks whether the client is there.
    if (this.#waiting.length >= MOST_WAITING) await this.#working;
  }

  /** Done when every command has its answer. */
  async answered(): Promise<void> {
    await this.#working;
  }

  /** Ends the command that runs; no other is begun. Done when none of its processes is left. */
  async end(why: string): Promise<void> {
    this.#isOver = true;
    this.#idle.end();
    await this.#current?.job.end(why);
    await this.#working;
  }

  async #work(): Promise<void> {
    this.#idle.end();
    try {
      for (let command = this.#waiting.shift(); command !== undefined; command = this.#waiting.shift()) {
        if (this.#isOver) break;
        if (command === "bye") {
          this.#isOver = true;
          this.#connection.close();
          break;
        }
        const answer = await this.#answer(command);
        const out = new ByteBuffer(answer.length + 4);
        this.#encoder.encode(answer, out);
        await this.#connection.write(out.bytes());
        this.#share.ran();
      }
    } catch (error) {
      if (!hasGone(error)) this.#context.reporter.error(error, this.#connection.remote);
      this.#isOver = true;
      this.#connection.close();
    }
    this.#working = undefined;
    if (!this.#isOver) this.#idle.begin();
  }

  /** What it printed, stdout before stderr. */
  async #answer(command: string): Promise<Uint8Array> {
    const { jobs } = this.#share;
    const argv = jobs.hasShell ? [command] : command.trim().split(/\s+/);
    const stdout = new ByteBuffer();
    const stderr = new ByteBuffer();
    try {
      this.#current = await jobs.start({ argv }, this.#connection.remote);
      void this.#current.job.endInput();
      const { reason } = await this.#current.finish(gather(stdout), gather(stderr));
      if (reason !== undefined) {
        stderr.append(new TextEncoder().encode(`pinwire shell: the command ${reason}\n`));
      }
      await this.#current.job.ended;
    } catch (error) {
      if (!(error instanceof PinwireError)) throw error;
      stderr.append(new TextEncoder().encode(`pinwire shell: ${error.sentence}\n`));
    }
    this.#current = undefined;
    stdout.append(stderr.bytes());
    return this.#inEncoding(stdout.bytes());
  }

  // A client that speaks GBK shows as GBK whatever it gets; this machine's text is UTF-8.
  #inEncoding(output: Uint8Array): Uint8Array {
    const { encoding } = this.#context;
    if (encoding.name === "utf-8") return output;
    try {
      return encoding.encode(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(output)).bytes;
    } catch {
      return output;
    }
  }
}

const gather = (buffer: ByteBuffer) => (bytes: Uint8Array, at: number): Promise<boolean> => {
  buffer.append(bytes.subarray(at));
  return Promise.resolve(true);
};
