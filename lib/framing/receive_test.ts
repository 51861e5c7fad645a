import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { pure } from "../../tests/support/pure.ts";
import { CUTTING_SPECS, hostileBytes, outcome, recorder, sourceOf } from "./_testing.ts";
import { receiveFrames } from "./receive.ts";
import { parseSpec } from "./spec.ts";
import { FrameError } from "./types.ts";

const decoderOf = (spec: string, maxFrame = 100_000) => parseSpec(spec, maxFrame).open().decoder;

const textOf = (frame: Uint8Array) => new TextDecoder().decode(frame);

pure(
  "receiveFrames hands over the frames of each read, then its batch, and at the end what is left",
  async () => {
    const handler = recorder();
    await receiveFrames(sourceOf(["a\nb\nc", "d", "\n", "e"]), decoderOf("text"), handler);
    assertEquals(handler.calls, ["a", "b", "|", "|", "cd", "|", "|", "e", "|"]);
  },
);

pure("receiveFrames lets the source go on only when the batch is through", async () => {
  const events: string[] = [];
  await receiveFrames(
    {
      async receive(sink) {
        for (const text of ["a\n", "b\n"]) {
          events.push("read");
          await sink(new TextEncoder().encode(text));
        }
      },
    },
    decoderOf("line"),
    {
      onFrame: () => {},
      async onBatch() {
        await Promise.resolve();
        events.push("written");
      },
    },
  );
  assertEquals(events, ["read", "written", "read", "written", "written"]);
});

pure(
  "receiveFrames hands over frames that nobody waits for before the source is given control again",
  async () => {
    const handler = recorder();
    const received = receiveFrames(
      {
        receive(sink) {
          assertEquals(sink(new TextEncoder().encode("a\nb\n")), undefined);
          assertEquals(handler.calls, ["a", "b", "|"]);
          return Promise.resolve();
        },
      },
      decoderOf("line"),
      handler,
    );
    await received;
  },
);

pure(
  "receiveFrames awaits onFrame's promise before the next frame, the batch and the next read",
  async () => {
    const events: string[] = [];
    await receiveFrames(sourceOf(["a\nb\n", "c\nd"]), decoderOf("text"), {
      async onFrame(frame) {
        const text = textOf(frame);
        events.push(`${text} begins`);
        await Promise.resolve();
        await Promise.resolve();
        assertEquals(textOf(frame), text);
        events.push(`${text} ends`);
      },
      onBatch: () => void events.push("|"),
    });
    const frame = (text: string) => [`${text} begins`, `${text} ends`];
    assertEquals(events.filter((event) => event !== "|"), ["a", "b", "c", "d"].flatMap(frame));
    // After each read there is a batch, when all its frames are through.
    assertEquals([events[events.indexOf("b ends") + 1], events.at(-1)], ["|", "|"]);
  },
);

pure("receiveFrames calls onBatch before the next frame when onFrame, or onError, gives true", async () => {
  const handler = recorder();
  const onFrame = (frame: Uint8Array) => {
    handler.onFrame(frame);
    return textOf(frame) === "b";
  };
  const onError = (error: FrameError) => {
    handler.onError?.(error);
    return true;
  };
  await receiveFrames(sourceOf(["a\nb\nc\nlonger\nd\n"]), decoderOf("line", 3), {
    ...handler,
    onFrame,
    onError,
  });
  assertEquals(handler.calls, ["a", "b", "|", "c", "frame_too_long at 6", "|", "d", "|", "|"]);
});

pure("receiveFrames awaits the promise of a batch that onFrame asked for", async () => {
  const events: string[] = [];
  await receiveFrames(sourceOf(["a\nb\n"]), decoderOf("line"), {
    onFrame(frame) {
      events.push(textOf(frame));
      return true;
    },
    async onBatch() {
      await Promise.resolve();
      events.push("written");
    },
  });
  assertEquals(events.slice(0, 4), ["a", "written", "b", "written"]);
});

pure("receiveFrames keeps the stack flat, however many frames of one read are waited for", async () => {
  const lines = "\n".repeat(100_000);
  for (const outcome of [() => Promise.resolve(), () => true]) {
    let frames = 0;
    await receiveFrames(sourceOf([lines]), decoderOf("line"), {
      onFrame() {
        frames++;
        return outcome();
      },
      onBatch: () => Promise.resolve(),
    });
    assertEquals(frames, 100_000);
  }
});

pure("receiveFrames hands recoverable errors over and goes on in the same read", async () => {
  const handler = recorder();
  await receiveFrames(sourceOf(["a\nlonger\nb\n"]), decoderOf("line", 3), handler);
  assertEquals(handler.calls, ["a", "frame_too_long at 2", "b", "|", "|"]);
});

pure("receiveFrames rejects at a fatal error once the frames before it are through", async () => {
  const cases: [string[], string[]][] = [[["1:a,x", "1:b,"], ["a", "|"]], [["1:a,1"], ["a", "|", "|"]]];
  for (const [reads, calls] of cases) {
    const handler = recorder();
    let written = 0;
    const onBatch = async () => {
      handler.calls.push("|");
      await Promise.resolve();
      written++;
    };
    const received = receiveFrames(sourceOf(reads), decoderOf("netstring"), { ...handler, onBatch });
    const error = await assertRejects(() => received, FrameError);
    assertEquals([error.offset, handler.calls, written], [4, calls, calls.length - 1]);
  }
});

pure("receiveFrames rejects with what its callbacks throw, and hands over nothing more", async () => {
  const thrown = new FrameError("frame_unencodable", "no", { recoverable: true });
  const fail = () => {
    throw thrown;
  };
  const reject = () => Promise.reject(thrown);
  for (const broken of [{ onFrame: fail }, { onFrame: reject }, { onBatch: fail }, { onBatch: reject }]) {
    const handler = recorder();
    const received = receiveFrames(sourceOf(["a\nb\n", "c\n"]), decoderOf("line"), { ...handler, ...broken });
    assertEquals(await assertRejects(() => received, FrameError), thrown);
    assertEquals(handler.calls, "onFrame" in broken ? [] : ["a", "b"]);
  }
});

pure("receiveFrames rejects with what the source throws, and takes nothing unfinished then", async () => {
  const handler = recorder();
  const reset = {
    async receive(sink: (bytes: Uint8Array) => Promise<void> | void) {
      await sink(new TextEncoder().encode("a\nb"));
      throw new Error("reset");
    },
  };
  await assertRejects(() => receiveFrames(reset, decoderOf("text"), handler), Error, "reset");
  assertEquals(handler.calls, ["a", "|"]);
});

pure("receiveFrames gives what the decoder gives of the whole stream, awaited or not", async () => {
  const anyReads = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 20 });
  await fc.assert(fc.asyncProperty(
    fc.constantFrom(...CUTTING_SPECS).chain((spec) => fc.tuple(fc.constant(spec), hostileBytes(spec))),
    anyReads,
    fc.func<[string], 0 | 1 | 2>(fc.constantFrom(0, 1, 2)),
    async ([spec, stream], sizes, answer) => {
      const reads: Uint8Array[] = [];
      let at = 0;
      for (const size of [...sizes, stream.length]) reads.push(stream.slice(at, at += size));
      const calls: string[] = [];
      const received = receiveFrames(sourceOf(reads), decoderOf(spec, 30), {
        onFrame(frame) {
          calls.push(frame.toHex());
          const kind = answer(calls.at(-1)!);
          return kind === 2 ? Promise.resolve() : kind === 1;
        },
        onError: (error) => void calls.push(error.code),
      });
      await received.catch((error) => calls.push(error.code));
      const expected = outcome(parseSpec(spec, 30), stream).map((event) => event.split(" ")[0]);
      assertEquals(calls, expected);
    },
  ));
});

pure(
  "receiveFrames asks the source for the room around each raw message, and for no more than one a read",
  async () => {
    for (const [spec, largest] of [["raw", 30], ["line", undefined]] as const) {
      let asked: unknown;
      const source = {
        receive: (_sink: unknown, options: unknown) => Promise.resolve(void (asked = options)),
      };
      const handler = { onFrame: () => {}, first: 7, headroom: 40, tailroom: 3 };
      await receiveFrames(source, decoderOf(spec, 30), handler);
      assertEquals(asked, { first: 7, headroom: 40, tailroom: 3, largest });
    }
  },
);

pure(
  "receiveFrames asks at the end alone whether what is unfinished is dropped, and then drops just that",
  async () => {
    for (const drops of [true, false]) {
      const handler = recorder();
      let asked = 0;
      const dropsUnfinished = () => {
        asked++;
        return drops;
      };
      await receiveFrames(sourceOf(["a\nb", "\nc"]), decoderOf("text"), { ...handler, dropsUnfinished });
      const end = drops ? [] : ["c", "|"];
      assertEquals([asked, handler.calls], [1, ["a", "|", "b", "|", ...end]]);
    }
  },
);

pure("receiveFrames takes an unfinished frame for no error if it is dropped", async () => {
  const handler = recorder();
  const unfinished = () => sourceOf(["1:a,5:b"]);
  await receiveFrames(unfinished(), decoderOf("netstring"), { ...handler, dropsUnfinished: () => true });
  assertEquals(handler.calls, ["a", "|"]);
  const received = receiveFrames(unfinished(), decoderOf("netstring"), {
    ...handler,
    dropsUnfinished: () => false,
  });
  await assertRejects(() => received, FrameError);
});

pure("receiveFrames calls a handler's methods as its own", async () => {
  class Handler {
    readonly frames: string[] = [];
    #isDropping = true;
    onFrame(frame: Uint8Array): void {
      this.frames.push(textOf(frame));
    }
    onBatch(): void {
      this.frames.push("|");
    }
    onError(): void {
      this.frames.push("error");
    }
    dropsUnfinished(): boolean {
      return this.#isDropping;
    }
  }
  const handler = new Handler();
  await receiveFrames(sourceOf(["a\nlonger\nb"]), decoderOf("line", 3), handler);
  assert(handler.frames.includes("error"));
  assertEquals(handler.frames, ["a", "error", "|"]);
});
