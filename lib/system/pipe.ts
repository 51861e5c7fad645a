import { PinwireError } from "../errors.ts";
import { type Libc, openLibc } from "./libc.ts";
import { Poller, POLLER_FUNCTIONS, POLLIN } from "./poller.ts";

const FUNCTIONS = ["close", ...POLLER_FUNCTIONS] as const;

/** pipe(2). */
const NONBLOCK = 0o4000, CLOEXEC = 0o2000000;
const ROOM = 65_536;

/** A pipe that has a path, for a program that can be told of no other kind of file: no name of it stays anywhere. */
export class PathPipe implements Disposable {
  /** Where it is written to, as long as this process runs, by whoever may look into it (proc_pid_fd(5)). */
  readonly path: string;
  readonly #c: Libc<typeof FUNCTIONS[number]>;
  readonly #poller: Poller;
  readonly #ends = new Int32Array(2);
  readonly #room = new Uint8Array(ROOM);
  #isClosed = false;

  /** @throws {PinwireError} `no_pipe` where the system has none */
  constructor() {
    this.#c = openLibc(...FUNCTIONS);
    if (this.#c.pipe2?.(new Uint8Array(this.#ends.buffer), NONBLOCK | CLOEXEC) !== 0) {
      throw new PinwireError("no_pipe", "no pipe is to be had", { hint: "close some files" });
    }
    this.#poller = new Poller(this.#c);
    // By the number that /proc has: in a namespace of processes it may know us by another one than we do.
    this.path = `/proc/${Deno.readLinkSync("/proc/self")}/fd/${this.#ends[1]}`;
  }

  /** The next bytes, good until the next call; nothing once it is closed. */
  async read(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    while (!this.#isClosed) {
      const count = Number(this.#c.read(this.#ends[0], this.#room, BigInt(ROOM)));
      if (count > 0) return this.#room.subarray(0, count);
      await this.#poller.ready(this.#ends[0], POLLIN);
    }
    return undefined;
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#poller.forget(this.#ends[0]);
    this.#ends.forEach((end) => this.#c.close(end));
  }
}
