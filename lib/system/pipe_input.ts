import { ERRNO, systemError } from "./errno.ts";
import { EVENTS, type Pollable } from "./event_poller.ts";
import { Sockets } from "./sockets.ts";

const READABLE = EVENTS.readable | EVENTS.hungUp | EVENTS.failed;

/** What the kernel says where it doesn't read so, or a filter of system calls (seccomp(2)) doesn't let it. */
const UNABLE: number[] = [ERRNO.EOPNOTSUPP, ERRNO.EINVAL, ERRNO.ENOSYS, ERRNO.EPERM];

/** Bytes read, or `null` at the end; nothing where it can't be read so. */
type Count = number | null | undefined;

/** A read that waits for its turn, or for something to read. */
interface Waiting extends PromiseWithResolvers<Count> {
  buffer: Uint8Array<ArrayBuffer>;
}

/**
 * Reads a pipe or a socket that the program was given, such as stdin, by the poller of its thread. Whether it blocks
 * (O_NONBLOCK of open(2)) stays as it is, for that belongs to all who share it: the kernel gives what is there now
 * (RWF_NOWAIT of preadv2(2); of a pipe since Linux 6.4).
 */
export class PipeInput implements Pollable {
  #sockets: Sockets;
  #descriptor: number;
  #waiting: Waiting[] = [];
  #isReadable = true;
  #isScheduled = false;
  /** What every read gives from now on. */
  #last?: { count: null | undefined };

  private constructor(sockets: Sockets, descriptor: number) {
    this.#sockets = sockets;
    this.#descriptor = descriptor;
    sockets.poller.watch(descriptor, this);
  }

  /** Nothing where the system's own sockets are not loaded, or where nobody is told when it can be read: of a file. */
  static open(descriptor: number): PipeInput | undefined {
    const sockets = Sockets.openLoaded();
    try {
      return sockets && new PipeInput(sockets, descriptor);
    } catch {
      sockets?.close();
      return undefined;
    }
  }

  /**
   * Reads into `buffer`, of more than 64 bytes: none so large is moved. Reads take turns with all else that is ready, and
   * with each other.
   *
   * @throws {Error} what the system refuses, such as a socket whose peer has reset it
   */
  read(buffer: Uint8Array<ArrayBuffer>): Promise<Count> {
    if (this.#last) return Promise.resolve(this.#last.count);
    const waiting = { buffer, ...Promise.withResolvers<Count>() };
    this.#waiting.push(waiting);
    this.#schedule();
    return waiting.promise;
  }

  onEvents(events: number): void {
    if (!(events & READABLE)) return;
    this.#isReadable = true;
    this.#read();
  }

  onTurn(): void {
    this.#isScheduled = false;
    this.#read();
  }

  #schedule(): void {
    if (this.#isScheduled || !this.#isReadable || !this.#waiting.length) return;
    this.#isScheduled = true;
    this.#sockets.poller.schedule(this);
  }

  #read(): void {
    const [first] = this.#waiting;
    if (!first || this.#isScheduled) return;
    const count = this.#sockets.readNow(this.#descriptor, first.buffer);
    if (count === -ERRNO.EAGAIN) {
      this.#isReadable = false;
      return;
    }
    if (count === 0) return this.#end(null);
    if (UNABLE.includes(-count)) return this.#end(undefined);
    if (count > 0) {
      this.#waiting.shift()!.resolve(count);
    } else if (count !== -ERRNO.EINTR) {
      // The kernel says it once: whoever asks again hears that this is the end.
      this.#waiting.shift()!.reject(systemError(-count));
      return this.#end(null);
    }
    this.#schedule();
  }

  #end(count: null | undefined): void {
    this.#last = { count };
    for (const { resolve } of this.#waiting.splice(0)) resolve(count);
    this.#sockets.poller.forget(this.#descriptor);
    this.#sockets.close();
  }
}
