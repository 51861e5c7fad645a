import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { pure } from "../app/_testing.ts";
import { PinwireError } from "../errors.ts";
import { completeRequest, CONSOLE_HELP, parseRequest, type Request } from "./console.ts";
import { VERB_WORDS } from "./verbs.ts";

/** Each line, and what it asks for. */
function assertRequests(expected: [string, Request][]): void {
  for (const [line, request] of expected) assertEquals(parseRequest(line), request, JSON.stringify(line));
}

const turn = (which: string, command: "on" | "off" | "toggle"): Request => ({
  ask: "switch",
  which,
  command: { do: command },
});

pure("parseRequest reads the plain commands", () => {
  assertRequests([
    ["help", { ask: "help", words: [] }],
    ["list", { ask: "list", words: [] }],
    ["  quit \r", { ask: "quit", words: [] }],
    ["on 3", turn("3", "on")],
    ["off kitchen", turn("kitchen", "off")],
    ["toggle all", turn("all", "toggle")],
    ["\ton\t\tall ", turn("all", "on")],
    ["blink 3 2.5", { ask: "switch", which: "3", command: { do: "blink", amount: 2.5 } }],
    ["blink 3", { ask: "switch", which: "3", command: { do: "blink", amount: 1 } }],
    ["name 3 kitchen", { ask: "name", words: ["3", "kitchen"] }],
    ["status", { ask: "status", words: ["all"] }],
    ["status kitchen", { ask: "status", words: ["kitchen"] }],
  ]);
});

pure("parseRequest reads the tutorial's number and command, of which 1 is on and 2 is off", () => {
  assertRequests([
    ["3:1", turn("3", "on")],
    ["3:2", turn("3", "off")],
    ["0 : 1", turn("0", "on")],
    [" 10:2\r", turn("10", "off")],
    ["kitchen:1", turn("kitchen", "on")],
    ["my-pi.local:2", turn("my-pi.local", "off")],
    ["all:1", turn("all", "on")],
    ["厨房:1", turn("厨房", "on")],
  ]);
});

pure("parseRequest has other numbers of the tutorial's commands do nothing, and an empty line too", () => {
  for (const line of ["3:0", "3:3", "3:12", "kitchen:99", "", "  ", "\t\r"]) {
    assertEquals(parseRequest(line), { ask: "nothing" }, JSON.stringify(line));
  }
});

pure("parseRequest says what is wrong, and how it is right", () => {
  const expected: [string, string, string][] = [
    ["bogus", "bad_command", '"bogus" is no command: help lists them'],
    ["ON 3", "bad_command", '"ON" is no command: help lists them'],
    ["on", "bad_command", "on needs a device: as in on 3, or on all"],
    ["blink", "bad_command", "blink needs a device: as in blink 3, or blink all"],
    ["name", "bad_command", "name needs a number and a name: as in name 3 kitchen"],
    ["name 3", "bad_command", "name needs a number and a name: as in name 3 kitchen"],
    ["quit now", "bad_command", '"now" is too much: help shows how it is written'],
    ["on 3 4", "bad_command", '"4" is too much: help shows how it is written'],
    ["status 3 4", "bad_command", '"4" is too much: help shows how it is written'],
    ["name 3 my lamp", "bad_command", '"lamp" is too much: help shows how it is written'],
    ["blink 3 0", "usage", '"0" is no rate to blink at: use 0.01 to 50 times a second, such as 2'],
    ["blink 3 fast", "usage", '"fast" is no rate to blink at: use 0.01 to 50 times a second, such as 2'],
    ["3:x", "bad_command", '"3:x" is no command: help lists them'],
    ["3:-1", "bad_command", '"3:-1" is no command: help lists them'],
    [":1", "bad_command", '":1" is no command: help lists them'],
  ];
  for (const [line, code, sentence] of expected) {
    const error = assertThrows(() => parseRequest(line), PinwireError);
    assertEquals([error.code, error.sentence], [code, sentence]);
  }
});

pure("parseRequest gives a request or throws a PinwireError, whatever is typed", () => {
  const anyTyped = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(
      fc.constantFrom("on", "off", "blink", "name", "status", "quit", "3", "all", ":", "1", "\0", "你"),
    )
      .map((words) => words.join(" ")),
  );
  fc.assert(fc.property(anyTyped, (line) => {
    try {
      return typeof parseRequest(line).ask === "string";
    } catch (error) {
      return error instanceof PinwireError;
    }
  }));
});

pure("CONSOLE_HELP shows commands that there are", () => {
  for (const line of CONSOLE_HELP.split("\n")) {
    for (const example of line.slice(0, 19).trim().split(", ")) {
      assertEquals(parseRequest(example).ask === "nothing", false, example);
    }
  }
});

pure("completeRequest completes the words that a line begins with", () => {
  assertEquals(completeRequest("l", []), ["list"]);
  assertEquals(completeRequest("o", []), ["on ", "off "]);
  const verbs = VERB_WORDS.map((word) => `${word} `);
  assertEquals(
    completeRequest("", []).toSorted(),
    ["help", "list", "name ", "quit", "status ", ...verbs].toSorted(),
  );
  assertEquals(completeRequest("x", []), []);
});

pure("completeRequest completes devices after a word that takes one", () => {
  const names = ["kitchen", "kettle", "lamp"];
  assertEquals(completeRequest("on k", names), ["on kitchen ", "on kettle "]);
  assertEquals(completeRequest("off ", names), ["off kitchen ", "off kettle ", "off lamp ", "off all "]);
  assertEquals(completeRequest("toggle a", names), ["toggle all "]);
  assertEquals(completeRequest("list k", names), []);
  assertEquals(completeRequest("blink kitchen 2", names), []);
});

pure("completeRequest goes on from the line as it is typed", () => {
  fc.assert(fc.property(fc.string(), fc.array(fc.constantFrom("kitchen", "lamp", "a.b")), (line, names) => {
    for (const offer of completeRequest(line, names)) assertEquals(offer.startsWith(line), true);
  }));
});
