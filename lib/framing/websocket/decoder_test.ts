import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { bytes, utf8 } from "../_testing.ts";
import { type FrameParts, framesOf, outcome } from "./_testing.ts";
import { WebSocketDecoder } from "./decoder.ts";
import { WebSocketError } from "./errors.ts";
import { OPCODES } from "./frame.ts";

const { continuation, text, binary, close, ping, pong } = OPCODES;
const hex = (message: string) => utf8(message).toHex();

/** Messages as frames: some in fragments, with control frames between them. */
const anyFrames: fc.Arbitrary<FrameParts[]> = fc.array(
  fc.oneof(
    fc.record({ opcode: fc.constantFrom(ping, pong), body: fc.uint8Array({ maxLength: 125 }) }).map((
      frame,
    ) => [frame]),
    fc.tuple(
      fc.boolean(),
      fc.array(fc.string({ unit: "grapheme", maxLength: 40 }), { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat(3), { maxLength: 3 }),
    ).map(([isText, parts, pings]) => {
      const frames: FrameParts[] = parts.map((part, i) => ({
        opcode: i ? continuation : isText ? text : binary,
        body: utf8(part),
        isFinal: i === parts.length - 1,
      }));
      for (const at of pings) if (at < frames.length) frames.splice(at, 0, { opcode: ping, body: utf8("?") });
      return frames;
    }),
  ),
  { maxLength: 6 },
).map((groups) => groups.flat());

const anySizes = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 60 });

for (const endsLines of ["none", "all"] as const) {
  for (const role of ["server", "client"] as const) {
    Deno.test({
      name: `WebSocketDecoder of a ${role} gives the same ${
        endsLines === "all" ? "lines" : "messages"
      } however they are cut`,
      permissions: "none",
      fn() {
        const from = role === "server" ? "client" : "server";
        fc.assert(fc.property(anyFrames, anySizes, (frames, sizes) => {
          const stream = framesOf(from, frames);
          const whole = outcome(stream, { role, endsLines });
          assertEquals(outcome(stream, { role, endsLines, sizes }), whole);
          const messages = frames.filter(({ opcode, isFinal = true }) => isFinal || opcode >= close).length;
          assertEquals(whole.length, messages);
          if (endsLines === "all") {
            for (const event of whole) assert(/^p[io]ng|0a$/.test(event), event);
          }
        }));
      },
    });
  }
}

Deno.test({
  name: "WebSocketDecoder makes messages or one typed error of any bytes, however they are cut",
  permissions: "none",
  fn() {
    const headers = fc.constantFrom("8180", "0180", "8080", "82fe", "8a80", "8882", "89ff", "c180", "01ff");
    const hostile = fc.array(fc.oneof(headers.map(bytes), fc.uint8Array({ maxLength: 20 })), {
      maxLength: 8,
    })
      .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));
    fc.assert(
      fc.property(hostile, anySizes, (stream, sizes) => {
        assertEquals(outcome(stream, { sizes, maxMessage: 40 }), outcome(stream, { maxMessage: 40 }));
      }),
      { numRuns: 2000 },
    );
  },
});

Deno.test({
  name:
    "WebSocketDecoder takes a mask off in the chunk, and copies nothing of a message that lies whole in it",
  permissions: "none",
  fn() {
    for (const length of [0, 5, 125, 126, 65_535, 65_536]) {
      const body = Uint8Array.from({ length }, (_, i) => i * 7);
      const chunk = framesOf("client", [{ opcode: binary, body }]);
      const decoder = new WebSocketDecoder({ role: "server", maxMessage: 70_000 });
      decoder.feed(chunk);
      const message = decoder.next();
      assert(message?.kind === "binary");
      assertEquals(message.body, body);
      assertEquals(message.body.buffer, chunk.buffer);
      assertEquals(decoder.next(), undefined);
      assertEquals(decoder.isBetween, true);
    }
  },
});

Deno.test({
  name: "WebSocketDecoder gives control frames between the fragments of a message",
  permissions: "none",
  fn() {
    const stream = framesOf("client", [
      { opcode: text, body: utf8("a"), isFinal: false },
      { opcode: ping, body: utf8("?") },
      { opcode: continuation, body: utf8(""), isFinal: false },
      { opcode: pong, body: utf8("!") },
      { opcode: continuation, body: utf8("b") },
      { opcode: close, body: bytes("03e8 62 79 65") },
      { opcode: text, body: utf8("too late") },
    ]);
    assertEquals(outcome(stream), [
      `ping ${hex("?")}`,
      `pong ${hex("!")}`,
      `text ${hex("ab")}`,
      "close 1000 bye",
    ]);
  },
});

Deno.test({
  name: "WebSocketDecoder holds the bytes of a million fragments, and nothing for each",
  permissions: "none",
  fn() {
    const decoder = new WebSocketDecoder({ role: "client", maxMessage: 1_000 });
    const empty = framesOf(
      "server",
      Array(1_000).fill({ opcode: continuation, body: utf8(""), isFinal: false }),
    );
    decoder.feed(framesOf("server", [{ opcode: text, body: utf8("x"), isFinal: false }]));
    for (let i = 0; i < 1_000; i++) {
      assertEquals(decoder.next(), undefined);
      decoder.feed(empty);
    }
    assertEquals(decoder.next(), undefined);
    assertEquals(decoder.buffered, 1);
    const tiny = framesOf(
      "server",
      Array(1_000).fill({ opcode: continuation, body: utf8("x"), isFinal: false }),
    );
    decoder.feed(tiny);
    assertThrows(() => decoder.next(), WebSocketError, "over the limit of 1000 bytes");
    assertEquals(decoder.buffered, 0);
  },
});

Deno.test({
  name: "WebSocketDecoder refuses at its header what is over the limit",
  permissions: "none",
  fn() {
    for (const header of ["82 7e ffff", "82 7f 0000000100000000", "82 7f 00 1fffffffffffff"]) {
      const [event] = outcome(bytes(header), { role: "client" });
      assertEquals(event, "1009: sent a message over the limit of 1000 bytes");
    }
  },
});

Deno.test({
  name: "WebSocketDecoder refuses what breaks RFC 6455, and goes on refusing",
  permissions: "none",
  fn() {
    const shapes: [string, string, string?][] = [
      ["c1 80 00000000", "an extension"],
      ["91 80 00000000", "an extension"],
      ["83 80 00000000", "there is none of (3)"],
      ["8b 80 00000000", "there is none of (11)"],
      ["81 00", "without a mask"],
      ["89 fe 0080 00000000", "more than 125 bytes"],
      ["09 80 00000000", "in fragments"],
      ["80 80 00000000", "without having begun"],
      ["01 80 00000000 81 80 00000000", "inside another"],
      ["82 ff 8000000000000000 00000000", "a length that no frame can have"],
      ["81 fe 007d 00000000", "in more bytes than it takes"],
      ["81 ff 000000000000ffff 00000000", "in more bytes than it takes"],
      ["88 81 00000000 03", "a code that there is none of"],
      ["88 82 00000000 03ed", "a code that there is none of"],
      ["88 82 00000000 03e7", "a code that there is none of"],
      ["88 82 00000000 0bb7", "a code that there is none of"],
      ["88 82 00000000 1388", "a code that there is none of"],
    ];
    for (const [stream, what] of shapes) {
      const decoder = new WebSocketDecoder({ role: "server", maxMessage: 100 });
      decoder.feed(bytes(stream));
      const error = assertThrows(() => decoder.next(), WebSocketError, what);
      assertEquals(error.closeCode, 1002);
      decoder.feed(framesOf("client", [{ opcode: text, body: utf8("a") }]));
      assertEquals(assertThrows(() => decoder.next(), WebSocketError), error);
    }
    assertEquals(outcome(framesOf("client", [{ opcode: text, body: utf8("a") }]), { role: "client" }), [
      "1002: sent a frame with a mask",
    ]);
  },
});

Deno.test({
  name: "WebSocketDecoder tells of a text that is no UTF-8 before it is whole, and at its end if it is cut",
  permissions: "none",
  fn() {
    const cut = (body: string, isFinal: boolean) =>
      outcome(framesOf("client", [{ opcode: text, body: bytes(body), isFinal }]));
    const refused = ["1007: sent a text that is not UTF-8"];
    for (const bad of ["ff", "c080", "eda080", "f4908080", "e28261", "80"]) {
      assertEquals(cut(bad, false), refused, bad);
    }
    assertEquals(cut("e282", true), refused);
    assertEquals(cut("e282", false), []);
    assertEquals(outcome(framesOf("client", [{ opcode: close, body: bytes("03e8ff") }])), refused);
    assertEquals(outcome(framesOf("client", [{ opcode: binary, body: bytes("ff") }])), ["binary ff"]);
  },
});

Deno.test({
  name: "WebSocketDecoder reads every code that a peer may give, and none",
  permissions: "none",
  fn() {
    for (const code of [1000, 1001, 1002, 1003, 1007, 1009, 1011, 1014, 3000, 4999]) {
      const body = Uint8Array.of(code >> 8, code & 0xff);
      assertEquals(outcome(framesOf("client", [{ opcode: close, body }])), [`close ${code} `]);
    }
    assertEquals(outcome(framesOf("client", [{ opcode: close, body: utf8("") }])), ["close undefined "]);
  },
});

Deno.test({
  name: "WebSocketDecoder ends each message with a newline where messages are lines",
  permissions: "none",
  fn() {
    const frames = ["a", "b\n", "", "c\nd"].map((line) => ({ opcode: text, body: utf8(line) }));
    const lines = ["a\n", "b\n", "\n", "c\nd\n"].map((line) => `text ${hex(line)}`);
    assertEquals(outcome(framesOf("client", frames), { endsLines: "all" }), lines);
    const binaries = [{ opcode: binary, body: utf8("a") }, { opcode: text, body: utf8("a") }];
    assertEquals(outcome(framesOf("client", binaries), { endsLines: "text" }), ["binary 61", "text 610a"]);
    const sizes = [6];
    assertEquals(
      outcome(framesOf("client", frames.slice(0, 1)), { endsLines: "all", sizes }),
      lines.slice(0, 1),
    );
  },
});
