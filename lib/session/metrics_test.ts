import { assertEquals } from "@std/assert";
import { contextOf, FakeClock, pure } from "../app/_testing.ts";
import { PinwireError } from "../errors.ts";
import { pipe } from "../net/mod.ts";
import { Counts } from "./metrics.ts";

/** What is counted, and what a metric says. */
function counting() {
  const clock = new FakeClock();
  const context = contextOf("text", { clock });
  const counts = new Counts(context);
  const samplesOf = (name: string) => counts.metrics.find((metric) => metric.name === name)!.samples();
  return { clock, context, counts, samplesOf };
}

pure("Counts counts connections that come and go, messages, and errors by their code", () => {
  const { context: { reporter }, counts, samplesOf } = counting();
  const peer = "tcp://127.0.0.1:1";
  reporter.report({ event: "connected", peer });
  reporter.report({ event: "connected", peer });
  reporter.report({ event: "message", peer, text: "hi", bytes: 2 });
  reporter.report({ event: "disconnected", peer, reason: "end of stream" });
  reporter.error(new PinwireError("too_slow", "x"));
  reporter.error(new PinwireError("too_slow", "y"));
  reporter.error(new Error("z"));
  const values = ["pinwire_connections", "pinwire_connections_accepted", "pinwire_messages"]
    .map((name) => samplesOf(name)[0].value);
  assertEquals(values, [1, 2, 1]);
  assertEquals(samplesOf("pinwire_errors"), [
    { value: 2, label: ["code", "too_slow"] },
    { value: 1, label: ["code", "other"] },
  ]);
  counts[Symbol.dispose]();
  reporter.report({ event: "connected", peer });
  assertEquals(samplesOf("pinwire_connections_accepted")[0].value, 2);
});

pure("Counts counts the bytes of a connection, both ways", async () => {
  const { context, counts, samplesOf } = counting();
  const [here, there] = pipe();
  const counted = counts.over(context).traceAccepted(here);
  const received = [counted.receive(() => {}), there.receive(() => {})];
  await there.write(new Uint8Array(5));
  await counted.write(new Uint8Array(7));
  there.close();
  await Promise.all(received);
  assertEquals(samplesOf("pinwire_bytes").map(({ value }) => value), [5, 7]);
  counts[Symbol.dispose]();
});

pure("Counts tells the longest delay of the event loop, until it is 15 to 30 s old", () => {
  const { clock, counts, samplesOf } = counting();
  const longest = () => samplesOf("pinwire_event_loop_delay_seconds")[0].value;
  clock.pass(1_000);
  assertEquals(longest(), 0);
  clock.sleep(750);
  clock.pass(0);
  assertEquals(longest(), 0.25);
  clock.pass(14_000);
  assertEquals(longest(), 0.25);
  clock.pass(31_000);
  assertEquals(longest(), 0);
  counts[Symbol.dispose]();
});
