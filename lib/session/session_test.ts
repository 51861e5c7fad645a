import { assertEquals, assertRejects } from "@std/assert";
import { contextOf, FakeClock, pure, turn } from "../app/_testing.ts";
import type { Event } from "../app/mod.ts";
import { type Connection, pipe } from "../net/mod.ts";
import { Heartbeat } from "./heartbeat.ts";
import { Session } from "./session.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

/** Writes down what happens to it; `onMessage` says what a message does. */
class Noting extends Session {
  readonly calls: string[] = [];
  onMessage: (text: string) => Promise<void> | boolean | void = () => {};
  onEnded: () => Promise<void> | void = () => {};
  onOver: () => Promise<void> | void = () => {};

  onFrame(frame: Uint8Array): Promise<void> | boolean | void {
    const text = new TextDecoder().decode(frame);
    this.calls.push(text);
    return this.onMessage(text);
  }

  beat(): void {
    this.heartbeat = new Heartbeat({
      clock: this.clock,
      peer: this.peer.name,
      ping: 10_000,
      dead: 30_000,
      ask: () => this.calls.push("ask"),
      lose: (reason) => this.close(reason),
    });
  }

  protected override ended(): Promise<void> | void {
    this.calls.push("ended");
    return this.onEnded();
  }

  protected override over(): Promise<void> | void {
    this.calls.push("over");
    return this.onOver();
  }
}

/** A session over a pipe, how it runs, and the peer's end. */
function running(frame = "line", prepare: (session: Noting) => void = () => {}) {
  const clock = new FakeClock();
  const events: Event[] = [];
  const [peer, own] = pipe();
  const session = new Noting(
    own,
    contextOf(frame, { clock, maxFrame: 10, onEvent: (one) => events.push(one) }),
  );
  prepare(session);
  const run = session.run();
  run.catch(() => {});
  return { session, run, peer, own, clock, events };
}

/** Whether this connection is closed: nothing can be written to it. */
async function isClosed(connection: Connection): Promise<boolean> {
  try {
    await connection.write(new Uint8Array());
    return false;
  } catch {
    return true;
  }
}

pure("Session.run hands frames on until the stream ends, says so once, closes and is over once", async () => {
  const { session, run, peer, own } = running();
  await peer.write(utf8("a\nb\n"));
  await peer.closeWrite();
  await run;
  assertEquals(session.calls, ["a", "b", "ended", "over"]);
  assertEquals(await isClosed(own), true);
});

pure(
  "Session.run waits for the promise of a frame before the next, and for what ended says last",
  async () => {
    const working = Promise.withResolvers<void>();
    const lastWords = Promise.withResolvers<void>();
    const { session, peer, run, own } = running("line", (session) => {
      session.onMessage = (text) => text === "a" ? working.promise : undefined;
      session.onEnded = () => lastWords.promise;
    });
    const written = peer.write(utf8("a\nb\n"));
    await turn();
    assertEquals(session.calls, ["a"]);
    working.resolve();
    await written;
    await peer.closeWrite();
    await turn();
    assertEquals([session.calls, await isClosed(own)], [["a", "b", "ended"], false]);
    lastWords.resolve();
    await run;
    assertEquals(session.calls.at(-1), "over");
  },
);

pure("Session reads little at first, but for frames of which each read is one", () => {
  const first = (frame: string) => new Noting(pipe()[0], contextOf(frame)).first;
  assertEquals(["line", "text", "len:u8", "raw"].map(first), [256, 256, 256, undefined]);
});

pure("Session.run throws the reason that close gave, and says nothing of an end", async () => {
  const { session, run, own } = running();
  const reason = new Error("because");
  session.close(reason);
  session.close(new Error("too late"));
  assertEquals(await assertRejects(() => run), reason);
  assertEquals([session.calls, await isClosed(own)], [["over"], true]);
});

pure("Session.run throws the reason also where it cut off a frame's answer", async () => {
  for (const frame of ["line", "text"]) {
    const answer = Promise.withResolvers<void>();
    const { session, run, peer, clock } = running(
      frame,
      (session) => session.onMessage = () => answer.promise,
    );
    await peer.write(utf8(frame === "line" ? "a\n" : "a"));
    await turn();
    clock.pass(20);
    assertEquals(session.calls, ["a"]);
    const reason = new Error("because");
    session.close(reason);
    await turn();
    answer.reject(new Error("the write was cut off"));
    assertEquals(await assertRejects(() => run), reason);
    assertEquals(session.calls, ["a", "over"]);
  }
});

pure("Session.close without a reason ends the session as the end of the stream does", async () => {
  const { session, run } = running();
  session.close();
  await run;
  assertEquals(session.calls, ["ended", "over"]);
});

pure(
  "Session.run throws what a frame, the end and the last of a session throw, and is over all the same",
  async () => {
    const thrown = new Error("broken");
    const fail = () => {
      throw thrown;
    };
    const cases: [(session: Noting) => void, string[]][] = [
      [(session) => session.onMessage = fail, ["a", "over"]],
      [(session) => session.onMessage = () => Promise.reject(thrown), ["a", "over"]],
      [(session) => session.onEnded = fail, ["a", "ended", "over"]],
      [(session) => session.onOver = fail, ["a", "ended", "over"]],
    ];
    for (const [prepare, calls] of cases) {
      const { session, run, peer, own } = running("line", prepare);
      peer.write(utf8("a\n"))?.catch(() => {});
      void peer.closeWrite();
      assertEquals(await assertRejects(() => run), thrown);
      assertEquals([session.calls, await isClosed(own)], [calls, true]);
    }
  },
);

pure("Session.run ends with a fatal error of the frames, once those before it are handed on", async () => {
  const { session, run, peer } = running("netstring");
  peer.write(utf8("1:a,x"))?.catch(() => {});
  const error = await assertRejects(() => run, Error);
  assertEquals("code" in error && error.code, "frame_malformed");
  assertEquals(session.calls, ["a", "over"]);
});

pure("Session reports a frame that is none, and hands on the next", async () => {
  const { session, run, peer, events } = running();
  await peer.write(utf8("much too long\nb\n"));
  await peer.closeWrite();
  await run;
  assertEquals(session.calls, ["b", "ended", "over"]);
  assertEquals(events.map((event) => [event.event, "peer" in event && event.peer]), [["error", "pipe:a"]]);
});

pure(
  "Session lets others have their turn in a flood of bad frames, and tells at its end how many there were",
  async () => {
    const { run, peer, events, clock } = running();
    const written = peer.write(utf8("much too long\n".repeat(300)));
    await turn();
    // It waits for its turn.
    assertEquals(clock.pending, 1);
    clock.pass(0);
    await written;
    await peer.closeWrite();
    await run;
    const messages = events.map((event) => event.event === "error" ? event.message : "");
    assertEquals([messages.length, messages.at(-1), clock.pending], [11, "bad frames besides: 290", 0]);
  },
);

pure("Session stops its heartbeat when it is over, however that came about", async () => {
  const ends: ((on: ReturnType<typeof running>) => void)[] = [
    ({ peer }) => peer.close(),
    ({ session }) => session.close(),
    ({ session }) => session.close(new Error("because")),
    ({ peer }) => void peer.write(utf8("a\n"))?.catch(() => {}),
  ];
  for (const end of ends) {
    const on = running("line", (session) => {
      session.beat();
      session.onMessage = () => Promise.reject(new Error("broken"));
    });
    assertEquals(on.clock.pending, 1);
    end(on);
    await on.run.catch(() => {});
    assertEquals(on.clock.pending, 0);
  }
});

pure("Session.run throws what its heartbeat found, where it closed the session", async () => {
  const { session, run, clock } = running("line", (session) => session.beat());
  for (let second = 0; second < 30; second++) clock.pass(1_000);
  const error = await assertRejects(() => run, Error, "pipe:a has said nothing for 30 s");
  assertEquals("code" in error && error.code, "no_heartbeat");
  assertEquals([session.calls, clock.pending], [["ask", "over"], 0]);
});
