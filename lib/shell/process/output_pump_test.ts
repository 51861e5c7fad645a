import { assertEquals } from "@std/assert";
import { FakeClock, pure, turn } from "../../app/_testing.ts";
import { HEADER } from "../wire/frame.ts";
import type { Source } from "./child.ts";
import { OutputPump } from "./output_pump.ts";

/** A clock whose time passes in short steps, in each of which all that can happen happens. */
class SteppedClock extends FakeClock {
  async run(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= STEP) {
      this.pass(Math.min(left, STEP));
      await turn();
    }
  }
}

const STEP = 50;

/** An output that is written by hand. As a pipe's, its memory moves at each read. */
class FakeSource implements Source {
  /** How long each read's buffer was. */
  readonly rooms: number[] = [];
  isCancelled = false;
  #written: number[] = [];
  #isEnded = false;
  #failure?: Error;
  #changed = Promise.withResolvers<void>();

  write(bytes: number[]): void {
    for (const byte of bytes) this.#written.push(byte);
    this.#change();
  }

  end(): void {
    this.#isEnded = true;
    this.#change();
  }

  fail(): void {
    this.#failure = new Error("a bad disk");
    this.#change();
  }

  cancel(): void {
    this.isCancelled = true;
    this.#change();
  }

  async read(into: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | undefined> {
    this.rooms.push(into.length);
    const { byteOffset, length } = into;
    const memory = into.buffer.transfer();
    while (!this.#written.length) {
      if (this.#failure) throw this.#failure;
      if (this.isCancelled || this.#isEnded) return undefined;
      await this.#changed.promise;
    }
    if (this.isCancelled) return undefined;
    const bytes = this.#written.splice(0, length);
    const got = new Uint8Array(memory, byteOffset, bytes.length);
    got.set(bytes);
    return got;
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/** A pump whose pieces are kept, and taken one by one if that is `slow`. */
function world(slow = false) {
  const clock = new SteppedClock();
  const source = new FakeSource();
  const pieces: number[][] = [];
  let asked = Promise.withResolvers<boolean>();
  const pump = new OutputPump(source, clock, (bytes, at) => {
    assertEquals([at, bytes.byteOffset], [HEADER, 0]);
    pieces.push([...bytes.subarray(at)]);
    // Whoever takes it writes a header there.
    bytes.fill(0xee);
    asked = Promise.withResolvers();
    return slow ? asked.promise : Promise.resolve(true);
  });
  return { clock, source, pieces, pump, takes: (more: boolean) => asked.resolve(more) };
}

pure(
  "OutputPump hands over what is read until the end, each piece with room for a header before it",
  async () => {
    const { source, pieces, pump } = world();
    source.write([1, 2]);
    await turn();
    source.write([3]);
    await turn();
    source.end();
    await pump.done;
    assertEquals(pieces, [[1, 2], [3]]);
  },
);

pure("OutputPump reads a little at first, and more than a pipe holds once that was filled", async () => {
  const { source, pieces, pump } = world();
  source.write(Array<number>(600_000).fill(7));
  source.end();
  await pump.done;
  assertEquals(source.rooms.slice(0, 4), [4_096, 262_145, 262_145, 262_145]);
  assertEquals(pieces.flat().length, 600_000);
  assertEquals(pieces.flat().every((byte) => byte === 7), true);
});

pure("OutputPump reads nothing before the last piece is taken", async () => {
  const { source, pieces, pump, takes } = world(true);
  source.write([1]);
  await turn();
  source.write([2]);
  source.end();
  await turn();
  assertEquals([pieces, source.rooms.length], [[[1]], 1]);
  takes(true);
  await turn();
  takes(true);
  await pump.done;
  assertEquals(pieces, [[1], [2]]);
});

pure("OutputPump cancels its source when its taker wants no more, or has gone", async () => {
  const { source, pieces, pump, takes } = world(true);
  source.write([1]);
  await turn();
  source.write([2]);
  takes(false);
  await pump.done;
  assertEquals([pieces, source.isCancelled], [[[1]], true]);
  const other = new FakeSource();
  other.write([1]);
  await new OutputPump(other, new FakeClock(), () => Promise.reject(new Error("gone"))).done;
  assertEquals(other.isCancelled, true);
});

pure("OutputPump is done, and rejects not, when its source fails", async () => {
  const { source, pump } = world();
  source.fail();
  await pump.done;
});

pure("OutputPump.cancel ends a read under way", async () => {
  const { pump } = world();
  pump.cancel();
  await pump.done;
});

pure(
  "OutputPump.linger gives up a pipe that somebody holds open, once nothing has come for a while",
  async () => {
    const { clock, source, pieces, pump } = world();
    source.write([1]);
    await turn();
    const lingering = pump.linger();
    await clock.run(150);
    assertEquals([pieces, source.isCancelled], [[[1]], false]);
    await clock.run(50);
    await lingering;
    assertEquals(source.isCancelled, true);
  },
);

pure("OutputPump.linger doesn't wait at the end", async () => {
  const { clock, source, pump } = world();
  source.end();
  await pump.done;
  await pump.linger();
  assertEquals([source.isCancelled, clock.pending], [false, 0]);
});

pure("OutputPump.linger reads no more than a pipe can hold of what others go on writing", async () => {
  const { source, pieces, pump } = world();
  await turn();
  const lingering = pump.linger();
  source.write(Array<number>(2 * 1024 * 1024).fill(5));
  await lingering;
  assertEquals(source.isCancelled, true);
  const count = pieces.reduce((sum, { length }) => sum + length, 0);
  assertEquals(count > 0.7 * 1024 * 1024 && count <= 1024 * 1024, true, `${count}`);
});

pure("OutputPump.linger hands over all that was written, however slowly it is taken", async () => {
  const { clock, source, pieces, pump, takes } = world(true);
  source.write(Array<number>(10_000).fill(5));
  source.end();
  await turn();
  const lingering = pump.linger();
  for (let isOver = false; !isOver;) {
    // Each piece takes far longer than a pipe is waited for.
    await clock.run(1_000);
    takes(true);
    await turn();
    isOver = await Promise.race([pump.done.then(() => true), turn().then(() => false)]);
  }
  await clock.run(1_000);
  await lingering;
  assertEquals([pieces.flat().length, source.isCancelled], [10_000, false]);
});

pure(
  "OutputPump.linger gives a pipe its time from the last piece that was taken, not from the process's end",
  async () => {
    const { clock, source, pieces, pump, takes } = world(true);
    source.write([1]);
    await turn();
    const lingering = pump.linger();
    await clock.run(1_000);
    takes(true);
    await turn();
    await clock.run(150);
    source.write([2]);
    await turn();
    takes(true);
    await turn();
    await clock.run(150);
    assertEquals([pieces, source.isCancelled], [[[1], [2]], false]);
    await clock.run(50);
    await lingering;
    assertEquals(source.isCancelled, true);
  },
);
