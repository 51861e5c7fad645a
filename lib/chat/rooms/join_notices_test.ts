import { assertEquals } from "@std/assert";
import { pure } from "../../../tests/support/pure.ts";
import { FakeClock } from "../../net/_fake_clock.ts";
import { JoinNotices, listed } from "./join_notices.ts";

/** What {@linkcode JoinNotices} tell, and their clock. */
class Told {
  readonly clock = new FakeClock();
  readonly texts: string[] = [];
  /** The newcomers of each notice. */
  readonly newcomers: string[][] = [];
  readonly notices: JoinNotices<{ nick: string }>;

  constructor() {
    this.notices = new JoinNotices((text, newcomers) => {
      this.texts.push(text);
      this.newcomers.push(newcomers.map(({ nick }) => nick));
    }, this.clock);
  }
}

pure("JoinNotices tells of the first at once, and of those within half a second together", () => {
  const { notices, texts, clock } = new Told();
  notices.joined({ nick: "amy" });
  assertEquals(texts, ["amy has joined"]);
  for (const nick of ["bob", "cat", "dan"]) notices.joined({ nick });
  notices.left({ nick: "amy" });
  notices.left({ nick: "dan" });
  clock.pass(499);
  assertEquals(texts.length, 1);
  clock.pass(1);
  assertEquals(texts.slice(1), ["amy has left", "bob and cat have joined"]);
  // Half a second without anybody, and the next one is a first one again.
  clock.pass(500);
  assertEquals(clock.pending, 0);
  notices.left({ nick: "bob" });
  assertEquals(texts.at(-1), "bob has left");
});

pure("JoinNotices gives the newcomers of each notice, who know it already, and nobody who has left", () => {
  const { notices, texts, newcomers } = new Told();
  notices.joined({ nick: "amy" });
  for (const nick of ["bob", "cat"]) notices.joined({ nick });
  notices.left({ nick: "amy" });
  notices.flush();
  assertEquals(texts, ["amy has joined", "amy has left", "bob and cat have joined"]);
  assertEquals(newcomers, [["amy"], [], ["bob", "cat"]]);
});

pure("JoinNotices tells nothing of those who come and go while it gathers", () => {
  const { notices, texts } = new Told();
  notices.joined({ nick: "amy" });
  notices.joined({ nick: "bob" });
  notices.left({ nick: "bob" });
  notices.left({ nick: "amy" });
  notices.joined({ nick: "amy" });
  notices.flush();
  assertEquals(texts, ["amy has joined"]);
});

pure("JoinNotices.flush tells at once what was gathered, and once", () => {
  const { notices, texts } = new Told();
  for (const nick of ["amy", "bob", "cat"]) notices.joined({ nick });
  notices.flush();
  notices.flush();
  assertEquals(texts, ["amy has joined", "bob and cat have joined"]);
});

pure("JoinNotices goes on gathering after flush", () => {
  const { notices, texts, clock } = new Told();
  notices.joined({ nick: "amy" });
  notices.joined({ nick: "bob" });
  notices.flush();
  notices.joined({ nick: "cat" });
  assertEquals(texts.length, 2);
  clock.pass(500);
  assertEquals(texts.at(-1), "cat has joined");
});

pure("JoinNotices.close forgets what was gathered", () => {
  const { notices, texts, clock } = new Told();
  notices.joined({ nick: "amy" });
  notices.joined({ nick: "bob" });
  notices.close();
  notices.flush();
  assertEquals([texts, clock.pending], [["amy has joined"], 0]);
  // After that the next one is a first one again.
  notices.joined({ nick: "cat" });
  assertEquals(texts.at(-1), "cat has joined");
});

pure("listed names ten, and counts the others", () => {
  const names = Array.from({ length: 13 }, (_, i) => `g${i + 1}`);
  assertEquals(listed(["amy"]), "amy");
  assertEquals(listed(["amy", "bob", "cat"]), "amy, bob and cat");
  const ten = names.slice(0, 10).join(", ");
  assertEquals(listed(names.slice(0, 10)), ten.replace(", g10", " and g10"));
  assertEquals(listed(names.slice(0, 11)), `${ten} and g11`);
  assertEquals(listed(names), `${ten} and 3 others`);
});
