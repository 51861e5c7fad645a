import type { Context } from "../app/mod.ts";
import { PinwireError } from "../errors.ts";
import { ByteBuffer, type Encoder, parseSpec } from "../framing/mod.ts";
import { type Connection, HALF_CLOSE_TIME, hasGone, withTimeout } from "../net/mod.ts";
import { guardLines } from "../session/browser_guard.ts";
import type { Shell } from "./command_set.ts";
import { Idle } from "./idle.ts";
import { refusalOfUser } from "./peer_user.ts";
import type { Started } from "./process/job_runner.ts";
import { LONGEST_COMMAND, SIMPLE_SPEC } from "./protocol.ts";

/** Commands that wait while another runs. */
const MOST_WAITING = 16;
/** The longest answer in bytes without --max-output: it is gathered before its length is known. */
export const SIMPLE_MAX_OUTPUT = 16 * 1024 * 1024;

/** The beginning of what a page can make a browser send, wherever a forwarder has cut it. */
const REQUEST = /^[A-Z]+ (\/|\*|https?:)/;
/** What may still become a request's first line (RFC 9112, section 3): it has no end yet. */
const UNFINISHED_REQUEST = /^[A-Z]+( [^ \r\n]*( (H(T(T(P\/?)?)?)?)?)?)?$/;

/** Serves one connection of the tutorials' wire: a read is a command, and its answer has its length in front. */
export class SimpleSession {
  #connection: Connection;
  #context: Context;
  #shell: Shell;
  #encoder: Encoder;
  /** `new` until it is clear that a command has come, `over` once none is begun any more. */
  #state: "new" | "open" | "over" = "new";
  /** What has come while `new`, a character a byte. */
  #head = "";
  #waiting: string[] = [];
  #working?: Promise<void>;
  #current?: Started;
  #idle: Idle;

  constructor(connection: Connection, context: Context, shell: Shell) {
    this.#connection = connection;
    this.#context = context;
    this.#shell = shell;
    this.#encoder = parseSpec(SIMPLE_SPEC).open().encoder;
    this.#idle = new Idle(shell.idleTimeout, context.clock, () => connection.close());
  }

  /**
   * Serves the connection until it ends. Then none of its commands is left.
   *
   * @throws {PinwireError} `local_only`, `wrong_user`, `command_too_long`, `not_for_us`
   */
  async run(): Promise<void> {
    const { peer } = this.#connection;
    if (!peer.isLocal) {
      throw new PinwireError("local_only", `${peer.name} is another machine`, {
        hint: "--wire simple has no token, so it is for loopback and Unix sockets",
      });
    }
    const refusal = refusalOfUser(peer);
    if (refusal) throw refusal;
    using _stopping = this.#context.stop.onStop(() => void this.#end("the server was stopped"));
    this.#idle.begin();
    const guarded = guardLines(this.#connection, parseSpec("raw"));
    // One byte more than a command may have shows that there was more. A smaller read would cut long commands, and take
    // the beginning of a browser's request for one.
    const most = LONGEST_COMMAND + 1;
    try {
      await guarded.receive((bytes) => this.#take(bytes), { first: most, largest: most });
      // What has no end to its line by now was a command.
      if (this.#waiting.length) this.#begin();
      await withTimeout(HALF_CLOSE_TIME, this.#working ?? Promise.resolve(), this.#context.clock);
    } finally {
      this.#connection.close();
      await this.#end("its client has gone");
    }
  }

  /** Takes a command; done when another one may come. */
  #take(body: Uint8Array): Promise<void> | undefined {
    if (this.#state === "over") return undefined;
    if (this.#state === "new") this.#head += String.fromCharCode(...body);
    if (REQUEST.test(this.#head)) {
      throw new PinwireError("not_for_us", `${this.#connection.peer.name} sent an HTTP request`, {
        hint: "this port is for other programs; the connection was closed",
      });
    }
    if (Math.max(body.length, this.#head.length) > LONGEST_COMMAND) {
      throw new PinwireError("command_too_long", `a command of more than ${LONGEST_COMMAND} bytes came`, {
        hint: "the connection was closed",
      });
    }
    this.#waiting.push(this.#context.encoding.decode(body).text.replace(/\r?\n?$/, ""));
    // Of a request that was cut, no part is a command.
    if (UNFINISHED_REQUEST.test(this.#head)) return undefined;
    this.#begin();
    // Until another one may come, nothing is read, and nobody notices that the client leaves.
    return this.#waiting.length >= MOST_WAITING ? this.#working : undefined;
  }

  /** Works on the commands that wait, unless that is being done, or none is begun any more. */
  #begin(): void {
    if (this.#state === "over") return;
    this.#state = "open";
    this.#head = "";
    this.#working ??= this.#work();
  }

  /** Ends the command that runs, and begins no other. Done when none of its processes is left. */
  async #end(why: string): Promise<void> {
    this.#state = "over";
    this.#idle.stop();
    await this.#current?.job.end(why);
    await this.#working;
  }

  #close(): void {
    this.#state = "over";
    this.#connection.close();
  }

  async #work(): Promise<void> {
    this.#idle.end();
    try {
      for (let command = this.#waiting.shift(); command !== undefined; command = this.#waiting.shift()) {
        if (this.#state === "over") break;
        if (command === "bye") {
          this.#close();
          break;
        }
        const answer = await this.#answer(command);
        const out = new ByteBuffer(answer.length + 4);
        this.#encoder.encode(answer, out);
        await this.#connection.write(out.bytes());
        this.#shell.ran();
      }
    } catch (error) {
      if (!hasGone(error)) this.#context.reporter.error(error, this.#connection.peer.name);
      this.#close();
    }
    this.#working = undefined;
    if (this.#state !== "over") this.#idle.begin();
  }

  /** What a command printed, stdout before stderr. */
  async #answer(command: string): Promise<Uint8Array> {
    const { jobs } = this.#shell;
    const argv = jobs.hasShell ? [command] : command.trim().split(/\s+/);
    const stdout = new ByteBuffer();
    const stderr = new ByteBuffer();
    try {
      this.#current = await jobs.start({ argv }, this.#connection.peer.name);
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
