import { assertEquals } from "@std/assert";
import { pure } from "../_testing.ts";
import { HANDSHAKE, Kept } from "./_testing.ts";
import { TcpConversation } from "./tcp_conversation.ts";

const ENDS = { client: { address: "127.0.0.1", port: 50_000 }, server: { address: "127.0.0.1", port: 7 } };
const frame = (frame: number, from: number, to: number, begins = true, ends = true) => ({
  frame,
  from,
  to,
  begins,
  ends,
});

function begun(): [Kept, TcpConversation] {
  const kept = new Kept();
  const conversation = new TcpConversation(kept.recording, ENDS);
  assertEquals(kept.told(), HANDSHAKE);
  return [kept, conversation];
}

pure("TcpConversation acknowledges what came by what goes back, and ends each side once", () => {
  const [kept, conversation] = begun();
  conversation.data("client", new Uint8Array(5), [frame(1, 0, 5)]);
  conversation.data("server", new Uint8Array(1), [frame(1, 0, 1)]);
  assertEquals(kept.told(), [
    '50000 → 7 PSH,ACK 1:6 ack 1 "frame 1: bytes 0-4"',
    '7 → 50000 PSH,ACK 1:2 ack 6 "frame 1: byte 0"',
  ]);
  conversation.finish("client");
  conversation.finish("client");
  conversation.data("client", new Uint8Array(1), []);
  conversation.data("server", new Uint8Array(2), []);
  conversation.close("server");
  conversation.reset("server");
  assertEquals(kept.told(), [
    "50000 → 7 FIN,ACK 6 ack 2",
    "7 → 50000 ACK 2 ack 7",
    "7 → 50000 PSH,ACK 2:4 ack 7",
    "7 → 50000 FIN,ACK 4 ack 7",
    "50000 → 7 ACK 7 ack 5",
  ]);
});

pure("TcpConversation cuts a read to segments of 1,460 bytes, each with the frames in it", () => {
  const [kept, conversation] = begun();
  const frames = [frame(3, 0, 10, false), frame(4, 10, 3000), frame(5, 3000, 3001, true, false)];
  conversation.data("server", new Uint8Array(3001), frames, ["too long"]);
  assertEquals(kept.told(), [
    '7 → 50000 ACK 1:1461 ack 1 "frame 3 ends: bytes 0-9" "frame 4 begins: bytes 10-1459"',
    '7 → 50000 ACK 1461:2921 ack 1 "frame 4 goes on: bytes 0-1459"',
    '7 → 50000 PSH,ACK 2921:3002 ack 1 "frame 4 ends: bytes 0-79" "frame 5 begins: byte 80" "too long"',
  ]);
});

pure("TcpConversation has no more than 64 KiB and a segment under way", () => {
  const [kept, conversation] = begun();
  conversation.data("client", new Uint8Array(1 << 20), []);
  let sent = 1, acknowledged = 1, most = 0;
  for (const packet of kept.take()) {
    if (packet.protocol !== "tcp") continue;
    if (packet.source.port === 7) acknowledged += (packet.segment.ack - acknowledged - first(kept)) >>> 0;
    else sent += packet.segment.length;
    most = Math.max(most, sent - acknowledged);
  }
  assertEquals([sent, most < 65_536 + 1460, most > 60_000], [1 + (1 << 20), true, true]);
});

const first = ({ time }: Kept) => Math.floor(Math.floor(time * 1000) / 4) % 2 ** 32;

pure("TcpConversation that is reset says nothing more", () => {
  const [kept, conversation] = begun();
  conversation.reset("server");
  conversation.data("client", new Uint8Array(1), []);
  conversation.close("client");
  assertEquals(kept.told(), ["7 → 50000 RST,ACK 1 ack 1"]);
});

pure("TcpConversation counts over 4 GiB, and the numbers begin anew", () => {
  const kept = new Kept();
  // The number of the first byte is the time in units of 4 µs: so it is 2,000 below the end.
  kept.time = (2 ** 32 - 2001) * 4 / 1000;
  const conversation = new TcpConversation(kept.recording, ENDS);
  kept.take();
  const piece = new Uint8Array(1 << 20).fill(7);
  const sent: number[] = [];
  for (let i = 0; i < 4097; i++) {
    conversation.data("client", piece, []);
    // What lies between is too much to look at.
    if (i > 0 && i < 4095) kept.pieces.length = 0;
    else for (const { protocol, segment } of kept.take()) if (protocol === "tcp") sent.push(segment.seq);
  }
  conversation.data("server", new Uint8Array(1), []);
  const [last] = kept.take();
  assertEquals(sent.slice(0, 3), [2 ** 32 - 2000, 2 ** 32 - 540, 920]);
  assertEquals(last.protocol === "tcp" && last.segment.ack, (4097 * 2 ** 20 - 2000) % 2 ** 32);
});

pure("TcpConversation over ports that are used again has other numbers, and its time never goes back", () => {
  const kept = new Kept();
  const numbers = [0, 1, -5].map((ms) => {
    kept.time += ms;
    new TcpConversation(kept.recording, ENDS);
    const [syn] = kept.take();
    return [syn.protocol === "tcp" && syn.segment.seq, syn.packet.time];
  });
  const time = 1_700_000_000_000_250n;
  assertEquals(numbers.map(([, time]) => time), [
    time * 1000n,
    (time + 1000n) * 1000n,
    (time + 1000n) * 1000n,
  ]);
  assertEquals(Number(numbers[1][0]) - Number(numbers[0][0]), 250);
});
