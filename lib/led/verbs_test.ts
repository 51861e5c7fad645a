import { assertEquals, assertThrows } from "@std/assert";
import { pure } from "../app/_testing.ts";
import { PinwireError } from "../errors.ts";
import {
  BLINK,
  type Command,
  isDone,
  isMoving,
  isVerb,
  levelOf,
  parseAmount,
  resolve,
  toldText,
  VERB_WORDS,
} from "./verbs.ts";

const blink: Command = { do: "blink", amount: 2 };

pure("isVerb knows the words of the table, and no name that every object has", () => {
  for (const word of VERB_WORDS) assertEquals(isVerb(word), true, word);
  for (const word of ["", "ON", "state?", "constructor", "__proto__"]) {
    assertEquals(isVerb(word), false, word);
  }
});

pure("parseAmount takes 0.01 to 50 for blink", () => {
  for (const [text, hz] of [["1", 1], ["0.01", 0.01], ["50", 50], ["2.5", 2.5]] as const) {
    assertEquals(parseAmount(BLINK.amount, text), hz);
  }
  for (const text of ["", "0", "0.001", "50.01", "51", "-1", "1e1", "two", " 2", "2\n", "Infinity"]) {
    const error = assertThrows(() => parseAmount(BLINK.amount, text), PinwireError);
    assertEquals([error.code, error.exitCode], ["usage", 2], text);
  }
});

pure("resolve turns a toggle into what it comes to, and leaves the other commands", () => {
  assertEquals(resolve({ do: "toggle" }, true), { do: "off" });
  assertEquals(resolve({ do: "toggle" }, false), { do: "on" });
  for (const command of [{ do: "on" }, { do: "off" }, blink] as const) {
    for (const wasOn of [true, false]) assertEquals(resolve(command, wasOn), command);
  }
});

pure("levelOf tells what a pin is to be, but for one that goes on changing", () => {
  assertEquals([levelOf({ do: "on" }), levelOf({ do: "off" }), levelOf(blink)], [true, false, undefined]);
  assertEquals([isMoving({ do: "on" }), isMoving(blink), isMoving(undefined)], [false, true, false]);
});

pure("isDone compares a level, and takes any for a pin that goes on changing", () => {
  const expected: [Command, boolean, boolean][] = [
    [{ do: "on" }, true, false],
    [{ do: "off" }, false, true],
    [blink, true, true],
  ];
  for (const [command, ifOn, ifOff] of expected) {
    assertEquals([isDone(command, true), isDone(command, false)], [ifOn, ifOff], command.do);
  }
});

pure("toldText completes a sentence", () => {
  assertEquals([toldText({ do: "on" }), toldText({ do: "off" })], ["on", "off"]);
  assertEquals(toldText({ do: "blink", amount: 0.5 }), "to blink at 0.5 Hz");
});
