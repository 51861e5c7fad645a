import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { pure } from "../../tests/support/pure.ts";
import { pipe } from "../net/mod.ts";
import { utf8 as encoding } from "../text/mod.ts";
import { TelnetFilter, withoutTelnet } from "./telnet.ts";

const [SE, NOP, SB, WILL, WONT, DO, DONT, IAC] = [240, 241, 250, 251, 252, 253, 254, 255];
const utf8 = (text: string) => [...new TextEncoder().encode(text)];

/** What is left of these reads as text, and what is answered. */
function filtered(reads: number[][], hasByte255 = false): { text: number[]; answer: number[] } {
  const filter = new TelnetFilter(hasByte255);
  const text: number[] = [], answer: number[] = [];
  for (const read of reads) {
    text.push(...filter.take(Uint8Array.from(read)));
    answer.push(...filter.takeAnswer() ?? []);
  }
  return { text, answer };
}

pure("TelnetFilter refuses what a client offers and asks for, once, and says nothing to a refusal", () => {
  const asked = [
    IAC,
    WILL,
    31,
    IAC,
    DO,
    1,
    IAC,
    WONT,
    3,
    IAC,
    DONT,
    5,
    IAC,
    SB,
    24,
    0,
    IAC,
    IAC,
    7,
    IAC,
    SE,
    IAC,
    NOP,
  ];
  assertEquals(filtered([[...asked, ...utf8("hi\r\n")]]), {
    text: utf8("hi\r\n"),
    answer: [IAC, DONT, 31, IAC, WONT, 1],
  });
});

pure("TelnetFilter takes CR NUL for a newline, and leaves each other CR", () => {
  assertEquals(filtered([utf8("a\r\0b\rc\r\r\n")]).text, utf8("a\nb\rc\r\r\n"));
});

pure("TelnetFilter gives the same text however the stream is cut", () => {
  const stream = [
    IAC,
    WILL,
    31,
    ...utf8("你好\r\0"),
    IAC,
    SB,
    31,
    0,
    80,
    IAC,
    SE,
    ...utf8("a\r\n"),
    IAC,
    IAC,
  ];
  const whole = filtered([stream]);
  fc.assert(fc.property(fc.uniqueArray(fc.integer({ min: 1, max: stream.length - 1 })), (cuts) => {
    const ends = [...cuts.sort((a, b) => a - b), stream.length];
    assertEquals(filtered(ends.map((end, i) => stream.slice(ends[i - 1] ?? 0, end))), whole);
  }));
});

pure("TelnetFilter changes nothing of a text without telnet, which it doesn't copy", () => {
  const bytes = Uint8Array.from(utf8("a\rb\r\n"));
  assertEquals(new TelnetFilter(false).take(bytes) === bytes, true);
  assertEquals(filtered([[0xc4, 0xe3, IAC, 0xba]]).text, [0xc4, 0xe3, IAC, 0xba]);
});

pure("TelnetFilter takes 255 for text where the encoding has it, but for the first byte of a stream", () => {
  assertEquals(filtered([[65, IAC, WILL, 31]], true), { text: [65, IAC, WILL, 31], answer: [] });
  assertEquals(filtered([[IAC, WILL, 31, 65]], true), { text: [65], answer: [IAC, DONT, 31] });
});

pure(
  "withoutTelnet lets the failure of a sink pass, and leaves no answer whose failure nobody hears of",
  async () => {
    const [there, here] = pipe();
    const written: string[] = [];
    const watched = withoutTelnet(
      Object.assign(Object.create(here), {
        receive: here.receive.bind(here),
        write(bytes: Uint8Array) {
          written.push(bytes.toHex());
          return Promise.reject(new Error("gone"));
        },
      }),
      encoding,
    );
    const received = watched.receive(() => {
      throw new Error("no text");
    });
    await there.write(Uint8Array.of(IAC, DO, 1, 0));
    await assertRejects(() => received, Error, "no text");
    assertEquals(written, []);
    here.close();
    there.close();
  },
);

pure(
  "withoutTelnet calls its sink where all was telnet's, so that a flood of it is slowed down",
  async () => {
    const [there, here] = pipe();
    const reads: number[] = [];
    const received = withoutTelnet(here, encoding).receive((bytes) => void reads.push(bytes.length));
    await there.write(Uint8Array.of(IAC, NOP, IAC, NOP));
    await there.closeWrite();
    await received;
    assertEquals(reads, [0]);
    here.close();
    there.close();
  },
);
