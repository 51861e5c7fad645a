import {
  ALL_PERMISSIONS,
  checkExclusive,
  choice,
  command,
  duration,
  integer,
  type Kind,
  type Permission,
  text,
} from "../cli/mod.ts";
import { usageError } from "../errors.ts";
import { type CommonOptions, type Context, openContext, Stop } from "../app/mod.ts";
import type { Address } from "../net/mod.ts";
import {
  addressPositional,
  BYTE_STREAMS,
  byteClientOptions,
  clientPermissions,
  encodingOption,
  frameOptions,
  outputOptions,
  reconnectOption,
  serverOptions,
  tokenOption,
} from "../app/options.ts";
import { DEFAULT_PORT, FRAME_SPEC, LONGEST_FRAME, SIMPLE_SPEC } from "./protocol.ts";

const address = addressPositional(DEFAULT_PORT, BYTE_STREAMS);

const DEFAULT_ADDRESS = address.kind.parse("");

const wireOption = {
  wire: {
    kind: choice("v1|simple", ["v1", "simple"]),
    default: "v1" as const,
    help:
      "simple: the tutorials' way, a command and its answer with its length in front; no token, local only",
  },
};

const tokenFile = {
  tokenFile: { ...tokenOption.tokenFile, help: "the secret of both ends (default ~/.config/pinwire/token)" },
};

const { maxFrame } = frameOptions(SIMPLE_SPEC);

const cwd = { kind: text("DIR"), help: "where commands begin (default: where the server was started)" };
const raw = { help: "on a terminal too, print what comes as it is: it can move the cursor, and worse" };

/** Wire simple has frames in one direction alone. */
const SIMPLE_FRAMES = {
  server: { read: "raw", write: SIMPLE_SPEC },
  client: { read: SIMPLE_SPEC, write: "raw" },
};

/** What a command works with; its frames are those of the wire, so that `--trace` shows them. */
function openShellContext(
  role: "server" | "client",
  options: Parameters<typeof common>[0],
  stop?: Stop,
): Promise<Context> {
  const traceFrames = options.wire === "simple" ? SIMPLE_FRAMES[role] : undefined;
  const leavesStdout = role === "server";
  return openContext({ program: "pinwire shell", role, traceFrames, leavesStdout }, common(options), stop);
}

function common<O extends Omit<CommonOptions, "frame" | "maxFrame">>(
  options: O & { wire: "v1" | "simple"; maxFrame?: number },
) {
  return options.wire === "simple"
    ? { ...options, frame: SIMPLE_SPEC, maxFrame: options.maxFrame ?? LONGEST_FRAME }
    : { ...options, frame: FRAME_SPEC, maxFrame: LONGEST_FRAME };
}

const commandName: Kind<string> = {
  meta: "NAME",
  parse(name) {
    if (name && !/[/\s]/.test(name)) return name;
    throw usageError(
      `"${name}" is not the name of a program`,
      "give it without path and arguments, as in uptime",
    );
  },
};

const variable: Kind<[name: string, value: string]> = {
  meta: "NAME=VALUE",
  parse(given) {
    const [, name, value] = given.match(/^([^=\0]+)=([^\0]*)$/s) ?? [];
    if (name === undefined) throw usageError(`"${given}" is not a variable`, "write NAME=VALUE");
    return [name, value];
  },
};

const shellServe = command({
  summary: "run commands for clients that know the token: a remote shell",
  description:
    "Each command runs in a process group of its own, which is ended whole when its client leaves. On the " +
    "same account shell exec and shell connect find the token, made on first use, by themselves; copy it to others. " +
    "Off loopback only with TLS. With --wire simple it serves the tutorials' clients.",
  positionals: { address },
  options: {
    ...wireOption,
    ...tokenFile,
    cwd: { ...cwd, help: "where commands begin (default: here)" },
    env: { kind: variable, multiple: true, help: "a variable for them; may stand there several times" },
    shell: { kind: text("PATH"), help: "runs them, as PATH -c COMMAND (default /bin/sh)" },
    allowCommand: {
      kind: commandName,
      multiple: true,
      help: "run this program and no other, without a shell; may stand there several times",
    },
    timeout: { kind: duration(), default: 0, help: "end a command after so long (default 0: never)" },
    maxOutput: {
      kind: integer("BYTES", 1),
      help: "end a command that prints more (default: no limit; --wire simple: 16M)",
    },
    maxSessions: { kind: integer("N", 1), default: 64, help: "commands at a time (default 64)" },
    log: { kind: text("FILE"), help: "add who ran what, when, and how it ended, as JSON lines" },
    once: { help: "end after the first command" },
    ...encodingOption,
    ...serverOptions,
    idleTimeout: {
      ...serverOptions.idleTimeout,
      common: undefined,
      help: "close a connection that ran nothing for so long (default 0: never)",
    },
    ...outputOptions,
  },
  permissions: ALL_PERMISSIONS,
  optionalPermissions: ["ffi"],
  opensFirst: true,
  examples: [
    ["", `on 127.0.0.1:${DEFAULT_PORT}, for this account`],
    ["--allow-command uptime --allow-command df", "these two and nothing else"],
    ["tls://0.0.0.0 --tls-cert pinwire-cert.pem --tls-key pinwire-key.pem", "for other machines"],
    ["--wire simple -e gbk", "for the tutorial's client"],
  ],
  async run(options, { address = DEFAULT_ADDRESS }, opened) {
    checkSimple({ wire: options.wire, tokenFile: options.tokenFile });
    if (options.wire === "v1" && (options.encoding ?? "utf-8") !== "utf-8") {
      throw usageError("--encoding is for --wire simple", "wire v1 carries bytes as they are");
    }
    if (options.shell !== undefined && options.allowCommand.length) {
      throw usageError("--allow-command runs without a shell", "leave --shell out");
    }
    await using context = await openShellContext("server", options);
    const { serveShell } = await import("./serve.ts");
    using exporter = options.metrics &&
      await (await import("../web/mod.ts")).openMetrics({ ...options, metrics: options.metrics }, context);
    await serveShell(address, { ...options, exporter }, context, opened);
    return 0;
  },
});

const remoteOptions = {
  ...wireOption,
  ...tokenFile,
  cwd,
  raw,
  maxFrame: {
    ...maxFrame,
    common: undefined,
    help: "longest answer that is taken with --wire simple (default 1M)",
  },
  ...encodingOption,
  ...byteClientOptions,
  ...outputOptions,
};

/** Refuses options that wire simple can't carry. */
function checkSimple(options: { wire: string; tokenFile?: string; cwd?: string; pty?: boolean }): void {
  if (options.wire !== "simple") return;
  const { pty, cwd, tokenFile } = options;
  checkExclusive("--wire simple", { "--pty": pty, "--cwd": cwd, "--token-file": tokenFile });
}

/** The token's file and its owner are checked. */
const CLIENT = ["net", "read", "env", "sys"] as const;

/** What a client needs, by the wire and the address. */
function remotePermissions(
  options: { ca?: string; wire: "v1" | "simple"; record?: string },
  { address = DEFAULT_ADDRESS }: { address?: Address },
): Permission[] {
  return [...clientPermissions(options, { address }), ...options.wire === "v1" ? CLIENT : []];
}

const shellExec = command({
  summary: "run one command there: its input, output and exit code are ours",
  description:
    "stdin goes across, stdout and stderr come as they are printed, and the exit code is the command's own: 128+n if " +
    "a signal ended it, 255 if it never ran. Ctrl-C goes to the command; twice leaves it.",
  positionals: {
    address,
    command: {
      kind: text("COMMAND"),
      variadic: true,
      behindDashes: true,
      help: "joined with spaces, for the server's shell",
    },
  },
  options: {
    pty: { help: "on a terminal of its own, for vim, top, sudo" },
    ...remoteOptions,
  },
  permissions: CLIENT,
  optionalPermissions: ["ffi"],
  permissionsWith: (options, positionals) => [
    ...remotePermissions(options, positionals),
    ...options.pty ? ["env", "run"] as const : [],
  ],
  failureCode: 255,
  examples: [
    ["-- uptime", `on 127.0.0.1:${DEFAULT_PORT}`],
    ["tls://pi.local --ca pinwire-cert.pem -- 'cat > notes.txt' < notes.txt", "copy a file"],
    ["--pty -- top", "with a terminal"],
  ],
  async run(options, { address = DEFAULT_ADDRESS, command }) {
    checkSimple(options);
    // Ctrl-C is for the command.
    const stop = new Stop();
    await using context = await openShellContext("client", options, stop);
    const { runExec } = await import("./client/exec.ts");
    return await runExec(address, command, options, context);
  },
});

const shellConnect = command({
  summary: "a console for commands there, one after the other",
  description:
    "Each line that is typed, or that a script pipes in, is a command; cd holds for the next. Ctrl-C ends what runs, " +
    "bye or Ctrl-D the console. Commands get no input here: those that ask for some need shell exec. A lost link is " +
    "dialled again.",
  positionals: { address },
  options: { ...remoteOptions, ...reconnectOption },
  permissions: CLIENT,
  optionalPermissions: ["ffi"],
  permissionsWith: remotePermissions,
  examples: [
    ["", `to the server on 127.0.0.1:${DEFAULT_PORT}`],
    ["--wire simple", "to the tutorial's server, which reads commands as UTF-8"],
  ],
  async run(options, { address = DEFAULT_ADDRESS }) {
    checkSimple(options);
    await using context = await openShellContext("client", options);
    const { runConsole } = await import("./client/connect.ts");
    return await runConsole(address, options, context) ? 0 : 1;
  },
});

/** The commands of the shell mode. */
export const commands = {
  "shell serve": shellServe,
  "shell connect": shellConnect,
  "shell exec": shellExec,
};
