import { assert, assertEquals } from "@std/assert";
import { captures, pcap } from "../lib/packet/_captures.ts";
import { Talk } from "../lib/packet/_traffic.ts";
import { CaptureReader, StreamAssembler, type StreamPiece, TCP_FLAGS } from "../lib/packet/mod.ts";
import { anyBytes } from "./support/any_bytes.ts";
import { follow, HAS_TSHARK } from "./support/tshark.ts";

const { SYN, ACK, FIN } = TCP_FLAGS;
/** What each side says over a bad wire. */
const SAID = anyBytes(4000).map((byte) => 97 + byte % 26);
const files: Record<string, Uint8Array> = {
  "raw": captures()["raw"],
  "in the middle": captures()["in the middle"],
  "fragments": captures()["fragments"],
  "a bad wire": pcap(badWire(1)),
  "another bad wire": pcap(badWire(7)),
};

for (const [name, file] of Object.entries(files)) {
  Deno.test({
    name: `streams have the bytes that tshark follows: ${name} (needs tshark)`,
    ignore: !HAS_TSHARK,
    async fn() {
      const streams = Map.groupBy(piecesOf(file), ({ stream }) => stream);
      assert(streams.size > 0);
      const ours = [...streams.values()].map((pieces) =>
        [true, false].map((fromClient) => hexOf(pieces.filter((piece) => piece.isFromClient === fromClient)))
      );
      assertEquals(ours, await follow(file, [...streams.keys()]));
    },
  });
}

Deno.test("a bad wire loses no byte of what was said", () => {
  for (const seed of [1, 7, 9]) {
    const pieces = piecesOf(pcap(badWire(seed)));
    assertEquals(pieces.filter(({ kind }) => kind === "gap"), []);
    for (const fromClient of [true, false]) {
      const hex = hexOf(pieces.filter(({ isFromClient }) => isFromClient === fromClient));
      assertEquals(hex, SAID.toHex());
    }
  }
});

/**
 * A connection in which both sides say the same in segments of different lengths, of which some come twice, some with
 * what follows, and some later.
 */
function badWire(seed: number): Uint8Array[] {
  let state = seed;
  const random = (max: number) => (state = (state * 1_664_525 + 1_013_904_223) >>> 0) % 65_521 % max;
  const talk = new Talk(50_000);
  const text = new TextDecoder().decode(SAID);
  const segments = (["client", "server"] as const).map((side) => {
    const sent: Uint8Array[] = [];
    for (let at = 0, length; at < text.length; at += length) {
      length = 1 + random(60);
      const piece = (more: number) => talk.tcp(side, 1 + at, 1, ACK, text.slice(at, at + length + more));
      sent.push(piece(0));
      if (random(5) === 0) sent.push(piece(random(100)));
    }
    return sent;
  });
  const mixed = segments.flatMap((sent) => sent.map((packet, i) => ({ packet, place: i + random(6) })));
  mixed.sort((a, b) => a.place - b.place);
  const end = (side: "client" | "server") => talk.tcp(side, 1 + text.length, 1 + text.length, FIN | ACK);
  return [
    talk.tcp("client", 0, 0, SYN),
    talk.tcp("server", 0, 1, SYN | ACK),
    talk.tcp("client", 1, 1),
    ...mixed.map(({ packet }) => packet),
    end("client"),
    end("server"),
  ];
}

function piecesOf(file: Uint8Array): StreamPiece[] {
  const reader = new CaptureReader();
  reader.feed(file);
  const assembler = new StreamAssembler();
  const pieces: StreamPiece[] = [];
  for (let packet; (packet = reader.next());) pieces.push(...assembler.add(packet));
  return [...pieces, ...assembler.end()];
}

const hexOf = (pieces: StreamPiece[]) =>
  pieces.map((piece) => piece.kind === "data" ? piece.bytes.toHex() : "").join("");
