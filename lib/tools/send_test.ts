import { assertEquals } from "@std/assert";
import { contextOf, FakeClock, turn } from "../app/_testing.ts";
import type { Event } from "../app/mod.ts";
import { PinwireError } from "../errors.ts";
import { PullReader } from "../net/_pull_reader.ts";
import { listen, parseAddress } from "../net/mod.ts";
import { send, type SendOptions } from "./send.ts";
import { Source } from "./stdio.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

/** `send` of these messages to a peer that the test plays, with what comes back as events. */
async function sending(messages: string[], frame: string, options: Partial<SendOptions> = {}) {
  const listener = await listen(parseAddress("0", { schemes: ["tcp"] }));
  const clock = new FakeClock();
  const texts: string[] = [];
  let onText = () => {};
  const onEvent = (event: Event) => {
    if (event.event !== "message") return;
    texts.push(event.text);
    onText();
  };
  let isDone = false;
  const pieces = messages.map(utf8);
  const done = send(
    parseAddress(listener.address, { schemes: ["tcp"] }),
    new Source(() => Promise.resolve(pieces.shift())),
    { noHalfClose: false, ...options },
    {},
    contextOf(frame, { clock, onEvent, json: true }),
  ).finally(() => isDone = true);
  const peer = (await listener.accept())!;
  listener.close();
  return {
    done,
    clock,
    texts,
    peer,
    isDone: () => isDone,
    /** Until the sender pauses, or waits for an answer. */
    async waits(): Promise<void> {
      while (!clock.pending) await turn();
    },
    /** Waits until the sender pauses, and lets that pass. */
    async pause(ms: number): Promise<void> {
      await this.waits();
      clock.pass(ms);
    },
    /** Reads until the sender has ended its side. */
    async question(): Promise<string> {
      const reader = new PullReader(peer);
      let all = "";
      for (let part; (part = await reader.text()) !== undefined;) all += part;
      return all;
    },
    /** Says this, and waits until the sender has heard it. */
    async answer(text: string): Promise<void> {
      const heard = new Promise<void>((resolve) => onText = resolve);
      await peer.write(utf8(text));
      await heard;
      await turn();
    },
    [Symbol.dispose]: () => peer.close(),
  };
}

/** What `send` gives, or the code of its error. */
const codeOf = (done: Promise<boolean>) =>
  done.catch((error) => error instanceof PinwireError ? error.code : error);

Deno.test("send with until ends at an answer that says the word, with a newline behind it or not", async () => {
  for (const word of ["88", "88\n", "88\r\n"]) {
    using on = await sending(["hi"], "raw", { until: "88" });
    assertEquals(await on.question(), "hi");
    await on.answer("not yet 88");
    assertEquals(on.isDone(), false);
    await on.answer(word);
    assertEquals([await on.done, on.texts, on.clock.pending], [true, ["not yet 88", word], 0]);
  }
});

Deno.test("send with until sends nothing behind the word, and waits for the answers to what it has sent", async () => {
  using on = await sending(["a", "88", "b"], "line", { until: "88" });
  const asked = on.question();
  await on.pause(0);
  assertEquals(await asked, "a\n88\n");
  await on.answer("to a\n");
  assertEquals(on.isDone(), false);
  await on.answer("to 88\n");
  assertEquals(on.isDone(), false);
  on.peer.close();
  assertEquals([await on.done, on.texts, on.clock.pending], [true, ["to a", "to 88"], 0]);
});

Deno.test("send waits 2 s for what comes back, or as long as it is told: then silence is an error", async () => {
  const ends = [[undefined, 2_000, true], [50, 50, "no_answer"]] as const;
  for (const noHalfClose of [false, true]) {
    for (const [wait, ms, end] of ends) {
      using on = await sending(["hi"], "line", { wait, noHalfClose });
      const asked = on.question();
      if (!noHalfClose) assertEquals(await asked, "hi\n");
      await on.waits();
      on.clock.pass(ms - 1);
      await turn();
      assertEquals(on.isDone(), false);
      on.clock.pass(1);
      assertEquals([await codeOf(on.done), await asked, on.clock.pending], [end, "hi\n", 0]);
    }
  }
});

Deno.test("send takes no answer for an error only where it is told how long to wait", async () => {
  for (const [wait, end] of [[undefined, true], [50, "no_answer"]] as const) {
    using on = await sending(["hi"], "line", { wait });
    await on.question();
    on.peer.close();
    assertEquals([await codeOf(on.done), on.clock.pending], [end, 0]);
  }
});

Deno.test("send with noHalfClose ends its side once each message has its answer, and takes what follows", async () => {
  using on = await sending(["a", "b"], "line", { noHalfClose: true });
  let hasEnded = false;
  const asked = on.question().finally(() => hasEnded = true);
  await on.pause(0);
  await on.answer("to a\n");
  assertEquals(hasEnded, false);
  await on.answer("to b\n");
  assertEquals(await asked, "a\nb\n");
  await on.answer("more\n");
  on.peer.close();
  assertEquals([await on.done, on.texts, on.clock.pending], [true, ["to a", "to b", "more"], 0]);
});

Deno.test("send with noHalfClose and raw ends its side when the peer has, since an answer may come in pieces", async () => {
  using on = await sending(["hi"], "raw", { noHalfClose: true, wait: 50 });
  let hasEnded = false;
  const asked = on.question().finally(() => hasEnded = true);
  await on.waits();
  for (const piece of ["a piece", " and another"]) {
    await on.answer(piece);
    assertEquals(hasEnded, false);
  }
  on.peer.close();
  await Promise.all([on.done, asked.catch(() => {})]);
  assertEquals([on.texts, on.clock.pending], [["a piece", " and another"], 0]);
});

Deno.test("send pauses between messages, and not before the first or behind the last", async () => {
  using on = await sending(["a", "b"], "line", { interval: 1_000, repeat: 2 });
  const asked = on.question();
  for (let pauses = 0; pauses < 3; pauses++) await on.pause(1_000);
  assertEquals(await asked, "a\na\nb\nb\n");
  on.peer.close();
  assertEquals([await on.done, on.clock.pending], [true, 0]);
});
