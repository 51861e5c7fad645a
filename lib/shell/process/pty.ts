import { PinwireError } from "../../errors.ts";
import { type Libc, openLibc } from "../../system/mod.ts";
import { Poller, POLLER_FUNCTIONS, POLLIN, POLLOUT } from "../../system/poller.ts";
import { type Child, endingOf, type Program, type Source, spawn } from "./child.ts";
import type { Terminal, TerminalSize } from "../wire/bodies.ts";

/** What differs between systems: the flags of open(2). */
const SYSTEMS = {
  linux: { noctty: 0o400, cloexec: 0o2000000, nonblock: 0o4000 },
  darwin: { noctty: 0x20000, cloexec: 0x1000000, nonblock: 4 },
};
const RDWR = 2;
/** ioctl_tty(2). */
const TIOCSWINSZ = 0x5414;
/** termios(3). */
const IUTF8 = 0x4000;
const TCSANOW = 0;
/** More than `struct termios` has anywhere. */
const SIZE_OF_TERMIOS = 256;
/** What Ctrl-D types. */
const END_OF_TRANSMISSION = Uint8Array.of(4);

const FUNCTIONS = [
  "posix_openpt",
  "grantpt",
  "unlockpt",
  "ptsname_r",
  "close",
  "tcgetattr",
  "tcsetattr",
  "ioctl",
  ...POLLER_FUNCTIONS,
] as const;

type TerminalLibc = Libc<typeof FUNCTIONS[number]>;

/** The C library, and what waits for terminals; opened for the first terminal. */
let system: { c: TerminalLibc; poller: Poller } | undefined;

/**
 * Starts a program on a pseudo-terminal (pty(7)), by the C library's own functions. The child leads a session, so the
 * terminal that its shell opens first becomes its controlling terminal. script(1) would need no FFI, but doesn't hang
 * up: it ignores SIGHUP, and at SIGTERM ends with 0.
 *
 * @throws {PinwireError} `no_pty` where it can't be had; `not_run`
 */
export function startOnTerminal(program: Program, { rows, cols, term }: Terminal): Child {
  const { c, poller } = system ??= openSystem();
  const { noctty, cloexec, nonblock } = SYSTEMS[Deno.build.os as "linux"];
  const master = c.posix_openpt(RDWR | noctty | cloexec | nonblock);
  if (master < 0 || c.grantpt(master) < 0 || c.unlockpt(master) < 0) {
    if (master >= 0) c.close(master);
    throw noPty("the system has no free one", "end some of those in use");
  }
  let path: string;
  let child: Deno.ChildProcess;
  try {
    path = nameOf(c, master);
    setSize(c, master, path, { rows, cols });
    setUtf8(c, master);
    const args = ["-c", 'exec "$@" <"$0" >"$0" 2>&1', path, program.file, ...program.args];
    const none = { stdin: "null", stdout: "null", stderr: "null" } as const;
    child = spawn({ ...program, file: "/bin/sh", args, env: { ...program.env, TERM: term } }, none);
  } catch (error) {
    c.close(master);
    throw error;
  }
  const source = new MasterSource(c, poller, master);
  let isClosed = false;
  return {
    pid: child.pid,
    status: endingOf(child),
    stdout: source,
    async write(bytes) {
      for (let at = 0; at < bytes.length && !isClosed;) {
        const rest = bytes.subarray(at) as Uint8Array<ArrayBuffer>;
        const count = Number(c.write(master, rest, BigInt(rest.length)));
        if (count > 0) at += count;
        else if (await poller.ready(master, POLLOUT) !== POLLOUT) {
          throw new Deno.errors.BrokenPipe("the terminal has been hung up");
        }
      }
    },
    async endInput() {
      await this.write(END_OF_TRANSMISSION);
    },
    resize(size) {
      if (!isClosed) setSize(c, master, path, size);
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      source.cancel();
      c.close(master);
    },
  };
}

function openSystem(): { c: TerminalLibc; poller: Poller } {
  if (!Object.hasOwn(SYSTEMS, Deno.build.os)) throw noPty(`${Deno.build.os} has none`, "do without --pty");
  try {
    const c = openLibc(...FUNCTIONS);
    return { c, poller: new Poller(c) };
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) {
      throw noPty("the server may not call the C library", "start it with --allow-ffi", error);
    }
    throw noPty("the C library can't be used", "do without --pty", error);
  }
}

const noPty = (why: string, hint: string, cause?: unknown) =>
  new PinwireError("no_pty", `there is no terminal to be had, ${why}`, { hint, cause });

function nameOf(c: TerminalLibc, master: number): string {
  const name = new Uint8Array(128);
  if (c.ptsname_r(master, name, BigInt(name.length)) !== 0) throw noPty("it has no name", "do without --pty");
  return new TextDecoder().decode(name.subarray(0, name.indexOf(0)));
}

function setSize(c: TerminalLibc, master: number, path: string, { rows, cols }: TerminalSize): void {
  if (Deno.build.os === "linux") {
    c.ioctl(master, BigInt(TIOCSWINSZ), new Uint8Array(Uint16Array.of(rows, cols, 0, 0).buffer));
    return;
  }
  // Elsewhere ioctl is variadic, and FFI passes its last argument in another way.
  const args = ["-f", path, "rows", String(rows), "cols", String(cols)];
  try {
    new Deno.Command("stty", { args }).outputSync();
  } catch {
    // Without stty, most programs run all the same.
  }
}

// With this flag Backspace deletes a whole character. The input flags are the first word of the structure.
function setUtf8(c: TerminalLibc, master: number): void {
  const modes = new Uint8Array(SIZE_OF_TERMIOS);
  if (c.tcgetattr(master, modes) !== 0) return;
  modes[1] |= IUTF8 >> 8;
  c.tcsetattr(master, TCSANOW, modes);
}

class MasterSource implements Source {
  #c: TerminalLibc;
  #poller: Poller;
  #master: number;
  #isCancelled = false;

  constructor(c: TerminalLibc, poller: Poller, master: number) {
    this.#c = c;
    this.#poller = poller;
    this.#master = master;
  }

  async read(into: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | undefined> {
    // The first read doesn't ask whether there is anything. EIO, once the other side has gone, looks like nothing there.
    for (let isThere = false; !this.#isCancelled;) {
      const count = Number(this.#c.read(this.#master, into, BigInt(into.length)));
      if (count > 0) return into.subarray(0, count);
      if (isThere) break;
      isThere = true;
      if (!(await this.#poller.ready(this.#master, POLLIN) & POLLIN)) break;
    }
    return undefined;
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#poller.forget(this.#master);
  }
}
