import { assertEquals, assertStringIncludes } from "@std/assert";
import { parseSpec } from "../framing/mod.ts";
import type { DatagramSocket } from "../net/datagram.ts";
import { pipe } from "../net/pipe.ts";
import { traceConnection, traceDatagrams, type TraceOptions } from "./trace.ts";
import { traceColors } from "./trace_view.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

/** 03:04:05.006789, local time. */
const NOON = new Date(2026, 0, 2, 3, 4, 5, 6).getTime() + 0.789;

/** A trace that is kept, and a clock that stands until it is set forward. */
class Kept implements TraceOptions {
  readonly codec;
  readonly colors = traceColors(false);
  text = "";
  time = NOON;

  constructor(spec: string, maxFrame?: number) {
    this.codec = parseSpec(spec, maxFrame);
  }

  write = (text: string) => void (this.text += text);
  now = () => this.time;

  /** What was written since the last call. */
  take(): string {
    const { text } = this;
    this.text = "";
    return text;
  }
}

/** What is traced of `reads`, in each of which a number is a pause in ms before it; one text a read. */
async function traced(kept: Kept, reads: (string | [pause: number, read: string])[], end = false) {
  const [a, b] = pipe();
  const connection = traceConnection(a, kept);
  const texts: string[] = [];
  for (const step of reads) {
    const [pause, read] = typeof step === "string" ? [0, step] : step;
    kept.time += pause;
    const written = b.write(utf8(read));
    await connection.read(new Uint8Array(65_536));
    await written;
    texts.push(kept.take());
  }
  b.close();
  await connection.read(new Uint8Array(1));
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

Deno.test("traceConnection shows what is written, and the end of our side", async () => {
  const kept = new Kept("line");
  const [a, b] = pipe();
  const connection = traceConnection(a, kept);
  const bytes = utf8("hi\n");
  const written = connection.write(bytes);
  assertEquals(
    kept.take(),
    `03:04:05.006789 ▶ write pipe:b  3 bytes, 1 frame (line)
  00000000  68 69 0a                                           hi.
            └─ #1 ─┘
`,
  );
  await b.read(new Uint8Array(9));
  await written;
  await connection.closeWrite();
  assertEquals(kept.take(), "03:04:05.006789 ▶ write pipe:b  end of stream after 3 bytes\n");
  assertEquals(await b.read(new Uint8Array(9)), null);
  connection.close();
});

Deno.test("traceConnection keeps its own copy of what a caller overwrites", async () => {
  const kept = new Kept("line");
  const [a, b] = pipe();
  const connection = traceConnection(a, kept);
  const buffer = new Uint8Array(3);
  for (const text of ["abc", "d\n"]) {
    const written = b.write(utf8(text));
    await connection.read(buffer);
    await written;
    buffer.fill(0x0a);
  }
  assertStringIncludes(kept.text, "3 bytes, the beginning of one (line)\n");
  assertStringIncludes(kept.text, "2 bytes, the end of one (line)\n");
  connection.close();
});

Deno.test("traceConnection makes control characters in a peer's name visible", async () => {
  const kept = new Kept("raw");
  const [a, b] = pipe();
  const connection = traceConnection({ ...a, remote: "unix:\x1b[31m" }, kept);
  const written = b.write(utf8("x"));
  await connection.read(new Uint8Array(1));
  await written;
  assertStringIncludes(kept.text, "unix:^[[31m");
  connection.close();
});

Deno.test("traceColors colours what each part is, and frames in turn", async () => {
  const kept = new Kept("line");
  const tag = (name: string) => (text: string) => `<${name}>${text}</>`;
  const colors = {
    dim: tag("dim"),
    incoming: tag("in"),
    outgoing: tag("out"),
    frames: [tag("0"), tag("1")] as const,
  };
  const [a, b] = pipe();
  const connection = traceConnection(a, { ...kept, write: kept.write, now: kept.now, colors });
  const written = b.write(utf8("a\nb\n"));
  await connection.read(new Uint8Array(9));
  await written;
  assertStringIncludes(kept.text, "<dim>03:04:05.006789</> <in>◀ read </> pipe:b");
  assertStringIncludes(kept.text, "<1>61</> <1>0a</> <0>62</> <0>0a</>");
  assertStringIncludes(kept.text, "<1>└───┘</> <0>└───┘</>");
  connection.close();
});

Deno.test("traceDatagrams shows each datagram as a frame, an empty one too", async () => {
  const kept = new Kept("line");
  const received: Uint8Array[] = [utf8("a\nb"), utf8("")];
  const sent: string[] = [];
  const from = { hostname: "127.0.0.1", port: 5 };
  const socket: DatagramSocket = {
    address: "udp://127.0.0.1:9",
    endpoint: { hostname: "127.0.0.1", port: 9 },
    receive() {
      const bytes = received.shift();
      return Promise.resolve(bytes && [bytes, from]);
    },
    send: (bytes, to) => Promise.resolve(void sent.push(`${bytes.toHex()} ${to.port}`)),
    close() {},
  };
  const shown = traceDatagrams(socket, kept);
  for (let i = 0; i < 3; i++) await shown.receive(new Uint8Array(9));
  await shown.send(utf8("ok"), { hostname: "::1", port: 6 });
  assertEquals(sent, ["6f6b 6"]);
  assertEquals(
    kept.text,
    `03:04:05.006789 ◀ read  udp://127.0.0.1:5  3 bytes, 1 datagram
  00000000  61 0a 62                                           a.b
            └─ #1 ─┘
03:04:05.006789 ◀ read  udp://127.0.0.1:5  0 bytes, 1 datagram
03:04:05.006789 ▶ write udp://[::1]:6  2 bytes, 1 datagram
  00000000  6f 6b                                              ok
            └───┘
`,
  );
});

Deno.test("traceConnection takes each write of text for whole frames, and says that the end ended the last read", async () => {
  const kept = new Kept("text");
  const [a, b] = pipe();
  const connection = traceConnection(a, kept);
  const written = connection.write(utf8("hi"));
  assertStringIncludes(kept.take(), "2 bytes, 1 frame (text)\n");
  await b.read(new Uint8Array(9));
  await written;
  const sent = b.write(utf8("yo"));
  await connection.read(new Uint8Array(9));
  await sent;
  await b.closeWrite();
  await connection.read(new Uint8Array(9));
  assertStringIncludes(kept.take(), "  · #1 was ended by the end of the stream\n");
  connection.close();
});
