import { assertEquals } from "@std/assert";
import { follows, History } from "./history.js";
import { noticeText } from "./notices.js";
import { Pace } from "./pace.js";
import { TEXTS } from "./texts.js";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

test("History keeps the last thousand lines, and lets whole pages go", () => {
  const history = new History();
  for (let i = 0; i < 1_020; i++) history.add({ nick: "amy", text: String(i) });
  const lines = history.pages.flatMap(({ entries }) => entries);
  assertEquals([history.count, lines.length, lines[0].text, lines.at(-1)?.text], [1_020, 970, "50", "1019"]);
  assertEquals(new Set(history.pages.map(({ key }) => key)).size, history.pages.length);
});

test("a line follows the one before only if it is the same one's, and as public", () => {
  const amy = { nick: "amy", text: "hi" };
  assertEquals(follows(amy, amy), true);
  assertEquals(follows(undefined, amy), false);
  assertEquals(follows({ notice: "x" }, { notice: "y" }), false);
  for (
    const other of [{ nick: "bob" }, { isPrivate: true }, { to: "bob" }, { isAction: true }, { isOwn: true }]
  ) {
    assertEquals(follows(amy, { ...amy, ...other }), false, JSON.stringify(other));
  }
});

test("noticeText says in Chinese what it knows in Chinese, and else what the server says", () => {
  const cases: [notice: string, text: string][] = [
    ["amy has joined", "amy 来了"],
    ["amy, bob and 7 others have left", "amy、bob、另外 7 人 走了"],
    ["amy is now 小明", "amy 改名为 小明"],
    ["the name amy is taken: choose another", "名字 amy 已经有人用了，请换一个"],
    ["/who             who is in this room", "/who             看看谁在这个房间"],
    ["something new", "something new"],
  ];
  for (const [notice, text] of cases) {
    assertEquals([noticeText({ notice }, "zh"), noticeText({ notice }, "en")], [text, notice]);
  }
  assertEquals(noticeText({ note: "missed", values: [1] }, "en"), "1 line missed");
  assertEquals(noticeText({ note: "in", values: ["dev", ["amy", "bob"]] }, "zh"), "dev 里有：amy、bob");
});

test("Pace lets a burst pass, then no more than the server allows", () => {
  const pace = new Pace();
  pace.limit([10, 20], 0);
  let count = 0;
  while (pace.wait(0) === 0 && count < 100) {
    pace.said("x");
    count++;
  }
  // 85 % of the burst; each line counts for a little more than one.
  assertEquals(count, 16);
  const wait = pace.wait(0);
  assertEquals([wait > 0, wait < 200, pace.wait(wait)], [true, true, 0]);
  pace.limit(undefined, 0);
  assertEquals(pace.wait(0), 0);
});

test("the page says the same things in both languages", () => {
  assertEquals(Object.keys(TEXTS.zh), Object.keys(TEXTS.en));
});
