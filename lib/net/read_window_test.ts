import { assert, assertEquals } from "@std/assert";
import { pure } from "../../tests/support/pure.ts";
import { parseSpec, receiveFrames } from "../framing/mod.ts";
import { pipe } from "./pipe.ts";
import { ReadWindow } from "./read_window.ts";

/** The sizes of the windows that reads find which fill them, each as far as `fills` says. */
function sizes(window: ReadWindow, fills: boolean[]): number[] {
  return fills.map((isFull) => {
    const { length } = window.view;
    window.fit(isFull ? length : length - 1);
    return length;
  });
}

pure("ReadWindow grows after two reads in a row that filled it, from 2 KiB to 64 KiB", () => {
  const window = new ReadWindow();
  const found = sizes(window, Array(10).fill(true));
  assertEquals(found, [2048, 2048, 8192, 8192, 32_768, 32_768, 65_536, 65_536, 65_536, 65_536]);
});

pure("ReadWindow stays small, and the same, for a peer that fills it now and then", () => {
  const window = new ReadWindow();
  const { buffer } = window.view;
  assertEquals(new Set(sizes(window, Array.from({ length: 10 }, (_, i) => i % 2 === 0))), new Set([2048]));
  assert(window.view.buffer === buffer);
});

pure("ReadWindow begins with what it is told, and grows no further than that", () => {
  const filled = Array(6).fill(true);
  assertEquals(sizes(new ReadWindow({ first: 100, largest: 500 }), filled), [100, 100, 400, 400, 500, 500]);
  assertEquals(sizes(new ReadWindow({ largest: 7 }), filled), Array(6).fill(7));
  assertEquals(new ReadWindow({ first: 1_000_000, largest: 1_000_000 }).view.length, 65_536);
});

pure("ReadWindow keeps the room before and behind each read, also when it has grown", () => {
  const window = new ReadWindow({ headroom: 40, tailroom: 3 });
  for (let i = 0; i < 4; i++) {
    const { view } = window;
    assertEquals([view.byteOffset, view.buffer.byteLength], [40, 40 + view.length + 3]);
    assertEquals([window.taken(view.length), window.taken(5).length], [view, 5]);
    assertEquals(window.taken(5).byteOffset, 40);
    window.fit(view.length);
  }
});

pure("a raw message is a read with room around it, and no longer than maxFrame", async () => {
  for (const maxFrame of [100, 5000, 1_000_000]) {
    const stream = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251);
    const [from, to] = pipe();
    const sent = Promise.resolve(from.write(stream)).then(() => from.closeWrite());
    let total = 0;
    await receiveFrames(to, parseSpec("raw", maxFrame).open().decoder, {
      headroom: 40,
      tailroom: 3,
      onFrame(frame) {
        assert(frame.length <= maxFrame);
        assert(frame.byteOffset >= 40);
        assert(frame.byteOffset + frame.length + 3 <= frame.buffer.byteLength);
        assertEquals(frame[0], total % 251);
        total += frame.length;
        assertEquals(frame[frame.length - 1], (total - 1) % 251);
        new Uint8Array(frame.buffer, frame.byteOffset - 40, 40 + frame.length + 3).fill(0xff);
      },
    });
    assertEquals(total, 300_000);
    await sent;
  }
});
