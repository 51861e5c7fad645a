import { assertEquals } from "@std/assert";
import type { SegmentEvent, TcpEnd } from "../../app/mod.ts";
import { Closings } from "./closings.ts";

type Segment = [from: TcpEnd, flags: string, seq: number, ack: number];

function waits(name: string, segments: Segment[], told: (TcpEnd[] | undefined)[]): void {
  Deno.test({
    name: `Closings ${name}`,
    permissions: "none",
    fn() {
      const closings = new Closings();
      const events = segments.map(([from, flags, seq, ack]): SegmentEvent => ({
        ...{ event: "segment", from, flags: flags.split("+"), seq, ack, stream: 0, bytes: 0 },
        ...{ absolute: { seq, ack }, window: 1, options: [] },
      }));
      assertEquals(events.map((event) => closings.take(event)), told);
    },
  });
}

waits("tells who closed first when the other's FIN is acknowledged, and once", [
  ["server", "FIN+ACK", 3, 6],
  ["client", "ACK", 6, 4],
  ["client", "FIN+ACK", 6, 4],
  ["server", "ACK", 4, 7],
  ["server", "ACK", 4, 7],
], [undefined, undefined, undefined, ["server"], undefined]);

waits("knows those who close at the same time", [
  ["server", "FIN+ACK", 3, 6],
  ["client", "FIN+ACK", 6, 3],
  ["server", "ACK", 4, 7],
  ["client", "ACK", 7, 4],
], [undefined, undefined, undefined, ["client", "server"]]);

waits("says nothing of a connection that is reset, or half closed", [
  ["client", "FIN+ACK", 6, 3],
  ["server", "ACK", 3, 7],
  ["server", "RST+ACK", 3, 7],
  ["client", "ACK", 7, 3],
], [undefined, undefined, undefined, undefined]);
