import { assertEquals } from "@std/assert";
import { contextOf, FakeClock, pure, turn } from "../../app/_testing.ts";
import type { Event } from "../../app/mod.ts";
import { pipe } from "../../net/mod.ts";
import { textOf, utf8 } from "./_flow_testing.ts";
import type { ReadsOptions } from "./reads.ts";
import { watchReads } from "./reads.ts";

/** A connection whose reads are watched, on a clock of its own. */
class Watched {
  readonly clock = new FakeClock();
  readonly events: Event[] = [];
  /** What has come through. */
  text = "";
  #sender;

  constructor(spec: string, options: Partial<ReadsOptions> = {}, maxFrame?: number) {
    const context = contextOf(spec, {
      json: true,
      clock: this.clock,
      maxFrame,
      onEvent: (event) => void this.events.push(event),
    });
    const [sender, receiver] = pipe();
    this.#sender = sender;
    const names = { client: "tcp://127.0.0.1:5", target: "tcp://127.0.0.1:6" };
    const watched = watchReads(
      receiver,
      { direction: "up", isDatagram: false, json: true, ...names, ...options },
      context,
    );
    void watched.receive((bytes) => void (this.text += textOf(bytes)));
  }

  /** What is told of a read of this. */
  async read(text: string): Promise<Event[]> {
    await this.#sender.write(utf8(text));
    await turn();
    return this.events.splice(0);
  }

  /** The lengths of the frames that ended in each of these reads. */
  async frames(...texts: string[]): Promise<number[][]> {
    const lengths: number[][] = [];
    for (const text of texts) {
      for (const event of await this.read(text)) if (event.event === "data") lengths.push(event.frames);
    }
    return lengths;
  }
}

pure("watchReads tells of each read whose it is, by the client's name, and passes it on", async () => {
  const up = new Watched("line");
  assertEquals(await up.read("ab\nc"), [{
    event: "data",
    from: "client",
    peer: "tcp://127.0.0.1:5",
    bytes: 4,
    hex: "61620a63",
    frames: [2],
  }]);
  assertEquals(up.text, "ab\nc");
  const down = new Watched("line", { direction: "down" });
  const [event] = await down.read("x");
  assertEquals(event, {
    event: "data",
    from: "target",
    peer: "tcp://127.0.0.1:5",
    bytes: 1,
    hex: "78",
    frames: [],
  });
});

pure("watchReads leaves a connection alone of which nothing is to be told", () => {
  const [, connection] = pipe();
  const options = { direction: "up", client: "", target: "", isDatagram: false, json: false } as const;
  assertEquals(watchReads(connection, options, contextOf("raw")) === connection, true);
});

pure("watchReads tells the lengths of the frames that ended in each read", async () => {
  assertEquals(await new Watched("raw").frames("ab", "c"), [[2], [1]]);
  assertEquals(await new Watched("line").frames("a\nbc\r\n\nd", "ef", "\n"), [[1, 2, 0], [], [3]]);
  assertEquals(await new Watched("len:u8").frames("\x02a", "b\x00\x01", "c"), [[], [2, 0], [1]]);
  assertEquals(await new Watched("fixed:2").frames("abcde", "f"), [[2, 2], [2]]);
  assertEquals(await new Watched("delim:2e").frames("a.b", "c.."), [[1], [2, 0]]);
  assertEquals(await new Watched("netstring").frames("3:ab", "c,0:,"), [[], [3, 0]]);
});

pure("watchReads tells of a datagram as one frame, whatever is in it", async () => {
  assertEquals(await new Watched("line", { isDatagram: true }).frames("a\nb\n", "c"), [[4], [1]]);
});

pure("watchReads counts a frame that a pause has ended to no read", async () => {
  const watched = new Watched("text");
  assertEquals(await watched.frames("ab"), [[]]);
  watched.clock.pass(100);
  assertEquals(await watched.frames("cd\n"), [[2]]);
});

pure(
  "watchReads tells of a bad frame once, and passes on what comes, though frames are unknown then",
  async () => {
    const watched = new Watched("netstring");
    const [error, data] = await watched.read("x");
    assertEquals([error.event, data.event], ["error", "data"]);
    assertEquals(await watched.frames("3:abc,"), [[]]);
    assertEquals(watched.text, "x3:abc,");
  },
);

pure("watchReads goes on with the frames behind one that is too long", async () => {
  const watched = new Watched("line", {}, 3);
  const told = await watched.read("abcdef");
  assertEquals(told.map(({ event }) => event), ["error", "data"]);
  assertEquals(await watched.frames("g\nhi\n"), [[2]]);
  assertEquals(watched.text, "abcdefg\nhi\n");
});

pure("watchReads keeps what a decoder still holds, though the memory of a read is used again", async () => {
  const watched = new Watched("line");
  assertEquals(await watched.frames("abc", "xyz", "\n"), [[], [], [6]]);
});
