import { assertEquals, assertMatch } from "@std/assert";
import { pure } from "../app/_testing.ts";
import { loss, refusal } from "./reasons.ts";

pure("refusal tells what a store refuses in words, and what to do", () => {
  const cases: [message: string, code: string, sentence: RegExp][] = [
    ["NOAUTH Authentication required.", "store_forbids", /^the store at S wants a password: give it in/],
    ["WRONGPASS invalid username-password pair", "store_forbids", /refuses our name or password: check USER/],
    [
      "OOM command not allowed when used memory > 'maxmemory'.",
      "store_full",
      /is full: give it more maxmemory$/,
    ],
    ["READONLY You can't write against a read only replica.", "store_replica", /name the primary$/],
    ["ERR DB index is out of range", "no_database", /has no such database/],
    ["ERR max number of clients reached", "store_busy", /no room for another client/],
    [
      "ERR The ID specified in XADD is equal or smaller than the target stream top item script: 1, on @user_script:4.",
      "store_foreign",
      /an entry in a room that we did not number: its entries are 0-1, 0-2 …/,
    ],
    ["ERR something new", "store_refuses", /refuses a command \(ERR something new\): its log may say more$/],
  ];
  for (const [message, code, sentence] of cases) {
    const error = refusal(new Error(message), "S");
    assertEquals(error.code, code, message);
    assertMatch(error.sentence, sentence);
  }
});

pure("loss tells what speaks no Redis from a link that is gone", () => {
  assertMatch(
    loss(new Error('Unknown RESP type 72 "H"'), "S").sentence,
    /^what listens at S is no Redis: check/,
  );
  assertEquals(loss(new Error("Connection is closed."), "S").sentence, "the link to the store at S is lost");
});
