import { assert, assertEquals } from "@std/assert";
import { isLinux } from "../../tests/support/machine.ts";
import { EventPoller, EVENTS, type Pollable, POLLER_CALLS } from "./event_poller.ts";
import { openLibc } from "./libc.ts";

const CALLS = [...POLLER_CALLS, "pipe2", "read", "write"] as const;
/** O_CLOEXEC and O_NONBLOCK. */
const FLAGS = 0o2004000;

/** A poller, and what it watches: pipes. */
class Stage implements Disposable {
  readonly c = openLibc(...CALLS);
  readonly poller = new EventPoller(this.c);
  #open: number[] = [];

  pipe(): { end: number; start: number } {
    const ends = new Int32Array(2);
    assertEquals(this.c.pipe2!(new Uint8Array(ends.buffer), FLAGS), 0);
    this.#open.push(...ends);
    return { end: ends[0], start: ends[1] };
  }

  write(start: number): void {
    assertEquals(this.c.write(start, Uint8Array.of(1), 1n), 1n);
  }

  close(file: number): void {
    this.#open.splice(this.#open.indexOf(file), 1);
    this.c.close(file);
  }

  [Symbol.dispose](): void {
    for (const file of this.#open) this.c.close(file);
    void this.poller.stopped.then(() => {
      this.poller.close();
      this.c.library.close();
    });
  }
}

/** Keeps what it is told, and what it is to do in its turns. */
class Watcher implements Pollable {
  readonly events: number[] = [];
  told = Promise.withResolvers<void>();
  turn: () => void;

  constructor(turn = () => {}) {
    this.turn = turn;
  }

  onEvents(events: number): void {
    this.events.push(events);
    this.told.resolve();
    this.told = Promise.withResolvers();
  }

  onTurn(): void {
    this.turn();
  }
}

/** The poller looks a few times whether something has happened, once a turn of the event loop, before its thread sleeps. */
async function untilAsleep(): Promise<void> {
  for (let i = 0; i < 100; i++) await new Promise((resolve) => setImmediate(resolve));
}

const test = (name: string, fn: (stage: Stage) => Promise<void>) =>
  Deno.test({
    name,
    ignore: !isLinux,
    async fn() {
      using stage = new Stage();
      await fn(stage);
    },
  });

test("EventPoller tells of each change once", async (stage) => {
  const { end, start } = stage.pipe();
  const watcher = new Watcher();
  stage.poller.watch(end, watcher);
  for (let i = 1; i <= 3; i++) {
    const { promise } = watcher.told;
    stage.write(start);
    await promise;
    assertEquals(watcher.events, Array(i).fill(EVENTS.readable));
  }
  stage.poller.forget(end);
});

test("EventPoller tells of what happens while its thread sleeps, and of the other end's close", async (stage) => {
  const { end, start } = stage.pipe();
  const watcher = new Watcher();
  stage.poller.watch(end, watcher);
  const { promise } = watcher.told;
  await untilAsleep();
  stage.close(start);
  await promise;
  assert(watcher.events[0] & EVENTS.hungUp);
  stage.poller.forget(end);
});

test("EventPoller gives everybody a turn before anybody has a second one", async (stage) => {
  const { end } = stage.pipe();
  stage.poller.watch(end, new Watcher());
  const turns: string[] = [];
  const done = Promise.withResolvers<void>();
  const entrant = (name: string) => {
    const watcher: Watcher = new Watcher(() => {
      turns.push(name);
      if (turns.length < 9) stage.poller.schedule(watcher);
      else done.resolve();
    });
    stage.poller.schedule(watcher);
  };
  for (const name of ["a", "b", "c"]) entrant(name);
  await done.promise;
  assertEquals(turns.slice(0, 9).join(""), "abcabcabc");
  stage.poller.forget(end);
});

test("EventPoller gives turns while its thread sleeps", async (stage) => {
  const { end } = stage.pipe();
  stage.poller.watch(end, new Watcher());
  await untilAsleep();
  await new Promise<void>((resolve) => stage.poller.schedule(new Watcher(resolve)));
  stage.poller.forget(end);
});

test("EventPoller keeps an event of a closed file from the one that has its number now", async (stage) => {
  const gone = new Watcher(), successor = new Watcher(), other = new Watcher();
  let first, second;
  // Another test of this process may take the number in between.
  do {
    first = stage.pipe();
    stage.poller.watch(first.end, gone);
    stage.write(first.start);
    stage.poller.forget(first.end);
    stage.close(first.end);
    second = stage.pipe();
  } while (second.end !== first.end);
  stage.poller.watch(second.end, successor);
  const third = stage.pipe();
  stage.poller.watch(third.end, other);
  const { promise } = other.told;
  stage.write(third.start);
  await promise;
  assertEquals([gone.events, successor.events], [[], []]);
  stage.poller.forget(second.end);
  stage.poller.forget(third.end);
});

test("EventPoller hands a file on to who watches it next", async (stage) => {
  const { end, start } = stage.pipe();
  const before = new Watcher(), after = new Watcher();
  stage.poller.watch(end, before);
  stage.poller.watch(end, after);
  const { promise } = after.told;
  stage.write(start);
  await promise;
  assertEquals(before.events, []);
  stage.poller.forget(end);
});
