import { assertEquals, assertRejects } from "@std/assert";
import { isLinux } from "../../tests/support/machine.ts";
import { ERRNO } from "./errno.ts";
import { openLibc } from "./libc.ts";
import { PipeInput } from "./pipe_input.ts";
import { Sockets } from "./sockets.ts";

const CALLS = ["close", "open", "pipe2", "posix_openpt", "read", "socket", "write"] as const;

/** A pipe that blocks, as a shell makes it, and who reads it. */
class Stage implements Disposable {
  readonly c = openLibc(...CALLS);
  #sockets = Sockets.open()!;
  #open: number[] = [];

  pipe(): { end: number; start: number } {
    const ends = new Int32Array(2);
    assertEquals(this.c.pipe2!(new Uint8Array(ends.buffer), 0), 0);
    this.#open.push(...ends);
    return { end: ends[0], start: ends[1] };
  }

  opened(descriptor: number): number {
    this.#open.push(descriptor);
    return descriptor;
  }

  write(start: number, text: string): void {
    const bytes = new TextEncoder().encode(text);
    assertEquals(this.c.write(start, bytes, BigInt(bytes.length)), BigInt(bytes.length));
  }

  close(file: number): void {
    this.#open.splice(this.#open.indexOf(file), 1);
    this.c.close(file);
  }

  [Symbol.dispose](): void {
    for (const file of this.#open) this.c.close(file);
    this.c.library.close();
    this.#sockets.close();
  }
}

async function read(input: PipeInput, buffer = new Uint8Array(100)): Promise<string | null | undefined> {
  const count = await input.read(buffer);
  return count ? new TextDecoder().decode(buffer.subarray(0, count)) : count as null | undefined;
}

/** Whether the kernel reads a pipe without a wait. */
const isKnown = isLinux && (() => {
  using stage = new Stage();
  const sockets = Sockets.open()!;
  const count = sockets.readNow(stage.pipe().end, new Uint8Array(100));
  sockets.close();
  return count === -ERRNO.EAGAIN;
})();

const pipeTest = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name: `PipeInput: ${name}`, ignore: !isKnown, fn });

pipeTest("gives what is there, waits for more, and knows the end", async () => {
  using stage = new Stage();
  const { end, start } = stage.pipe();
  const input = PipeInput.open(end)!;
  stage.write(start, "one");
  assertEquals(await read(input), "one");
  const waiting = [read(input), read(input), read(input), read(input)];
  stage.write(start, "two");
  assertEquals(await waiting[0], "two");
  stage.write(start, "three");
  stage.close(start);
  assertEquals(await Promise.all(waiting.slice(1)), ["three", null, null]);
  assertEquals(await read(input), null);
});

pipeTest("what is longer than the buffer comes in parts", async () => {
  using stage = new Stage();
  const { end, start } = stage.pipe();
  const input = PipeInput.open(end)!;
  stage.write(start, "x".repeat(250));
  const lengths = [];
  while (lengths.length < 3) lengths.push((await read(input))!.length);
  assertEquals(lengths, [100, 100, 50]);
  stage.close(start);
  assertEquals(await read(input), null);
});

pipeTest("what another reader of the pipe takes holds nobody up", async () => {
  using stage = new Stage();
  const { end, start } = stage.pipe();
  const input = PipeInput.open(end)!;
  const waiting = read(input);
  stage.write(start, "theirs");
  assertEquals(stage.c.read(end, new Uint8Array(6), 6n), 6n);
  await new Promise((resolve) => setImmediate(resolve));
  stage.write(start, "ours");
  assertEquals(await waiting, "ours");
  stage.close(start);
  assertEquals(await read(input), null);
});

pipeTest("what can't be read so is left to the runtime: a file, a terminal", async () => {
  using stage = new Stage();
  const path = new TextEncoder().encode("/proc/self/status\0");
  assertEquals(PipeInput.open(stage.opened(stage.c.open(path, 0))), undefined);
  const terminal = PipeInput.open(stage.opened(stage.c.posix_openpt(0)))!;
  assertEquals([await read(terminal), await read(terminal)], [undefined, undefined]);
});

pipeTest("a failure is told once, and is the end", async () => {
  using stage = new Stage();
  // A socket that is connected to nobody.
  const input = PipeInput.open(stage.opened(stage.c.socket(2, 1, 0)))!;
  const reads = [read(input), read(input)];
  await assertRejects(() => reads[0], Deno.errors.NotConnected);
  assertEquals([await reads[1], await read(input)], [null, null]);
});

Deno.test("PipeInput: where no sockets are loaded there is none", () => {
  assertEquals(PipeInput.open(0), undefined);
});
