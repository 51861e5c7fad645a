import { assert, assertEquals, assertMatch } from "@std/assert";
import { openEncoding } from "../text/mod.ts";
import { contextOf, pure } from "./_testing.ts";
import { MessageWatch, untilCode, type WatchOptions } from "./message_watch.ts";
import type { Event, MessageEvent } from "./events.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const PEER = "tcp://a:1";

/** A watch over what passes in these frames, and what is told of. */
function watching(options: WatchOptions, { frame = "raw", json = false, isDatagram = false } = {}) {
  const events: Event[] = [];
  const context = contextOf(frame, { json, onEvent: (event) => void events.push(event) });
  return { watch: new MessageWatch(context, options, isDatagram), events };
}

pure("MessageWatch with until is over at the word alone, with a newline behind it or not", () => {
  const cases: [string, boolean][] = [
    ["88", true],
    ["88\n", true],
    ["88\r\n", true],
    ["88\n\n", false],
    ["\n88", false],
    ["888", false],
    [" 88", false],
    ["", false],
  ];
  for (const [text, isOver] of cases) {
    const received = watching({ until: "88" }).watch;
    received.received(PEER, utf8(text));
    const sent = watching({ until: "88" }).watch;
    sent.sent(utf8(text));
    const passed = watching({ until: "88" }).watch;
    passed.passed(text);
    assertEquals(
      [received.isOver, sent.isOver, passed.isOver],
      [isOver, isOver, isOver],
      JSON.stringify(text),
    );
  }
});

pure("MessageWatch stays over, whatever passes later", () => {
  const { watch } = watching({ until: "88" });
  watch.sent(utf8("88"));
  watch.received(PEER, utf8("more"));
  assertEquals(watch.isOver, true);
});

pure("MessageWatch with until a text of no characters waits for an empty message", () => {
  const { watch } = watching({ until: "" });
  watch.received(PEER, utf8("x"));
  assertEquals(watch.isOver, false);
  watch.received(PEER, utf8("\n"));
  assertEquals(watch.isOver, true);
});

pure("MessageWatch with once is over at the first message that comes, and not at one that goes", () => {
  const { watch } = watching({ once: true });
  watch.sent(utf8("x"));
  assertEquals(watch.isOver, false);
  watch.received(PEER, utf8("x"));
  assertEquals(watch.isOver, true);
});

pure("MessageWatch is active only where somebody wants to know, and without an end is never over", () => {
  assertEquals(watching({}).watch.isActive, false);
  assertEquals(watching({ once: false }).watch.isActive, false);
  assertEquals(watching({ until: "" }).watch.isActive, true);
  assertEquals(watching({ once: true }).watch.isActive, true);
  const { watch } = watching({}, { json: true });
  assertEquals(watch.isActive, true);
  watch.received(PEER, utf8("x"));
  watch.sent(utf8("x"));
  assertEquals(watch.isOver, false);
});

pure("MessageWatch tells the reporter where that wants messages, or who is given in its place", () => {
  const silent = watching({ once: true });
  silent.watch.received(PEER, utf8("a"));
  assertEquals(silent.events, []);
  const { watch, events } = watching({}, { json: true });
  const event: MessageEvent = { event: "message", peer: PEER, text: "a", bytes: 1 };
  watch.received(PEER, utf8("a"));
  assertEquals(events, [event]);
  const told: MessageEvent[] = [];
  watch.received(PEER, utf8("a"), (event) => void told.push(event));
  assertEquals([events.length, told], [1, [event]]);
});

pure(
  "MessageWatch puts a character together that two reads of a stream cut, and not over frames or datagrams",
  () => {
    const halves = [[0xe4, 0xbd], [0xa0]].map((bytes) => Uint8Array.from(bytes));
    const texts = (options: { frame?: string; isDatagram?: boolean }) => {
      const { watch, events } = watching({}, { json: true, ...options });
      for (const half of halves) watch.received(PEER, half);
      return events.map((event) => event.event === "message" && event.text);
    };
    assertEquals(texts({}), ["", "你"]);
    assertEquals(texts({ isDatagram: true }), ["\ufffd", "\ufffd"]);
    assertEquals(texts({ frame: "len:u8" }), ["\ufffd", "\ufffd"]);
  },
);

pure("MessageWatch says once, behind the first that it can't decode, which encodings would read it", () => {
  const { watch, events } = watching({}, { json: true, frame: "line" });
  for (const hex of ["ff00", "6f6b", "c4e3bac3", "cac0bde7"]) watch.received(PEER, Uint8Array.fromHex(hex));
  assertEquals(events.map(({ event }) => event), ["message", "message", "message", "error", "message"]);
  const error = events[3];
  assert(error.event === "error");
  assertEquals([error.peer, error.message], [PEER, `what ${PEER} writes is not utf-8`]);
  assertMatch(error.hint!, /^gbk, .* would read it, try -e gbk$/);
});

Deno.test("MessageWatch reads what goes as what comes, in the encoding of the context", async () => {
  const encoding = await openEncoding("gbk");
  for (const verb of ["sent", "received"] as const) {
    const watch = new MessageWatch({ ...contextOf("raw"), encoding }, { until: "你好" }, false);
    const bytes = encoding.encode("你好\n").bytes;
    if (verb === "sent") watch.sent(bytes);
    else watch.received(PEER, bytes);
    assertEquals(watch.isOver, true, verb);
  }
});

pure("untilCode is 1, and an error, only for a word that has passed on no connection", () => {
  const events: Event[] = [];
  const context = contextOf("raw", { onEvent: (event) => void events.push(event) });
  const until = "88";
  const watches = [1, 2].map(() => new MessageWatch(context, { until }, false));
  watches[0].sent(utf8("888"));
  assertEquals([untilCode({}, context), untilCode({ until }, context)], [0, 1]);
  assertEquals(events, [{
    event: "error",
    message: '"88" has not passed',
    hint: "it must be a whole message, as --frame cuts them",
  }]);
  watches[1].sent(utf8("88\n"));
  assertEquals([untilCode({ until }, context), events.length], [0, 1]);
});
