import { assertEquals, assertRejects } from "@std/assert";
import { FakeClock, pure, turn } from "../app/_testing.ts";
import { PinwireError } from "../errors.ts";
import { PullReader } from "../net/_pull_reader.ts";
import { pipe } from "../net/mod.ts";
import { makeMessage, StreamAsker } from "./askers.ts";

const WAIT = 1_000;

/** An asker, and the server that it asks. */
function asking(message = makeMessage(4)) {
  const clock = new FakeClock();
  const [here, there] = pipe();
  const server = new PullReader(there);
  return {
    asker: new StreamAsker(here, message, WAIT, clock),
    clock,
    there,
    /** The server reads a question. */
    question: () => server.text(),
    /** The server sends a part of an answer, and the asker has seen it. */
    async answer(text: string) {
      await there.write(new TextEncoder().encode(text));
      await turn();
    },
  };
}

pure("makeMessage is a line of so many bytes", () => {
  assertEquals(new TextDecoder().decode(makeMessage(4)), "xxx\n");
});

pure(
  "StreamAsker.ask is done once the answer ends as the message does, whatever parts it comes in",
  async () => {
    const { asker, question, answer } = asking();
    asker.end = { isNewline: true, length: 4 };
    for (const parts of [["1:xxx\n"], ["2:", "xxx", "\n"]]) {
      let isAnswered = false;
      const asked = asker.ask().then((came) => isAnswered = came);
      assertEquals(await question(), "xxx\n");
      for (const part of parts) {
        assertEquals(isAnswered, false);
        await answer(part);
      }
      assertEquals(await asked, true);
    }
    assertEquals(asker.received, 12);
    asker.close();
  },
);

pure(
  "StreamAsker.ask waits for as many bytes as an answer has at least, where no newline ends it",
  async () => {
    const { asker, question, answer } = asking();
    asker.end = { isNewline: false, length: 5 };
    let isAnswered = false;
    const asked = asker.ask().then((came) => isAnswered = came);
    await question();
    await answer("abcd");
    assertEquals(isAnswered, false);
    await answer("e");
    assertEquals(await asked, true);
    asker.close();
  },
);

pure(
  "StreamAsker.learn takes an answer for whole when nothing has come for 50 ms, and 200 while it is short",
  async () => {
    const cases: [string[], { isNewline: boolean; length: number }][] = [
      [["xxx\n"], { isNewline: true, length: 4 }],
      [["time: xxx\n"], { isNewline: true, length: 4 }],
      [["time: ", "xxx"], { isNewline: false, length: 9 }],
      [["ok\n"], { isNewline: false, length: 3 }],
    ];
    for (const [parts, end] of cases) {
      const { asker, question, answer, clock } = asking();
      let isLearned = false;
      const learned = asker.learn().finally(() => isLearned = true);
      await question();
      for (const part of parts) {
        clock.pass(40);
        await answer(part);
      }
      const quiet = parts.join("").length < 4 ? 200 : 50;
      clock.pass(quiet - 1);
      await turn();
      assertEquals(isLearned, false);
      clock.pass(1);
      assertEquals([await learned, asker.end], [end, end]);
      asker.close();
      assertEquals(clock.pending, 0);
    }
  },
);

pure("StreamAsker.ask and learn end where no answer comes in time", async () => {
  for (const verb of ["ask", "learn"] as const) {
    const { asker, question, clock } = asking();
    const act: Promise<unknown> = asker[verb]();
    const refused = assertRejects(() => act, PinwireError);
    await question();
    await turn();
    clock.pass(WAIT + WAIT / 4);
    const error = await refused;
    assertEquals([error.code, error.message], ["no_answer", "no whole answer from pipe:b within 1 s"]);
    asker.close();
    assertEquals(clock.pending, 0);
  }
});

pure("StreamAsker.ask and learn say that the server has closed, also to who asks later", async () => {
  for (const verb of ["ask", "learn"] as const) {
    const { asker, question, there } = asking();
    const act: Promise<unknown> = asker[verb]();
    const refused = assertRejects(() => act, PinwireError);
    await question();
    there.close();
    assertEquals((await refused).code, "connection_closed");
    assertEquals(
      (await assertRejects(() => asker.ask(), PinwireError)).message,
      "pipe:b has closed the connection",
    );
    asker.close();
  }
});

pure("StreamAsker.learn gives a server up that sends without an end", async () => {
  const { asker, question, answer } = asking();
  const refused = assertRejects(() => asker.learn(), PinwireError);
  await question();
  await answer("x".repeat(66_000));
  assertEquals((await refused).message, "pipe:b sends without an end");
  asker.close();
});
