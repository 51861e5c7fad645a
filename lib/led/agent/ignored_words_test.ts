import { assertEquals } from "@std/assert";
import { contextOf, pure } from "../../app/_testing.ts";
import type { Event } from "../../app/mod.ts";
import { IgnoredWords } from "./ignored_words.ts";

/** What is told of these messages, as [message, hint]. */
function told(...messages: string[]): [string, string | undefined][] {
  const errors: [string, string | undefined][] = [];
  const { reporter } = contextOf("text", {
    onEvent(event: Event) {
      if (event.event !== "error") return;
      assertEquals(event.peer, "tcp://192.0.2.7:11235");
      errors.push([event.message, event.hint]);
    },
  });
  const ignored = new IgnoredWords(reporter);
  for (const message of messages) ignored.tell(message, "tcp://192.0.2.7:11235");
  return errors;
}

const WORDS = "the words are on, off, toggle, blink HZ and state?";

pure("IgnoredWords tells of each word once, and what an agent understands", () => {
  assertEquals(told("turn on", "x", " turn on\r\n", "x", "", " \n"), [
    ['ignored "turn on"', WORDS],
    ['ignored "x"', WORDS],
  ]);
});

pure(
  "IgnoredWords says what would be right for what belongs to the tutorial's console, and for capitals",
  () => {
    assertEquals(told("1", "2", "0:1", "3:2", "ON", "Off", "3", "11"), [
      ['ignored "1"', "an agent is told on, 1 is for a console"],
      ['ignored "2"', "an agent is told off, 2 is for a console"],
      ['ignored "0:1"', "an agent is told on, 1 is for a console"],
      ['ignored "3:2"', "an agent is told off, 2 is for a console"],
      ['ignored "ON"', "write it on"],
      ['ignored "Off"', "write it off"],
      ['ignored "3"', WORDS],
      ['ignored "11"', WORDS],
    ]);
  },
);

pure("IgnoredWords cuts a long word, and tells of no more than twenty", () => {
  const many = told(...Array.from({ length: 30 }, (_, i) => `${i + 100}${"x".repeat(100)}`));
  assertEquals(many.length, 20);
  assertEquals(many[0], [`ignored "100${"x".repeat(37)}"`, WORDS]);
  assertEquals(many[19][1], "of further words nothing is said");
});
