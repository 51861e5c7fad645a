import { assertEquals, assertMatch } from "@std/assert";
import type { LabEvent } from "../../app/mod.ts";
import { twin } from "../../text/languages.ts";
import { displayWidth } from "../../text/width.ts";
import type { SequenceStyle } from "./sequence_style.ts";
import { SequenceView } from "./sequence_view.ts";

const SEGMENT: LabEvent = {
  event: "segment",
  from: "client",
  flags: ["PSH", "ACK"],
  seq: 1,
  ack: 1,
  absolute: { seq: 4_000_000_001, ack: 4_000_000_002 },
  bytes: 1000,
  window: 65_536,
  options: ["MSS 1460", "SACK permitted", "window scale 10"],
};

function draw(events: LabEvent[], style: SequenceStyle = {}, coloured = false): string {
  const view = new SequenceView({ language: "en", coloured, style });
  return events.map((event) => view.draw(event)).join("");
}

const draws = (name: string, fn: () => void) =>
  Deno.test({ name: `SequenceView ${name}`, permissions: "none", fn });

draws("breaks what doesn't fit into 80 columns", () => {
  const lines = draw([SEGMENT]).trimEnd().split("\n");
  assertEquals(Math.max(...lines.map(displayWidth)) <= 80, true);
  assertEquals(lines.length, 4);
  assertEquals(draw([SEGMENT], { isBrief: true }).trimEnd().split("\n").length, 2);
});

draws("lets a call that is too long for its column begin before it, at the server's end", () => {
  const call = (call: string): LabEvent => ({ event: "call", at: "server", call });
  assertEquals(draw([call("close()")]), `${" ".repeat(65)}close()\n`);
  const long = draw([call("setsockopt(SO_REUSEADDR, 1)")]);
  assertEquals(long, "setsockopt(SO_REUSEADDR, 1)\n".padStart(81));
});

draws("lets a lost segment end on its way, from either end", () => {
  const [line] = draw([{ ...SEGMENT, lost: true }]).split("\n");
  assertMatch(line, /^ {16}── PSH\+ACK seq 1 ack 1 ─+╳ +lost$/);
  const [back] = draw([{ ...SEGMENT, from: "server", lost: true }]).split("\n");
  assertMatch(back, /^ {17,}╳─+ PSH\+ACK seq 1 ack 1 ── lost$/);
});

draws("leaves out the parts of a lesson that have no title", () => {
  const scenes = { shown: twin({ en: () => "Shown", zh: () => "显示" }) };
  const call: LabEvent = { event: "call", at: "client", call: "write()" };
  const events: LabEvent[] = [{ event: "scene", scene: "hidden" }, call, SEGMENT, {
    event: "scene",
    scene: "shown",
  }, call];
  assertEquals(draw(events, { scenes }), "\nShown\n\nwrite()\n");
});

draws("says below a state what the lesson says of it", () => {
  const style: SequenceStyle = { explain: ({ state }) => [`why ${state}`, "row"] };
  const state: LabEvent = { event: "tcp_state", at: "server", state: "LISTEN" };
  assertEquals(
    draw([state], style),
    `${" ".repeat(65)}LISTEN\n${" ".repeat(19)}why LISTEN\n${" ".repeat(19)}row\n`,
  );
});

draws("colours nothing that takes columns", () => {
  const plain = draw([SEGMENT, { ...SEGMENT, lost: true }], {}, true).replace(/\p{Cc}\[\d+m/gu, "");
  assertEquals(
    plain.split("\n").map((line) => line.trimEnd()).join("\n"),
    draw([SEGMENT, { ...SEGMENT, lost: true }]),
  );
});
