import { assertEquals, assertThrows } from "@std/assert";
import { pure } from "../../app/_testing.ts";
import { PinwireError } from "../../errors.ts";
import { OFF, ON, TOGGLE } from "../_commands.ts";
import type { Command } from "../verbs.ts";
import { parseSet, parseState, parseTopic, stateOf, topicsOf } from "./topics.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const blink = (amount: number): Command => ({ do: "blink", amount });

pure("topicsOf and parseTopic are each other's way back, names in any script", () => {
  const topics = topicsOf("派");
  assertEquals([topics.status, topics.deviceStatus("灯"), topics.state("灯"), topics.set("灯")], [
    "pinwire/派/status",
    "pinwire/派/灯/status",
    "pinwire/派/灯/state",
    "pinwire/派/灯/set",
  ]);
  assertEquals(parseTopic(topics.status), { node: "派", device: undefined, kind: "status" });
  assertEquals(parseTopic(topics.set("灯")), { node: "派", device: "灯", kind: "set" });
  // A name as macOS types it is the same device.
  assertEquals(parseTopic("pinwire/pi/cafe\u0301/set")?.device, "café");
  for (const other of ["", "pinwire", "pinwire/pi", "pinwire/a/b/c/d", "homeassistant/status/x"]) {
    assertEquals(parseTopic(other), undefined, other);
  }
});

pure("stateOf says what a device does, and parseState reads it again", () => {
  const states: [Command, string][] = [
    [ON, '{"state":"ON","effect":null}'],
    [OFF, '{"state":"OFF","effect":null}'],
    [blink(2), '{"state":"ON","effect":"blink 2"}'],
    [blink(0.5), '{"state":"ON","effect":"blink 0.5"}'],
  ];
  for (const [command, text] of states) {
    assertEquals(stateOf(command), text);
    assertEquals(parseState(bytes(text)), command);
  }
  for (const other of ["", "ON", "{}", "null", '{"state":1}', "{"]) {
    assertEquals(parseState(bytes(other)), undefined, other);
  }
});

pure("parseSet reads words in either case, and what Home Assistant says", () => {
  const sets: [string, Command][] = [
    ["on", ON],
    ["OFF", OFF],
    [" Toggle\n", TOGGLE],
    ["blink 2", blink(2)],
    ["BLINK\t0.5", blink(0.5)],
    ["blink", blink(1)],
    ['{"state":"ON"}', ON],
    ['{"state":"off"}', OFF],
    ['{"state":"OFF","effect":"blink 2"}', OFF],
    ['{"state":"ON","effect":"blink 2","transition":3}', blink(2)],
    ['{"effect":"Blink 5"}', blink(5)],
    ['{"state":"ON","effect":null}', ON],
    ['{"state":"ON","effect":"off"}', ON],
  ];
  for (const [text, command] of sets) assertEquals(parseSet(bytes(text)), command, text);
});

pure("parseSet refuses anything else whole, and shows it safely", () => {
  const garbage = [
    "",
    "1",
    "onoff",
    "on off",
    "on 2",
    "blink 0",
    "blink 51",
    "blink 1e3",
    "blink 2 3",
    "constructor",
    "{",
    "[]",
    "{}",
    '{"state":"TOGGLE"}',
    '{"state":["ON"]}',
    '{"state":"ON","effect":"rainbow"}',
    '{"state":"ON","effect":"on"}',
    '{"state":"ON","effect":{"blink":2}}',
    '{"effect":"off"}',
    "\x1b[2J",
  ];
  for (const text of garbage) {
    const error = assertThrows(() => parseSet(bytes(text)), PinwireError);
    assertEquals(error.code, "bad_set", text);
    assertEquals(/\p{Cc}/u.test(error.sentence), false, text);
  }
  assertThrows(() => parseSet(new Uint8Array([0xff, 0xfe])), PinwireError, "2 bytes is no command");
  assertThrows(() => parseSet(new Uint8Array(2_000_000)), PinwireError, "2000000 bytes is no command");
});
