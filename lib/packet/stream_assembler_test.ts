import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { assemble, captured, told } from "./_assembling.ts";
import { fragments, middles, Talk, traffic } from "./_traffic.ts";
import { CaptureError } from "./capture/capture_error.ts";
import type { StreamPiece } from "./stream_assembler.ts";
import { TCP_FLAGS } from "./tcp.ts";

const { SYN, ACK, PSH, FIN, RST } = TCP_FLAGS;

Deno.test({
  name: "streams come out in order, each byte once, as it was seen first",
  permissions: "none",
  fn() {
    assertEquals(assemble(captured(traffic())).map((piece) => told(piece).replace(/x+/, "x…")), [
      "1 tcp 0 > open",
      "2 tcp 0 < open",
      "3 tcp 1 > open",
      "5 udp 0 > data ping",
      "6 tcp 0 > data hello",
      "7 tcp 1 < reset",
      "8 tcp 0 < data 0123456789",
      "9 udp 0 < data pong, oddly",
      "10 udp 0 < data ",
      "13 tcp 0 > data , the ",
      "12 tcp 0 > data world",
      "14 tcp 0 > data  and ",
      "15 tcp 0 > data everybody",
      "16 tcp 0 > close",
      "17 tcp 0 < data bye",
      "17 tcp 0 < close",
      "20 tcp 2 > open",
      "21 tcp 2 < open",
      "22 tcp 2 > data x…",
      "23 tcp 2 < reset",
    ]);
  },
});

Deno.test({
  name: "a connection that began before the capture, or in another order, has its client",
  permissions: "none",
  fn() {
    const pieces = assemble(captured(middles()));
    const ports = pieces.map(({ stream }) => [stream.number, stream.client.port]);
    assertEquals(ports[0], [0, 8080]);
    assertEquals(ports.find(([number]) => number === 1), [1, 40_001]);
    assertEquals(pieces.filter(({ kind }) => kind === "data").map(told), [
      "1 tcp 0 > data seven",
      "2 tcp 0 < data three",
      "9 tcp 3 > data early",
      "14 tcp 3 < data late",
    ]);
  },
});

Deno.test({
  name: "a datagram in fragments is one piece",
  permissions: "none",
  fn() {
    const pieces = assemble(captured(fragments()));
    assertEquals(pieces.map((piece) => [piece.kind, piece.kind === "data" && piece.bytes.length]), [
      ["data", 2520],
      ["data", 2520],
    ]);
  },
});

const talk = new Talk(1);
const client = (seq: number, text: string, flags: number = ACK) => talk.tcp("client", seq, 1, flags, text);
const server = (ack: number) => talk.tcp("server", 1, ack);
const pieces = (...packets: Uint8Array[]) => assemble(captured(packets)).map(told);

Deno.test({
  name: "what is missing is a gap once the other side has acknowledged it",
  permissions: "none",
  fn() {
    assertEquals(pieces(client(1, "one"), client(9, "three"), server(4), client(14, "!"), server(15)), [
      "1 tcp 0 > data one",
      "5 tcp 0 > gap 5",
      "2 tcp 0 > data three",
      "4 tcp 0 > data !",
    ]);
  },
});

Deno.test({
  name: "what is missing is a gap at a FIN, a reset and the end of the capture",
  permissions: "none",
  fn() {
    const closed = client(20, "", FIN | ACK);
    assertEquals(pieces(client(1, "one"), closed, server(21)).slice(1), [
      "3 tcp 0 > gap 16",
      "3 tcp 0 > close",
    ]);
    assertEquals(pieces(client(1, "one"), client(9, "x"), talk.tcp("server", 1, 4, RST)).slice(1), [
      "3 tcp 0 > gap 5",
      "2 tcp 0 > data x",
      "3 tcp 0 < reset",
    ]);
    assertEquals(pieces(client(1, "one"), client(9, "x"), closed).slice(1), [
      "3 tcp 0 > gap 5",
      "2 tcp 0 > data x",
      "3 tcp 0 > gap 10",
      "3 tcp 0 > close",
    ]);
  },
});

Deno.test({
  name: "what the capture cut off is a gap",
  permissions: "none",
  fn() {
    const packets = captured([client(1, "0123456789"), server(11), client(11, "ab", PSH | ACK)], 45);
    assertEquals(assemble(packets).map(told), [
      "1 tcp 0 > data 01234",
      "2 tcp 0 > gap 5",
      "3 tcp 0 > data ab",
    ]);
    const datagram = captured([talk.udp("client", "0123456789")], 33);
    assertEquals(assemble(datagram).map(told), ["1 udp 0 > data 01234", "1 udp 0 > gap 5"]);
  },
});

Deno.test({
  name: "any segments of a text, sent again and in any order, make the text",
  permissions: "none",
  fn() {
    const text = "The quick brown fox jumps over the lazy dog, and again over the lazy dog.";
    const segment = fc.tuple(fc.nat(text.length), fc.nat(20));
    const first = fc.constantFrom(0, 4_294_967_270, 2_147_483_630);
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 30 }), first, fc.boolean(), (segments, isn, inOrder) => {
        const each = Array.from({ length: Math.ceil(text.length / 9) }, (_, i) => [i * 9, 9]);
        const all = inOrder ? [...each, ...segments] : [...segments, ...each.reverse()];
        const sent = all.map(([from, length]) => client(isn + 1 + from, text.slice(from, from + length)));
        const end = client(isn + 1 + text.length, "", FIN | ACK);
        const packets = captured([talk.tcp("client", isn, 0, SYN), ...sent, end]);
        const back = assemble(packets);
        assertEquals(textOf(back), text);
        assertEquals(back.filter(({ kind }) => kind !== "data").map(({ kind }) => kind), ["open", "close"]);
      }),
    );
  },
});

Deno.test({
  name: "no more waits than is allowed, over all streams, and no byte is lost by it but what was missing",
  permissions: "none",
  fn() {
    const segments = Array.from({ length: 100 }, (_, i) => client(101 + 2 * i, "ab"));
    const back = assemble(captured([client(1, "x"), ...segments]), { maxWaiting: 10 * 258 });
    assertEquals(textOf(back), "x" + "ab".repeat(100));
    assertEquals(back.filter(({ kind }) => kind === "gap").map(told), ["12 tcp 0 > gap 99"]);

    const apart = Array.from({ length: 100 }, (_, i) => client(101 + 3 * i, "ab")).reverse();
    const given = assemble(captured([client(1, "x"), ...apart]), { maxWaiting: 10 * 258 });
    const bytes = given.reduce((sum, piece) => sum + (piece.kind === "gap" ? piece.length : 0), 0);
    assertEquals(textOf(given).length + bytes, 101 + 3 * 99 + 2 - 1);
  },
});

Deno.test({
  name: "too many streams are an error that says where",
  permissions: "none",
  fn() {
    const packets = captured(Array.from({ length: 4 }, (_, i) => new Talk(i).udp("client", "")));
    assertEquals(assemble(packets, { maxStreams: 4 }).length, 4);
    const error = assertThrows(() => assemble(packets, { maxStreams: 3 }), CaptureError);
    assertEquals([error.code, error.offset], ["capture_too_large", packets[3].offset]);
  },
});

Deno.test({
  name: "any packets, whatever is changed in them, end in pieces, and none has more bytes than came",
  permissions: "none",
  fn() {
    const change = fc.tuple(fc.nat(30), fc.nat(60), fc.nat(255));
    fc.assert(fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      const packets = [...traffic(), ...middles(), ...fragments()];
      for (const [which, at, byte] of changes) packets[which][at % packets[which].length] = byte;
      const all = packets.reduce((sum, { length }) => sum + length, 0);
      for (const piece of assemble(captured(packets), { maxWaiting: 1000 })) {
        if (piece.kind === "data") assert(piece.bytes.length <= all);
        if (piece.kind === "gap") assert(piece.length > 0);
      }
    }));
  },
});

function textOf(pieces: StreamPiece[]): string {
  return pieces.map((piece) => piece.kind === "data" ? new TextDecoder().decode(piece.bytes) : "").join("");
}
