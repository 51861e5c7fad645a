import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { CUTTING_SPECS, hostileBytes, outcome, recorder, utf8 } from "./_testing.ts";
import { pullFrames } from "./pull.ts";
import { parseSpec } from "./spec.ts";
import { FrameError } from "./types.ts";

/** Gives each text by one read, as far as it fits in the buffer, and then the end of the stream. */
class Script {
  buffers: Uint8Array[] = [];
  #reads: Uint8Array[];

  constructor(reads: (string | Uint8Array)[]) {
    this.#reads = reads.map((read) => typeof read === "string" ? utf8(read) : read);
  }

  read(buffer: Uint8Array): Promise<number | null> {
    this.buffers.push(buffer);
    const bytes = this.#reads.shift();
    if (bytes === undefined) return Promise.resolve(null);
    const count = Math.min(bytes.length, buffer.length);
    buffer.set(bytes.subarray(0, count));
    if (count < bytes.length) this.#reads.unshift(bytes.subarray(count));
    return Promise.resolve(count);
  }
}

const decoderOf = (spec: string, maxFrame = 100_000) => parseSpec(spec, maxFrame).open().decoder;

Deno.test({
  name: "pullFrames hands over the frames of each read, then its batch, and at the end what is left",
  permissions: "none",
  async fn() {
    const options = recorder();
    await pullFrames(new Script(["a\nb\nc", "d", "\n", "e"]), decoderOf("text"), options);
    assertEquals(options.calls, ["a", "b", "|", "|", "cd", "|", "|", "e", "|"]);
  },
});

Deno.test({
  name: "pullFrames skips reads of no bytes",
  permissions: "none",
  async fn() {
    const options = recorder();
    await pullFrames(new Script(["", "a\n", ""]), decoderOf("line"), options);
    assertEquals(options.calls, ["a", "|", "|"]);
  },
});

Deno.test({
  name: "pullFrames reads again only when the batch is through",
  permissions: "none",
  async fn() {
    const events: string[] = [];
    const script = new Script(["a\n", "b\n"]);
    await pullFrames(
      {
        read(buffer) {
          events.push("read");
          return script.read(buffer);
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
    assertEquals(events, ["read", "written", "read", "written", "read", "written"]);
  },
});

Deno.test({
  name: "pullFrames hands recoverable errors over and goes on in the same read",
  permissions: "none",
  async fn() {
    const options = recorder();
    await pullFrames(new Script(["a\nlonger\nb\n"]), decoderOf("line", 3), options);
    assertEquals(options.calls, ["a", "frame_too_long at 2", "b", "|", "|"]);
  },
});

Deno.test({
  name: "pullFrames rejects at a fatal error once the frames before it are through",
  permissions: "none",
  async fn() {
    const cases: [string[], string[]][] = [[["1:a,x", "1:b,"], ["a", "|"]], [["1:a,1"], ["a", "|", "|"]]];
    for (const [reads, calls] of cases) {
      const options = recorder();
      let written = 0;
      const onBatch = async () => {
        options.calls.push("|");
        await Promise.resolve();
        written++;
      };
      const pull = pullFrames(new Script(reads), decoderOf("netstring"), { ...options, onBatch });
      const error = await assertRejects(() => pull, FrameError);
      assertEquals([error.offset, options.calls, written], [4, calls, calls.length - 1]);
    }
  },
});

Deno.test({
  name: "pullFrames rejects with what its callbacks and the source throw",
  permissions: "none",
  async fn() {
    const options = recorder();
    const unencodable = new FrameError("frame_unencodable", "from onFrame", { recoverable: true });
    const onFrame = () => {
      throw unencodable;
    };
    const pull = pullFrames(new Script(["a\n"]), decoderOf("line"), { ...options, onFrame });
    await assertRejects(() => pull, FrameError, "from onFrame");
    assertEquals(options.calls, []);
    const reset = { read: () => Promise.reject(new Error("reset")) };
    await assertRejects(() => pullFrames(reset, decoderOf("line"), options), Error, "reset");
  },
});

Deno.test({
  name: "pullFrames gives what the decoder gives of the whole stream",
  permissions: "none",
  async fn() {
    const anyReads = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 20 });
    await fc.assert(fc.asyncProperty(
      fc.constantFrom(...CUTTING_SPECS).chain((spec) => fc.tuple(fc.constant(spec), hostileBytes(spec))),
      anyReads,
      async ([spec, stream], sizes) => {
        const reads: Uint8Array[] = [];
        let at = 0;
        for (const size of [...sizes, stream.length]) reads.push(stream.slice(at, at += size));
        const calls: string[] = [];
        const pull = pullFrames(new Script(reads), decoderOf(spec, 30), {
          onFrame: (frame) => void calls.push(frame.toHex()),
          onError: (error) => void calls.push(error.code),
        });
        await pull.catch((error) => calls.push(error.code));
        const expected = outcome(parseSpec(spec, 30), stream).map((event) => event.split(" ")[0]);
        assertEquals(calls, expected);
      },
    ));
  },
});

Deno.test({
  name: "pullFrames grows its buffer after two reads in a row that filled it",
  permissions: "none",
  async fn() {
    const script = new Script([new Uint8Array(200_000)]);
    await pullFrames(script, decoderOf("fixed:7"), { onFrame: () => {} }).catch(() => {});
    const sizes = script.buffers.map((buffer) => buffer.length);
    assertEquals(sizes.slice(0, 8), [2048, 2048, 8192, 8192, 32_768, 32_768, 65_536, 65_536]);
    assert(sizes.every((size) => size <= 65_536));
    assert(script.buffers[0].buffer === script.buffers[1].buffer);
  },
});

Deno.test({
  name: "pullFrames keeps its buffer small for a peer that fills it now and then",
  permissions: "none",
  async fn() {
    const script = new Script(Array.from({ length: 10 }, (_, i) => new Uint8Array(i % 2 ? 2048 : 9)));
    await pullFrames(script, decoderOf("raw"), { onFrame: () => {} });
    assertEquals(new Set(script.buffers).size, 1);
    assertEquals(script.buffers[0].buffer.byteLength, 2048);
  },
});

Deno.test({
  name: "pullFrames leaves room around each raw message, which maxFrame limits",
  permissions: "none",
  async fn() {
    for (const maxFrame of [100, 5000, 1_000_000]) {
      const stream = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251);
      const script = new Script([stream]);
      let total = 0;
      await pullFrames(script, decoderOf("raw", maxFrame), {
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
    }
  },
});

Deno.test({
  name: "pullFrames asks at the end alone whether what is unfinished is dropped, and then drops just that",
  permissions: "none",
  async fn() {
    for (const drops of [true, false]) {
      const options = recorder();
      let asked = 0;
      const dropsUnfinished = () => {
        asked++;
        return drops;
      };
      const script = new Script(["a\nb", "\nc"]);
      await pullFrames(script, decoderOf("text"), { ...options, dropsUnfinished });
      const end = drops ? [] : ["c", "|"];
      assertEquals([asked, options.calls], [1, ["a", "|", "b", "|", ...end]]);
    }
  },
});

Deno.test({
  name: "pullFrames takes an unfinished frame for no error if it is dropped",
  permissions: "none",
  async fn() {
    const options = recorder();
    const unfinished = () => new Script(["1:a,5:b"]);
    await pullFrames(unfinished(), decoderOf("netstring"), { ...options, dropsUnfinished: () => true });
    assertEquals(options.calls, ["a", "|"]);
    const pull = pullFrames(unfinished(), decoderOf("netstring"), {
      ...options,
      dropsUnfinished: () => false,
    });
    await assertRejects(() => pull, FrameError);
  },
});
