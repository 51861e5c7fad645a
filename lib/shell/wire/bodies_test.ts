import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { pure } from "../../app/_testing.ts";
import { PinwireError } from "../../errors.ts";
import * as wire from "./bodies.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const json = (value: unknown) => bytes(JSON.stringify(value));

/** Checks that `act` throws what is the last word on a connection. */
function isBad(act: () => unknown, why?: string): void {
  assertEquals(assertThrows(act, PinwireError, "the other side sent ").code, "bad_frame", why);
}

/** What is no JSON, or no object with these fields. */
const NO_OBJECTS = ["", "{", "null", "1", '"x"', "[]", "{}", "\xff"].map((text) =>
  Uint8Array.from(text, (character) => character.charCodeAt(0))
);

const anyBody = fc.uint8Array({ maxLength: 300 });
const anyText = fc.array(fc.integer({ min: 0, max: 0x10ffff }))
  .map((points) => String.fromCodePoint(...points).toWellFormed());

pure("parseWindow and parseResize refuse every length but four", () => {
  for (const length of [0, 1, 3, 5, 8]) {
    isBad(() => wire.parseWindow(new Uint8Array(length)));
    isBad(() => wire.parseResize(new Uint8Array(length)));
  }
});

pure("parseSignal takes the five names as they are written, and no other", () => {
  for (const name of wire.SIGNALS) assertEquals(wire.parseSignal(bytes(name)), name);
  for (const name of ["", "INT", "sigint", "SIGSTOP", "SIGINT\n", " SIGINT", "9", "toString"]) {
    isBad(() => wire.parseSignal(bytes(name)), name);
  }
});

pure("parseHello takes a version and a nonce of 32 bytes, and passes over what it doesn't know", () => {
  const hello = { version: 1, nonce: "-_09".repeat(11).slice(1) };
  assertEquals(wire.parseHello(json({ ...hello, later: [1] })), hello);
  for (const body of NO_OBJECTS) isBad(() => wire.parseHello(body));
  isBad(() => wire.parseHello(json({ ...hello, version: "1" })));
  for (const nonce of [undefined, 3, "", "abc", `${hello.nonce}A`, `+${hello.nonce.slice(1)}`]) {
    isBad(() => wire.parseHello(json({ version: 1, nonce })), String(nonce));
  }
});

pure(
  "parseHello refuses control characters, which JSON would allow, as its body is one line of the proof",
  () => {
    const text = `{"version":1,"nonce":"${"A".repeat(43)}"}`;
    for (const character of ["\n", "\r", "\t"]) isBad(() => wire.parseHello(bytes(text + character)));
    assertEquals(wire.parseHello(bytes(text + " ")).version, 1);
  },
);

pure("parseProof takes a text alone", () => {
  assertEquals(wire.parseProof(json({ proof: "p", more: 1 })), "p");
  for (const body of [...NO_OBJECTS, json({ proof: 1 })]) isBad(() => wire.parseProof(body));
});

pure("parseReady takes what a server says of itself, and a shell where nothing else is said", () => {
  const ready = { proof: "p", host: "pi", cwd: "/home/pi" };
  assertEquals(wire.parseReady(json({ ...ready, motd: "hi" })), { ...ready, shell: true });
  assertEquals(wire.parseReady(json({ ...ready, shell: false })).shell, false);
  for (const body of NO_OBJECTS) isBad(() => wire.parseReady(body));
  for (const name of ["proof", "host", "cwd"]) {
    isBad(() => wire.parseReady(json({ ...ready, [name]: undefined })), name);
    isBad(() => wire.parseReady(json({ ...ready, [name]: 1 })), name);
  }
});

pure("parseExec takes any words that a process can have", () => {
  const anyWord = anyText.map((word) => word.replaceAll("\0", ""));
  fc.assert(fc.property(fc.array(anyWord, { minLength: 1 }), (argv) => {
    assertEquals(wire.parseExec(json({ argv })), { argv, cwd: undefined });
  }));
  const pty = { rows: 0, cols: 65_535, term: "xterm-256color" };
  const exec = { argv: ["ls", ""], cwd: "/tmp", pty };
  assertEquals(wire.parseExec(json({ ...exec, pty: { ...pty, x: 1 }, later: true })), exec);
});

pure("parseExec refuses an argv, a cwd and a terminal that can't be", () => {
  const refused: [string, unknown][] = [
    ["argv", []],
    ["argv", "ls"],
    ["argv", ["ls", 1]],
    ["argv", ["a\0b"]],
    ["argv", null],
    ["cwd", 1],
    ["cwd", null],
    ["cwd", "/a\0"],
    ["pty", null],
    ["pty", true],
    ...[-1, 1.5, 65_536, "24", null].flatMap((size): [string, unknown][] => [
      ["pty", { rows: size, cols: 80, term: "xterm" }],
      ["pty", { rows: 24, cols: size, term: "xterm" }],
    ]),
    ...["", "a b", "x\n", "/x", "x".repeat(65), 1, undefined].map((term): [string, unknown] => [
      "pty",
      { rows: 24, cols: 80, term },
    ]),
  ];
  for (const [name, value] of refused) {
    isBad(() => wire.parseExec(json({ argv: ["ls"], [name]: value })), JSON.stringify(value));
  }
  for (const body of NO_OBJECTS) isBad(() => wire.parseExec(body));
});

pure("parseExit takes a code from 0 to 255, and nothing else that is of another type", () => {
  const exit = { code: 143, signal: "SIGTERM", cwd: "/tmp", reason: "ran too long" };
  assertEquals(wire.parseExit(json({ ...exit, more: 1 })), exit);
  const plain = { code: 0, signal: null, cwd: null };
  assertEquals(wire.parseExit(json({ code: 0 })), plain);
  assertEquals(wire.parseExit(json({ code: 0, signal: [], cwd: [], reason: {} })), plain);
  // A signal without a name has a number.
  assertEquals(wire.parseExit(json({ ...exit, signal: 34 })).signal, 34);
  assertEquals(wire.parseExit(json({ code: 0, signal: 0.5 })), plain);
  assertEquals(wire.parseExit(json({ code: 255 })).code, 255);
  for (
    const body of [
      ...NO_OBJECTS,
      json({ code: "0" }),
      json({ code: 0.5 }),
      json({ code: -1 }),
      json({ code: 256 }),
    ]
  ) {
    isBad(() => wire.parseExit(body));
  }
});

pure("parseFailure takes a code and a message, and a hint if there is one", () => {
  assertEquals(wire.parseFailure(json({ code: "c", message: "m", hint: 1 })), { code: "c", message: "m" });
  for (const body of [...NO_OBJECTS, json({ code: "c" }), json({ message: "m" })]) {
    isBad(() => wire.parseFailure(body));
  }
});

pure("the parsers throw bad_frame and nothing else, whatever comes", () => {
  const parsers = [wire.parseHello, wire.parseProof, wire.parseReady, wire.parseExec, wire.parseExit];
  fc.assert(
    fc.property(fc.oneof(anyBody, fc.json().map(bytes)), fc.constantFrom(...parsers), (body, parse) => {
      try {
        parse(body);
      } catch (error) {
        assertEquals(error instanceof PinwireError && error.code, "bad_frame");
      }
    }),
  );
});
