import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { pure } from "../app/_testing.ts";
import { PinwireError } from "../errors.ts";
import { ByteBuffer } from "../framing/mod.ts";
import { ctime, openEncoding } from "../text/mod.ts";
import { Reply, STAMP_TEMPLATE } from "./protocol.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const NOW = new Date(2026, 10, 21, 10, 0, 0).getTime();
const STAMP = "[Sat Nov 21 10:00:00 2026] ";

/** The answer to `message`, in bytes. */
function answer(
  template: string,
  message: Uint8Array,
  { peer = "127.0.0.1:5", n = 1, now = NOW } = {},
): Uint8Array {
  const out = new ByteBuffer();
  new Reply(template, utf8).write(message, { peer: utf8(peer), n }, now, out);
  return out.bytes().slice();
}

const said = (template: string, message = "hi", rest = {}) =>
  new TextDecoder().decode(answer(template, utf8(message), rest));

Deno.test({
  name: "Reply puts the time in front of the message, where no other is asked for",
  permissions: "none",
  fn() {
    assertEquals(said(STAMP_TEMPLATE, "hello"), "[Sat Nov 21 10:00:00 2026] hello");
  },
});

Deno.test({
  name: "Reply fills in each field, as often as it stands there",
  permissions: "none",
  fn() {
    assertEquals(said("{data}"), "hi");
    assertEquals(said("{time}"), "Sat Nov 21 10:00:00 2026");
    assertEquals(said("{data}-{peer}", "hi", { peer: "[::1]:7" }), "hi-[::1]:7");
    assertEquals(said("{n}:{data}/{n}", "hi", { n: 42 }), "42:hi/42");
    assertEquals(said("{data}{data} {time}{time}"), `hihi ${ctime(new Date(NOW)).repeat(2)}`);
    assertEquals(said("where you are? ----OK----"), "where you are? ----OK----");
    assertEquals([said(""), said("{data}", "")], ["", ""]);
  },
});

Deno.test({
  name: "Reply sends the bytes that came, whatever they are",
  permissions: "none",
  fn() {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    assertEquals(answer("{data}", bytes), bytes);
    assertEquals(answer("<{data}>", bytes), new Uint8Array([0x3c, ...bytes, 0x3e]));
  },
});

Deno.test({
  name: "Reply takes fields in a message for what they are, text",
  permissions: "none",
  fn() {
    assertEquals(said("{data}", "{time} {n} {data}"), "{time} {n} {data}");
  },
});

Deno.test({
  name: "Reply encodes its own words, and the message not again",
  permissions: "none",
  async fn() {
    const gbk = await openEncoding("gbk");
    const out = new ByteBuffer();
    new Reply("好{data}{n}", (text) => gbk.encode(text).bytes).write(
      new Uint8Array([0xc4, 0xff]),
      { peer: utf8("x"), n: 1 },
      0,
      out,
    );
    assertEquals(out.bytes().toHex(), "bac3c4ff31");
  },
});

Deno.test({
  name: "Reply tells the time anew with each second",
  permissions: "none",
  fn() {
    const reply = new Reply("{time}", utf8);
    const at = (now: number) => {
      const out = new ByteBuffer();
      reply.write(utf8(""), { peer: utf8(""), n: 1 }, now, out);
      return new TextDecoder().decode(out.bytes());
    };
    for (const ms of [0, 999, 1000, 1999, 60_000, 0]) {
      assertEquals(at(NOW + ms), ctime(new Date(NOW + ms)));
    }
  },
});

Deno.test({
  name: "Reply refuses a field that there is not, as a wrong command line",
  permissions: "none",
  fn() {
    for (const template of ["{host}", "{data} {Time}", "{N}"]) {
      const error = assertThrows(() => new Reply(template, utf8), PinwireError);
      assertEquals([error.code, error.exitCode], ["usage", 2]);
      assertStringIncludes(error.sentence, template.match(/\{[a-zA-Z]+\}$/)![0]);
      assertStringIncludes(error.hint!, "{time}, {data}, {peer} or {n}");
    }
  },
});

Deno.test({
  name: "Reply takes other braces for text",
  permissions: "none",
  fn() {
    for (const text of ["{", "}", "{}", "{ data }", '{"a":1}', "{1}"]) assertEquals(said(text), text);
    assertEquals(said("{{data}}"), "{hi}");
  },
});

Deno.test({
  name: "Reply knows what its answer depends on",
  permissions: "none",
  fn() {
    const of = (template: string) => {
      const { namesPeer, surrounds } = new Reply(template, utf8);
      return { namesPeer, surrounds };
    };
    assertEquals(of("ok"), { namesPeer: false, surrounds: false });
    assertEquals(of(""), { namesPeer: false, surrounds: false });
    assertEquals(of("{n}"), { namesPeer: false, surrounds: false });
    assertEquals(of("{data}-{peer}"), { namesPeer: true, surrounds: true });
    assertEquals(of("{data}{data}"), { namesPeer: false, surrounds: false });
    assertEquals(of("{time}"), { namesPeer: false, surrounds: false });
  },
});

Deno.test({
  name: "surround of Reply gives in place what write gives, within the room that was asked for",
  permissions: "none",
  fn() {
    const part = fc.constantFrom("{time}", "{peer}", "{n}", "ok", "é", "[", "");
    const parts = fc.array(part, { maxLength: 5 }).map((array) => array.join(""));
    const anyReply = fc.record({
      before: parts,
      after: parts,
      message: fc.uint8Array({ maxLength: 40 }),
      peer: fc.string({ maxLength: 20 }),
      n: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      now: fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2100, 0) }),
    });
    fc.assert(fc.property(anyReply, ({ before, after, message, peer, n, now }) => {
      const template = `${before}{data}${after}`;
      const reply = new Reply(template, utf8);
      assert(reply.surrounds);
      const asker = { peer: utf8(peer), n };
      const [head, tail] = [reply.headroom(asker.peer), reply.tailroom(asker.peer)];
      const guarded = new Uint8Array(1 + head + message.length + tail + 1).fill(0xaa);
      guarded.set(message, 1 + head);
      const built = reply.surround(guarded.subarray(1 + head, 1 + head + message.length), asker, now);
      assertEquals(built, answer(template, message, { peer, n, now }));
      assertEquals([guarded[0], guarded.at(-1)], [0xaa, 0xaa]);
    }));
  },
});

/** A reply with each encoding that a server may be told. */
async function replies(template: string): Promise<[Reply, (text: string) => Uint8Array][]> {
  const encodings = await Promise.all(["utf-8", "gbk", "utf-16le"].map(openEncoding));
  return encodings.map(({ encode }) => {
    const bytes = (text: string) => encode(text).bytes;
    return [new Reply(template, bytes), bytes];
  });
}

pure("Reply.couldLoop knows two stamps at the beginning, and nothing less, in any encoding", async () => {
  const padded = "[Sun Nov  1 09:05:07 2026] ";
  const twice = [STAMP + STAMP, STAMP + padded + "hello", padded + STAMP + STAMP + "x"];
  const others = [
    "",
    "[",
    STAMP,
    STAMP + "hello",
    `${STAMP}${STAMP}`.slice(0, -1),
    ` ${STAMP}${STAMP}`,
    `${STAMP} ${STAMP}`,
    `hello ${STAMP}${STAMP}`,
    `${STAMP}[${"x".repeat(26)}`,
    `${STAMP}[sat Nov 21 10:00:00 2026] `,
    "[".repeat(60),
  ];
  for (const [reply, bytes] of await replies(STAMP_TEMPLATE)) {
    for (const text of twice) assert(reply.couldLoop(bytes(text)), text);
    for (const text of others) assert(!reply.couldLoop(bytes(text)), text);
  }
  assert(new Reply("{data}", utf8).couldLoop(new Uint8Array([...utf8(STAMP + STAMP), 0xff, 0x00])));
});

pure("Reply.couldLoop knows every stamp that Reply makes", () => {
  const anyDate = fc.date({ min: new Date(1970, 0, 2), max: new Date(9999, 0), noInvalidDate: true });
  fc.assert(fc.property(anyDate, (date) => {
    const once = answer(STAMP_TEMPLATE, utf8("x"), { now: date.getTime() });
    assert(new Reply(STAMP_TEMPLATE, utf8).couldLoop(answer(STAMP_TEMPLATE, once, { now: NOW })));
  }));
});

pure("Reply.couldLoop knows an answer of the same template, where there is no {data} in it", async () => {
  for (const template of ["ok", "", "{time}", "{n}{n}{n}", "{peer}", "[{time}] {n} for {peer} (?)", "好+b"]) {
    for (const [reply, bytes] of await replies(template)) {
      for (const peer of ["127.0.0.1:5", "[::1]:7", "[fe80::1%eth0]:50123"]) {
        const out = new ByteBuffer();
        reply.write(bytes("hi"), { peer: bytes(peer), n: Number.MAX_SAFE_INTEGER }, 0, out);
        assertEquals(reply.couldLoop(out.bytes()), true, template);
        assertEquals(reply.couldLoop(bytes("hi")), false, template);
      }
    }
  }
  for (const template of ["{data}", "[{time}] {data}"]) {
    assertEquals(new Reply(template, utf8).couldLoop(utf8("hi")), false);
  }
});
