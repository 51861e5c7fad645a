import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { sceneContext } from "../../demo/scene.ts";
import { PinwireError } from "../../errors.ts";
import { parseSpec } from "../../framing/mod.ts";
import type { Event } from "../../app/mod.ts";
import { pipe } from "../../net/mod.ts";
import { LONGEST_COMMAND, SIMPLE_SPEC } from "../protocol.ts";
import { SimpleClient } from "./simple_client.ts";

function pure(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, permissions: "none", fn });
}

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Done when all that can happen now has happened. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A client, and the server's end of its connection. */
function world(maxFrame = 1_000) {
  const [here, there] = pipe();
  const events: Event[] = [];
  const scene = sceneContext(SIMPLE_SPEC, (event) => void events.push(event));
  const context = { ...scene, codec: parseSpec(SIMPLE_SPEC, maxFrame) };
  return {
    client: SimpleClient.open({ ...here, remote: "tcp://127.0.0.1:8080" }, context),
    events,
    /** What one read of the server's gives. */
    async hear(): Promise<string> {
      const buffer = new Uint8Array(10_000);
      return text(buffer.subarray(0, await there.read(buffer) ?? 0));
    },
    say: (...said: (string | number[])[]) => {
      for (const one of said) {
        there.write(typeof one === "string" ? bytes(one) : Uint8Array.from(one)).catch(() => {});
      }
    },
    close: there.close,
  };
}

const lengthOf = (
  length: number,
) => [length & 0xff, length >> 8 & 0xff, length >> 16 & 0xff, length >> 24 & 0xff];

const errorOf = (promise: Promise<unknown>) => assertRejects(() => promise, PinwireError);

pure("SimpleClient.run sends the bare command, and gives its answer", async () => {
  const { client, hear, say } = world();
  for (const [command, answer] of [["ls", "a\nb\n"], ["true", ""], ["echo 你好", "你好\n"]]) {
    const running = client.run(command);
    assertEquals(await hear(), command);
    say(lengthOf(bytes(answer).length), answer);
    assertEquals(text(await running), answer);
  }
  client.close();
});

pure(
  "SimpleClient.run waits for an answer that comes in pieces, a byte of its length at a time",
  async () => {
    const { client, hear, say } = world();
    const running = client.run("ls");
    await hear();
    for (const byte of lengthOf(3)) say([byte]);
    say("a");
    say("bc");
    assertEquals(text(await running), "abc");
    client.close();
  },
);

pure(
  "SimpleClient.run sends no command that is longer than the wire has, and is as good as before",
  async () => {
    const { client, hear, say } = world();
    assertEquals((await errorOf(client.run("x".repeat(LONGEST_COMMAND + 1)))).code, "command_too_long");
    assertEquals((await errorOf(client.run("é".repeat(LONGEST_COMMAND / 2 + 1)))).code, "command_too_long");
    const running = client.run("x".repeat(LONGEST_COMMAND));
    assertEquals((await hear()).length, LONGEST_COMMAND);
    say(lengthOf(0));
    assertEquals(await running, new Uint8Array());
    client.close();
  },
);

pure("SimpleClient.run tells of bare output, whose end can't be told", async () => {
  for (const output of ["total 8\ndrwx", "12345", "\xff\xff\xff\xff"]) {
    const { client, hear, say } = world();
    const running = client.run("ls");
    await hear();
    say(output);
    const error = await errorOf(running);
    assertEquals([error.code, await errorOf(client.lost)], ["stuck", error], output);
    assertEquals(await errorOf(client.run("ls")), error);
  }
});

pure("SimpleClient.run waits 2 s for the rest of a length, then it was output", async () => {
  const { setTimeout, clearTimeout } = globalThis;
  const timers = new Map<number, [run: () => void, ms: number]>();
  let count = 0;
  Object.assign(globalThis, {
    setTimeout: (run: () => void, ms: number) => (timers.set(++count, [run, ms]), count),
    clearTimeout: (id: number) => void timers.delete(id),
  });
  try {
    const { client, hear, say } = world();
    const running = client.run("ls");
    await hear();
    assertEquals(timers.size, 0);
    say("a", "b", "\n");
    await turn();
    assertEquals([...timers.values()].map(([, ms]) => ms), [2_000]);
    for (const [run] of timers.values()) run();
    assertEquals((await errorOf(running)).code, "stuck");
    // A whole length can be as slow as the command.
    const patient = world();
    patient.client.run("ls").catch(() => {});
    await patient.hear();
    patient.say(lengthOf(3));
    await turn();
    assertEquals(timers.size, 0);
    patient.client.close();
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout });
  }
});

pure("SimpleClient gives up a server that answers what nobody asked", async () => {
  const { client, say } = world();
  say(lengthOf(2), "hi");
  assertEquals((await errorOf(client.lost)).code, "stuck");
  assertEquals((await errorOf(client.run("ls"))).code, "stuck");
});

pure("SimpleClient.run refuses an answer that is longer than --max-frame, and names the option", async () => {
  for (const length of [11, 16_777_216, 149_000_000]) {
    const { client, hear, say } = world(10);
    const running = client.run("ls");
    await hear();
    say(lengthOf(length));
    const { code, sentence } = await errorOf(running);
    assertEquals([code, sentence], ["frame_too_long", `the answer has ${length} bytes: raise --max-frame`]);
  }
});

pure("SimpleClient.run tells of a connection that ends inside an answer, and before one", async () => {
  const cut = world();
  const running = cut.client.run("ls");
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
  const waiting = none.client.run("ls");
  await none.hear();
  none.close();
  assertEquals((await errorOf(waiting)).code, "connection_closed");
  assertEquals((await errorOf(none.client.lost)).code, "connection_closed");
});

pure("SimpleClient.run knows a server of wire v1 by the error that it answers", async () => {
  const { client, hear, say } = world();
  const running = client.run("ls");
  await hear();
  say([0, 0, 0, 90, 14, 0, 0, 0, 0]);
  assertEquals((await errorOf(running)).code, "not_simple");
});

pure("SimpleClient.open leads to no other machine, and closes the way there", async () => {
  const [here, there] = pipe();
  const far = { ...here, remote: "tcp://192.0.2.1:8080" };
  const error = assertThrows(() => SimpleClient.open(far, sceneContext(SIMPLE_SPEC)), PinwireError);
  assertEquals([error.code, await there.read(new Uint8Array(1))], ["local_only", null]);
});
