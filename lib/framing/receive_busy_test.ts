import { assertEquals } from "@std/assert";
import { pure } from "../../tests/support/pure.ts";
import { FakeClock } from "../net/_fake_clock.ts";
import { utf8 } from "./_testing.ts";
import { receiveFrames } from "./receive.ts";
import { textCodec } from "./codecs/text.ts";

pure("receiveFrames takes the time in which a read was worked through for no pause", async () => {
  const clock = new FakeClock();
  const frames: string[] = [];
  const source = {
    async receive(sink: (bytes: Uint8Array) => Promise<void> | void) {
      await sink(utf8("on\no"));
      // The rest has been there all the time: nobody could look.
      clock.pass(10);
      await sink(utf8("n\n"));
      await sink(utf8("of"));
      clock.pass(60);
      await sink(utf8("f"));
    },
  };
  await receiveFrames(source, textCodec(100, 20).open().decoder, {
    clock,
    onFrame(frame) {
      frames.push(new TextDecoder().decode(frame));
      if (frames.length === 1) clock.pass(50);
    },
  });
  assertEquals(frames, ["on", "on", "of", "f"]);
});

pure(
  "receiveFrames gives a read that the thread had no time for another moment before a pause counts",
  async () => {
    const clock = new FakeClock();
    const frames: string[] = [];
    let sink!: (bytes: Uint8Array) => Promise<void> | void;
    const ended = Promise.withResolvers<void>();
    const timers: (() => void)[] = [];
    const received = receiveFrames(
      {
        receive(given) {
          sink = given;
          return ended.promise;
        },
      },
      textCodec(100, 20).open().decoder,
      {
        // A timer that rings when the test says so, however late that is.
        clock: { now: () => clock.now(), after: (_, action) => (timers.push(action), { cancel() {} }) },
        onFrame: (frame) => void frames.push(new TextDecoder().decode(frame)),
      },
    );
    const ring = () => timers.shift()!();
    sink(utf8("o"));
    clock.pass(300);
    ring();
    sink(utf8("n\n"));
    assertEquals(frames, ["on"]);
    sink(utf8("of"));
    clock.pass(300);
    while (timers.length) ring();
    assertEquals(frames, ["on", "of"]);
    ended.resolve();
    await received;
  },
);
