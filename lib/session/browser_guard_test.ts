import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { pure, turn } from "../app/_testing.ts";
import { PinwireError } from "../errors.ts";
import { parseSpec } from "../framing/mod.ts";
import { PullReader } from "../net/_pull_reader.ts";
import { pipe } from "../net/mod.ts";
import { guardLines, LineGuard } from "./browser_guard.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Cuts bytes at some places, given as parts of the whole. */
function cut(whole: Uint8Array, places: number[]): Uint8Array[] {
  const ends = [...new Set(places.map((place) => Math.floor(place * whole.length)))].sort((a, b) => a - b);
  return [...ends, whole.length].map((end, i) => whole.subarray(ends[i - 1] ?? 0, end));
}

/** How much of a stream was seen, piece by piece, when it was refused, and why. */
function refused(pieces: Uint8Array[], mayHoldNul = false): { why?: string; seen: number } {
  const guard = new LineGuard(mayHoldNul);
  let seen = 0;
  for (const piece of pieces) {
    const why = guard.refuses(piece);
    seen += piece.length;
    if (why !== undefined) return { why, seen };
  }
  return { seen };
}

/** The same, byte by byte. */
const byteByByte = (text: string) => refused([...bytes(text)].map((byte) => Uint8Array.of(byte)));

const anyMethod = fc.constantFrom(
  "GET",
  "POST",
  "PUT",
  "OPTIONS",
  "X",
  "PROPFIND",
  "get",
  "Hello",
  "G1T",
  "a!#$%&'*+-.^_`|~",
);
const anyTarget = fc.oneof(
  fc.constantFrom("/", "*", "http://127.0.0.1:11235/", "/" + "x".repeat(100_000)),
  fc.stringMatching(/^[!-~]{1,40}$/),
);
const anyCuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 });

pure(
  "LineGuard.refuses refuses an HTTP request before its body, however it is cut and however long it is",
  () => {
    fc.assert(fc.property(anyMethod, anyTarget, anyCuts, (method, target, cuts) => {
      const head = `${method} ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
      const pieces = cut(bytes(head), cuts);
      const { why } = refused([...pieces, bytes("on\n")]);
      assertEquals(why, "an HTTP request");
      assertEquals(refused(pieces).why, "an HTTP request");
    }));
  },
);

pure("LineGuard.refuses knows a request by its version's digit, and not a byte later", () => {
  for (const text of ["GET / HTTP/1", "POST /x HTTP/2", "A b HTTP/0"]) {
    assertEquals(byteByByte(`${text}.1\r\nrest`), { why: "an HTTP request", seen: text.length });
  }
});

pure("LineGuard.refuses takes just the bytes of a token for a method", () => {
  const tokens = new Set(bytes("!#$%&'*+-.^_`|~0123456789"));
  for (let letter = 0x41; letter <= 0x5a; letter++) tokens.add(letter).add(letter | 0x20);
  const rest = bytes(" / HTTP/1.1\r\n");
  for (let byte = 1; byte < 256; byte++) {
    for (const method of [[byte], [0x47, byte, 0x54]]) {
      const why = refused([Uint8Array.from(method), rest]).why;
      assertEquals(why !== undefined, tokens.has(byte), `0x${byte.toString(16)} ${method.length}`);
    }
  }
});

pure("LineGuard.refuses lets lines pass that are no request, however they are cut", () => {
  const harmless = [
    "on\n",
    "ON\n",
    'hello {"name":"x"}\n',
    "GET /\n",
    "GET /\nx HTTP/1.1\n",
    "GET / \nHTTP/1.1\n",
    "G:T / HTTP/1.1\n",
    " GET / HTTP/1.1\n",
    "GET/ HTTP/1.1\n",
    '{"GET"} / HTTP/1.1\n',
    "GET / HTTP/x\n",
    "GET / http/1.1\n",
    "GET / HTTP/",
    "\nGET / HTTP/1.1\n",
    // Only a first line is looked at: this one is somebody's who has spoken before.
    "on\nGET / HTTP/1.1\n",
    "你好 / HTTP/1.1\n",
  ];
  fc.assert(fc.property(fc.constantFrom(...harmless), anyCuts, (text, cuts) => {
    assertEquals(refused(cut(bytes(text), cuts)).why, undefined);
  }));
});

pure("LineGuard.refuses decides as the pattern of a request does, whatever the first line is", () => {
  const words = ["GET", "ON", "x", "-1", ":", " ", "  ", "/", "HTTP/", "1", "\t", "\r", "é", "H"];
  const anyLine = fc.array(fc.constantFrom(...words), { maxLength: 8 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(anyLine, anyCuts, (line, cuts) => {
      const isRequest = /^[!#$%&'*+.^_`|~\w-]+ [^ ]* HTTP\/\d/.test(line);
      assertEquals(refused(cut(bytes(line + "\n"), cuts)).why !== undefined, isRequest, line);
    }),
    { numRuns: 2_000 },
  );
});

pure("LineGuard.refuses refuses a NUL byte at any place, unless frames may hold some", () => {
  fc.assert(fc.property(fc.string(), anyCuts, (text, cuts) => {
    const pieces = cut(bytes(`x${text.replaceAll("\0", "")}\n\0`), cuts);
    assertEquals(refused(pieces).why, "a NUL byte, so no text");
    assertEquals(refused(pieces, true).why, undefined);
  }));
});

pure("guardLines fails at the read that brings a request, and none of its bytes is handed over", async () => {
  const [here, there] = pipe();
  const guarded = guardLines(there, parseSpec("text"));
  const written = here.write(bytes("POST / HTTP/1.1\r\n\r\non\n"));
  let isHandedOver = false;
  const received = guarded.receive(() => void (isHandedOver = true));
  const error = await assertRejects(() => received, PinwireError);
  assertEquals([error.code, error.message], ["not_for_us", "pipe:a sent an HTTP request"]);
  assertEquals(isHandedOver, false);
  await written;
});

pure("guardLines passes everything else through, and its end", async () => {
  const [here, there] = pipe();
  const guarded = guardLines(there, parseSpec("line"));
  assertEquals([guarded.local, guarded.peer], [there.local, there.peer]);
  const [near, far] = [new PullReader(guarded), new PullReader(here)];
  const forth = here.write(bytes("on\n"));
  assertEquals(await near.text(), "on\n");
  const back = guarded.write(bytes("x"));
  assertEquals(await far.text(), "x");
  const ended = [here.closeWrite(), guarded.closeWrite()];
  assertEquals([await near.text(), await far.text()], [undefined, undefined]);
  await Promise.all([forth, back, ...ended]);
  guarded.close();
});

pure(
  "guardLines hands the options of receive on, waits for the sink, and ends with close's reason",
  async () => {
    const [here, there] = pipe();
    const guarded = guardLines(there, parseSpec("line"));
    const reason = new Error("because");
    const working = Promise.withResolvers<void>();
    const reads: number[] = [];
    const received = guarded.receive((read) => {
      reads.push(read.length);
      return reads.length === 1 ? working.promise : undefined;
    }, { first: 2, largest: 2 });
    const written = here.write(bytes("abc"));
    await turn();
    assertEquals(reads, [2]);
    working.resolve();
    await written;
    await turn();
    assertEquals(reads, [2, 1]);
    guarded.close(reason);
    assertEquals(await assertRejects(() => received), reason);
  },
);

pure(
  "guardLines minds a NUL byte where frames are lines or reads, and not where they have lengths",
  async () => {
    const cases = [["text", false], ["line", false], ["raw", false], ["len:i32le", true]] as const;
    for (const [spec, isFine] of cases) {
      const [here, there] = pipe();
      const guarded = guardLines(there, parseSpec(spec));
      let count = 0;
      const received = guarded.receive((read) => void (count += read.length)).catch((error) => error.code);
      await here.write(Uint8Array.of(0x6f, 0, 0, 0));
      here.close();
      assertEquals([await received, count], isFine ? [undefined, 4] : ["not_for_us", 0], spec);
    }
  },
);
