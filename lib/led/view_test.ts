import { assert, assertEquals } from "@std/assert";
import { HEADER, type HeaderPin, type LineState } from "deno-gpio";
import { deviceTable, drawHeader, drawLamp, LampRow, linkSentence } from "./view.ts";

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

const ERASE = "\r\x1b[2K";

pure("drawLamp shows whether a pin is lit without colours too", () => {
  assertEquals(drawLamp({ name: "red", on: true }, false), "● red");
  assertEquals(drawLamp({ name: "red", on: false }, false), "○ red");
});

pure("LampRow draws one row anew on a terminal", () => {
  const lamps = [{ name: "red", on: true }, { name: "green", on: false }];
  const row = new LampRow(() => lamps, true, false);
  assertEquals(row.changed(lamps[0], false), `${ERASE}● red   ○ green`);
  // A flash is drawn as any change.
  assertEquals(row.changed(lamps[0], true), `${ERASE}● red   ○ green`);
  assertEquals(row.above("hello"), `${ERASE}hello\n● red   ○ green`);
});

pure("LampRow writes a line for each change elsewhere, and none for a flash", () => {
  const row = new LampRow(() => [], false, false);
  assertEquals(row.changed({ name: "red", on: true }, false), "● red\n");
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

pure("drawHeader draws 20 rows, odd pins left and even ones right, no line ending in a space", () => {
  const rows = drawHeader(() => undefined, false);
  assertEquals(rows.length, 20);
  rows.forEach((row, i) => {
    const [left, right] = row.split(" │ ");
    const [odd, even] = [HEADER[2 * i], HEADER[2 * i + 1]];
    assertEquals(
      left.trimStart(),
      [odd.role, odd.name, String(odd.pin).padStart(2)].filter(Boolean).join(" "),
    );
    assertEquals(right, [String(even.pin).padEnd(2), even.name, even.role].filter(Boolean).join(" "));
  });
  assertEquals(new Set(rows.map((row) => row.indexOf("│"))).size, 1);
});

/** GPIO17 is an output, GPIO4 an input. */
function stateOf({ bcm }: HeaderPin): LineState | undefined {
  if (bcm === 17) return { direction: "out", high: true };
  return bcm === 4 ? { direction: "in", high: false } : undefined;
}

pure("drawHeader shows what a line does, if that is known", () => {
  const rows = drawHeader(stateOf, false);
  assertEquals(rows[5].trimStart(), "● high GPIO17 11 │ 12 GPIO18");
  assertEquals(rows[3].trimStart(), "in 0 GPIO4  7 │ 8  GPIO14 TXD");
});

pure("drawHeader in colour has the same text in the same places", () => {
  const coloured = drawHeader(stateOf, true).map((row) => row.replace(/\p{Cc}\[[\d;]*m/gu, "").trimEnd());
  assertEquals(coloured, drawHeader(stateOf, false));
});
