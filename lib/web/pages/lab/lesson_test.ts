import { assertEquals } from "@std/assert";
import { Lesson } from "./lesson.js";

const said = (text: string) => ({ en: { notes: [text] }, zh: { notes: [text] } });
const segment = (seq: number, more = {}) => ({
  event: "segment",
  from: "client",
  flags: ["PSH", "ACK"],
  seq,
  ack: 1,
  bytes: 5,
  said: said("5 bytes"),
  ...more,
});
const state = (at: string, state: string, more = {}) => ({
  event: "tcp_state",
  at,
  state,
  said: said(`why ${state}`),
  ...more,
});

/** Two segments, each with what comes of it, behind what there is before. */
const EVENTS = [
  { event: "scene", scene: "opening", hidden: true },
  state("client", "SYN_SENT", { hidden: true }),
  { event: "call", at: "client", call: "write()" },
  segment(1),
  state("server", "CLOSE_WAIT"),
  segment(6, { from: "server", lost: true }),
  state("client", "TIME_WAIT"),
];

function lessonOf(events: unknown[]): Lesson {
  const lesson = new Lesson();
  for (const event of events) lesson.take(event);
  return lesson;
}

const texts = ({ rows, shown }: Lesson) =>
  rows.slice(0, shown).filter(({ kind }) => kind !== "hidden").map(({ text }) => text);

Deno.test({
  name: "Lesson shows what happens as it comes, but what is no part of the diagram",
  permissions: "none",
  fn() {
    const lesson = lessonOf(EVENTS);
    assertEquals(texts(lesson), [
      "write()",
      "PSH+ACK seq 1 ack 1",
      "CLOSE_WAIT",
      "PSH+ACK seq 6 ack 1",
      "TIME_WAIT",
    ]);
    assertEquals(lesson.rows[lesson.newest].fate, "lost");
    assertEquals(lesson.states.server?.text, "CLOSE_WAIT");
    assertEquals(lesson.states.client?.said?.zh.notes, ["why TIME_WAIT"]);
  },
});

Deno.test({
  name: "Lesson knows a state that isn't drawn",
  permissions: "none",
  fn() {
    assertEquals(lessonOf(EVENTS.slice(0, 2)).states.client?.text, "SYN_SENT");
  },
});

Deno.test({
  name: "Lesson goes back to the start, and then shows a segment at a time with what comes of it",
  permissions: "none",
  fn() {
    const lesson = lessonOf(EVENTS);
    assertEquals(lesson.step(), false);
    lesson.rewind();
    assertEquals(texts(lesson), ["write()", "PSH+ACK seq 1 ack 1"]);
    assertEquals([lesson.step(), texts(lesson).at(-1)], [true, "PSH+ACK seq 6 ack 1"]);
    lesson.take(segment(6));
    assertEquals([lesson.step(), texts(lesson).at(-1)], [true, "PSH+ACK seq 6 ack 1"]);
    assertEquals(lesson.step(), false);
    lesson.take(state("server", "CLOSED"));
    assertEquals(texts(lesson).at(-1), "CLOSED");
  },
});

Deno.test({
  name: "Lesson says what a packet carries, and how it fares",
  permissions: "none",
  fn() {
    const { rows } = lessonOf([
      segment(1, { said: undefined, text: "hello", again: true }),
      { event: "datagram", from: "client", bytes: 536, number: 3, late: true },
      { event: "arrival", over: "udp", number: 3, ms: 2 },
      { event: "flood", segments: 5, said: said("a flood") },
      { event: "bad_wire", seed: 1 },
    ]);
    assertEquals(rows.map(({ kind, text, content, fate, isAgain }) => [kind, text, content, fate, isAgain]), [
      ["packet", "PSH+ACK seq 1 ack 1", '5 B "hello"', undefined, true],
      ["packet", "UDP", "#3 · 536 B", "late", undefined],
      ["call", "recv(): 3", undefined, undefined, undefined],
      ["note", "", undefined, undefined, undefined],
    ]);
  },
});
