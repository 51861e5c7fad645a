import { type Context, fileTrouble, type Stop } from "../app/mod.ts";
import { PinwireError, usageError } from "../errors.ts";
import { type Address, isLoopback } from "../net/mod.ts";
import { AdmissionControl } from "../session/admission.ts";
import { serve, type ServerOptions, single } from "../session/mod.ts";
import { AuditLog } from "./audit_log.ts";
import type { Shell } from "./command_set.ts";
import { findProgram } from "./process/child.ts";
import { JobRunner, notFound, type Rules } from "./process/job_runner.ts";
import { Watchdog } from "./process/watchdog.ts";
import { ShellSession } from "./session.ts";
import { SIMPLE_MAX_OUTPUT, SimpleSession } from "./simple_session.ts";
import { openToken } from "./token.ts";

/** The options of a shell server. */
export interface ServeShellOptions
  extends ServerOptions, Pick<Rules, "allowCommand" | "timeout" | "maxSessions"> {
  wire: "v1" | "simple";
  shell?: string;
  tokenFile?: string;
  cwd?: string;
  /** Variables, each as NAME and value. */
  env: [name: string, value: string][];
  maxOutput?: number;
  log?: string;
  once: boolean;
}

/**
 * Runs a shell server until the context stops.
 *
 * @param opened is called once the socket is open
 * @throws {PinwireError} why it can't
 */
export async function serveShell(
  address: Address,
  options: ServeShellOptions,
  context: Context,
  opened: () => void,
): Promise<void> {
  const { reporter, clock, stop } = context;
  checkSystem();
  checkAddress(address, options);
  using log = options.log === undefined ? undefined : AuditLog.open(options.log, clock);
  const notes: (() => void)[] = [];
  if (log?.damage !== undefined) notes.push(() => reporter.error(damaged(options.log!, log.damage!)));
  if (Deno.pid === 1) notes.push(() => reporter.report({ event: "notice", text: PROCESS_ONE }));
  const isReady = () => {
    opened();
    // The ready line is a server's first event.
    queueMicrotask(() => notes.forEach((tell) => tell()));
  };
  await using watchdog = new Watchdog();
  let ran = 0;
  const jobs = new JobRunner(rulesOf(options), reporter, clock, log, watchdog);
  stop.beforeSignal(() => jobs.askAllToEnd());
  const shell: Shell = {
    jobs,
    idleTimeout: options.idleTimeout,
    ran() {
      ran++;
      if (options.once) stop.now();
    },
  };
  using _ending = stopsAtQuit(stop, jobs);
  // Pings and unfinished lines are no use of a shell: what counts is commands.
  const server = { ...options, idleTimeout: 0 };
  const metrics = [single("pinwire_commands", "counter", "Commands that were run.", () => ran)];
  if (options.wire === "simple") {
    await serve(address, server, context, {
      opened: isReady,
      metrics,
      warning: EVERYBODY,
      connection: (connection) => new SimpleSession(connection, context, shell).run(),
    });
    return;
  }
  const token = await openToken(options.tokenFile, (path) => {
    const text = options.tokenFile === undefined
      ? `made ${path}: clients of this account find it, copy it to others`
      : `made ${path}: clients need it as their --token-file`;
    notes.push(() => reporter.report({ event: "notice", text }));
  });
  await serve(address, server, context, {
    opened: isReady,
    metrics,
    admission: new AdmissionControl(reporter, options.maxClients, clock),
    connection: (connection, pending) =>
      new ShellSession(connection, context, { ...shell, token }, pending!).run(),
  });
}

/** Orphans come to process 1. To ask how all of them ended would take the runtime's own children from it (wait(2)). */
const PROCESS_ONE = "this is process 1, so what commands leave behind stays in the process table: " +
  "start it under an init, as docker run --init does";

const damaged = (path: string, damage: string) =>
  new PinwireError("log_damaged", `the log ${path} holds what is no record: ${damage}`, {
    hint: "it is kept, and what is added begins on a line of its own",
  });

const EVERYBODY = "every user of this machine gets a shell as you";

/** By itself Ctrl-\ would end the server and leave its commands. */
function stopsAtQuit(stop: Stop, jobs: JobRunner): Disposable {
  const onSignal = () => {
    jobs.askAllToEnd();
    stop.now();
  };
  Deno.addSignalListener("SIGQUIT", onSignal);
  return { [Symbol.dispose]: () => Deno.removeSignalListener("SIGQUIT", onSignal) };
}

function checkSystem(): void {
  if (Deno.permissions.querySync({ name: "run" }).state !== "granted") {
    throw new PinwireError("permission_missing", "Deno may not run commands, or end them", {
      hint: "run it with deno run --allow-run",
    });
  }
  if (Deno.build.os !== "windows") return;
  throw new PinwireError("no_groups", "Windows has no process groups, so commands could not be ended whole", {
    hint: "run the server in WSL; shell exec and shell connect work here",
  });
}

function checkAddress(address: Address, { wire, tlsCert, tlsKey }: ServeShellOptions): void {
  if (address.scheme === "unix" || isLoopback(address.hostname)) return;
  if (wire === "simple") {
    throw usageError(
      "--wire simple is for loopback and Unix sockets",
      "it has no token, so anybody could run commands",
    );
  }
  if (address.scheme === "tls" || tlsCert !== undefined || tlsKey !== undefined) return;
  throw usageError(
    "a shell for other machines needs TLS",
    `pinwire cert ${
      isAnyAddress(address.hostname) ? "NAME-OF-THIS-MACHINE" : address.hostname
    } makes the files for --tls-cert and --tls-key`,
  );
}

const isAnyAddress = (hostname: string) => hostname === "0.0.0.0" || hostname === "::";

function rulesOf(options: ServeShellOptions): Rules {
  return {
    ...options,
    maxOutput: options.maxOutput ?? (options.wire === "simple" ? SIMPLE_MAX_OUTPUT : 0),
    shell: shellOf(options),
    cwd: realFolder(options.cwd),
    // "cd -" must not lead to where the shell was that started us.
    env: { OLDPWD: "", ...Object.fromEntries(options.env) },
  };
}

function shellOf({ shell = "/bin/sh" }: ServeShellOptions): string {
  const path = findProgram(shell);
  if (path === undefined) throw notFound(shell, "--shell");
  return path;
}

function realFolder(path: string | undefined): string {
  try {
    const folder = Deno.realPathSync(path ?? Deno.cwd());
    if (!Deno.statSync(folder).isDirectory) throw new Error("it is no folder");
    return folder;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    const why = fileTrouble(error, "it is not there");
    throw new PinwireError("bad_cwd", `commands can't begin in ${path ?? "this folder"} (${why})`, {
      hint: "name another with --cwd",
      cause: error,
    });
  }
}
