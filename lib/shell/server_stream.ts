import type { Connection } from "../net/mod.ts";
import type { Job } from "./process/job.ts";
import type { Started } from "./process/job_runner.ts";
import type { Deliver } from "./process/output_pump.ts";
import { type FrameHandlers, type FrameNameOf, handleFrame, TYPE } from "./protocol.ts";
import { Inflow, post, sendParts } from "./wire/flow.ts";
import { makeJsonFrame, makeWindow } from "./wire/frame.ts";
import { Credit, Window } from "./wire/window.ts";

/** What a client may send about a command. */
type CommandFrame = FrameNameOf<"client", "command">;

/** A command that runs for a client: its job, and its stream of wire v1. */
export class ServerStream {
  #stream: number;
  #connection: Connection;
  #started: Started;
  #job: Job;
  #credit = new Credit();
  #stdin: Inflow;
  #hasStdinEnded = false;
  #isGivenUp = false;

  #handlers: FrameHandlers<CommandFrame, void> = {
    stdin: (bytes) => {
      if (!this.#hasStdinEnded) this.#stdin.put(bytes);
    },
    stdinEnd: () => {
      if (!this.#hasStdinEnded) void this.#stdin.drained().then(() => this.#job.endInput());
      this.#hasStdinEnded = true;
    },
    window: (count) => this.#credit.grant(count),
    signal: (name) => this.#job.signal(name),
    resize: (size) => this.#job.resize(size),
    error: () => void this.giveUp("its client gave it up"),
  };

  constructor(stream: number, connection: Connection, started: Started) {
    this.#stream = stream;
    this.#connection = connection;
    this.#started = started;
    this.#job = started.job;
    this.#stdin = new Inflow(
      new Window(),
      async (bytes) => {
        // What the command doesn't want stays with its client.
        if (!await this.#job.input(bytes)) this.#stdin.close();
      },
      (count) => post(connection, makeWindow(stream, count)),
    );
  }

  /** Sends all of its output, then how it ended. Done when none of its processes is left. */
  async run(): Promise<void> {
    const exit = await this.#started.finish(this.#deliver(TYPE.stdout), this.#deliver(TYPE.stderr));
    this.#stdin.close();
    this.#credit.close();
    if (!this.#isGivenUp) {
      await this.#connection.write(makeJsonFrame(TYPE.exit, this.#stream, exit))?.catch(() => {});
    }
    await this.#job.ended;
  }

  /**
   * Takes a frame about it.
   *
   * @throws {PinwireError} `bad_frame`
   */
  take(name: CommandFrame, body: Uint8Array): void {
    handleFrame(this.#handlers, name, this.#stream, body);
  }

  /** Ends it, and sends nothing more on its stream. */
  async giveUp(why: string): Promise<void> {
    this.#isGivenUp = true;
    await this.end(why);
  }

  /** Ends it, if it hasn't ended. Nothing but its exit is sent then. */
  async end(why: string): Promise<void> {
    this.#stdin.close();
    this.#credit.close();
    await this.#job.end(why);
  }

  #deliver(type: number): Deliver {
    return (bytes, at) => sendParts(this.#connection, this.#credit, type, this.#stream, bytes, at);
  }
}
