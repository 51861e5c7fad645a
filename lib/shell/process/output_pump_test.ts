import { assertEquals } from "@std/assert";
import type { Source } from "./child.ts";
import { OutputPump } from "./output_pump.ts";
import { HEADER } from "../protocol.ts";

function pure(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, permissions: "none", fn });
}

/** Done when all that can happen now has happened. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

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

/** A drain whose pieces are written down, and taken one by one if they are `slow`. */
function drain(slow = false) {
  const source = new FakeSource();
  const pieces: number[][] = [];
  let asked = Promise.withResolvers<boolean>();
  const drain = new OutputPump(source, (bytes, at) => {
    assertEquals([at, bytes.byteOffset], [HEADER, 0]);
    pieces.push([...bytes.subarray(at)]);
    // Whoever takes it writes a header there.
    bytes.fill(0xee);
    asked = Promise.withResolvers();
    return slow ? asked.promise : Promise.resolve(true);
  });
  return { source, pieces, drain, takes: (more: boolean) => asked.resolve(more) };
}

pure("OutputPump hands over what is read, behind room for a header, until the end", async () => {
  const { source, pieces, drain: whole } = drain();
  source.write([1, 2]);
  await turn();
  source.write([3]);
  await turn();
  source.end();
  await whole.done;
  assertEquals(pieces, [[1, 2], [3]]);
});

pure("OutputPump reads a little at first, and more once that was filled", async () => {
  const { source, pieces, drain: whole } = drain();
  source.write(Array<number>(200_000).fill(7));
  source.end();
  await whole.done;
  assertEquals(source.rooms.slice(0, 4), [4_096, 65_536, 65_536, 65_536]);
  assertEquals(pieces.flat().length, 200_000);
  assertEquals(pieces.flat().every((byte) => byte === 7), true);
});

pure("OutputPump reads nothing before the last piece is taken", async () => {
  const { source, pieces, drain: whole, takes } = drain(true);
  source.write([1]);
  await turn();
  source.write([2]);
  source.end();
  await turn();
  assertEquals([pieces, source.rooms.length], [[[1]], 1]);
  takes(true);
  await turn();
  takes(true);
  await whole.done;
  assertEquals(pieces, [[1], [2]]);
});

pure("OutputPump cancels its source when no more is wanted, or whoever takes it has gone", async () => {
  const { source, pieces, drain: whole, takes } = drain(true);
  source.write([1]);
  await turn();
  source.write([2]);
  takes(false);
  await whole.done;
  assertEquals([pieces, source.isCancelled], [[[1]], true]);
  const other = new FakeSource();
  other.write([1]);
  await new OutputPump(other, () => Promise.reject(new Error("gone"))).done;
  assertEquals(other.isCancelled, true);
});

pure("OutputPump is done, and rejects not, when its source fails", async () => {
  const { source, drain: whole } = drain();
  source.fail();
  await whole.done;
});

pure("OutputPump.cancel ends a read under way", async () => {
  const { drain: whole } = drain();
  whole.cancel();
  await whole.done;
});

pure(
  "OutputPump.linger gives up a pipe that somebody holds open, once nothing has come for a while",
  async () => {
    const { source, pieces, drain: whole } = drain();
    source.write([1]);
    const begun = performance.now();
    await whole.linger();
    await whole.done;
    assertEquals([pieces, source.isCancelled], [[[1]], true]);
    const ms = performance.now() - begun;
    assertEquals(ms >= 190, true, `${ms} ms`);
  },
);

pure("OutputPump.linger doesn't wait at the end", async () => {
  const { source, drain: whole } = drain();
  source.end();
  await whole.done;
  // A timer would be one of the test's that is left.
  await whole.linger();
  assertEquals(source.isCancelled, false);
});

pure("OutputPump.linger reads no more than a pipe can hold of what others go on writing", async () => {
  const { source, pieces, drain: whole } = drain();
  await turn();
  const lingering = whole.linger();
  source.write(Array<number>(2 * 1024 * 1024).fill(5));
  await lingering;
  assertEquals(source.isCancelled, true);
  const count = pieces.reduce((sum, { length }) => sum + length, 0);
  assertEquals(count > 0.9 * 1024 * 1024 && count <= 1024 * 1024, true, `${count}`);
});

pure("OutputPump.linger hands over all that was written, however slow whoever takes it is", async () => {
  using time = new SteppedTime();
  const { source, pieces, drain: whole, takes } = drain(true);
  source.write(Array<number>(10_000).fill(5));
  source.end();
  await turn();
  const lingering = whole.linger();
  for (let isOver = false; !isOver;) {
    // Each piece takes far longer than a pipe is waited for.
    await time.pass(60_000);
    takes(true);
    await turn();
    isOver = await Promise.race([whole.done.then(() => true), turn().then(() => false)]);
  }
  await time.pass(60_000);
  await lingering;
  assertEquals([pieces.flat().length, source.isCancelled], [10_000, false]);
});

pure(
  "OutputPump.linger gives a pipe its time from the last piece that was taken, not from the process's end",
  async () => {
    using time = new SteppedTime();
    const { source, pieces, drain: whole, takes } = drain(true);
    source.write([1]);
    await turn();
    const lingering = whole.linger();
    await time.pass(60_000);
    takes(true);
    await turn();
    await time.pass(150);
    source.write([2]);
    await turn();
    takes(true);
    await turn();
    await time.pass(150);
    assertEquals([pieces, source.isCancelled], [[[1], [2]], false]);
    await time.pass(50);
    await lingering;
    assertEquals(source.isCancelled, true);
  },
);

/** Time that goes on only when it is told to. */
class SteppedTime implements Disposable {
  #ms = 1_000;
  #timers = new Map<number, { run: () => void; at: number }>();
  #real = { now: performance.now, setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };

  constructor() {
    let count = 0;
    performance.now = () => this.#ms;
    Object.assign(globalThis, {
      setTimeout: (run: () => void, ms: number) => {
        this.#timers.set(++count, { run, at: this.#ms + ms });
        return count;
      },
      clearTimeout: (id: number) => void this.#timers.delete(id),
    });
  }

  async pass(ms: number): Promise<void> {
    this.#ms += ms;
    for (const [id, { run, at }] of [...this.#timers]) {
      if (at <= this.#ms && this.#timers.delete(id)) run();
    }
    await turn();
  }

  [Symbol.dispose](): void {
    const { now, setTimeout, clearTimeout } = this.#real;
    performance.now = now;
    Object.assign(globalThis, { setTimeout, clearTimeout });
  }
}
