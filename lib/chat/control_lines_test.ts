import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { pure } from "../../tests/support/pure.ts";
import {
  type Hello,
  numbered,
  parseControlLine,
  parseNumbered,
  printControlLine,
  readHello,
  readWelcome,
  type Welcome,
} from "./control_lines.ts";

const WELCOME: Welcome = {
  nick: "amy",
  room: "dev",
  session: "s",
  log: "l",
  line: 12,
  rate: [20, 200],
  past: 3,
  who: ["amy", "bob"],
};

/** Any text, unpaired surrogates too. */
const anyText = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
});

pure("printControlLine is one line of printable ASCII that says the same, whatever the names", () => {
  fc.assert(fc.property(anyText, anyText, fc.boolean(), (nick, room, heartbeat) => {
    const hello: Hello = { nick, room, heartbeat };
    const line = printControlLine(hello);
    assertMatch(line, /^[\x20-\x7e]*$/);
    const control = parseControlLine(line);
    assert(control?.say === "hello");
    assertEquals(readHello(control.json), hello);
  }));
});

pure("printControlLine writes beyond ASCII as JSON's escapes", () => {
  assertEquals(
    printControlLine({ nick: "é\x7f", room: "😀", heartbeat: true }),
    '/pinwire {"nick":"\\u00e9\\u007f","room":"\\ud83d\\ude00","heartbeat":true}',
  );
});

pure("readHello takes what is of the right type, and passes over the rest", () => {
  assertEquals(readHello({ nick: 1, room: [], heartbeat: "yes", encoding: null, more: 5 }), {
    heartbeat: false,
  });
  const resume = { session: "s", log: "l", line: 4 };
  const whole = { nick: "amy", room: "dev", heartbeat: true, encoding: "gbk", resume };
  assertEquals(readHello(whole), whole);
  for (const line of [1.5, -0.1, "4", null, 2 ** 60]) {
    assertEquals(readHello({ resume: { ...resume, line } }), { heartbeat: false });
  }
});

pure("readWelcome takes a welcome, and nothing without a name, a room, a session, a log or a line", () => {
  assertEquals(readWelcome(WELCOME), WELCOME);
  for (const field of ["nick", "room", "session", "log", "line"]) {
    assertEquals(readWelcome({ ...WELCOME, [field]: undefined }), undefined, field);
  }
});

pure("readWelcome takes a rate of two numbers from 1 to a million, and of who is there the names", () => {
  for (const rate of [[0, 1], [1], [1, 2, 3], "12", null, [1, NaN], ["1", "2"], [[1], [2]], [true, true]]) {
    assertEquals(readWelcome({ ...WELCOME, rate })?.rate, undefined, JSON.stringify(rate));
  }
  for (const rate of [[0.5, 1], [1, 0.999], [1e-9, 200], [1_000_001, 1], [1, Infinity], [-20, 200]]) {
    assertEquals(readWelcome({ ...WELCOME, rate })?.rate, undefined, JSON.stringify(rate));
  }
  for (const rate of [[1, 1], [1e6, 1e6], [2.5, 200]] as const) {
    assertEquals(readWelcome({ ...WELCOME, rate })?.rate, [...rate]);
  }
  const { who, past } = readWelcome({ ...WELCOME, who: ["amy", 5, null, "bob"], past: "3" })!;
  assertEquals([who, past], [["amy", "bob"], 0]);
  assertEquals(readWelcome({ ...WELCOME, who: "amy" })?.who, []);
});

pure("readHello and readWelcome make of any JSON something of the right types, or nothing", () => {
  const keys = [...Object.keys(WELCOME), "resume", "heartbeat", "encoding", "__proto__"];
  const anyFields = fc.dictionary(fc.constantFrom(...keys), fc.jsonValue());
  const nearly = anyFields.map((fields) => ({ ...WELCOME, ...fields }));
  fc.assert(fc.property(fc.oneof(fc.jsonValue(), anyFields, nearly), (json) => {
    const { nick, room, encoding, heartbeat, resume } = readHello(json);
    for (const text of [nick, room, encoding]) assert(text === undefined || typeof text === "string");
    assert(typeof heartbeat === "boolean" && (resume === undefined || Number.isSafeInteger(resume.line)));
    const welcome = readWelcome(json);
    if (!welcome) return;
    assert(Number.isSafeInteger(welcome.line) && Number.isSafeInteger(welcome.past));
    assert(welcome.who.every((name) => typeof name === "string"));
    assert(welcome.rate?.every((number) => typeof number === "number" && number > 0) ?? true);
  }));
});

pure("parseControlLine knows what ends of ours say, and leaves all else to people", () => {
  assertEquals(parseControlLine("/ping"), { say: "ping" });
  assertEquals(parseControlLine("/pong"), { say: "pong" });
  assertEquals(parseControlLine("/taken"), { say: "taken" });
  assertEquals(parseControlLine("/taken 12"), { say: "taken", line: 12 });
  assertEquals(parseControlLine("/bye kicked: spam"), { say: "bye", why: "kicked: spam" });
  assertEquals(parseControlLine('/pinwire {"a":1}'), { say: "hello", json: { a: 1 } });
  for (
    const line of ["", "hello", "/ping ", " /ping", "/pings", "/takenx", "/pinwire", "/pinwire {", "/nick x"]
  ) {
    assertEquals(parseControlLine(line), undefined, line);
  }
});

pure("parseControlLine takes no number from /taken but a whole one", () => {
  for (const number of ["x", "1e999", "-1", "1.5", "0x10", " 5"]) {
    const control = parseControlLine(`/taken ${number}`);
    assert(control?.say !== "taken" || control.line === undefined, number);
  }
});

pure("parseNumbered reads what numbered makes, whatever the line", () => {
  fc.assert(fc.property(anyText, fc.nat(), (line, number) => {
    assertEquals(parseNumbered(numbered(number, line)), { number, line });
  }));
  for (const line of ["amy: #12 hi", "#12", "# x", "#-1 x", "#1.5 x", `#${"9".repeat(16)} x`]) {
    assertEquals(parseNumbered(line), undefined, line);
  }
});
