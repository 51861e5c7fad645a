import { assertEquals } from "@std/assert";
import { pure } from "../../tests/support/pure.ts";
import { nextStep } from "./lessons.ts";

pure("each lesson ends with the next one, the last with the list", () => {
  assertEquals(nextStep("handshake", "en", "en"), "Next: pinwire lab states");
  assertEquals(nextStep("watch", "zh", "zh"), "下一步：pinwire lab");
  assertEquals(nextStep(undefined, "en", "en"), "Next: pinwire lab handshake");
});

pure(
  "what comes next is in the same language, which is told to the lab and not to a program of the user's",
  () => {
    assertEquals(nextStep("handshake", "zh", "en"), "下一步：pinwire lab states --lang zh");
    assertEquals(
      nextStep("pitfalls", "zh", "en"),
      "下一步：pinwire lab watch --lang zh -- python3 server.py",
    );
  },
);
