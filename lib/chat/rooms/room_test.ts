import { assert, assertEquals } from "@std/assert";
import { Chat } from "../_session_testing.ts";
import { pure } from "../_testing.ts";
import { parseSpec } from "../../framing/mod.ts";
import { Reporter } from "../../app/mod.ts";
import { FakeClock } from "../../net/_fake_clock.ts";
import { utf8 } from "../../text/mod.ts";
import { LineFormats } from "./line_format.ts";
import { printControlLine } from "../control_lines.ts";
import type { HistoryEntry } from "../protocol.ts";
import { Room } from "./room.ts";
import { WriteScheduler } from "./write_scheduler.ts";

const roomOf = (history: number, maxQueue: number) =>
  new Room("lobby", {
    history,
    maxQueue,
    timestamps: false,
    reporter: new Reporter({ program: "", role: "server", forward() {} }),
    scheduler: new WriteScheduler(),
    clock: new FakeClock(),
  });

const entryOf = (room: Room, line: number, text = `${line}`, log = room.log): HistoryEntry => ({
  time: 0,
  room: room.name,
  nick: "amy",
  text,
  isAction: false,
  log,
  line,
});

const LINES = new LineFormats(parseSpec("line"));
const [PLAIN, NUMBERED] = [LINES.get(utf8, false), LINES.get(utf8, true)];
const textOf = (frames: Uint8Array[]) => frames.map((frame) => new TextDecoder().decode(frame));

pure("Room.past gives the last lines that fit into half of what may wait, oldest first", () => {
  const room = roomOf(100, 20_000);
  for (let i = 1; i <= 100; i++) room.remember(entryOf(room, i, `${i}`.padEnd(994, ".")));
  const { frames, entries } = room.past(PLAIN);
  const numbers = textOf(frames).map((line) => parseInt(line.slice(5)));
  assertEquals(entries.map(({ line }) => line), numbers);
  assertEquals(numbers, Array.from({ length: numbers.length }, (_, i) => 101 - numbers.length + i));
  assert(numbers.length >= 8 && numbers.length <= 10, `${numbers.length} of 1,000 bytes`);
});

pure("Room.past makes each frame once, for each format its own", () => {
  const room = roomOf(100, 65_536);
  room.remember(entryOf(room, 1));
  room.remember(entryOf(room, 2));
  const [first, second] = [room.past(PLAIN).frames, room.past(PLAIN).frames];
  assertEquals(first.length, 2);
  assert(first.every((frame, i) => frame === second[i]));
  assertEquals(textOf(room.past(NUMBERED).frames), ["#1 amy: 1\n", "#2 amy: 2\n"]);
  assertEquals(textOf(room.past(PLAIN).frames), ["amy: 1\n", "amy: 2\n"]);
});

pure("Room.past numbers only the lines of this room's log, and gives only those that it is asked for", () => {
  const room = roomOf(100, 65_536);
  for (const entry of [entryOf(room, 7, "old", "before"), entryOf(room, 1), entryOf(room, 2)]) {
    room.remember(entry);
  }
  assertEquals(textOf(room.past(NUMBERED).frames), ["amy: old\n", "#1 amy: 1\n", "#2 amy: 2\n"]);
  assertEquals(textOf(room.past(NUMBERED, room.history.slice(2)).frames), ["#2 amy: 2\n"]);
});

pure("Room.past passes over what no frame can hold", () => {
  const format = new LineFormats(parseSpec("len:u8")).get(utf8, false);
  const room = roomOf(100, 65_536);
  const texts = ["one", "x".repeat(300), "two"];
  texts.forEach((text, i) => room.remember(entryOf(room, i + 1, text)));
  const { frames, entries } = room.past(format);
  assertEquals(textOf(frames).map((frame) => frame.slice(1)), ["amy: one", "amy: two"]);
  assertEquals(entries.map(({ line }) => line), [1, 3]);
});

pure("Room.past of very short lines fits into a newcomer's queue", async () => {
  await using chat = new Chat({ maxQueue: 4_096 });
  for (let i = 1; i <= 100; i++) chat.hub.rooms.lobby.remember(entryOf(chat.hub.rooms.lobby, i));
  const peer = chat.connect();
  await peer.write("/nick bob\n");
  const heard = [];
  while (heard.at(-1) !== "* guest1 is now bob") heard.push(await peer.line());
  assertEquals(heard.filter((line) => line.includes("missed")), []);
  assert(heard.includes("amy: 100"));
});

pure("Room that is made anew has another log: a client that resumes there is told everything", async () => {
  await using chat = new Chat();
  const amy = await chat.join("amy");
  await amy.write("/join dev\nold one\nold two\n/join lobby\n");
  await amy.sees(/in lobby/);
  const old = chat.hub.rooms.used().length;
  const { log } = await logOf(chat, "dev");
  // Empty rooms give way once there are a hundred.
  const guests = Array.from({ length: 99 }, () => chat.connect());
  for (const [i, guest] of guests.entries()) {
    await guest.write(`/join room${i}\n`);
    await guest.sees(new RegExp(`in room${i}$`));
  }
  guests[5].close();
  await guests[5].served;
  await amy.write("/join dev\nnew one\nnew two\n/who\n");
  await amy.sees(/^\* in dev/);
  const bob = chat.connect();
  const resume = { session: "gone", log, line: 2 };
  await bob.write(printControlLine({ nick: "bob", room: "dev", resume, heartbeat: false }) + "\n");
  const welcome = await bob.welcome();
  assert(welcome.log !== log, "another log");
  assertEquals([old, welcome.room, welcome.line, welcome.past], [1, "dev", 2, 2]);
  assertEquals(await bob.lines(2), ["#1 amy: new one", "#2 amy: new two"]);
});

/** What a client of ours is told of a room when it comes into it. */
async function logOf(chat: Chat, room: string) {
  const client = chat.connect();
  await client.write(printControlLine({ nick: "asks", room, heartbeat: false }) + "\n");
  const welcome = await client.welcome();
  await client.endWrite();
  await client.served;
  return welcome;
}
