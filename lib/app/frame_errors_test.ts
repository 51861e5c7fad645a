import { assertEquals, assertThrows } from "@std/assert";
import { FrameError } from "../framing/mod.ts";
import { type Event, Reporter } from "./reporter.ts";
import { FrameErrors } from "./frame_errors.ts";

function reported(act: (errors: FrameErrors) => void): Event[] {
  const events: Event[] = [];
  const reporter = new Reporter({ program: "", role: "server", forward: (event) => events.push(event) });
  act(new FrameErrors(reporter, "tcp://a:1"));
  return events;
}

Deno.test("FrameErrors tells of the first few a second, and counts the others", () => {
  const events = reported((errors) => {
    // Even where the second changes in between, all are told or counted.
    for (let i = 0; i < 1000; i++) errors.report(new FrameError("frame_malformed", "bad"));
    errors.close();
    errors.close();
  });
  const told = events.filter((event) => event.event === "error" && event.message === "bad").length;
  const counts = events.flatMap((event) => event.event === "error" ? event.message.match(/\d+$/) ?? [] : []);
  assertEquals(told + counts.reduce((sum, count) => sum + Number(count), 0), 1000);
  assertEquals(told <= 20, true);
  assertEquals(events.every((event) => event.event === "error" && event.peer === "tcp://a:1"), true);
});

Deno.test("FrameErrors throws what is no frame error", () => {
  const bug = new TypeError("a bug");
  assertEquals(assertThrows(() => reported((errors) => errors.report(bug))), bug);
});
