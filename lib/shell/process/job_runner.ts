import type { Reporter } from "../../app/mod.ts";
import { PinwireError } from "../../errors.ts";
import { type Clock, RateLimit } from "../../net/mod.ts";
import { clipped } from "../../text/mod.ts";
import type { AuditLog, AuditRecord, ExitRecord } from "../audit_log.ts";
import type { Exec, Exit } from "../wire/bodies.ts";
import { type Child, findProgram, type Program, startPiped } from "./child.ts";
import { Job, type Limits } from "./job.ts";
import type { Deliver } from "./output_pump.ts";
import { canTellPlace, makePlace, takePlace, tellingPlace } from "./place.ts";
import type { Watchdog } from "./watchdog.ts";

/** What a server lets its clients run, and how. */
export interface Rules extends Limits {
  /** Runs what clients ask for, as `SHELL -c COMMAND`. */
  readonly shell: string;
  /** If there are any, only these run, and without a shell. */
  readonly allowCommand: readonly string[];
  /** Where commands begin; an absolute path. */
  readonly cwd: string;
  /** Variables for them, besides our own. */
  readonly env: Readonly<Record<string, string>>;
  /** Commands at a time, over all connections. */
  readonly maxSessions: number;
}

/** A job that was started. */
export interface Started {
  readonly job: Job;
  /** Runs it to its end, as {@linkcode Job.run}. */
  finish(stdout: Deliver, stderr: Deliver): Promise<Exit>;
}

/** Refused clients that have proven nothing: how many of them are logged a second, so that they can't fill the disk. */
const STRANGERS = 10;
/** Characters of a command in a notice. */
const MOST_SHOWN = 200;

/** Starts the commands of all clients of a server, by its rules, and keeps the log. */
export class JobRunner {
  readonly rules: Rules;
  #reporter: Reporter;
  #clock: Clock;
  #log?: AuditLog;
  #watchdog?: Watchdog;
  #running = 0;
  #jobs = new Set<Job>();
  #count = 0;
  #strangers: RateLimit;
  /** The paths of the allowed commands, by their names. */
  #paths = new Map<string, string>();

  /** @throws {PinwireError} `not_found` for an allowed command that isn't there */
  constructor(rules: Rules, reporter: Reporter, clock: Clock, log?: AuditLog, watchdog?: Watchdog) {
    this.rules = rules;
    this.#reporter = reporter;
    this.#clock = clock;
    this.#log = log;
    this.#watchdog = watchdog;
    this.#strangers = new RateLimit(STRANGERS, clock);
    for (const name of rules.allowCommand) {
      const path = findProgram(name);
      if (path === undefined) throw notFound(name, "--allow-command");
      this.#paths.set(name, path);
    }
  }

  /** Whether a shell runs the commands. */
  get hasShell(): boolean {
    return this.rules.allowCommand.length === 0;
  }

  /**
   * Starts a command.
   *
   * @param peer the name of the client that asks for it
   * @throws {PinwireError} why it isn't run, in words for the peer
   */
  async start({ argv, cwd, pty }: Exec, peer: string): Promise<Started> {
    const { rules } = this;
    const id = ++this.#count;
    const folder = cwd === undefined ? rules.cwd : cwd.startsWith("/") ? cwd : `${rules.cwd}/${cwd}`;
    const place = cwd !== undefined && !pty && this.hasShell && canTellPlace(rules.shell)
      ? makePlace()
      : undefined;
    this.#running++;
    let child: Child;
    const begun = this.#clock.now();
    try {
      if (this.#running > rules.maxSessions) throw tooMany(rules.maxSessions);
      const program: Program = { ...this.#programOf(argv, place), cwd: folder, env: rules.env };
      this.#logStart({ event: "exec", peer, id, argv, cwd: folder, pty: pty !== undefined });
      child = pty ? (await import("./pty.ts")).startOnTerminal(program, pty) : startPiped(program);
    } catch (error) {
      this.#running--;
      if (place !== undefined) await takePlace(place);
      if (error instanceof PinwireError) this.refused(peer, error, argv);
      throw error;
    }
    this.#watchdog?.watch(child.pid, place);
    const job = new Job(child, pty !== undefined, rules, this.#clock);
    this.#jobs.add(job);
    this.#tell(`${peer} runs ${shown(argv)}`);
    return {
      job,
      finish: async (stdout, stderr) => {
        try {
          const end = await job.run(stdout, stderr);
          const ms = Math.round(this.#clock.now() - begun);
          this.#ended({ event: "exit", peer, id, argv, ...end, ms, ...job.traffic });
          return { ...end, cwd: place === undefined ? null : await takePlace(place) };
        } finally {
          this.#running--;
          this.#jobs.delete(job);
          void job.ended.then(() => this.#watchdog?.forget(child.pid));
        }
      },
    };
  }

  /** Asks all that run to end, which `Job.end` of each must follow. */
  askAllToEnd(): void {
    for (const job of this.#jobs) job.askToEnd();
  }

  /** Reports and logs that a peer was refused: a command, or the connection if there is no `argv`. */
  refused(peer: string, error: PinwireError, argv?: readonly string[]): void {
    const what = argv ? `, it asked for ${shown(argv)}` : "";
    this.#reporter.error(
      new PinwireError(error.code, `refused ${peer}${what}: ${error.message}`, { hint: error.hint }),
      peer,
    );
    if (error.code === "not_logged" || !argv && !this.#strangers.allows()) return;
    const skipped = this.#strangers.takeOver();
    this.#write({
      event: "refused",
      peer,
      ...argv && { argv },
      reason: error.message,
      ...skipped && { skipped },
    });
  }

  /** Reports what went wrong with a command of this peer, though it should not. */
  failed(peer: string, error: unknown): void {
    this.#reporter.error(error, peer);
  }

  #programOf(argv: readonly string[], place: string | undefined): Pick<Program, "file" | "args"> {
    const { shell, allowCommand } = this.rules;
    if (this.hasShell) {
      const command = argv.join(" ");
      return { file: shell, args: ["-c", place === undefined ? command : tellingPlace(command, place)] };
    }
    const [name, ...args] = argv;
    const file = this.#paths.get(name);
    if (file !== undefined) return { file, args };
    throw new PinwireError("not_allowed", `${JSON.stringify(name)} is not one of the commands allowed here`, {
      hint: `allowed: ${allowCommand.join(", ")}`,
    });
  }

  #ended(entry: ExitRecord): void {
    const { peer, argv, code, signal, reason } = entry;
    const how = signal === null
      ? `exit code ${code}`
      : typeof signal === "number"
      ? `signal ${signal}`
      : signal;
    this.#tell(`${peer} ran ${shown(argv)}: ${reason ?? how}`);
    this.#write(entry);
  }

  /** @throws {PinwireError} `not_logged` */
  #logStart(entry: AuditRecord): void {
    try {
      this.#log?.add(entry);
    } catch (error) {
      this.#reporter.error(error);
      throw new PinwireError("not_logged", "the server can't log it, so it doesn't run it", {
        hint: "it says itself why",
        cause: error,
      });
    }
  }

  #tell(text: string): void {
    this.#reporter.report({ event: "notice", text });
  }

  // What is logged here has happened already: a failure is only reported.
  #write(entry: AuditRecord): void {
    try {
      this.#log?.add(entry);
    } catch (error) {
      this.#reporter.error(error);
    }
  }
}

/** A command as people are shown it; the log has all of it. */
const shown = (argv: readonly string[]) => clipped(argv.join(" "), MOST_SHOWN);

/** The error for a program that `option` names and that isn't there. */
export const notFound = (name: string, option: string) =>
  new PinwireError("not_found", `there is no program ${name} to be run`, {
    hint: `check ${option}${name.includes("/") ? "" : " and PATH"}`,
  });

/** The error for one command more than `max`. */
export const tooMany = (max: number) =>
  new PinwireError("too_many_sessions", `this server runs no more than ${max} at a time`, {
    hint: "wait for one to end, or raise its --max-sessions",
  });
