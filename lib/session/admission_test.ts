import { assert, assertEquals, assertThrows } from "@std/assert";
import { PinwireError } from "../errors.ts";
import type { Connection } from "../net/connection.ts";
import { type Event, Reporter } from "../app/reporter.ts";
import { AdmissionControl } from "./admission.ts";
import { pipe } from "../net/pipe.ts";

function pure(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, permissions: "none", fn });
}

/** A gate with its clock and its events, and timers that the test looks at in place of waiting for them. */
function world(maxClients = 1_000) {
  const { setTimeout, clearTimeout } = globalThis;
  const timers = new Map<number, { run: () => void; ms: number }>();
  let last = 0;
  Object.assign(globalThis, {
    setTimeout(run: () => void, ms: number) {
      timers.set(++last, { run, ms });
      return last;
    },
    clearTimeout: (id: number) => void timers.delete(id),
  });
  const events: Event[] = [];
  const forward = (event: Event) => void events.push(event);
  const reporter = new Reporter({ program: "test", role: "server", forward });
  const time = { ms: 0 };
  return {
    gate: new AdmissionControl(reporter, maxClients, () => time.ms),
    events,
    time,
    /** How long each timer that is set would take, in ms. */
    waits: () => [...timers.values()].map(({ ms }) => ms),
    /** All timers go off. */
    fire() {
      const due = [...timers.values()];
      timers.clear();
      for (const { run } of due) run();
    },
    [Symbol.dispose]: () => void Object.assign(globalThis, { setTimeout, clearTimeout }),
  };
}

/** A connection from somewhere. */
function from(remote: string): Connection & { isClosed: boolean } {
  const [end] = pipe();
  return {
    ...end,
    remote,
    isClosed: false,
    close: function () {
      this.isClosed = true;
    },
  };
}

const FAR = "tcp://192.0.2.1:5";

/** Somebody there gives a wrong proof; how long the answer takes, in ms. */
async function fail(on: ReturnType<typeof world>, remote: string): Promise<number> {
  const stay = on.gate.enter(from(remote));
  const before = on.waits().length;
  const answered = stay.failed();
  const ms = on.waits()[before];
  on.fire();
  await answered;
  stay.left();
  return ms;
}

pure("AdmissionControl.enter closes a connection that has proven nothing for 5 s", () => {
  using on = world();
  const [silent, gone, good] = [from(FAR), from(FAR), from(FAR)];
  on.gate.enter(silent);
  on.gate.enter(gone).left();
  on.gate.enter(good).passed();
  assertEquals(on.waits(), [5_000]);
  on.fire();
  assertEquals([silent.isClosed, gone.isClosed, good.isClosed], [true, false, false]);
});

pure("AdmissionControl.enter closes the oldest of 256 when one more comes, and tells once of a crowd", () => {
  using on = world();
  const crowd = Array.from({ length: 256 }, () => from(FAR));
  for (const one of crowd) on.gate.enter(one);
  assertEquals([crowd.some(({ isClosed }) => isClosed), on.events.length], [false, 0]);
  const more = Array.from({ length: 3 }, () => from("tcp://192.0.2.9:5"));
  for (const one of more) on.gate.enter(one);
  assertEquals(crowd.map(({ isClosed }) => isClosed), crowd.map((_, i) => i < 3));
  assertEquals(more.some(({ isClosed }) => isClosed), false);
  assertEquals(on.events.length, 1);
  const [event] = on.events;
  assert(event.event === "error");
  assertEquals(event.message, "more than 256 connections have proven nothing yet");
});

pure("AdmissionControl.enter tells of the next crowd again, once the first has gone", () => {
  using on = world();
  const enter = () => on.gate.enter(from(FAR));
  const stays = Array.from({ length: 257 }, enter);
  for (const stay of stays) stay.left();
  for (let i = 0; i < 257; i++) enter();
  assertEquals(on.events.length, 2);
});

pure("AdmissionControl.enter counts nobody who has proven it, or has gone", () => {
  using on = world();
  const early = Array.from({ length: 256 }, () => from(FAR));
  early.forEach((one, i) => on.gate.enter(one)[i % 2 ? "passed" : "left"]());
  const late = Array.from({ length: 256 }, () => from(FAR));
  for (const one of late) on.gate.enter(one);
  assertEquals([...early, ...late].some(({ isClosed }) => isClosed), false);
});

pure(
  "AdmissionControl answers each wrong proof of an address later than the one before, up to 4 s",
  async () => {
    using on = world();
    const delays = [];
    for (let i = 0; i < 5; i++) delays.push(await fail(on, `tcp://192.0.2.1:${i}`));
    assertEquals(delays, [500, 1_000, 2_000, 4_000, 4_000]);
    // Another address has done nothing.
    assertEquals(await fail(on, "tcp://192.0.2.2:5"), 500);
  },
);

pure(
  "AdmissionControl.enter keeps an address out for a minute after five wrong proofs, and no other",
  async () => {
    using on = world();
    for (let i = 0; i < 4; i++) await fail(on, FAR);
    on.gate.enter(from(FAR)).left();
    await fail(on, FAR);
    const enter = () => on.gate.enter(from("tcp://192.0.2.1:999"));
    const error = assertThrows(enter, PinwireError);
    assertEquals([error.code, error.sentence], [
      "kept_out",
      "192.0.2.1 has given too many wrong proofs: it may try again in a minute",
    ]);
    on.gate.enter(from("tcp://192.0.2.2:5")).left();
    on.gate.enter(from("tls://[2001:db8::1]:5")).left();
    on.time.ms = 59_999;
    assertThrows(enter, PinwireError);
    on.time.ms = 60_000;
    enter().left();
    // It begins anew.
    assertEquals(await fail(on, FAR), 500);
  },
);

pure("AdmissionControl lets no more pass than there may be clients at a time", () => {
  using on = world(2);
  const stays = Array.from({ length: 3 }, () => on.gate.enter(from(FAR)));
  assertEquals(stays.map((stay) => stay.passed()), [true, true, false]);
  stays[2].left();
  assertEquals(on.gate.enter(from(FAR)).passed(), false);
  stays[0].left();
  stays[0].left();
  assertEquals([on.gate.enter(from(FAR)).passed(), on.gate.enter(from(FAR)).passed()], [true, false]);
});

pure(
  "AdmissionControl keeps nobody out who dials from this machine by another of its addresses",
  async () => {
    using on = world();
    const here = { ...from(FAR), local: "tcp://192.0.2.1:11235" };
    for (let i = 0; i < 10; i++) {
      const failed = on.gate.enter(here).failed();
      on.fire();
      await failed;
    }
    on.gate.enter(here).left();
  },
);

pure("AdmissionControl forgets an address's wrong proofs once it gives a right one", async () => {
  using on = world();
  for (let i = 0; i < 4; i++) await fail(on, FAR);
  on.gate.enter(from(FAR)).passed();
  assertEquals(await fail(on, FAR), 500);
});

pure("AdmissionControl counts on loopback connection by connection, and keeps nobody there out", async () => {
  for (const remote of ["tcp://127.0.0.1:5", "tcp://127.9.9.9:5", "tcp://[::1]:5", "unix:#3"]) {
    using on = world();
    for (let i = 0; i < 10; i++) assertEquals(await fail(on, remote), 500, remote);
    on.gate.enter(from(remote)).left();
  }
});

pure("AdmissionControl remembers 4096 addresses, and forgets the one that failed longest ago", async () => {
  using on = world();
  const addressOf = (i: number) => `tcp://10.${i >> 16}.${i >> 8 & 255}.${i & 255}:5`;
  await fail(on, addressOf(0));
  await fail(on, addressOf(1));
  await fail(on, addressOf(0));
  for (let i = 2; i <= 4_096; i++) await fail(on, addressOf(i));
  assertEquals(await fail(on, addressOf(0)), 2_000);
  assertEquals(await fail(on, addressOf(1)), 500);
});
