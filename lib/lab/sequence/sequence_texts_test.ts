import { assertEquals } from "@std/assert";
import type { SegmentEvent } from "../../app/mod.ts";
import { SegmentSpeaker } from "./sequence_texts.ts";

function segment(fields: Partial<SegmentEvent>, time = 0): SegmentEvent {
  return {
    event: "segment",
    from: "client",
    flags: ["ACK"],
    seq: 1,
    ack: 1,
    absolute: { seq: 1001, ack: 2001 },
    bytes: 0,
    window: 1000,
    options: [`timestamps ${time} 0`],
    ...fields,
  };
}

const data = (seq: number, time: number, again?: true) =>
  segment({ seq, bytes: 100, ...again && { again } }, time);
const answer = (ack: number, fields: Partial<SegmentEvent> = {}) =>
  segment({ from: "server", ack, ...fields });

function says(name: string, segments: SegmentEvent[], sentences: string[], hasWindows = false): void {
  Deno.test({
    name: `SegmentSpeaker ${name}`,
    permissions: "none",
    fn() {
      const speaker = new SegmentSpeaker("en", hasWindows);
      assertEquals(segments.map((one) => speaker.sentence(one)), sentences);
    },
  });
}

says("tells from which bytes a segment is, or their text", [data(1, 0), segment({ bytes: 2, text: "hi" })], [
  "100 bytes, 1 to 100",
  '2 bytes "hi"',
]);

says("knows a timer that doubles", [data(1, 0), data(1, 200, true), data(1, 601, true), data(1, 900, true)], [
  "100 bytes, 1 to 100",
  "no answer for 200 ms: once more",
  "no answer for 401 ms, twice as long as before: once more",
  "no answer for 299 ms: once more",
]);

says("does not compare a timer with what was sent again before any timer", [
  data(1, 0),
  data(101, 0),
  data(201, 0),
  answer(101, { sack: [[201, 301]] }),
  data(101, 200, true),
  data(101, 600, true),
  data(101, 1400, true),
], [
  "100 bytes, 1 to 100",
  "100 bytes, 101 to 200",
  "100 bytes, 201 to 300",
  "byte 101 is missing still; but I have 201–300 besides (SACK)",
  "what is behind it came, this didn't: once more, at once (fast retransmit)",
  "no answer for 400 ms: once more",
  "no answer for 800 ms, twice as long as before: once more",
]);

says("says no time where there is no clock", [segment({ bytes: 1, again: true, options: [] })], [
  "once more, as no answer came",
]);

says("tells what came besides, and what is sent again for that", [
  data(1, 0),
  data(101, 0),
  data(201, 0),
  answer(101, { sack: [[201, 301]] }),
  data(101, 5, true),
  data(1, 5, true),
  data(101, 305, true),
  answer(301, { sack: [[1, 101]] }),
], [
  "100 bytes, 1 to 100",
  "100 bytes, 101 to 200",
  "100 bytes, 201 to 300",
  "byte 101 is missing still; but I have 201–300 besides (SACK)",
  "what is behind it came, this didn't: once more, at once (fast retransmit)",
  "no answer for 5 ms: once more",
  "no answer for 300 ms: once more",
  "I have everything before byte 301",
]);

says("asks for room where there was none, else whether somebody is there", [
  segment({ probe: true }, 100),
  answer(1, { window: 0 }),
  segment({ probe: true }, 300),
  segment({ probe: true, options: [] }),
  answer(1, { window: 500 }),
], [
  "are you still there? (a probe, by an old number: it must be answered)",
  "I have everything before byte 1, but no room: send no more (window 0)",
  "200 ms later: is there room again? (a probe, by an old number: it must be answered)",
  "is there room again? (a probe: its number is an old one, so that an answer must come)",
  "there is room again, for 500 bytes: go on (window update)",
]);

says("tells of room where a lesson is about it", [answer(101)], [
  "I have everything before byte 101, and room for 1000 more",
], true);

says("tells that a FIN is acknowledged, and that it counts", [
  segment({ flags: ["FIN", "ACK"], seq: 6 }),
  answer(6),
  answer(7),
  answer(7, { flags: ["FIN", "ACK"] }),
], [
  "I have nothing more to say (this closes my direction only)",
  "I have everything before byte 6",
  "I have your FIN too, which counts like a byte",
  "I have nothing more to say either (now both directions close)",
]);
