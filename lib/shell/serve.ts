import { PinwireError, usageError } from "../errors.ts";
import type { Context, Stop } from "../app/mod.ts";
import { type Address, isLoopback } from "../net/mod.ts";
import { serve, type ServerOptions } from "../session/mod.ts";
import { AdmissionControl, POOL } from "../session/admission.ts";
import { AuditLog } from "./audit_log.ts";
import { findProgram } from "./process/child.ts";
import { JobRunner, notFound, type Rules } from "./process/job_runner.ts";
import { serveShell } from "./session.ts";
import { serveSimple, SIMPLE_MAX_OUTPUT } from "./simple_session.ts";
import { openToken } from "./token.ts";

/** What `shell serve` is told. */
export interface ShellOptions extends ServerOptions, Pick<Rules, "allowCommand" | "timeout" | "maxSessions"> {
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
 * @throws {PinwireError} why it can't
 */
export async function runShellServer(
  address: Address,
  options: ShellOptions,
  context: Context,
  opened: () => void,
): Promise<void> {
  const { reporter, stop } = context;
  const isSimple = options.wire === "simple";
  checkSystem();
  checkAddress(address, options);
  using log = options.log === undefined ? undefined : AuditLog.open(options.log);
  const rules: Rules = {
    ...options,
    maxOutput: options.maxOutput ?? (isSimple ? SIMPLE_MAX_OUTPUT : 0),
    shell: shellOf(options),
    cwd: realFolder(options.cwd),
    // That of whoever started us is no place for their cd -.
    env: { OLDPWD: "", ...Object.fromEntries(options.env) },
  };
  const jobs = new JobRunner(rules, reporter, log);
  const ran = () => {
    if (options.once) stop.now();
  };
  using _ending = alsoStops(stop);
  const { idleTimeout } = options;
  // Pings and half lines are no use of a shell: what counts is what runs.
  const server = { ...options, idleTimeout: 0 };
  const handlers = { opened, datagrams: () => Promise.resolve() };
  if (isSimple) {
    await serve(address, server, context, {
      ...handlers,
      warning: EVERYBODY,
      connection: (connection) => serveSimple(connection, context, { jobs, idleTimeout, ran }),
    });
    return;
  }
  const token = await openToken(options.tokenFile, (path) => {
    reporter.report({
      event: "notice",
      text: options.tokenFile === undefined
        ? `made ${path}: clients of this account find it, copy it to others`
        : `made ${path}: clients need it as their --token-file`,
    });
  });
  const { maxClients } = options;
  const share = { jobs, token, gate: new AdmissionControl(reporter, maxClients), idleTimeout, ran };
  await serve(address, { ...server, maxClients: maxClients + POOL }, context, {
    ...handlers,
    connection: (connection) => serveShell(connection, context, share),
  });
}

const EVERYBODY = "every user of this machine gets a shell as you";

/** A closed terminal and Ctrl-\ would end the server alone, and leave its commands. */
const ALSO_STOP: Deno.Signal[] = ["SIGHUP", "SIGQUIT"];

function alsoStops(stop: Stop): Disposable {
  const onSignal = () => stop.now();
  for (const signal of ALSO_STOP) Deno.addSignalListener(signal, onSignal);
  return {
    [Symbol.dispose]() {
      for (const signal of ALSO_STOP) Deno.removeSignalListener(signal, onSignal);
    },
  };
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

function checkAddress(address: Address, { wire, tlsCert, tlsKey }: ShellOptions): void {
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

function shellOf({ shell = "/bin/sh" }: ShellOptions): string {
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
    const why = error instanceof Error ? error.message : String(error);
    throw new PinwireError("bad_cwd", `commands can't begin in ${path ?? "this folder"} (${why})`, {
      hint: "name another with --cwd",
      cause: error,
    });
  }
}
