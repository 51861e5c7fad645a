import { assertEquals, assertStringIncludes } from "@std/assert";
import { PullReader } from "../../net/_pull_reader.ts";
import { pipe } from "../../net/mod.ts";
import { Kept, utf8 } from "./_testing.ts";
import { traceConnection } from "./trace.ts";

/** What is traced of `reads`, in each of which a number is a pause in ms before it; one text a read. */
async function traced(kept: Kept, reads: (string | [pause: number, read: string])[], end = false) {
  const [a, b] = pipe();
  const connection = traceConnection(a, kept);
  const reader = new PullReader(connection);
  const texts: string[] = [];
  for (const step of reads) {
    const [pause, read] = typeof step === "string" ? [0, step] : step;
    kept.time += pause;
    const written = b.write(utf8(read));
    await reader.text();
    await written;
    texts.push(kept.take());
  }
  b.close();
  await reader.text();
  connection.close();
  return end ? [...texts, kept.take()] : texts;
}

/** The part of a trace's ruler that stands under `hex`. */
function rulerUnder(text: string, hex: string): string {
  const lines = text.split("\n");
  const row = lines.findIndex((line) => line.includes(hex));
  const column = lines[row].indexOf(hex);
  return lines[row + 1].slice(column, column + hex.length);
}

Deno.test("traceConnection shows where three lines end in one read", async () => {
  assertEquals(await traced(new Kept("line"), ["one\ntwo\nthree\n"]), [
    `03:04:05.006789 ◀ read  pipe:b  14 bytes, 3 frames (line)
  00000000  6f 6e 65 0a 74 77 6f 0a  74 68 72 65 65 0a         one.two.three.
            └─ #1 ────┘ └─ #2 ────┘  └─ #3 ──────────┘
`,
  ]);
});

Deno.test("traceConnection shows a frame that is cut over two reads", async () => {
  assertEquals(await traced(new Kept("line"), ["one\ntw", "o\n"], true), [
    `03:04:05.006789 ◀ read  pipe:b  6 bytes, 1 frame and the beginning of one (line)
  00000000  6f 6e 65 0a 74 77                                  one.tw
            └─ #1 ────┘ └────
`,
    `03:04:05.006789 ◀ read  pipe:b  2 bytes, the end of one (line)
  00000006  6f 0a                                              o.
            ────┘
`,
    "03:04:05.006789 ◀ read  pipe:b  end of stream after 8 bytes\n",
  ]);
});

Deno.test("traceConnection shows a frame that goes through reads and rows", async () => {
  const reads = ["\0\0\0\x20" + "x".repeat(15), "yyyy", "z".repeat(13) + "\0"];
  assertEquals(await traced(new Kept("len:u32be"), reads), [
    `03:04:05.006789 ◀ read  pipe:b  19 bytes, the beginning of one (len:u32be)
  00000000  00 00 00 20 78 78 78 78  78 78 78 78 78 78 78 78   ... xxxxxxxxxxxx
            └─ #1 ──────────────────────────────────────────
  00000010  78 78 78                                           xxx
`,
    `03:04:05.006789 ◀ read  pipe:b  4 bytes, the middle of one (len:u32be)
  00000013  79 79 79 79                                        yyyy
            ── #1 ─────
`,
    `03:04:05.006789 ◀ read  pipe:b  14 bytes, the end of one and the beginning of one (len:u32be)
  00000017  7a 7a 7a 7a 7a 7a 7a 7a  7a 7a 7a 7a 7a 00         zzzzzzzzzzzzz.
            ── #1 ────────────────────────────────┘ └─
`,
  ]);
});

Deno.test("traceConnection takes each read for a frame of raw", async () => {
  assertEquals(await traced(new Kept("raw"), ["one\ntw", "o\n"]), [
    `03:04:05.006789 ◀ read  pipe:b  6 bytes, 1 frame (raw)
  00000000  6f 6e 65 0a 74 77                                  one.tw
            └─ #1 ──────────┘
`,
    `03:04:05.006789 ◀ read  pipe:b  2 bytes, 1 frame (raw)
  00000006  6f 0a                                              o.
            └───┘
`,
  ]);
});

Deno.test("traceConnection goes on showing bytes behind a broken frame", async () => {
  const [first, second] = await traced(new Kept("netstring"), ["3:one,x:two,", "abc"]);
  assertStringIncludes(
    first,
    "└─ #1 ──────────┘\n  ! netstring without a decimal length and a colon at byte 6\n",
  );
  assertEquals(
    second,
    `03:04:05.006789 ◀ read  pipe:b  3 bytes, frames unknown
  0000000c  61 62 63                                           abc
`,
  );
});

Deno.test("traceConnection tells of a stream that ends inside a frame", async () => {
  const [, end] = await traced(new Kept("len:u8"), ["\x03a"], true);
  assertEquals(
    end,
    `03:04:05.006789 ◀ read  pipe:b  end of stream after 2 bytes
  ! stream ended inside the frame at byte 0, after 2 bytes
`,
  );
});

Deno.test("traceConnection shows the frames behind one that is too long", async () => {
  const [first, second] = await traced(new Kept("line", 3), ["a\nlonger\nb\n", "c\n"]);
  assertStringIncludes(first, "! frame is over the limit of 3 at byte 2\n");
  assertEquals(rulerUnder(first, "61 0a"), "└───┘");
  assertEquals(rulerUnder(first, "62 0a"), "└───┘");
  assertStringIncludes(second, "2 bytes, 1 frame (line)\n");
  assertEquals(rulerUnder(second, "63 0a"), "└───┘");
});

Deno.test("traceConnection shows all bytes of a frame behind one that is too long, its line end too", async () => {
  const cases = [["line", "long\nb\r\n", "62 0d 0a", "└─ #1 ─┘"], ["text", "long\nb\n", "62 0a", "└───┘"]];
  for (const [spec, read, hex, ruler] of cases) {
    const [text] = await traced(new Kept(spec, 3), [read]);
    assertEquals(rulerUnder(text, hex), ruler, text);
  }
});

Deno.test("traceConnection shows 512 bytes of a read, and counts the others", async () => {
  const rest = async (length: number) => {
    const [text] = await traced(new Kept("raw"), ["x".repeat(length)]);
    assertStringIncludes(text, `${length} bytes, 1 frame (raw)\n`);
    const lines = text.split("\n").slice(0, -1);
    const last = lines.findIndex((line) => line.startsWith("  000001f0"));
    return lines.slice(last + 1);
  };
  assertEquals(await rest(512), ["            ── #1 ─────────────────────────────────────────┘"]);
  assertEquals(await rest(513), ["  … 1 byte more"]);
  assertEquals(await rest(1512), ["  … 1000 bytes more"]);
});

Deno.test("traceConnection sees that a pause ended a frame of text", async () => {
  const [first, second] = await traced(new Kept("text"), ["ab", [20, "c\n"]]);
  assertStringIncludes(first, "2 bytes, the beginning of one (text)\n");
  assertEquals(
    second,
    `  · #1 was ended by a pause
03:04:05.026789 ◀ read  pipe:b  2 bytes, 1 frame (text)
  00000002  63 0a                                              c.
            └───┘
`,
  );
  const [, soon] = await traced(new Kept("text"), ["ab", [19, "c\n"]]);
  assertStringIncludes(soon, "2 bytes, the end of one (text)\n");
});

Deno.test("traceConnection counts a line end that comes after the pause to the frame before it", async () => {
  const [, late, next] = await traced(new Kept("text"), ["ab", [20, "\n"], "c\n"]);
  assertEquals(late.includes("the beginning of one"), false, late);
  assertStringIncludes(next, "2 bytes, 1 frame (text)\n");
  assertEquals(rulerUnder(next, "63 0a"), "└───┘");
});
