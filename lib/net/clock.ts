/** A call that is due later, and can be called off. */
export interface Timer {
  cancel(): void;
}

/** Time, handed to whatever needs it, so that a test can hand over another. */
export interface Clock {
  /** Milliseconds of a clock that never jumps: for durations. */
  now(): number;
  /** Milliseconds since 1970 by the machine's clock, which may be set: for what is shown or kept. */
  wall(): number;
  /** Calls `action` once, `ms` milliseconds from now. */
  after(ms: number, action: () => void): Timer;
  /** Calls `action` every `ms` milliseconds. */
  every(ms: number, action: () => void): Timer;
}

/** The longest that a timer of the runtime waits, in ms; a longer time would be taken for none. */
const LONGEST = 2 ** 31 - 1;

/** The time of this machine, in ms since 1970, with fractions. */
export const preciseTime = () => performance.timeOrigin + performance.now();

/** The time of this machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after(ms, action) {
    let timer: ReturnType<typeof setTimeout>;
    // Deno 2.6 calls one that is due even if it was cleared in the same turn of the event loop.
    let isOff = false;
    const end = () => isOff || action();
    const start = (left: number) => {
      timer = left > LONGEST ? setTimeout(() => start(left - LONGEST), LONGEST) : setTimeout(end, left);
    };
    start(ms);
    return {
      cancel() {
        isOff = true;
        clearTimeout(timer);
      },
    };
  },
  every(ms, action) {
    const timer = setInterval(action, Math.min(ms, LONGEST));
    return { cancel: () => clearInterval(timer) };
  },
};
