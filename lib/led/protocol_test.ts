import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { pure } from "../app/_testing.ts";
import { PinwireError } from "../errors.ts";
import {
  type Hello,
  isLinkTalk,
  type Message,
  nameOf,
  nameOfHost,
  parseMessage,
  parseName,
  printMessage,
} from "./protocol.ts";

pure(
  "nameOf takes 1 to 32 letters, digits, dots and dashes of any script, and neither a number nor all",
  () => {
    const names = [
      ...["lamp", "a", "Pi-3.local", "_", "3a", "all.", "ALL", "x".repeat(32), "1.5", ".x", "-x"],
      ...["厨房", "кухня", "キッチン", "주방", "हॉल", "Küche", "灯".repeat(32), "𠀀".repeat(32), "灯2"],
    ];
    for (const name of names) assertEquals([nameOf(name), parseName(name)], [name, name]);
    const none = [
      ...["", "3", "007", "all", "a b", "a\n", "lamp:1", "a/b", "\x1b[2J", "x".repeat(33), "灯".repeat(33)],
      ...["１２", "٣", "厨 房", "厨房：1", "💡", "灯\u200b", "灯\u202e", "\u0301a", "灯\u0085", "a\0"],
    ];
    for (const name of none) {
      assertEquals(nameOf(name), undefined, JSON.stringify(name));
      const { code, hint } = assertThrows(() => parseName(name), PinwireError);
      assertEquals([code, hint], [
        "usage",
        "use up to 32 letters and digits of any script, _ . and -, not digits alone and not all",
      ]);
    }
  },
);

pure("nameOf gives the composed form, and so does a hello, so that one name is one name", () => {
  assertEquals(nameOf("Ku\u0308che"), "K\u00fcche");
  const message = parseMessage('hello {"name":"Ku\u0308che"}');
  assertEquals(message?.say === "hello" && message.hello.name, "K\u00fcche");
});

pure("nameOfHost makes a name of any host's name", () => {
  assertEquals(nameOfHost("raspberrypi"), "raspberrypi");
  assertEquals(nameOfHost("my pi"), "my-pi");
  assertEquals(nameOfHost("42"), "pi-42");
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (host) => nameOf(nameOfHost(host)) !== undefined));
});

/** A hello with every field that may be missing spelt out, as parsing gives it. */
const hello = (fields: Partial<Hello> = {}): Hello => ({
  role: "agent",
  name: undefined,
  pin: undefined,
  chip: undefined,
  version: 1,
  nonce: undefined,
  ...fields,
});

const NONCE = "A".repeat(43);
const optional = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: undefined });
const anyLabel = fc.stringMatching(/^[ -~]{1,64}$/);
const oneLine = fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\n"));

const anyMessage: fc.Arbitrary<Message> = fc.oneof(
  fc.constantFrom<Message>({ say: "ping" }, { say: "pong" }, { say: "ok" }),
  fc.boolean().map((on): Message => ({ say: "state", on })),
  fc.stringMatching(/^[\w-]{43}$/).map((proof): Message => ({ say: "proof", proof })),
  oneLine.map((why): Message => ({ say: "refused", why })),
  fc.record({
    role: fc.constantFrom("agent", "control", "controller"),
    name: optional(fc.string({ maxLength: 200 })),
    pin: optional(anyLabel),
    chip: optional(anyLabel),
    version: fc.nat(),
    nonce: optional(fc.constant(NONCE)),
  }).map((fields): Message => ({ say: "hello", hello: hello(fields as Hello) })),
  fc.record({ message: fc.string(), hint: optional(fc.string({ maxLength: 200 })) })
    .map((fields): Message => ({ say: "error", ...fields })),
  fc.record({
    index: fc.nat(),
    name: optional(fc.string({ maxLength: 200 })),
    peer: optional(fc.string({ maxLength: 200 })),
    pin: optional(anyLabel),
    chip: optional(anyLabel),
    plain: fc.boolean(),
    on: optional(fc.boolean()),
    desired: optional(fc.string({ maxLength: 200 })),
    away: optional(fc.constant("1970-01-01T00:00:05.000Z")),
  }).map((device): Message => ({ say: "device", device })),
);

pure("parseMessage reads what printMessage prints, in one line", () => {
  fc.assert(fc.property(anyMessage, (message) => {
    const line = printMessage(message);
    assertEquals(line.includes("\n"), false);
    assertEquals(parseMessage(line), message);
  }));
});

pure("parseMessage gives nothing for what is malformed", () => {
  for (
    const line of [
      "",
      "hello",
      "hello ",
      "hello {",
      "hello []",
      "hello null",
      'hello "x"',
      "hello 1",
      'HELLO {"name":"x"}',
      ' hello {"name":"x"}',
      'hello\t{"name":"x"}',
      'hello {"role":"king"}',
      'hello {"role":1}',
      'hello {"role":null}',
      "state",
      "state ",
      "state ON",
      "state on ",
      "state onoff",
      "ping x",
      "ok x",
      "proof",
      `proof ${"A".repeat(42)}`,
      `proof ${"A".repeat(44)}`,
      `proof ${"A".repeat(42)}=`,
      "error x",
      'error {"message":1}',
      'device {"index":"1"}',
      "device {}",
      "toggle",
      "on",
      "state on\nstate off",
    ]
  ) assertEquals(parseMessage(line), undefined, JSON.stringify(line));
});

pure("parseMessage takes a hello that says nothing, and minds no field that it doesn't know", () => {
  assertEquals(parseMessage("hello {}"), { say: "hello", hello: hello() });
  assertEquals(parseMessage('hello {"colour":["red"],"name":"x"}'), {
    say: "hello",
    hello: hello({ name: "x" }),
  });
});

/** A hello of these fields, as parsing gives it. */
function read(fields: Record<string, unknown>): Hello {
  const message = parseMessage(`hello ${JSON.stringify(fields)}`);
  assertEquals(message?.say, "hello");
  return (message as { hello: Hello }).hello;
}

pure("parseMessage drops the fields of a hello that have a wrong type, and takes a number for a pin", () => {
  for (const wrong of [1, true, null, {}, ["x"]]) {
    assertEquals(read({ name: wrong, chip: wrong, nonce: wrong }), hello());
  }
  assertEquals(read({ pin: {} }), hello());
  assertEquals(read({ pin: 11 }), hello({ pin: "11" }));
  // NaN is no version, so that such a hello is refused.
  for (const version of ["1", null, {}]) assertEquals(read({ version }).version, NaN);
});

pure(
  "parseMessage drops the fields of a device that have a wrong type, and takes none without a number",
  () => {
    const index = 3;
    const bare = { index, name: undefined, peer: undefined, pin: undefined, chip: undefined, plain: false };
    const device = { ...bare, on: undefined, desired: undefined, away: undefined };
    for (const wrong of [1, null, {}, ["x"]]) {
      const fields = { name: wrong, peer: wrong, pin: wrong, chip: wrong, plain: wrong, on: wrong };
      const line = `device ${JSON.stringify({ index, ...fields, desired: wrong, away: wrong })}`;
      assertEquals(parseMessage(line), { say: "device", device }, line);
    }
    assertEquals(parseMessage('device {"index":3,"away":"yesterday"}'), { say: "device", device });
    for (const index of ['"3"', "0.5", "1e300", "null"]) {
      assertEquals(parseMessage(`device {"index":${index}}`), undefined, index);
    }
  },
);

pure("parseMessage drops a pin or chip that would write to a terminal, and what is huge", () => {
  for (const text of ["\x1b[2J", "11\u0007", "a\u202eb", "a\u200bb", "", "x".repeat(65)]) {
    assertEquals(read({ pin: text, chip: text }), hello(), JSON.stringify(text));
  }
  assertEquals(read({ name: "x".repeat(201) }), hello());
  assertEquals(read({ nonce: "x".repeat(87) }), hello());
  assertEquals(read({ nonce: "x".repeat(21) }), hello());
  const longest = { pin: "x".repeat(64), name: "x".repeat(200) };
  assertEquals(read(longest), hello(longest));
});

pure("parseMessage takes no key of a hello for more than a key", () => {
  const message = parseMessage('hello {"__proto__":{"role":"control"},"constructor":1}');
  assertEquals(message, { say: "hello", hello: hello() });
});

pure("isLinkTalk knows what opens a link or keeps it up, and nothing that only looks like it", () => {
  const proof = `proof ${"A".repeat(43)}`;
  for (const line of ["hello {}", "ping", "pong", proof, "refused", "refused a token is needed"]) {
    assertEquals(isLinkTalk(line), true, line);
  }
  const others = ["hello", "hello all", "ping 1", "pinging", "proof", "refusedly", " ping", "on\nping"];
  for (const line of [...others, "state on", "ok", "on", "status", 'error {"message":"x"}', ""]) {
    assertEquals(isLinkTalk(line), false, line);
  }
});
