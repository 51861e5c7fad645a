import { assertEquals } from "@std/assert";
import { pure } from "../../../tests/support/pure.ts";
import { EchoWatch } from "./echo_watch.ts";

pure("EchoWatch notices its own words, with a stamp or without, once", () => {
  for (const answer of ["hello", "[Fri Nov 27 11:45:54 2026] hello"]) {
    const watch = new EchoWatch();
    watch.said("hello");
    assertEquals([answer, answer].map((line) => watch.notices(line)), [true, false]);
  }
});

pure("EchoWatch takes nobody else's words for its own", () => {
  const watch = new EchoWatch();
  assertEquals(watch.notices("hello"), false);
  watch.said("hello");
  for (const line of ["amy: hello", "hello you", "[amy] says hello", ""]) {
    assertEquals(watch.notices(line), false);
  }
});
