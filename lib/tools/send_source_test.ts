import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { contextOf, pure } from "../app/_testing.ts";
import type { Event } from "../app/mod.ts";
import { PinwireError } from "../errors.ts";
import { openEncoding } from "../text/mod.ts";
import { cut } from "./_testing.ts";
import { outgoingOf } from "./outgoing.ts";
import { stdinSource, type WritingOptions } from "./send_source.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const NONE: WritingOptions = { hex: false, maxFrame: 100 };

interface Case {
  pieces: Uint8Array[];
  options?: Partial<WritingOptions>;
  frame?: string;
  isDatagram?: boolean;
}

/** What is sent of stdin, whose reads are these pieces, and the errors that are reported. */
async function sentOf({ pieces, options, frame = "raw", isDatagram = false }: Case) {
  const errors: string[] = [];
  const onEvent = (event: Event) => event.event === "error" && errors.push(event.message);
  const given = { ...NONE, ...options };
  const encoding = await openEncoding(given.encoding ?? "utf-8");
  const context = { ...contextOf(frame, { onEvent }), encoding };
  let failures = 0;
  const reads = [...pieces];
  const outgoing = outgoingOf(given.newline, context.codec, isDatagram);
  const source = stdinSource(isDatagram, given, outgoing, context, () => failures++, () => {
    return Promise.resolve(reads.shift());
  });
  const sent: Uint8Array[] = [];
  for (let piece; (piece = await source.peek()); source.take()) sent.push(piece.slice());
  return { sent, errors, failures };
}

const texts = (sent: Uint8Array[]) => sent.map((bytes) => new TextDecoder().decode(bytes));
const joined = (sent: Uint8Array[]) => Uint8Array.from(sent.flatMap((bytes) => [...bytes]));

const anyBytes = fc.uint8Array({ maxLength: 60 });
const anySizes = fc.array(fc.integer({ min: 1, max: 9 }));

pure(
  "stdinSource gives bytes as they are over a stream, whatever they are and however they come",
  async () => {
    await fc.assert(fc.asyncProperty(anyBytes, anySizes, async (bytes, sizes) => {
      assertEquals((await sentOf({ pieces: cut(bytes, sizes) })).sent, cut(bytes, sizes));
    }));
  },
);

pure(
  "stdinSource with an encoding gives the same characters in it, newlines too, however they are cut",
  async () => {
    const text = "你好\r\n\n世界 a\n";
    const gbk = (await openEncoding("gbk")).encode(text).bytes;
    await fc.assert(fc.asyncProperty(anySizes, async (sizes) => {
      const { sent } = await sentOf({ pieces: cut(utf8(text), sizes), options: { encoding: "gbk" } });
      assertEquals(joined(sent), gbk);
      const same = await sentOf({ pieces: cut(utf8(text), sizes), options: { encoding: "utf-8" } });
      assertEquals(joined(same.sent), utf8(text));
    }));
  },
);

for (
  const options of [
    { until: "x" },
    { repeat: 1 },
    { interval: 0 },
    { newline: "lf" },
    { frame: "line" },
    { isDatagram: true },
  ] as const
) {
  pure(`stdinSource gives a message a line with ${JSON.stringify(options)}, the last one too`, async () => {
    const { frame, isDatagram, ...rest } = { frame: "raw", isDatagram: false, ...options };
    const lines = ["one", "", "two"].map((line) => "newline" in rest ? `${line}\n` : line);
    for (const size of [1, 3, 100]) {
      const pieces = cut(utf8("one\n\r\ntwo"), [size]);
      assertEquals(texts((await sentOf({ pieces, options: rest, frame, isDatagram })).sent), lines);
    }
  });
}

pure("stdinSource with hex gives a line's bytes, and refuses what is none", async () => {
  const of = (text: string) => sentOf({ pieces: [utf8(text)], options: { hex: true } });
  assertEquals(joined((await of("00 ff\n0a\n")).sent), new Uint8Array([0, 255, 10]));
  assertEquals((await assertRejects(() => of("zz\n"), PinwireError)).exitCode, 2);
});

pure("stdinSource gives the bytes of lines as they are, but for those of a given encoding", async () => {
  const pieces = [new Uint8Array([0xff, 0x0a, 0xc4, 0xe3, 0x0a])];
  assertEquals(joined((await sentOf({ pieces, isDatagram: true })).sent), new Uint8Array([0xff, 0xc4, 0xe3]));
  const gbk = await sentOf({ pieces: [utf8("你\n")], isDatagram: true, options: { encoding: "gbk" } });
  assertEquals(joined(gbk.sent), new Uint8Array([0xc4, 0xe3]));
});

pure(
  "stdinSource gives datagrams of fixed:N exactly N bytes, and reports a rest that has fewer",
  async () => {
    const of = (bytes: number[]) => {
      return sentOf({ pieces: cut(Uint8Array.from(bytes), [2]), frame: "fixed:3", isDatagram: true });
    };
    assertEquals((await of([1, 10, 3, 4, 5, 6])).sent, [
      new Uint8Array([1, 10, 3]),
      new Uint8Array([4, 5, 6]),
    ]);
    const { sent, errors, failures } = await of([1, 2, 3, 4]);
    assertEquals([sent, failures, errors.length], [[new Uint8Array([1, 2, 3])], 1, 1]);
  },
);

pure("stdinSource reports a line that is too long, and goes on behind it", async () => {
  const pieces = [utf8(`${"x".repeat(101)}\nnext\n`)];
  const { sent, failures } = await sentOf({ pieces, options: { repeat: 1 } });
  assertEquals([texts(sent), failures], [["next"], 1]);
});
