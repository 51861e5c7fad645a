import { assertEquals } from "@std/assert";
import type { DatagramEvent, SegmentEvent, SystemCallEvent } from "../../app/mod.ts";
import type { Language } from "../../text/languages.ts";
import { WatchView } from "./view.ts";

const CLIENT = "127.0.0.1:50412", SERVER = "127.0.0.1:8001";

function segment(fields: Partial<SegmentEvent>): SegmentEvent {
  return {
    event: "segment",
    from: "client",
    flags: ["PSH", "ACK"],
    seq: 1,
    ack: 1,
    absolute: { seq: 1001, ack: 2001 },
    bytes: 0,
    window: 1000,
    options: [],
    stream: 0,
    ...fields.from === "server" ? { local: SERVER, remote: CLIENT } : { local: CLIENT, remote: SERVER },
    ...fields,
  };
}

const call = (call: string, program = "server.py"): SystemCallEvent => ({
  event: "system_call",
  pid: 7,
  program,
  call,
});

type Shown = SegmentEvent | DatagramEvent | SystemCallEvent;

function draws(name: string, events: Shown[], lines: string[], language: Language = "en"): void {
  Deno.test({
    name: `WatchView ${name}`,
    permissions: "none",
    fn() {
      const view = new WatchView({ language, coloured: false }, () => 80);
      const drawn = events.map((event, i) => view.drawAt(1000 * i, event)).join("") + view.foot();
      assertEquals(drawn, lines.map((line) => `${line}\n`).join(""));
    },
  });
}

draws("has the client at the left and the server at the right, and a number for each connection", [
  segment({ flags: ["SYN"], seq: 0, ack: undefined }),
  segment({ from: "server", flags: ["SYN", "ACK"], seq: 0 }),
  { event: "datagram", from: "client", bytes: 2, text: "hi", stream: 0, local: "[::1]:9", remote: "[::1]:7" },
  segment({ bytes: 5, text: "hello" }),
], [
  "            1 TCP: the client is 127.0.0.1:50412, the server 127.0.0.1:8001",
  "   0.0000   1  50412 ──▶ 8001   SYN     seq 0",
  "   0.0010   1  50412 ◀── 8001   SYN+ACK seq 0 ack 1",
  "            2 UDP: the client is [::1]:9, the server [::1]:7",
  '   0.0020   2      9 ──▶ 7      UDP      2 bytes "hi"',
  '   0.0030   1  50412 ──▶ 8001   PSH+ACK seq 1 ack 1  5 bytes "hello"',
]);

draws("cuts a content to the line, and says what is particular about a segment", [
  segment({ bytes: 90, text: "x".repeat(90), again: true }),
  segment({ bytes: 90, text: "好".repeat(45), encoding: "gbk" }),
  segment({ bytes: 40, hex: "00".repeat(40) }),
  segment({ from: "server", flags: ["ACK"], window: 0 }),
  segment({ flags: ["RST"], seq: 9, ack: undefined, window: 0 }),
  segment({ flags: ["RST", "ACK"], from: "server", absolute: { seq: 0, ack: 1 }, window: 0 }),
], [
  "            1 TCP: the client is 127.0.0.1:50412, the server 127.0.0.1:8001",
  '   0.0000   1  50412 ──▶ 8001   PSH+ACK seq 1 ack 1  90 bytes "xxxxxx…"  (again)',
  '   0.0010   1  50412 ──▶ 8001   PSH+ACK seq 1 ack 1  90 bytes "好好好好…" (GBK)',
  "   0.0020   1  50412 ──▶ 8001   PSH+ACK seq 1 ack 1  40 bytes 00 00 00 00 00 00…",
  "   0.0030   1  50412 ◀── 8001   ACK     seq 1 ack 1  window 0",
  "   0.0040   1  50412 ──▶ 8001   RST     seq 9  (connection reset)",
  "   0.0050   1  50412 ◀── 8001   RST+ACK seq 1 ack 1  (nobody listens there)",
]);

draws("has a call in one line with what has come of it, and counts the same one again", [
  call(`send(4, "${"x".repeat(90)}", 90) = 90`),
  ...Array(3).fill(call('recv(4, "", 1024) = 0')),
  call("accept(3) = 5", "a_program_with_a_very_long_name.py"),
  call("close(4) = 0"),
  call("close(4) = 0"),
], [
  '   0.0000   server.py           send(4, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…) = 90',
  '   0.0010   server.py           recv(4, "", 1024) = 0',
  "                                同样的调用又重复了 2 次",
  "   0.0040   a_program_with_a_v… accept(3) = 5",
  "   0.0050   server.py           close(4) = 0",
  "                                同样的调用又重复了 1 次",
], "zh");
