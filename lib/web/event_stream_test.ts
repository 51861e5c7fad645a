import { assertEquals, assertMatch } from "@std/assert";
import { contextOf, FakeClock, turn } from "../app/_testing.ts";
import { pipe } from "../net/mod.ts";
import { EventStream } from "./event_stream.ts";

/** A server's events, and a page that reads them only when it is asked to. */
function world() {
  const clock = new FakeClock();
  const context = contextOf("raw", { clock });
  const events = new EventStream(context);
  return {
    events,
    report: context.reporter.report.bind(context.reporter),
    join() {
      const [near, far] = pipe();
      const served = events.serve(far);
      return {
        near,
        served,
        /** All that is told until it leaves or is closed, each event as its kind and what it is about. */
        async read() {
          let text = "";
          const reading = near.receive((bytes) => void (text += new TextDecoder().decode(bytes)));
          for (let i = 0; i < 20; i++) await turn();
          near.close();
          await reading;
          await served.catch(() => {});
          return text.trimEnd().split("\n").map((line) => {
            const { event, peer, message, address, frame } = JSON.parse(line);
            return [event, peer ?? message ?? `${address} ${frame}`].join(" ");
          });
        },
      };
    },
  };
}

Deno.test("EventStream tells who comes late where the server is, and who is there, and nothing else of the past", async () => {
  const { report, join, events } = world();
  report({ event: "listening", address: "tcp://127.0.0.1:1", sockets: "native" });
  report({
    event: "listening",
    address: "http://127.0.0.1:2",
    sockets: "native",
    url: "http://127.0.0.1:2/#k=secret",
  });
  report({ event: "connected", peer: "a" });
  report({ event: "connected", peer: "b" });
  report({ event: "message", peer: "a", text: "hello", bytes: 5 });
  report({ event: "disconnected", peer: "a", reason: "end of stream" });
  assertEquals(events.isWatched, false);
  const page = join();
  assertEquals(events.isWatched, true);
  report({ event: "message", peer: "b", text: "hi", bytes: 2 });
  events.tell({ event: "data", from: "server", peer: "b", bytes: 2, hex: "6869", frames: [2] });
  assertEquals(await page.read(), ["listening tcp://127.0.0.1:1 raw", "connected b", "message b", "data b"]);
  assertEquals(events.isWatched, false);
  events[Symbol.dispose]();
  report({ event: "connected", peer: "c" });
  assertEquals(await join().read(), ["listening tcp://127.0.0.1:1 raw", "connected b"]);
});

Deno.test("EventStream leaves out what a slow page can't take, but for who comes and goes, and says how many", async () => {
  const { report, join } = world();
  const page = join();
  const message = { event: "message", peer: "a", text: "x".repeat(100_000), bytes: 100_000 } as const;
  report(message);
  await turn();
  for (let i = 0; i < 30; i++) report(message);
  report({ event: "connected", peer: "late" });
  const told = await page.read();
  const messages = told.filter((line) => line === "message a").length;
  assertEquals(told.slice(messages), [
    "connected late",
    `error ${31 - messages} events were left out, as this page reads them too slowly`,
  ]);
});

Deno.test("EventStream closes a page for which too much waits", async () => {
  const { report, join, events } = world();
  const page = join();
  const peer = "x".repeat(100_000);
  for (let i = 0; i < 100; i++) report({ event: "connected", peer });
  let why = "";
  await page.served.catch((error) => why = error.message);
  assertMatch(why, /does not read what it is told$/);
  assertEquals(events.isWatched, false);
  page.near.close();
});

Deno.test("EventStream keeps for many slow pages no more than for a few", async () => {
  const { report, join } = world();
  const pages = Array.from({ length: 320 }, join);
  const message = { event: "message", peer: "a", text: "x".repeat(10_000), bytes: 10_000 } as const;
  report(message);
  await turn();
  for (let i = 0; i < 30; i++) report(message);
  for (const page of pages) {
    const told = await page.read();
    // A tenth of a MiB each.
    assertEquals(told.filter((line) => line === "message a").length, 11);
  }
});
