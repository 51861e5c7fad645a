import { assert, assertEquals } from "@std/assert";
import { FakeClock, pure } from "../app/_testing.ts";
import { type Event, Reporter } from "../app/mod.ts";
import { type Connection, type Peer, pipe, wrapConnection } from "../net/mod.ts";
import { AdmissionControl } from "./admission.ts";

/** Admission with its clock and its events. */
function world(maxClients = 1_000) {
  const clock = new FakeClock();
  const events: Event[] = [];
  const forward = (event: Event) => void events.push(event);
  const reporter = new Reporter({ program: "test", role: "server", forward });
  return { admission: new AdmissionControl(reporter, maxClients, clock), events, clock };
}

/** A connection from an address elsewhere, or from whom is stated. */
function from(peer: string | Partial<Peer>): Connection & { isClosed: boolean } {
  const stated = typeof peer === "string" ? { scheme: "tcp", host: peer, port: 5, isLocal: false } : peer;
  const connection = wrapConnection(pipe({ first: stated })[1], {
    isClosed: false,
    close: () => void (connection.isClosed = true),
  });
  return connection;
}

const FAR = "192.0.2.1";

/** Whether an act is done once `ms` have passed, and not before. */
async function takes(act: Promise<void>, clock: FakeClock): Promise<number> {
  let isDone = false;
  void act.then(() => isDone = true);
  for (let ms = 0; ms <= 10_000; ms += 500) {
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    if (isDone) return ms;
    clock.pass(500);
  }
  throw new Error("it is never done");
}

/** Somebody there gives a wrong proof; how long the answer takes, in ms. */
async function fail(on: ReturnType<typeof world>, peer: string | Partial<Peer>): Promise<number> {
  const pending = on.admission.enter(from(peer));
  const ms = await takes(pending.failed(), on.clock);
  pending.left();
  return ms;
}

pure("AdmissionControl.enter closes a connection that has proven nothing for 5 s", () => {
  const on = world();
  const [silent, gone, good] = [from(FAR), from(FAR), from(FAR)];
  on.admission.enter(silent);
  on.admission.enter(gone).left();
  on.admission.enter(good).admit();
  assertEquals(on.clock.pending, 1);
  on.clock.pass(4_999);
  assertEquals(silent.isClosed, false);
  on.clock.pass(1);
  assertEquals([silent.isClosed, gone.isClosed, good.isClosed], [true, false, false]);
});

pure("AdmissionControl.enter closes the oldest of 256 when one more comes, and tells once of a crowd", () => {
  const on = world();
  const crowd = Array.from({ length: 256 }, () => from(FAR));
  for (const one of crowd) on.admission.enter(one);
  assertEquals([crowd.some(({ isClosed }) => isClosed), on.events.length], [false, 0]);
  const more = Array.from({ length: 3 }, () => from("192.0.2.9"));
  for (const one of more) on.admission.enter(one);
  assertEquals(crowd.map(({ isClosed }) => isClosed), crowd.map((_, i) => i < 3));
  assertEquals(more.some(({ isClosed }) => isClosed), false);
  assertEquals(on.events.length, 1);
  const [event] = on.events;
  assert(event.event === "error");
  assertEquals(event.message, "more than 256 connections have proven nothing yet");
});

pure("AdmissionControl.enter tells of the next crowd again, once the first has gone", () => {
  const on = world();
  const enter = () => on.admission.enter(from(FAR));
  const pending = Array.from({ length: 257 }, enter);
  for (const one of pending) one.left();
  for (let i = 0; i < 257; i++) enter();
  assertEquals(on.events.length, 2);
});

pure("AdmissionControl.enter counts nobody who has proven it, or has gone", () => {
  const on = world();
  const early = Array.from({ length: 256 }, () => from(FAR));
  early.forEach((one, i) => on.admission.enter(one)[i % 2 ? "admit" : "left"]());
  const late = Array.from({ length: 256 }, () => from(FAR));
  for (const one of late) on.admission.enter(one);
  assertEquals([...early, ...late].some(({ isClosed }) => isClosed), false);
});

pure(
  "AdmissionControl answers each wrong proof of an address later than the one before, up to 4 s",
  async () => {
    const on = world();
    const delays = [];
    for (let i = 0; i < 5; i++) {
      delays.push(await fail(on, { scheme: "tcp", host: FAR, port: i, isLocal: false }));
    }
    assertEquals(delays, [500, 1_000, 2_000, 4_000, 4_000]);
    // Another address has done nothing.
    assertEquals(await fail(on, "192.0.2.2"), 500);
  },
);

pure(
  "AdmissionControl.enter keeps an address out for a minute after five wrong proofs, and no other",
  async () => {
    const on = world();
    for (let i = 0; i < 4; i++) await fail(on, FAR);
    on.admission.enter(from(FAR)).left();
    const failedAt = on.clock.now();
    await fail(on, FAR);
    const enter = () => on.admission.enter(from(FAR));
    const refused = enter();
    assertEquals([refused.refusal?.code, refused.refusal?.sentence], [
      "kept_out",
      "192.0.2.1 has given too many wrong proofs: it may try again in a minute",
    ]);
    assertEquals(refused.admit(), false);
    for (const other of ["192.0.2.2", "2001:db8::1"]) {
      const pending = on.admission.enter(from(other));
      assertEquals(pending.refusal, undefined);
      pending.left();
    }
    on.clock.pass(failedAt + 59_999 - on.clock.now());
    assertEquals(enter().refusal?.code, "kept_out");
    on.clock.pass(1);
    const pending = enter();
    assertEquals(pending.refusal, undefined);
    pending.left();
    // It begins anew.
    assertEquals(await fail(on, FAR), 500);
  },
);

pure("AdmissionControl lets no more pass than there may be clients at a time", () => {
  const on = world(2);
  const pending = Array.from({ length: 3 }, () => on.admission.enter(from(FAR)));
  assertEquals(pending.map((one) => one.admit()), [true, true, false]);
  pending[2].left();
  assertEquals(on.admission.enter(from(FAR)).admit(), false);
  pending[0].left();
  pending[0].left();
  assertEquals([on.admission.enter(from(FAR)).admit(), on.admission.enter(from(FAR)).admit()], [true, false]);
});

pure(
  "AdmissionControl keeps nobody out who dials from this machine by another of its addresses",
  async () => {
    const on = world();
    for (let i = 0; i < 10; i++) {
      const [, here] = pipe({
        first: { scheme: "tcp", host: FAR, port: 5, isLocal: false },
        second: { scheme: "tcp", host: FAR, port: 11235 },
      });
      const pending = on.admission.enter(here);
      assertEquals(pending.refusal, undefined);
      assertEquals(await takes(pending.failed(), on.clock), 500);
      pending.left();
    }
  },
);

pure("AdmissionControl forgets an address's wrong proofs once it gives a right one", async () => {
  const on = world();
  for (let i = 0; i < 4; i++) await fail(on, FAR);
  on.admission.enter(from(FAR)).admit();
  assertEquals(await fail(on, FAR), 500);
});

pure(
  "AdmissionControl counts on this machine connection by connection, and keeps nobody there out",
  async () => {
    for (
      const peer of [{ scheme: "tcp", host: "127.0.0.1", port: 5 }, { scheme: "unix" }, {
        scheme: "x",
        host: FAR,
      }]
    ) {
      const on = world();
      for (let i = 0; i < 10; i++) assertEquals(await fail(on, { ...peer, isLocal: true }), 500, peer.scheme);
      assertEquals(on.admission.enter(from({ ...peer, isLocal: true })).refusal, undefined);
    }
  },
);

pure("AdmissionControl remembers 4096 addresses, and forgets the one that failed longest ago", async () => {
  const on = world();
  const addressOf = (i: number) => `10.${i >> 16}.${i >> 8 & 255}.${i & 255}`;
  const begin = (i: number) => void on.admission.enter(from(addressOf(i))).failed();
  for (const i of [0, 1, 0]) begin(i);
  for (let i = 2; i <= 4_096; i++) begin(i);
  on.clock.pass(5_000);
  assertEquals(await fail(on, addressOf(0)), 2_000);
  assertEquals(await fail(on, addressOf(1)), 500);
});

pure("AdmissionControl leaves no timer of those that have left, or whose answer is through", async () => {
  const on = world();
  for (const peer of [FAR, "192.0.2.2"]) await fail(on, peer);
  on.admission.enter(from(FAR)).admit();
  assertEquals(on.clock.pending, 0);
});
