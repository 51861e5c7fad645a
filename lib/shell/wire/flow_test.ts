import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { pure, turn } from "../../app/_testing.ts";
import { PinwireError } from "../../errors.ts";
import { PullReader } from "../../net/_pull_reader.ts";
import { pipe as netPipe } from "../../net/mod.ts";
import { TYPE } from "../protocol.ts";
import { Inflow, sendParts } from "./flow.ts";
import { HEADER } from "./frame.ts";
import { Credit, WINDOW, Window } from "./window.ts";

/** A connection, and the far end of it, which is read as a test wants to. */
function pipe() {
  const [here, there] = netPipe();
  return [here, new PullReader(there)] as const;
}

/** Reads a frame: its type and stream, and its body. */
async function frameFrom(connection: PullReader): Promise<{ head: string; body: Uint8Array }> {
  const header = await readExactly(connection, HEADER);
  const length = new DataView(header.buffer).getUint32(0) - 5;
  return { head: header.subarray(4).toHex(), body: await readExactly(connection, length) };
}

async function readExactly(connection: PullReader, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const count = await connection.read(bytes.subarray(at));
    assert(count !== null, "the end");
    at += count;
  }
  return bytes;
}

/** A credit of `count` bytes. */
async function creditOf(count: number): Promise<Credit> {
  const credit = new Credit();
  await credit.take(WINDOW - count);
  return credit;
}

/** Numbers from 0 on, after room for a header. */
const withRoom = (length: number, room = HEADER) =>
  Uint8Array.from({ length: room + length }, (_, i) => i < room ? 0xee : (i - room) & 0xff);

pure("sendParts sends one frame where there is credit for all", async () => {
  const [here, there] = pipe();
  const sent = sendParts(here, new Credit(), TYPE.stdout, 7, withRoom(1_000, 20), 20);
  const { head, body } = await frameFrom(there);
  assertEquals([head, body], ["0800000007", withRoom(1_000).subarray(HEADER)]);
  assertEquals(await sent, true);
});

pure(
  "sendParts cuts what is longer than the credit, and waits for more of that, byte by byte if need be",
  async () => {
    const [here, there] = pipe();
    const credit = await creditOf(3);
    const sent = sendParts(here, credit, TYPE.stderr, 2, withRoom(6), HEADER);
    assertEquals((await frameFrom(there)).body, Uint8Array.of(0, 1, 2));
    for (const at of [3, 4]) {
      credit.grant(1);
      assertEquals(await frameFrom(there), { head: "0900000002", body: Uint8Array.of(at) });
    }
    credit.grant(100);
    assertEquals((await frameFrom(there)).body, Uint8Array.of(5));
    assertEquals(await sent, true);
  },
);

pure("sendParts gives every byte in order, whatever the grants and reads are", async () => {
  const property = fc.asyncProperty(
    fc.nat(500),
    fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 10 }),
    async (length, grants) => {
      const [here, there] = pipe();
      const credit = await creditOf(0);
      const sent = sendParts(here, credit, TYPE.stdin, 1, withRoom(length), HEADER);
      const got: number[] = [];
      for (const count of [...grants, length]) {
        credit.grant(count);
        const most = got.length + count;
        while (got.length < Math.min(most, length)) got.push(...(await frameFrom(there)).body);
      }
      assertEquals(await sent, true);
      assertEquals(got, [...withRoom(length).subarray(HEADER)]);
    },
  );
  await fc.assert(property, { numRuns: 30 });
});

pure("sendParts sends nothing for nothing", async () => {
  const [here, there] = pipe();
  assertEquals(await sendParts(here, await creditOf(0), TYPE.stdin, 1, withRoom(0), HEADER), true);
  await here.closeWrite();
  assertEquals(await there.read(new Uint8Array(1)), null);
});

pure("sendParts gives false once its credit is closed, even if it waits for that", async () => {
  const [here, there] = pipe();
  const credit = await creditOf(2);
  const sent = sendParts(here, credit, TYPE.stdin, 1, withRoom(5), HEADER);
  await frameFrom(there);
  credit.close();
  assertEquals(await sent, false);
  assertEquals(await sendParts(here, credit, TYPE.stdin, 1, withRoom(5), HEADER), false);
});

pure("sendParts throws what the connection throws", async () => {
  const [here] = pipe();
  here.close();
  const sent = sendParts(here, new Credit(), TYPE.stdin, 1, withRoom(5), HEADER);
  assertEquals(await sent.then(() => "", (error: PinwireError) => error.code), "connection_closed");
});

/** A sink that writes down what it takes, each piece when it is let to. */
function slowSink() {
  const taken: Uint8Array[] = [];
  let done = Promise.withResolvers<void>();
  return {
    taken,
    take(bytes: Uint8Array): Promise<void> {
      taken.push(bytes.slice());
      done = Promise.withResolvers();
      return done.promise;
    },
    /** It can take the next one. */
    async next() {
      done.resolve();
      await turn();
    },
  };
}

pure(
  "Inflow hands over a copy of what comes, in order, in one piece what came while none was taken",
  async () => {
    const sink = slowSink();
    const inflow = new Inflow(new Window(), sink.take, () => {});
    const buffer = Uint8Array.of(1, 2);
    inflow.put(buffer);
    inflow.put(Uint8Array.of(3));
    buffer.fill(9);
    inflow.put(new Uint8Array());
    await turn();
    assertEquals(sink.taken, [Uint8Array.of(1, 2, 3)]);
    inflow.put(Uint8Array.of(4));
    inflow.put(Uint8Array.of(5));
    await turn();
    assertEquals(sink.taken.length, 1);
    await sink.next();
    assertEquals(sink.taken.slice(1), [Uint8Array.of(4, 5)]);
    await sink.next();
    // The next piece may come after a pause.
    inflow.put(Uint8Array.of(6));
    await turn();
    assertEquals(sink.taken.slice(2), [Uint8Array.of(6)]);
  },
);

pure("Inflow hands over every byte once, however it comes and is taken", async () => {
  const anyStep = fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 50 }), fc.constant("take" as const));
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 30 }), async (steps) => {
      const sink = slowSink();
      const inflow = new Inflow(new Window(), sink.take, () => {});
      for (const step of steps) {
        if (step === "take") await sink.next();
        else inflow.put(step);
      }
      for (let i = 0; i < 3; i++) await sink.next();
      await inflow.drained();
      assertEquals(
        sink.taken.flatMap((piece) => [...piece]),
        steps.flatMap((step) => step === "take" ? [] : [...step]),
      );
    }),
    { numRuns: 50 },
  );
});

pure("Inflow grants what is worked off and nothing before, once that is worth a frame", async () => {
  const sink = slowSink();
  const grants: number[] = [];
  const inflow = new Inflow(new Window(), sink.take, (count) => grants.push(count));
  inflow.put(new Uint8Array(WINDOW / 4 - 1));
  await turn();
  inflow.put(new Uint8Array(WINDOW / 2));
  await sink.next();
  assertEquals([sink.taken.length, grants], [2, []]);
  await sink.next();
  assertEquals(grants, [3 * WINDOW / 4 - 1]);
});

pure(
  "Inflow.put throws bad_frame at the first byte over the window, while its sink stands still",
  async () => {
    const inflow = new Inflow(new Window(), slowSink().take, () => {});
    inflow.put(new Uint8Array(WINDOW));
    assertEquals(assertThrows(() => inflow.put(new Uint8Array(1)), PinwireError).code, "bad_frame");
    await turn();
  },
);

pure("Inflow shares a window: what one has worked off makes room for the other", async () => {
  const window = new Window();
  const grants: number[] = [];
  const slow = slowSink();
  const stdout = new Inflow(window, slow.take, (count) => grants.push(count));
  const stderr = new Inflow(window, () => {}, (count) => grants.push(count));
  stdout.put(new Uint8Array(WINDOW / 2));
  stderr.put(new Uint8Array(WINDOW / 2));
  await stderr.drained();
  assertEquals(grants, [WINDOW / 2]);
  stderr.put(new Uint8Array(WINDOW / 2));
  assertThrows(() => stderr.put(new Uint8Array(1)), PinwireError);
});

pure("Inflow.drained waits until all that has come is taken", async () => {
  const sink = slowSink();
  const inflow = new Inflow(new Window(), sink.take, () => {});
  await inflow.drained();
  inflow.put(Uint8Array.of(1));
  await turn();
  inflow.put(Uint8Array.of(2));
  let isDrained = false;
  const drained = inflow.drained().then(() => isDrained = true);
  await sink.next();
  assertEquals([sink.taken.length, isDrained], [2, false]);
  await sink.next();
  await drained;
});

pure("Inflow.close drops what waits and what comes, and grants nothing more", async () => {
  const sink = slowSink();
  const grants: number[] = [];
  const inflow = new Inflow(new Window(), sink.take, (count) => grants.push(count));
  inflow.put(new Uint8Array(WINDOW / 2));
  await turn();
  inflow.put(new Uint8Array(WINDOW / 4));
  inflow.close();
  inflow.put(new Uint8Array(1));
  await sink.next();
  await inflow.drained();
  assertEquals([sink.taken.length, grants], [1, []]);
});
