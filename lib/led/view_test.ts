import { assert, assertEquals } from "@std/assert";
import { pure } from "../app/_testing.ts";
import { deviceTable, drawLamp, LampRow, linkSentence } from "./view.ts";

const ERASE = "\r\x1b[2K";

const PIPE = { isTerminal: false, isColoured: false };
const TERMINAL = { isTerminal: true, isColoured: false };

pure("drawLamp says in words what a pin is, and on a terminal draws a dot too", () => {
  const [red, green] = [{ name: "red", on: true }, { name: "green", on: false }];
  assertEquals([drawLamp(red, PIPE), drawLamp(green, PIPE)], ["red is on", "green is off"]);
  assertEquals([drawLamp(red, TERMINAL), drawLamp(green, TERMINAL)], ["● red is on", "○ green is off"]);
});

pure("LampRow draws one row anew on a terminal", () => {
  const lamps = [{ name: "red", on: true }, { name: "green", on: false }];
  const row = new LampRow(() => lamps, TERMINAL, () => 80);
  const drawn = "● red is on   ○ green is off";
  assertEquals(row.changed(lamps[0], false), `${ERASE}${drawn}`);
  // A flash is drawn as any change.
  assertEquals(row.changed(lamps[0], true), `${ERASE}${drawn}`);
  assertEquals(row.above("hello"), `${ERASE}hello\n${drawn}`);
});

pure("LampRow takes away all rows that a narrow terminal has made of the one", () => {
  const lamps = [{ name: "red", on: true }, { name: "厨房", on: false }];
  let columns = 27;
  const row = new LampRow(() => lamps, TERMINAL, () => columns);
  // 27 columns: in 27 of them the cursor stays in the row, in 10 and 20 the row is wrapped.
  const drawn = "● red is on   ○ 厨房 is off";
  assertEquals(row.changed(lamps[0], false), `${ERASE}${drawn}`);
  assertEquals(row.above("hello"), `${ERASE}hello\n${drawn}`);
  columns = 20;
  assertEquals(row.changed(lamps[1], false), `${ERASE}\x1b[A${ERASE}${drawn}`);
  columns = 10;
  assertEquals(row.changed(lamps[1], false), `${ERASE}\x1b[A${ERASE}\x1b[A${ERASE}${drawn}`);
});

pure("LampRow writes a line for each change elsewhere, and none for a flash", () => {
  const row = new LampRow(() => [], PIPE);
  assertEquals(row.changed({ name: "red", on: true }, false), "red is on\n");
  assertEquals(row.changed({ name: "red", on: true }, true), "");
  assertEquals(row.above("hello"), "hello\n");
});

pure("linkSentence says what happens to an agent's link, and makes it safe for a terminal", () => {
  assertEquals(linkSentence({ event: "connected", peer: "tcp://h:1" }), "connected to tcp://h:1");
  assertEquals(
    linkSentence({ event: "disconnected", peer: "tcp://h:1", reason: "no heartbeat" }),
    "lost tcp://h:1 (no heartbeat)",
  );
  // A link that the agent itself ends is not lost.
  assertEquals(linkSentence({ event: "disconnected", peer: "tcp://h:1", reason: "stopped" }), undefined);
  assertEquals(linkSentence({ event: "notice", text: "a\x1b[2Jb" }), "a^[[2Jb");
  assertEquals(linkSentence({ event: "state", on: true }), undefined);
});

pure("deviceTable writes a line for each device, its columns below each other", () => {
  const rows = deviceTable([
    { index: 0, peer: "tcp://127.0.0.1:50123", plain: true },
    { index: 1, name: "kitchen", peer: "tcp://127.0.0.1:5", pin: "11", chip: "simulated", on: true },
    { index: 10, name: "lamp", peer: "unix:#3", pin: "GPIO17", on: false, desired: "off" },
  ]);
  assertEquals(rows, [
    "0   -        127.0.0.1:50123  -    plain client",
    "1   kitchen  127.0.0.1:5      on   pin 11 of simulated",
    "10  lamp     unix:#3          off  pin GPIO17, told off",
  ]);
  assertEquals(deviceTable([]), []);
});

pure("deviceTable keeps its columns where a name is wide", () => {
  const rows = deviceTable([
    { index: 0, name: "厨房", peer: "unix:#1", on: true },
    { index: 1, name: "lamp", peer: "unix:#2", on: false },
  ]);
  assertEquals(rows, ["0  厨房  unix:#1  on", "1  lamp  unix:#2  off"]);
});

pure("deviceTable says since when a device is away, by this machine's clock", () => {
  const since = new Date(2026, 10, 21, 10, 0, 5);
  const [row] = deviceTable([{ index: 0, name: "lamp", on: true, desired: "on", away: since.toISOString() }]);
  assertEquals(row, "0  lamp  away  on  since 10:00:05, told on");
});

pure("deviceTable makes visible what a device, or a controller, says of itself", () => {
  const [row] = deviceTable([{
    index: 0,
    name: "a\x1b[2J",
    peer: "tcp://x\x07",
    pin: "\u202e11",
    chip: "c\r",
    desired: "\x9b",
  }]);
  assert(!/[\p{Cc}\u202e]/u.test(row), row);
  assert(row.includes("a^[[2J"));
});
