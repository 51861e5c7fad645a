import type { Libc } from "./libc.ts";

/** What {@linkcode EventPoller} tells of a descriptor, as in epoll_ctl(2). */
export const EVENTS = {
  readable: 1,
  urgent: 2,
  writable: 4,
  failed: 8,
  hungUp: 0x10,
  peerEnded: 0x2000,
} as const;

/** Whoever owns a descriptor that is watched, or has work left for another turn. */
export interface Pollable {
  /** Is told once of each change (edge-triggered, epoll(7)): it remembers that until the kernel says "not now" (EAGAIN). */
  onEvents(events: number): void;
  /** Goes on with what it was {@linkcode EventPoller.schedule}d for. */
  onTurn(): void;
}

/** What the poller calls: nothing that could open a file. */
export const POLLER_CALLS = [
  "close",
  "epoll_create1",
  "epoll_ctl",
  "epoll_pwait2",
  "epoll_wait",
  "epollWaitInThread",
  "eventfd",
] as const;

/** Events taken at a time. */
const BATCH = 512;
/** Ms that a run of turns may take before the runtime's own work is looked after: its timers, files, other sockets. */
const LONGEST_RUN = 4;
/** How long, in ns, a thread that was busy a moment ago waits for the next event without going to sleep … */
const SHORT_WAIT = 100_000n;
/** … and how often, before it sleeps: a client's answer is nearly always quicker, and being woken takes 50 µs. */
const SHORT_WAITS = 10;
const FOR_EVER = -1;

const { readable, urgent, writable, peerEnded } = EVENTS;
/** EPOLLET, EPOLLONESHOT. */
const EDGE_TRIGGERED = 1 << 31, ONE_SHOT = 1 << 30;
const ALL = readable | urgent | writable | peerEnded | EDGE_TRIGGERED;
/** EPOLL_CTL_ADD and EPOLL_CTL_MOD. */
const ADD = 1, MODIFY = 3;
/** EPOLL_CLOEXEC, which is EFD_CLOEXEC too. */
const CLOEXEC = 0o2000000;

/** Int32s of a `struct epoll_event`, which is packed on x86-64 alone, and where its data is. */
const [STRIDE, DATA] = Deno.build.arch === "x86_64" ? [3, 1] : [4, 2];

/** How many wait for what only the runtime tells of. */
let others = 0;

/**
 * Whoever waits for what only the runtime tells of, such as a pipe, says so here, until what it gives is disposed of:
 * meanwhile no poller of this thread holds the runtime up to be there for the next event.
 */
export function shareThread(): Disposable {
  others++;
  return { [Symbol.dispose]: () => void others-- };
}

/**
 * Tells of every socket of a thread when it can be read or written, by epoll(7). What is ready is given one turn each
 * before anybody has a second one. It keeps the program alive as long as something is watched, and takes no time while
 * nothing happens.
 */
export class EventPoller {
  #c: Libc<typeof POLLER_CALLS[number]>;
  #epoll: number;
  /** Always readable: asking for it once more wakes the thread that waits. */
  #alarm: number;
  #watched: (Pollable | undefined)[] = [];
  /** How often a descriptor's number was watched: an event of one that was closed is not for its successor. */
  #generations: number[] = [];
  #count = 0;
  #request = new Int32Array(STRIDE);
  #requestBytes = new Uint8Array(this.#request.buffer);
  #events = new Int32Array(STRIDE * BATCH);
  // A thread may be writing into it: the field keeps it alive.
  #eventBytes = new Uint8Array(this.#events.buffer);
  #scheduled: Pollable[] = [];
  #spare: Pollable[] = [];
  #isRunning = false;
  /** Done when nothing is watched any more, and no thread waits. */
  stopped: Promise<void> = Promise.resolve();
  #isAsleep = false;
  #isTurnDue = false;
  /** Short waits in a row; none where the system has no such wait. */
  #mostWaits: number;

  /** @throws if the system has no epoll */
  constructor(c: Libc<typeof POLLER_CALLS[number]>) {
    this.#c = c;
    this.#epoll = c.epoll_create1(CLOEXEC);
    this.#alarm = c.eventfd(1, CLOEXEC);
    if (this.#epoll < 0 || !this.#ask(ADD, this.#alarm, 0, 0)) {
      this.close();
      throw new Error("no epoll is to be had");
    }
    this.#mostWaits = c.epoll_pwait2 !== null && this.#wait(NO_TIME) === 0 ? SHORT_WAITS : 0;
  }

  /**
   * Watches a descriptor until {@linkcode forget} is called, which must be before it is closed. Whoever watches it already
   * hands it on.
   *
   * @throws if the system watches no more (`fs.epoll.max_user_watches`, epoll(7))
   */
  watch(descriptor: number, pollable: Pollable): void {
    if (this.#watched[descriptor]) {
      this.#watched[descriptor] = pollable;
      return;
    }
    const generation = (this.#generations[descriptor] ?? 0) + 1 | 0;
    this.#generations[descriptor] = generation;
    if (!this.#ask(ADD, descriptor, ALL, generation)) throw new Error("the system watches no more sockets");
    this.#watched[descriptor] = pollable;
    this.#count++;
    if (!this.#isRunning) this.stopped = this.#run();
  }

  /** Tells no more of a descriptor, which is then to be closed: by that the kernel forgets it too. */
  forget(descriptor: number): void {
    this.#watched[descriptor] = undefined;
    if (--this.#count === 0 && this.#isAsleep) this.#wake();
  }

  /** Gives `pollable` a turn once all that are ready have had theirs. */
  schedule(pollable: Pollable): void {
    this.#scheduled.push(pollable);
    if (this.#isAsleep || !this.#isRunning) this.#turnSoon();
  }

  /** Gives it back; nothing is watched any more. */
  close(): void {
    this.#c.close(this.#alarm);
    this.#c.close(this.#epoll);
  }

  /** Calls `action` when all that are scheduled by now have had their turn. */
  call(action: () => void): void {
    this.schedule({ onEvents() {}, onTurn: action });
  }

  /** Done when all that are scheduled by now have had their turn. */
  turn(): Promise<void> {
    return new Promise((resolve) => this.call(resolve));
  }

  #turnSoon(): void {
    if (this.#isTurnDue) return;
    this.#isTurnDue = true;
    setImmediate(() => {
      this.#isTurnDue = false;
      this.#giveTurns();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    // What is forgotten at once needs nobody who watches it.
    await undefined;
    let began = performance.now();
    // It begins asleep: what it was begun for is still being set going.
    let waits = this.#mostWaits;
    let isSettled = true;
    while (this.#count) {
      const isIdle = isSettled && !this.#scheduled.length;
      const count = !isIdle
        ? this.#c.epoll_wait(this.#epoll, this.#eventBytes, BATCH, 0)
        : !others && waits++ < this.#mostWaits
        ? this.#wait(SHORT)
        : await this.#sleep();
      if (count > 0 || this.#scheduled.length) {
        waits = 0;
        isSettled = false;
        this.#giveTurns();
        this.#tell(count);
        if (performance.now() - began < LONGEST_RUN) {
          await undefined;
          continue;
        }
      }
      await new Promise((resolve) => setImmediate(resolve));
      isSettled = true;
      began = performance.now();
    }
    this.#isRunning = false;
    if (this.#scheduled.length) this.#turnSoon();
  }

  #tell(count: number): void {
    const events = this.#events;
    for (let i = 0; i < count; i++) {
      const at = i * STRIDE;
      const descriptor = events[at + DATA];
      const watched = this.#watched[descriptor];
      if (watched && events[at + DATA + 1] === this.#generations[descriptor]) watched.onEvents(events[at]);
    }
  }

  #giveTurns(): void {
    const scheduled = this.#scheduled;
    if (!scheduled.length) return;
    this.#scheduled = this.#spare;
    for (const one of scheduled) one.onTurn();
    scheduled.length = 0;
    this.#spare = scheduled;
  }

  #wait(time: Uint8Array<ArrayBuffer>): number {
    return this.#c.epoll_pwait2!(this.#epoll, this.#eventBytes, BATCH, time, null);
  }

  /** Ends the thread's wait, and gives it a moment to go: whoever closes the last socket leaves nothing behind. */
  #wake(): void {
    this.#ask(MODIFY, this.#alarm, readable | ONE_SHOT, 0);
    for (let i = 0; i < 100 && Atomics.load(this.#events, 0) === 0; i++) Atomics.wait(PAUSE, 0, 0, 0.05);
  }

  async #sleep(): Promise<number> {
    this.#isAsleep = true;
    this.#events[0] = 0;
    const count = await this.#c.epollWaitInThread(this.#epoll, this.#eventBytes, BATCH, FOR_EVER);
    this.#isAsleep = false;
    return count;
  }

  #ask(operation: number, descriptor: number, events: number, generation: number): boolean {
    this.#request[0] = events;
    this.#request[DATA] = descriptor;
    this.#request[DATA + 1] = generation;
    return this.#c.epoll_ctl(this.#epoll, operation, descriptor, this.#requestBytes) === 0;
  }
}

/** A `struct timespec`. */
const timespec = (ns: bigint) => new Uint8Array(BigInt64Array.of(0n, ns).buffer);
const NO_TIME = timespec(0n);
const SHORT = timespec(SHORT_WAIT);
const PAUSE = new Int32Array(new SharedArrayBuffer(4));
