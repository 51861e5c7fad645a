import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { assert, assertEquals } from "@std/assert";
import { Lanes } from "./lanes.js";

const A = "tcp://127.0.0.1:50001", B = "tcp://127.0.0.1:50002";

/** A read of five bytes, so many ms after the beginning. */
const data = (peer: string, ms = 0, from = "client") => ({
  event: "data",
  time: new Date(Date.UTC(2026, 0) + ms).toISOString(),
  peer,
  from,
  bytes: 5,
  hex: "68656c6c6f",
  frames: [5],
});

const LIMITS = { reads: 10, bytes: 1_000, closedLanes: 3 };

const lanesOf = ({ lanes }: Lanes) => lanes.map(({ peer, isOpen, reads }) => [peer, isOpen, reads.length]);

Deno.test({
  name: "Lanes has a lane for each connection, with what came either way in its order",
  permissions: "none",
  fn() {
    const lanes = new Lanes();
    lanes.take({ event: "listening", address: "tcp://127.0.0.1:8001" });
    lanes.take({ event: "listening", address: "http://127.0.0.1:8000" });
    lanes.take({ event: "connected", peer: A });
    lanes.take(data(A, 0));
    lanes.take(data(B, 3));
    lanes.take(data(A, 40, "target"));
    lanes.take({ event: "disconnected", peer: A, reason: "end of stream" });
    assertEquals(lanes.address, "tcp://127.0.0.1:8001");
    assertEquals(lanesOf(lanes), [[A, false, 2], [B, true, 1]]);
    const { reads, reason } = lanes.lanes[0];
    assertEquals(reason, "end of stream");
    assertEquals(reads.map(({ from, gap }) => [from, gap]), [["client", 0], ["server", 40]]);
  },
});

Deno.test({
  name: "Lanes gives a peer that comes again a lane of its own",
  permissions: "none",
  fn() {
    const lanes = new Lanes();
    for (const event of ["connected", "disconnected", "connected"]) lanes.take({ event, peer: A });
    lanes.take(data(A));
    assertEquals(lanesOf(lanes), [[A, false, 0], [A, true, 1]]);
    lanes.lost();
    lanes.take({ event: "connected", peer: A });
    assertEquals(lanesOf(lanes).map(([, isOpen]) => isOpen), [false, false, true]);
  },
});

Deno.test({
  name: "Lanes lets the oldest reads go once there are too many, and counts them",
  permissions: "none",
  fn() {
    const lanes = new Lanes(LIMITS);
    for (let i = 0; i < 8; i++) lanes.take(data(A, i));
    for (let i = 0; i < 6; i++) lanes.take(data(B, i));
    assertEquals(lanesOf(lanes), [[A, true, 4], [B, true, 6]]);
    assertEquals([lanes.count, lanes.dropped], [10, 4]);
    const [{ reads, left }] = lanes.lanes;
    assertEquals(reads[0].number, 4);
    assertEquals(left < reads[0].x && left > 0, true);
  },
});

Deno.test({
  name: "Lanes bounds bytes too, and closed lanes, the oldest of which goes with all it has",
  permissions: "none",
  fn() {
    const lanes = new Lanes({ ...LIMITS, bytes: 12 });
    for (let i = 0; i < 3; i++) lanes.take(data(A, i));
    assertEquals([lanes.count, lanes.dropped], [2, 1]);
    const closed = new Lanes(LIMITS);
    for (let i = 0; i < 5; i++) {
      const peer = `tcp://127.0.0.1:${50_000 + i}`;
      closed.take(data(peer));
      closed.take({ event: "disconnected", peer, reason: "end of stream" });
    }
    assertEquals([closed.lanes.length, closed.count, closed.dropped], [3, 3, 2]);
    for (let i = 0; i < 20; i++) closed.take(data(A, i));
    assertEquals(lanesOf(closed), [[A, true, 10]]);
    assertEquals([closed.count, closed.dropped], [10, 15]);
  },
});

Deno.test({
  name: "Lanes keeps of long frames the start of their texts, and not the texts themselves",
  permissions: "none",
  fn() {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc");
    const lanes = new Lanes();
    collect();
    const before = Deno.memoryUsage().heapUsed;
    for (let i = 0; i < 200; i++) {
      const pieces = Array.from({ length: 40 }, (_, n) => {
        const text = `${i} ${n}`.padEnd(1_600, "ab");
        return { from: n * 1_601, to: (n + 1) * 1_601, begins: true, ends: true, text };
      });
      lanes.take({ ...data(A, i), bytes: 64_040, frames: pieces.map(() => 1_600), pieces });
    }
    collect();
    const each = (Deno.memoryUsage().heapUsed - before) / lanes.count;
    assert(each < 40_000, `${each} bytes for each read`);
  },
});
