import { assertEquals, assertRejects } from "@std/assert";
import { pure, turn } from "../../app/_testing.ts";
import { PinwireError } from "../../errors.ts";
import { fileOf, packetsOf, told } from "./_testing.ts";
import { openConversation, type StreamChoice } from "./conversation.ts";

const port = (port: number) => ({ client: { address: "127.0.0.1", port } });
const silent = packetsOf([">FIN", "<FIN"], port(1));
const first = packetsOf([">one", "<uno", ">FIN", "<FIN"], port(2));
const second = packetsOf([">two"], {
  client: { address: "::1", port: 3 },
  server: { address: "::1", port: 7 },
});
const datagrams = packetsOf([">udp"], { ...port(4), protocol: "udp" });
const all = fileOf([...silent, ...first, ...second, ...datagrams]);

async function* chunks(file: Uint8Array, size = 50) {
  for (let at = 0; at < file.length; at += size) yield await Promise.resolve(file.slice(at, at + size));
}

async function played(file: Uint8Array, choice?: StreamChoice): Promise<string[]> {
  using conversation = await openConversation(chunks(file), choice, true);
  const steps = [];
  for await (const step of conversation.steps) steps.push(told(step));
  return steps;
}

pure("openConversation takes the first stream that has data, and all of it", async () => {
  assertEquals(await played(all), [
    ...["own open", "other open", "own data one", "other data uno", "own close", "other close"],
  ]);
});

pure("openConversation takes the stream of a number, of TCP or UDP, whichever has data first", async () => {
  assertEquals((await played(all, { number: 2 })).at(-1), "own data two");
  assertEquals(await played(all, { number: 0 }), ["own data udp"]);
  assertEquals(await played(all, { protocol: "udp", number: 0 }), ["own data udp"]);
  assertEquals((await played(all, { protocol: "tcp", number: 1 })).length, 6);
});

pure("openConversation lists the streams where the chosen one isn't there, or has no data", async () => {
  const list =
    "give --stream one of 0 (127.0.0.1:1 to 127.0.0.1:7, 0 bytes), 1 (127.0.0.1:2 to 127.0.0.1:7, 6 bytes), " +
    "2 ([::1]:3 to [::1]:7, 3 bytes), udp:0 (127.0.0.1:4 to 127.0.0.1:7, 3 bytes)";
  await refuses(all, { number: 9 }, `the capture has no stream 9: ${list}`);
  await refuses(all, { protocol: "udp", number: 1 }, `the capture has no stream udp:1: ${list}`);
  await refuses(
    all,
    { protocol: "tcp", number: 0 },
    `nothing is said in stream 0 of the capture: ${list.replace(/0 \(.*? bytes\), /, "")}`,
  );
  await refuses(
    fileOf(silent),
    undefined,
    "nothing is said in any stream of the capture: capture whole packets, from before the programs talk",
  );
  await refuses(fileOf([]), undefined, /^the capture has no TCP and no UDP in it: /);
  const many = Array.from({ length: 12 }, (_, i) => packetsOf([">x"], port(i + 1))).flat();
  await refuses(fileOf(many), { number: 12 }, /9 \(.*\) and 2 more$/);
});

pure("openConversation gives what is before a damaged place, then says where that is", async () => {
  const packets = packetsOf([">one", 1, "<uno", 1, "<due"]);
  packets.splice(4, 1);
  const file = fileOf(packets);
  const steps: string[] = [];
  const error = await assertRejects(async () => {
    const conversation = await openConversation(chunks(file.subarray(0, -3)), undefined, true);
    for await (const step of conversation.steps) steps.push(told(step));
  }, PinwireError);
  assertEquals([error.code, steps.slice(2)], ["capture_truncated", ["own data one"]]);
  await refuses(new Uint8Array(50), undefined, /^this is no capture/);
});

pure("openConversation reads no further than to the end of the conversation", async () => {
  let read = 0;
  let isOver = false;
  async function* endless() {
    try {
      yield fileOf(first);
      for (;; read++) yield await Promise.resolve(fileOf(second));
    } finally {
      isOver = true;
    }
  }
  {
    using conversation = await openConversation(endless(), undefined, true);
    const steps = [];
    for await (const step of conversation.steps) steps.push(told(step));
    assertEquals([steps.length, read], [6, 0]);
  }
  await turn();
  assertEquals(isOver, true);
});

async function refuses(file: Uint8Array, choice: StreamChoice | undefined, sentence: string | RegExp) {
  const error = await assertRejects(() => openConversation(chunks(file), choice, true), PinwireError);
  const isRight = typeof sentence === "string" ? error.sentence === sentence : sentence.test(error.sentence);
  if (!isRight) assertEquals(error.sentence, String(sentence));
}
