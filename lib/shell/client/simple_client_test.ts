import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { contextOf, FakeClock, pure, turn } from "../../app/_testing.ts";
import { PinwireError } from "../../errors.ts";
import { PullReader } from "../../net/_pull_reader.ts";
import { pipe } from "../../net/mod.ts";
import { LONGEST_COMMAND, SIMPLE_SPEC } from "../protocol.ts";
import { post } from "../wire/flow.ts";
import { SimpleClient } from "./simple_client.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A client, and the server's end of its connection. */
function world(maxFrame = 1_000) {
  const [here, there] = pipe();
  const clock = new FakeClock();
  const reader = new PullReader(there);
  return {
    client: SimpleClient.open(here, contextOf(SIMPLE_SPEC, { maxFrame, clock })),
    clock,
    /** What one read of the server's gives. */
    hear: () => reader.text(),
    say: (...said: (string | number[])[]) => {
      for (const one of said) post(there, typeof one === "string" ? bytes(one) : Uint8Array.from(one));
    },
    close: () => there.close(),
  };
}

const lengthOf = (
  length: number,
) => [length & 0xff, length >> 8 & 0xff, length >> 16 & 0xff, length >> 24 & 0xff];

const errorOf = (promise: Promise<unknown>) => assertRejects(() => promise, PinwireError);

pure("SimpleClient.ask sends the bare command, and gives its answer", async () => {
  const { client, hear, say } = world();
  for (const [command, answer] of [["ls", "a\nb\n"], ["true", ""], ["echo 你好", "你好\n"]]) {
    const running = client.ask(command);
    assertEquals(await hear(), command);
    say(lengthOf(bytes(answer).length), answer);
    assertEquals(text(await running), answer);
  }
  client.close();
});

pure(
  "SimpleClient.ask waits for an answer that comes in pieces, a byte of its length at a time",
  async () => {
    const { client, hear, say } = world();
    const running = client.ask("ls");
    await hear();
    for (const byte of lengthOf(3)) say([byte]);
    say("a");
    say("bc");
    assertEquals(text(await running), "abc");
    client.close();
  },
);

pure(
  "SimpleClient.ask sends no command that is too long for the wire, and takes the next one",
  async () => {
    const { client, hear, say } = world();
    assertEquals((await errorOf(client.ask("x".repeat(LONGEST_COMMAND + 1)))).code, "command_too_long");
    assertEquals((await errorOf(client.ask("é".repeat(LONGEST_COMMAND / 2 + 1)))).code, "command_too_long");
    const running = client.ask("x".repeat(LONGEST_COMMAND));
    assertEquals((await hear())!.length, LONGEST_COMMAND);
    say(lengthOf(0));
    assertEquals(await running, new Uint8Array());
    client.close();
  },
);

pure("SimpleClient.ask fails at bare output, whose end can't be found", async () => {
  for (const output of ["total 8\ndrwx", "12345", "\xff\xff\xff\xff"]) {
    const { client, hear, say } = world();
    const running = client.ask("ls");
    await hear();
    say(output);
    const error = await errorOf(running);
    assertEquals([error.code, await errorOf(client.lost)], ["stuck", error], output);
    assertEquals(await errorOf(client.ask("ls")), error);
  }
});

pure("SimpleClient.ask waits 2 s for the rest of a length, then takes it for bare output", async () => {
  const { client, clock, hear, say } = world();
  const running = client.ask("ls");
  await hear();
  // The command may take as long as it likes.
  clock.pass(60_000);
  say("a", "b");
  await turn();
  clock.pass(1_999);
  assertEquals(clock.pending, 1);
  const failing = errorOf(running);
  clock.pass(1);
  assertEquals([(await failing).code, clock.pending], ["stuck", 0]);
});

pure(
  "SimpleClient.ask waits for an answer as long as the command takes, once its length is whole",
  async () => {
    const { client, clock, hear, say } = world();
    const running = client.ask("sleep 9");
    await hear();
    say(lengthOf(3));
    await turn();
    assertEquals(clock.pending, 0);
    say("abc");
    assertEquals(text(await running), "abc");
    client.close();
  },
);

const HEADER = '{"total_size": 12}';

pure(
  "SimpleClient.ask takes no JSON header for the answer, in one read with what follows or before it",
  async () => {
    const framed = [lengthOf(HEADER.length), HEADER];
    const one = [...lengthOf(HEADER.length), ...bytes(`${HEADER}x`)];
    for (
      const reads of [[one], [...framed, "x"], [...framed, "total 8\ndrwx"], [...framed, lengthOf(2), "ab"]]
    ) {
      const { client, clock, hear, say } = world();
      const running = errorOf(client.ask("ls"));
      await hear();
      say(...reads);
      const { code, message } = await running;
      assertEquals(
        [code, message],
        ["json_header", `a JSON header came in front of the answer: ${HEADER}`],
      );
      assertEquals([(await errorOf(client.lost)).code, clock.pending], ["json_header", 0]);
    }
  },
);

pure(
  "SimpleClient.ask gives JSON that a command prints, after 0.2 s or at the end of the connection",
  async () => {
    const { client, clock, hear, say, close } = world();
    for (const end of [() => clock.pass(200), close]) {
      const running = client.ask("cat");
      await hear();
      say(lengthOf(HEADER.length), HEADER);
      while (clock.pending < 1) await turn();
      end();
      assertEquals(text(await running), HEADER);
    }
    await errorOf(client.lost);
    // What has a line's end, or is no object, is given at once.
    const other = world();
    for (const answer of [`${HEADER}\n`, '"{}"', "{ no }", "{}{}"]) {
      const running = other.client.ask("cat");
      await other.hear();
      other.say(lengthOf(answer.length), answer);
      assertEquals(text(await running), answer);
    }
    other.client.close();
  },
);

pure("SimpleClient leaves a server that sends an answer without a question", async () => {
  const { client, say } = world();
  say(lengthOf(2), "hi");
  assertEquals((await errorOf(client.lost)).code, "stuck");
  assertEquals((await errorOf(client.ask("ls"))).code, "stuck");
});

pure("SimpleClient.ask refuses an answer that is longer than --max-frame, and names the option", async () => {
  for (const length of [11, 16_777_216, 149_000_000]) {
    const { client, hear, say } = world(10);
    const running = client.ask("ls");
    await hear();
    say(lengthOf(length));
    const { code, sentence } = await errorOf(running);
    assertEquals([code, sentence], ["frame_too_long", `the answer has ${length} bytes: raise --max-frame`]);
  }
});

pure("SimpleClient.ask fails when the connection ends inside an answer, and before one", async () => {
  const cut = world();
  const running = cut.client.ask("ls");
  await cut.hear();
  cut.say(lengthOf(20), "half");
  await turn();
  cut.close();
  const error = await errorOf(running);
  assertEquals([error.code, error.message], [
    "link_lost",
    "the connection ended inside an answer of 20 bytes",
  ]);
  const none = world();
  const waiting = none.client.ask("ls");
  await none.hear();
  none.close();
  assertEquals((await errorOf(waiting)).code, "connection_closed");
  assertEquals((await errorOf(none.client.lost)).code, "connection_closed");
});

pure("SimpleClient.ask knows a server of wire v1 by the error that it answers", async () => {
  const { client, hear, say } = world();
  const running = client.ask("ls");
  await hear();
  say([0, 0, 0, 90, 14, 0, 0, 0, 0]);
  assertEquals((await errorOf(running)).code, "not_simple");
});

for (const scheme of ["tcp", "a carrier of tomorrow"]) {
  pure(`SimpleClient.open refuses another machine over ${scheme}, encrypted or not`, async () => {
    for (const isEncrypted of [false, true]) {
      const [here, there] = pipe({ second: { scheme, host: "192.0.2.1", isLocal: false, isEncrypted } });
      const error = assertThrows(() => SimpleClient.open(here, contextOf(SIMPLE_SPEC)), PinwireError);
      assertEquals([error.code, await new PullReader(there).text()], ["local_only", undefined]);
    }
  });
}
