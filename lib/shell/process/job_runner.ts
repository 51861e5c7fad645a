import { PinwireError } from "../../errors.ts";
import type { Reporter } from "../../app/mod.ts";
import type { AuditLog, AuditRecord, ExitRecord } from "../audit_log.ts";
import { type Child, findProgram, type Program, startPiped } from "./child.ts";
import type { Deliver } from "./output_pump.ts";
import { Job, type Limits } from "./job.ts";
import type { Exec, Exit } from "../protocol.ts";

/** What a server lets its clients run, and how. */
export interface Rules extends Limits {
  /** Runs what clients ask for, as `SHELL -c COMMAND`. */
  readonly shell: string;
  /** If there are any, only these run, and without a shell. */
  readonly allowCommand: readonly string[];
  /** Where commands begin; an absolute path. */
  readonly cwd: string;
  /** Variables for them, beside our own. */
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

/** So many who have proven nothing are logged in a second. */
const STRANGERS = 10;
/** Characters of a command that are told of. */
const MOST_SHOWN = 200;

/** Shells in which `trap … EXIT` and `pwd` are what POSIX says. */
const POSIX_SHELL = /(^|\/)(sh|ash|bash|dash|ksh|mksh|yash|zsh)$/;

/** Starts the commands of all clients of a server, by its rules, and keeps the log. */
export class JobRunner {
  readonly rules: Rules;
  #reporter: Reporter;
  #log?: AuditLog;
  #running = 0;
  #count = 0;
  /** Refused before they had proven anything: in this second, since when that is, and not logged so far. */
  #strangers = 0;
  #strangersSince = -Infinity;
  #skipped = 0;
  /** Where the allowed commands are. */
  #paths = new Map<string, string>();

  /** @throws {PinwireError} `not_found` for an allowed command that isn't there */
  constructor(rules: Rules, reporter: Reporter, log?: AuditLog) {
    this.rules = rules;
    this.#reporter = reporter;
    this.#log = log;
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
   * @param peer who asks for it
   * @throws {PinwireError} why it isn't run, in words for the peer
   */
  async start({ argv, cwd, pty }: Exec, peer: string): Promise<Started> {
    const { rules } = this;
    const id = ++this.#count;
    const folder = cwd === undefined ? rules.cwd : cwd.startsWith("/") ? cwd : `${rules.cwd}/${cwd}`;
    const place = cwd !== undefined && !pty && this.hasShell && POSIX_SHELL.test(rules.shell)
      ? makePlace()
      : undefined;
    this.#running++;
    let job: Job;
    const begun = performance.now();
    try {
      if (this.#running > rules.maxSessions) throw tooMany(rules.maxSessions);
      const program: Program = { ...this.#programOf(argv, place), cwd: folder, env: rules.env };
      this.#logStart({ event: "exec", peer, id, argv, cwd: folder, pty: pty !== undefined });
      const child: Child = pty
        ? (await import("./pty.ts")).startOnTerminal(program, pty)
        : startPiped(program);
      job = new Job(child, pty !== undefined, rules);
    } catch (error) {
      this.#running--;
      if (place !== undefined) await takePlace(place);
      if (error instanceof PinwireError) this.refused(peer, error, argv);
      throw error;
    }
    this.#tell(`${peer} runs ${clipped(argv)}`);
    return {
      job,
      finish: async (stdout, stderr) => {
        try {
          const end = await job.run(stdout, stderr);
          const ms = Math.round(performance.now() - begun);
          this.#ended({ event: "exit", peer, id, argv, ...end, ms, ...job.traffic });
          return { ...end, cwd: place === undefined ? null : await takePlace(place) };
        } finally {
          this.#running--;
        }
      },
    };
  }

  /** Tells of what a peer was not let do, and logs it. */
  refused(peer: string, error: PinwireError, argv?: readonly string[]): void {
    const what = argv ? `, it asked for ${clipped(argv)}` : "";
    this.#reporter.error(
      new PinwireError(error.code, `refused ${peer}${what}: ${error.message}`, { hint: error.hint }),
      peer,
    );
    if (error.code === "not_logged" || !argv && !this.#isLogged()) return;
    const skipped = this.#skipped && { skipped: this.#skipped };
    this.#skipped = 0;
    this.#write({ event: "refused", peer, ...argv && { argv }, reason: error.message, ...skipped });
  }

  /** Who has proven nothing can't fill the disk: of a crowd a few are logged, and how many were not. */
  #isLogged(): boolean {
    const now = performance.now();
    if (now - this.#strangersSince > 1_000) {
      this.#strangersSince = now;
      this.#strangers = 0;
    }
    if (++this.#strangers <= STRANGERS) return true;
    this.#skipped++;
    return false;
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
    const how = signal === null ? `exit code ${code}` : signal;
    this.#tell(`${peer} ran ${clipped(argv)}: ${reason ?? how}`);
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

  // Nothing can be undone any more: it is told.
  #write(entry: AuditRecord): void {
    try {
      this.#log?.add(entry);
    } catch (error) {
      this.#reporter.error(error);
    }
  }
}

/** For people; the log has all of it. */
function clipped(argv: readonly string[]): string {
  const text = argv.join(" ");
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}

/** On the same line, so that line numbers in the shell's errors stay right. */
const tellingPlace = (command: string, place: string) =>
  `trap ${quoted(`pwd >${quoted(place)}`)} EXIT; ${command}`;

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** A file for where the shell is at its end; without a folder for such files its client isn't told. */
function makePlace(): string | undefined {
  try {
    return Deno.makeTempFileSync({ prefix: "pinwire-shell-" });
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return undefined;
  }
}

/** What the shell wrote at its end. The command may have put anything in its place. */
async function takePlace(place: string): Promise<string | null> {
  try {
    if (!(await Deno.lstat(place)).isFile) return null;
    // It may be another by now: to open a FIFO for both doesn't wait for its other end (fifo(7)).
    using file = await Deno.open(place, { read: true, write: true });
    if (!(await file.stat()).isFile) return null;
    const buffer = new Uint8Array(LONGEST_PATH);
    const path = new TextDecoder().decode(buffer.subarray(0, await file.read(buffer) ?? 0)).replace(
      /\n$/,
      "",
    );
    return path.startsWith("/") && !path.includes("\ufffd") ? path : null;
  } catch {
    return null;
  } finally {
    await Deno.remove(place).catch(() => {});
  }
}

/** PATH_MAX (limits.h). */
const LONGEST_PATH = 4096;

/** There is no such program, which `option` names. */
export const notFound = (name: string, option: string) =>
  new PinwireError("not_found", `there is no program ${name} to be run`, {
    hint: `check ${option}${name.includes("/") ? "" : " and PATH"}`,
  });

/** There are so many commands already. */
export const tooMany = (max: number) =>
  new PinwireError("too_many_sessions", `this server runs no more than ${max} at a time`, {
    hint: "wait for one to end, or raise its --max-sessions",
  });
