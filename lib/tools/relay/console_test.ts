import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { pure } from "../../app/_testing.ts";
import { PinwireError } from "../../errors.ts";
import { PairWorld } from "./_pair_testing.ts";
import { complete, execute } from "./console.ts";

/** A console of a relay with so many connections. */
class Desk {
  readonly worlds: PairWorld[];
  readonly printed: string[] = [];
  quits = 0;

  constructor(count: number) {
    this.worlds = Array.from({ length: count }, (_, i) => new PairWorld({}, { number: i + 1 }));
  }

  get pairs() {
    return this.worlds.map(({ pair }) => pair);
  }

  /** Types a line; gives what is printed. */
  type(line: string): string {
    execute(line, {
      pairs: this.pairs,
      now: this.worlds[0]?.clock.now() ?? 0,
      print: (text) => this.printed.push(text),
      quit: () => this.quits++,
    });
    return this.printed.splice(0).join("\n");
  }

  /** What each connection is held for, up and down. */
  get held() {
    return this.pairs.map(({ lanes }) => [lanes.up.gate.reason, lanes.down.gate.reason]);
  }

  refusal(line: string): string {
    const error = assertThrows(() => this.type(line), PinwireError);
    assertEquals([error.code, this.printed, this.quits], ["bad_command", [], 0]);
    return error.sentence;
  }

  async [Symbol.asyncDispose]() {
    for (const world of this.worlds) {
      world.pair.end("stop");
      await world.pass();
      await world.ended;
    }
  }
}

pure("execute list shows number, peer, age, bytes, and what is held", async () => {
  await using desk = new Desk(2);
  const [first, second] = desk.worlds;
  await first.client.send("question");
  await first.target.send("an");
  await first.pass(61_500);
  second.pair.lanes.down.gate.shut("stalled");
  assertEquals(desk.type("list").split("\n"), [
    "1  client  61 s  up 8, down 2 bytes",
    "2  client  61 s  up 0, down 0 bytes  down stalled",
  ]);
  desk.type("pause 1");
  assertMatch(desk.type(" list "), /^1 .*bytes {2}up paused {2}down paused\n2 /);
});

pure("execute list says so when nobody is there", () => {
  assertEquals(new Desk(0).type("list"), "no connection is open");
});

pure("execute list shows a peer's name safely", async () => {
  await using desk = new Desk(0);
  desk.worlds.push(new PairWorld({}, { clientName: "unix:\x1b[2J" }));
  const row = desk.type("list");
  assertMatch(row, /^1 {2}unix:.*\[2J {2}0 s/);
  assertEquals(row.includes("\x1b"), false);
});

pure("execute pause, stall and resume hold one connection, or all, and let them go", async () => {
  await using desk = new Desk(2);
  const none = [undefined, undefined];
  assertEquals(desk.type("pause 2"), "");
  assertEquals(desk.held, [none, ["paused", "paused"]]);
  desk.type("stall all");
  assertEquals(desk.held, [["stalled", "stalled"], ["stalled", "stalled"]]);
  desk.type("  resume   1 ");
  assertEquals(desk.held, [none, ["stalled", "stalled"]]);
  desk.type("resume all");
  assertEquals(desk.held, [none, none]);
});

pure("execute cut closes a connection at both ends, reset resets it, and the others go on", async () => {
  await using desk = new Desk(3);
  desk.type("cut 1");
  desk.type("reset 3");
  for (const world of desk.worlds) await world.pass();
  const [cut, whole, reset] = desk.worlds;
  assertEquals([cut.client.seen, cut.target.seen, await cut.ended], ["$", "$", "connection_closed"]);
  assertEquals([reset.client.seen, reset.target.seen], [" connection_reset", " connection_reset"]);
  await whole.client.send("hello");
  assertEquals(whole.target.seen, "hello");
});

pure("execute acts on all when there is none", () => {
  const desk = new Desk(0);
  for (const verb of ["pause", "resume", "stall", "cut", "reset"]) assertEquals(desk.type(`${verb} all`), "");
});

pure("execute help names each command, quit ends the relay, and an empty line does nothing", () => {
  const desk = new Desk(0);
  const words = desk.type("help").split("\n").map((line) => line.split(" ")[0]);
  assertEquals(words, ["list", "pause", "resume", "stall", "cut", "reset", "quit"]);
  assertEquals(words.length, new Set(words).size);
  desk.type("");
  desk.type("  \t");
  assertEquals(desk.quits, 0);
  desk.type("quit");
  assertEquals(desk.quits, 1);
});

pure("execute refuses what it doesn't understand, and says what to type", async () => {
  await using desk = new Desk(1);
  assertEquals(desk.refusal("pause"), "pause needs a connection: as in pause 3, or pause all");
  assertEquals(desk.refusal("cut 7"), "there is no connection 7: list shows their numbers");
  for (const which of ["01", "1.0", "+1", "-1", "ALL", "0"]) {
    assertMatch(desk.refusal(`reset ${which}`), /no connection/);
  }
  assertEquals(desk.refusal("pause 1 2"), `"2" is too much: help shows how it is written`);
  for (const line of ["list 1", "quit now", "help me"]) assertMatch(desk.refusal(line), /is too much/);
  assertEquals(desk.refusal("hasOwn 1"), `"hasOwn" is no command: help lists them`);
  assertEquals(desk.refusal("delay 300"), `"delay" is no command: help lists them`);
  for (const line of ["lst", "Pause", "constructor", "pause1"]) {
    assertEquals(desk.refusal(line), `"${line}" is no command: help lists them`);
  }
  assertEquals(desk.held, [[undefined, undefined]]);
});

pure("complete offers commands, then all and the numbers of connections", async () => {
  await using desk = new Desk(2);
  assertEquals(complete("", desk.pairs), [
    ...["list", "help", "quit"],
    ...["pause ", "resume ", "stall ", "cut ", "reset "],
  ]);
  assertEquals(complete("re", desk.pairs), ["resume ", "reset "]);
  assertEquals(complete("cut ", desk.pairs), ["cut all", "cut 1", "cut 2"]);
  assertEquals(complete("cut a", desk.pairs), ["cut all"]);
  for (const line of ["list ", "lst 1", "cut 1 ", "x"]) assertEquals(complete(line, desk.pairs), []);
});
