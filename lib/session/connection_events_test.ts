import { assertEquals, assertRejects } from "@std/assert";
import { pure } from "../app/_testing.ts";
import { type Event, Reporter, Stop } from "../app/mod.ts";
import { PinwireError } from "../errors.ts";
import { pipe } from "../net/mod.ts";
import { reportConnection } from "./connection_events.ts";

/** What is reported of a connection that is served so, and how the serving ended. */
async function reported<T>(serve: () => Promise<T>, stopReason?: string) {
  const events: Event[] = [];
  const reporter = new Reporter({
    program: "test",
    role: "server",
    forward: (event) => void events.push(event),
  });
  const [, connection] = pipe({ first: { name: "tcp://192.0.2.1:5" } });
  const outcome = await reportConnection(connection, reporter, () => stopReason, () => {
    events.push({ event: "notice", text: "served" });
    return serve();
  }).catch((error) => error);
  return { events, outcome };
}

const peer = "tcp://192.0.2.1:5";
const around = (reason: string): Event[] => [
  { event: "connected", peer },
  { event: "notice", text: "served" },
  { event: "disconnected", peer, reason },
];

pure("reportConnection reports around the serving, and gives what that gives", async () => {
  const { events, outcome } = await reported(() => Promise.resolve(7));
  assertEquals([events, outcome], [around("end of stream"), 7]);
});

pure("reportConnection reports why the serving failed, and throws it", async () => {
  const error = new PinwireError("idle_timeout", "nothing moved");
  const { events, outcome } = await reported(() => Promise.reject(error));
  assertEquals([events, outcome], [around("idle timeout"), error]);
});

pure("reportConnection reports that we were stopped, whatever came of the serving", async () => {
  for (const serve of [() => Promise.resolve(), () => Promise.reject(new Error("broken"))]) {
    assertEquals((await reported(serve, "server stopped")).events, around("server stopped"));
  }
});

pure("reportConnection asks only at the end whether we were stopped", async () => {
  const events: Event[] = [];
  const reporter = new Reporter({
    program: "test",
    role: "client",
    forward: (event) => void events.push(event),
  });
  const stop = new Stop();
  const serving = Promise.withResolvers<void>();
  const stopReason = () => stop.signal.aborted ? "stopped" : undefined;
  const done = reportConnection(pipe()[0], reporter, stopReason, () => serving.promise);
  stop.now();
  serving.reject(new Error("broken"));
  await assertRejects(() => done, Error, "broken");
  assertEquals(events.at(-1), { event: "disconnected", peer: "pipe:b", reason: "stopped" });
});
