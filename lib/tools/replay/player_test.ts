import { assertEquals, assertRejects } from "@std/assert";
import { contextOf, FakeClock, pure, turn } from "../../app/_testing.ts";
import { PinwireError } from "../../errors.ts";
import { type Connection, pipe } from "../../net/mod.ts";
import { PullReader } from "../../net/_pull_reader.ts";
import { packetsOf, type RecordedPacket, stepsOf } from "./_testing.ts";
import { streamPartner } from "./partner.ts";
import { Player, type PlayOptions } from "./player.ts";
import type { Step } from "./steps.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

interface PlayingOptions extends Partial<PlayOptions> {
  isClient?: boolean;
}

/** A side that is played to the test. */
interface Playing {
  peer: Connection;
  clock: FakeClock;
  reader: PullReader;
  /** What was told, each with its hint. */
  told: string[];
  done: Promise<boolean>;
  say(text: string): Promise<void>;
}

function playing(
  recorded: (string | number)[] | RecordedPacket[],
  { isClient = true, wait = 5000, speed = "max" }: PlayingOptions = {},
): Playing {
  const clock = new FakeClock();
  const told: string[] = [];
  const context = contextOf("raw", {
    clock,
    onEvent: (event) => event.event === "error" && told.push(`${event.message}: ${event.hint}`),
  });
  context.reporter.note = (lines) => void told.push(lines);
  const [ours, peer] = pipe({ second: { name: "peer" } });
  const partner = streamPartner(ours, clock);
  const packets = typeof recorded[0] === "object"
    ? recorded as RecordedPacket[]
    : packetsOf(recorded as string[]);
  const steps = stepsOf(packets, isClient);
  const done = new Player(partner, { wait, speed }, context).play(each(steps)).finally(() => partner.close());
  done.catch(() => {});
  return {
    peer,
    clock,
    reader: new PullReader(peer),
    told,
    done,
    say: async (text) => await peer.write(bytes(text)),
  };
}

async function* each(steps: Step[]) {
  for (const step of steps) yield await Promise.resolve(step);
}

pure("Player says what one side said, each time once it has heard as much as had been recorded", async () => {
  const { reader, say, done, peer, told } = playing([">one", "<un", "<o", ">two", "<due", ">FIN", "<FIN"]);
  assertEquals(await reader.text(), "one");
  await say("un");
  const two = reader.text();
  let isSaid = false;
  two.then(() => isSaid = true);
  await turn();
  assertEquals(isSaid, false);
  await say("od");
  assertEquals(await two, "two");
  await say("ue");
  assertEquals(await reader.text(), undefined);
  await peer.closeWrite();
  assertEquals([await done, told], [true, []]);
});

pure("Player plays the server's side too, and waits for the client first", async () => {
  const { reader, say, done, peer, told } = playing([">ask", "<answer", ">FIN", "<FIN"], { isClient: false });
  await say("as");
  await say("k");
  assertEquals(await reader.text(), "answer");
  await peer.closeWrite();
  assertEquals([await reader.text(), await done, told], [undefined, true, []]);
});

pure("Player takes the recorded time to answer at speed 1, counted from what it heard", async () => {
  const script = [300, ">one", 200, "<uno", 100, ">two", 50, ">three"];
  const { reader, say, done, clock } = playing(script, { speed: "1" });
  const said: string[] = [];
  const reading = (async () => {
    for (let text; (text = await reader.text()) !== undefined;) said.push(text);
  })();
  async function pass(ms: number) {
    await turn();
    clock.pass(ms);
    await turn();
    return said.join();
  }
  assertEquals([await pass(299), await pass(1)], ["", "one"]);
  assertEquals(await pass(1000), "one");
  await say("uno");
  assertEquals([await pass(99), await pass(1)], ["one", "one,two"]);
  assertEquals([await pass(49), await pass(1)], ["one,two", "one,two,three"]);
  assertEquals(await done, true);
  await reading;
  assertEquals(clock.pending, 0);
});

pure("Player tells what is missing once nothing has come for so long, and goes on", async () => {
  const script = [">one", "<answer", 1, "<, more", ">two", "<due", ">FIN", "<FIN"];
  const { reader, say, done, clock, told, peer } = playing(script);
  assertEquals(await reader.text(), "one");
  await say("ans");
  const two = reader.text();
  await turn();
  clock.pass(4999);
  await turn();
  assertEquals(told, []);
  clock.pass(1);
  assertEquals(await two, "two");
  assertEquals(told, [
    "9 of the 12 bytes that peer said in the recording are missing, from byte 3 on: it was silent for 5 s; " +
    "wait longer with --wait if it needs that",
  ]);
  await say("due");
  assertEquals(await reader.text(), undefined);
  await peer.closeWrite();
  assertEquals([await done, told.length, clock.pending], [false, 1, 0]);
});

pure("Player waits for nothing of a side that has ended", async () => {
  const { reader, say, done, told, peer } = playing([">one", "<uno", ">two", "<due", ">FIN", "<FIN"]);
  assertEquals(await reader.text(), "one");
  await say("un");
  await peer.closeWrite();
  assertEquals([await reader.text(), await reader.text(), await done], ["two", undefined, false]);
  assertEquals(told, [
    "1 of the 3 bytes that peer said in the recording are missing, from byte 2 on: it has ended its side instead",
    "3 of the 3 bytes that peer said in the recording are missing, from byte 3 on: it has ended its side instead",
  ]);
});

pure("Player tells that the other side doesn't end as it had", async () => {
  const { reader, done, told, clock } = playing([">one", ">FIN", "<FIN"]);
  assertEquals([await reader.text(), await reader.text()], ["one", undefined]);
  await turn();
  clock.pass(5000);
  assertEquals([await done, told.length], [false, 1]);
  assertEquals(told[0].split(":")[0], "peer does not end its side as in the recording");
});

pure("Player waits for no end of a side that speaks for ever instead", async () => {
  const { say, done, told, clock } = playing(["<tick", "<FIN"]);
  await say("tick");
  for (let i = 0; i < 2; i++) {
    await say("tock");
    await turn();
    clock.pass(2500);
  }
  assertEquals(await done, false);
  assertEquals(told.slice(0, 2), [
    "peer does not end its side as in the recording: it says more instead",
    "peer says 8 bytes more than recorded, at byte 4: compare the two dumps; --ignore-difference lets it pass",
  ]);
});

pure(
  "Player tells where the answer differs first, with both dumps, and goes on by what is said",
  async () => {
    const { reader, say, done, told, peer } = playing([">one", "<uno", ">two", "<due", ">FIN", "<FIN"]);
    assertEquals(await reader.text(), "one");
    await say("una");
    assertEquals(await reader.text(), "two");
    await say("dux");
    await peer.closeWrite();
    assertEquals([await reader.text(), await done], [undefined, false]);
    const pad = " ".repeat(41);
    assertEquals(told, [
      "peer says something else than recorded, at byte 2: compare the two dumps; --ignore-difference lets it pass",
      `  recorded\n    00000000  75 6e 6f${pad}uno\n  now\n    00000000  75 6e 61${pad}una\n`,
    ]);
  },
);

pure("Player tells what is said beyond the recording", async () => {
  const { reader, say, done, told, peer } = playing([">one", "<uno", ">FIN", "<FIN"]);
  assertEquals(await reader.text(), "one");
  await say("uno!!");
  assertEquals(await reader.text(), undefined);
  await peer.closeWrite();
  assertEquals([await done, told.length], [false, 2]);
  assertEquals(told[0].split(":")[0], "peer says 2 bytes more than recorded, at byte 3");
  assertEquals(told[1].split("\n").map((line) => line.trim().replace(/ {3,}/, " ")), [
    ...["recorded", "nothing", "now", "00000003  21 21 !!", ""],
  ]);
});

pure("Player cuts the connection off where its side had, and takes an end for a reset", async () => {
  const cut = playing([">one", "<uno", ">RST"]);
  assertEquals(await cut.reader.text(), "one");
  await cut.say("uno and more");
  const error = await assertRejects(() => cut.reader.text(), PinwireError);
  assertEquals([error.code, await cut.done, cut.told], ["connection_reset", true, []]);

  for (const end of ["reset", "close"] as const) {
    const ended = playing([">one", "<RST"]);
    assertEquals(await ended.reader.text(), "one");
    ended.peer[end]();
    assertEquals([await ended.done, ended.told], [true, []]);
  }
});

pure("Player tells what the other side didn't take since it has gone", async () => {
  const { reader, say, done, told, peer } = playing([">one", "<uno", ">two", ">three", "<tre"]);
  assertEquals(await reader.text(), "one");
  peer.reset();
  assertEquals(await done, false);
  assertEquals(told.map((one) => one.split(":")[0]), [
    "3 of the 3 bytes that peer said in the recording are missing, from byte 0 on",
    "3 of the 3 bytes that peer said in the recording are missing, from byte 3 on",
    "peer did not take 8 bytes of ours",
  ]);
  await assertRejects(() => say("x"));
});

pure("Player gives up what the other side doesn't read for as long as it waits", async () => {
  const { done, told, clock } = playing([">one", ">FIN"], { wait: 0 });
  await turn();
  clock.pass(999);
  await turn();
  assertEquals(told, []);
  clock.pass(1);
  assertEquals([await done, told], [false, [
    "peer did not take 3 bytes of ours: it does not read them; wait longer with --wait if it needs that",
  ]]);
});

pure("Player names what the recording lacks, and plays the rest", async () => {
  const packets = packetsOf([">lost", ">one", "<gone", "<uno", ">FIN", "<FIN"], { segment: 100 });
  packets.splice(5, 1);
  packets.splice(3, 1);
  const { reader, say, done, told, peer } = playing(packets);
  assertEquals(await reader.text(), "one");
  await say("anythinguno".slice(4));
  assertEquals(await reader.text(), undefined);
  await peer.closeWrite();
  assertEquals([await done, told], [true, [
    "the recording lacks 4 bytes from byte 0 on of our side: they are left out",
    "the recording lacks 4 bytes from byte 0 on of the other side: whatever is there is taken",
  ]]);
});

pure("Player ends at what keeps the recording from being read on, behind what it has played", async () => {
  const clock = new FakeClock();
  const [ours, peer] = pipe();
  const partner = streamPartner(ours, clock);
  async function* broken() {
    yield* each(stepsOf(packetsOf([">one"])));
    throw new PinwireError("capture_truncated", "cut");
  }
  const player = new Player(partner, { wait: 1, speed: "max" }, contextOf("raw", { clock }));
  const done = player.play(broken()).finally(() => partner.close());
  const reader = new PullReader(peer);
  assertEquals(await reader.text(), "one");
  await assertRejects(() => done, PinwireError, "cut");
});
