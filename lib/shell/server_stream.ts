import type { Connection } from "../net/mod.ts";
import type { Deliver } from "./process/output_pump.ts";
import { Inflow, sendParts } from "./flow.ts";
import type { Job } from "./process/job.ts";
import type { Started } from "./process/job_runner.ts";
import { makeJsonFrame, makeWindow, parseResize, parseSignal, parseWindow, TYPE } from "./protocol.ts";
import { Credit, Window } from "./window.ts";

/** A command that runs for a client: its job, and the stream of wire v1 that it has. */
export class ServerStream {
  #stream: number;
  #connection: Connection;
  #started: Started;
  #job: Job;
  #credit = new Credit();
  #stdin: Inflow;
  /** Whether its stdin has ended. */
  #hasEnded = false;
  #isGivenUp = false;

  constructor(stream: number, connection: Connection, started: Started) {
    this.#stream = stream;
    this.#connection = connection;
    this.#started = started;
    this.#job = started.job;
    this.#stdin = new Inflow(
      new Window(),
      // Its client keeps what nobody wants.
      async (bytes) => {
        if (!await this.#job.input(bytes)) this.#stdin.close();
      },
      (count) => void connection.write(makeWindow(stream, count)).catch(() => {}),
    );
  }

  /** Sends all of its output, then how it ended; done when none of its processes is left. */
  async run(): Promise<void> {
    const exit = await this.#started.finish(this.#deliver(TYPE.stdout), this.#deliver(TYPE.stderr));
    this.#stdin.close();
    this.#credit.close();
    if (!this.#isGivenUp) {
      await this.#connection.write(makeJsonFrame(TYPE.exit, this.#stream, exit)).catch(() => {});
    }
    await this.#job.ended;
  }

  /**
   * Takes a frame about it; false if that is of no type that it knows.
   *
   * @throws {PinwireError} `bad_frame`
   */
  take(type: number, body: Uint8Array): boolean {
    switch (type) {
      case TYPE.stdin:
        if (!this.#hasEnded) this.#stdin.put(body);
        return true;
      case TYPE.stdinEnd:
        if (!this.#hasEnded) void this.#stdin.drained().then(() => this.#job.endInput());
        this.#hasEnded = true;
        return true;
      case TYPE.window:
        this.#credit.grant(parseWindow(body));
        return true;
      case TYPE.signal:
        this.#job.signal(parseSignal(body));
        return true;
      case TYPE.resize:
        this.#job.resize(parseResize(body));
        return true;
      default:
        return false;
    }
  }

  /** Ends it, without another word on its stream. */
  async giveUp(why: string): Promise<void> {
    this.#isGivenUp = true;
    await this.end(why);
  }

  /** Ends it, if it hasn't ended; nothing more is sent then but its exit. */
  async end(why: string): Promise<void> {
    this.#credit.close();
    await this.#job.end(why);
  }

  #deliver(type: number): Deliver {
    return (bytes, at) => sendParts(this.#connection, this.#credit, type, this.#stream, bytes, at);
  }
}
