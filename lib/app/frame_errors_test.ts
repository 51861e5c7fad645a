import { assertEquals, assertThrows } from "@std/assert";
import { FrameError } from "../framing/mod.ts";
import { FakeClock, pure, turn } from "./_testing.ts";
import { FrameErrors } from "./frame_errors.ts";
import type { Event } from "./events.ts";
import { Reporter } from "./reporter.ts";

const PEER = "tcp://a:1";

function world() {
  const events: Event[] = [];
  const reporter = new Reporter({
    program: "",
    role: "server",
    forward: (event) => void events.push(event),
  });
  const clock = new FakeClock();
  const errors = new FrameErrors(reporter, PEER, clock);
  return {
    errors,
    clock,
    /** Reports so many bad frames, and gives what the last one was answered. */
    report(count: number): boolean {
      let isTime = false;
      for (let i = 0; i < count; i++) isTime = errors.report(new FrameError("frame_malformed", "bad"));
      return isTime;
    },
    /** The messages since the last call; each is about the peer. */
    told(): string[] {
      return events.splice(0).map((event) => {
        assertEquals([event.event, "peer" in event && event.peer], ["error", PEER]);
        return event.event === "error" ? event.message : "";
      });
    },
  };
}

const bad = (count: number) => Array<string>(count).fill("bad");

pure("FrameErrors tells of ten a second, and counts the others until the next is told of", () => {
  const { report, told, clock, errors } = world();
  report(12);
  assertEquals(told(), bad(10));
  clock.pass(1_000);
  report(1);
  assertEquals(told(), ["bad frames besides: 2", "bad"]);
  report(1_000);
  assertEquals(told(), bad(9));
  errors.close();
  errors.close();
  assertEquals(told(), ["bad frames besides: 991"]);
});

pure("FrameErrors says nothing when it is closed and all were told of", () => {
  const { report, told, errors } = world();
  errors.close();
  report(10);
  errors.close();
  assertEquals(told(), bad(10));
});

pure("FrameErrors says after 256 that it is time for a turn, which then comes once", async () => {
  const { report, errors, clock } = world();
  assertEquals([report(255), errors.turn(), report(1)], [false, undefined, true]);
  let isTurn = false;
  const turned = errors.turn()?.then(() => isTurn = true);
  await turn();
  assertEquals(isTurn, false);
  clock.pass(0);
  await turned;
  assertEquals([isTurn, errors.turn(), report(255), clock.pending], [true, undefined, false, 0]);
});

pure("FrameErrors throws what is no frame error", () => {
  const bug = new TypeError("a bug");
  assertEquals(assertThrows(() => world().errors.report(bug)), bug);
});
