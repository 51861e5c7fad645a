import { messageOf, PinwireError } from "../errors.ts";
import type { Connection } from "../net/mod.ts";
import type { Idle } from "./idle.ts";
import { type JobRunner, tooMany } from "./process/job_runner.ts";
import { ServerStream } from "./server_stream.ts";
import { badFrame, type Exec } from "./wire/bodies.ts";
import { makeError } from "./wire/frame.ts";

/** What the connections of a server share. */
export interface Shell {
  readonly jobs: JobRunner;
  /** Time in ms without a command after which a connection is closed; 0 is never. */
  readonly idleTimeout: number;
  /** Called after each command. */
  ran(): void;
}

/** The commands of one client, by the numbers of their streams. */
export class CommandSet {
  #connection: Connection;
  #shell: Shell;
  #idle: Idle;
  #commands = new Map<number, ServerStream>();
  #lastStream = 0;
  #running = new Set<Promise<void>>();

  /** @param idle is told when a command runs, and when none does */
  constructor(connection: Connection, shell: Shell, idle: Idle) {
    this.#connection = connection;
    this.#shell = shell;
    this.#idle = idle;
  }

  /** The command of this number, if it isn't over. */
  get(stream: number): ServerStream | undefined {
    return this.#commands.get(stream);
  }

  /** Whether there was, or could have been, a command of this number: frames about it may have crossed its exit. */
  hasPassed(stream: number): boolean {
    return stream <= this.#lastStream;
  }

  /**
   * Starts a command, or tells its client why it isn't run.
   *
   * @throws {PinwireError} `bad_frame` if the number isn't higher than those before
   */
  async start(stream: number, exec: Exec): Promise<void> {
    if (this.hasPassed(stream)) throw badFrame(`command number ${stream} behind ${this.#lastStream}`);
    this.#lastStream = stream;
    const { jobs } = this.#shell;
    const { maxSessions } = jobs.rules;
    // There are many if their exits wait for a client that doesn't read.
    if (this.#commands.size >= maxSessions) return await this.fail(stream, tooMany(maxSessions));
    let command: ServerStream;
    try {
      const started = await jobs.start(exec, this.#connection.peer.name);
      command = new ServerStream(stream, this.#connection, started);
    } catch (error) {
      return await this.fail(stream, error);
    }
    this.#commands.set(stream, command);
    this.#idle.end();
    const running = command.run().catch(async (error) => {
      await this.fail(stream, error);
      await command.end("the server failed");
    }).then(() => {
      this.#commands.delete(stream);
      if (!this.#commands.size) this.#idle.begin();
      this.#running.delete(running);
      this.#shell.ran();
    });
    this.#running.add(running);
  }

  /** Says what is wrong on a stream, and ends its command if there is one: that alone, whatever it is. */
  async fail(stream: number, error: unknown): Promise<void> {
    const known = error instanceof PinwireError ? error : this.#unexpected(error);
    void this.#commands.get(stream)?.giveUp(known.message);
    await this.#connection.write(makeError(stream, known))?.catch(() => {});
  }

  /** Ends all commands. Done when none is left. */
  async end(why: string): Promise<void> {
    await Promise.all([...this.#commands.values()].map((command) => command.end(why)));
    await Promise.all(this.#running);
  }

  #unexpected(error: unknown): PinwireError {
    this.#shell.jobs.failed(this.#connection.peer.name, error);
    return new PinwireError("command_failed", `the server can't run it any further (${messageOf(error)})`, {
      hint: "it says so itself too",
      cause: error,
    });
  }
}
