import { openContext } from "../lib/app/mod.ts";
import { dial } from "../lib/net/mod.ts";
import { ShellClient } from "../lib/shell/client/client.ts";
import { FRAME_SPEC, LONGEST_FRAME } from "../lib/shell/protocol.ts";
import { openToken } from "../lib/shell/token.ts";
import { Child, freePort } from "./child.ts";
import { pinwire, ROOT } from "./peers.ts";

/** A process to start, and what it gets on its stdin before that ends. */
export interface Invocation {
  readonly argv: string[];
  readonly stdin?: string;
}

/** A remote shell to measure. */
export interface ShellPeer extends AsyncDisposable {
  /** Runs `command` over a connection of its own. */
  command(command: string): Invocation;
  /** Runs it over a connection that is open, if there is such a thing. */
  overOpen?(command: string): Invocation;
  /** Has `cat` at the other end, for as long as its stdin is open; `preamble` is to be said first, and answered. */
  readonly cat: { readonly argv: string[]; readonly preamble: string };
  /** The process of the server, and what its own processes are called; those of commands are not the server's. */
  readonly pid: number;
  readonly program: string;
  /** What it is, for the page. */
  readonly version: string;
}

/** The permissions that `shell exec --help` names. */
const CLIENT = ["--allow-net", "--allow-read", "--allow-env", "--allow-sys"];

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Our server, and a client of it in this process. */
export async function startPinwire(folder: string): Promise<ShellPeer & { open(): Promise<ShellClient> }> {
  const tokenFile = `${folder}/token`;
  const options = ["--quiet", "--token-file", tokenFile];
  const server = new Child(pinwire(["shell", "serve", "127.0.0.1:0", ...options], ["--allow-all"]), {
    cwd: ROOT,
  });
  const port = await server.announcedPort();
  const exec = (...command: string[]) =>
    pinwire(["shell", "exec", `127.0.0.1:${port}`, "--token-file", tokenFile, "--", ...command], CLIENT);
  return {
    command: (command) => ({ argv: exec(command) }),
    cat: { argv: exec("cat"), preamble: "" },
    pid: server.pid,
    program: "deno",
    version: `deno ${Deno.version.deno}`,
    async open() {
      const context = await openContext({ program: "bench", role: "client" }, {
        encoding: "utf-8",
        frame: FRAME_SPEC,
        maxFrame: LONGEST_FRAME,
        json: false,
        quiet: true,
        trace: false,
        noColor: true,
      });
      const connection = await dial({ scheme: "tcp", hostname: "127.0.0.1", port });
      return await ShellClient.open(connection, () => openToken(tokenFile), context);
    },
    [Symbol.asyncDispose]: () => server.end(),
  };
}

/** An sshd of this account with keys of its own, and a ControlMaster that is connected to it. */
export async function startSsh(folder: string): Promise<ShellPeer & { withCipher(name: string): ShellPeer }> {
  const sshd = await find("sshd", "openssh-server"), ssh = await find("ssh", "openssh-client");
  const keygen = await find("ssh-keygen", "openssh-client");
  const home = `${folder}/home`, port = freePort();
  await Deno.mkdir(home);
  for (const name of ["host", "key"]) {
    await new Child([keygen, "-q", "-t", "ed25519", "-N", "", "-f", `${folder}/${name}`]).output(10);
  }
  const config = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${folder}/host`,
    "PidFile none",
    "UsePAM no",
    "StrictModes no",
    "PermitRootLogin prohibit-password",
    "PasswordAuthentication no",
    "MaxStartups 100",
    `AuthorizedKeysFile ${folder}/key.pub`,
    // What the account's shell reads at its start is not ssh's time.
    `SetEnv HOME=${home}`,
  ];
  await Deno.writeTextFile(`${folder}/sshd_config`, config.join("\n") + "\n");
  const separation = await makeSeparationFolder();
  const server = new Child([sshd, "-D", "-e", "-f", `${folder}/sshd_config`]);
  const options = [
    ...["-F", "none", "-p", `${port}`, "-i", `${folder}/key`],
    ...["IdentitiesOnly=yes", "BatchMode=yes", "StrictHostKeyChecking=no", "LogLevel=ERROR"].flatMap(option),
    ...option(`UserKnownHostsFile=${folder}/known_hosts`),
  ];
  const control = option(`ControlPath=${folder}/control`);
  let master: Child | undefined;
  const end = async () => {
    await master?.end();
    await server.end();
    if (separation !== undefined) await Deno.remove(separation).catch(() => {});
  };
  try {
    await server.accepting(port);
    // With ControlPersist it would leave for the background, and its process with it.
    const opening = ["-N", ...option("ControlMaster=yes"), ...control];
    master = new Child([ssh, ...options, ...opening, "127.0.0.1"]);
    await appears(`${folder}/control`);
  } catch (error) {
    await end();
    throw error;
  }
  const peer = (more: string[]): ShellPeer => ({
    command: (command) => ({ argv: [ssh, ...options, ...more, "127.0.0.1", command] }),
    overOpen: (command) => ({ argv: [ssh, "-F", "none", ...control, "127.0.0.1", command] }),
    cat: { argv: [ssh, ...options, ...more, "127.0.0.1", "cat"], preamble: "" },
    pid: server.pid,
    program: "sshd",
    version,
    [Symbol.asyncDispose]: end,
  });
  const { stderr } = await new Deno.Command(ssh, { args: ["-V"] }).output();
  const version = new TextDecoder().decode(stderr).match(/^\S+(?=[\s,])/)?.[0].replace(/,$/, "") ?? "ssh";
  return { ...peer([]), withCipher: (name) => peer(["-c", name]) };
}

/** A shell for each connection, that reads its commands from it: no framing, no secret. */
export async function startSocat(): Promise<ShellPeer> {
  const socat = await find("socat", "socat"), port = freePort();
  // Without -t it gives up 0.5 s after one direction has ended.
  const server = new Child([
    ...[socat, "-t", "60", `TCP-LISTEN:${port},bind=127.0.0.1,fork,reuseaddr`, "EXEC:sh"],
  ]);
  await server.accepting(port);
  const argv = [socat, "-t", "60", "-", `TCP:127.0.0.1:${port}`];
  return {
    command: (command) => ({ argv, stdin: `${command}\n` }),
    cat: { argv, preamble: "echo; exec cat\n" },
    pid: server.pid,
    program: "socat",
    version: "socat",
    [Symbol.asyncDispose]: () => server.end(),
  };
}

const option = (text: string) => ["-o", text];

// sshd wants its full path, and may stand where only root looks.
async function find(name: string, debian: string): Promise<string> {
  for (const folder of [...(Deno.env.get("PATH") ?? "").split(":"), "/usr/sbin", "/usr/local/sbin"]) {
    const path = `${folder}/${name}`;
    if (await Deno.stat(path).then((file) => file.isFile, () => false)) return path;
  }
  throw new Error(`${name} is not installed (Debian: ${debian})`);
}

/** Root's sshd wants an empty folder there. Gives its path if it was made. */
async function makeSeparationFolder(): Promise<string | undefined> {
  const path = "/run/sshd";
  if (Deno.uid() !== 0 || await Deno.stat(path).then(() => true, () => false)) return undefined;
  await Deno.mkdir(path, { mode: 0o755 });
  return path;
}

async function appears(path: string): Promise<void> {
  for (const start = performance.now(); performance.now() - start < 10_000; await pause(20)) {
    if (await Deno.stat(path).then(() => true, () => false)) return;
  }
  throw new Error("ssh did not get in within 10 s");
}
