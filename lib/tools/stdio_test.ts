import { assertEquals, assertRejects } from "@std/assert";
import { pure, turn } from "../app/_testing.ts";
import { PinwireError } from "../errors.ts";
import { PartialWriter } from "./_testing.ts";
import { ExactOutput, Source, stdinReads } from "./stdio.ts";

const ALL = Uint8Array.from({ length: 256 }, (_, byte) => byte);

const failing = (error: Error) => ({ write: () => Promise.reject(error) });

pure("ExactOutput writes every byte, however little a write takes", async () => {
  for (const most of [1, 7, 255, 256, 1000]) {
    const writer = new PartialWriter(most);
    await new ExactOutput(() => {}, writer).write(ALL);
    assertEquals(writer.bytes, [...ALL]);
  }
});

pure("ExactOutput tells once that its reader has gone, and takes what follows for nobody", async () => {
  let closed = 0;
  const output = new ExactOutput(() => closed++, failing(new Deno.errors.BrokenPipe()));
  await output.write(ALL);
  await output.write(ALL);
  assertEquals([closed, output.isClosed], [1, true]);
});

pure("ExactOutput throws what else keeps it from being written", async () => {
  const full = failing(new Error("No space left on device (os error 28)"));
  const error = await assertRejects(() => new ExactOutput(() => {}, full).write(ALL), PinwireError);
  assertEquals([error.code, error.exitCode], ["output_unwritable", 1]);
});

pure("stdinReads waits for a pipe that was made non-blocking", async () => {
  let tries = 0;
  const read = stdinReads(3, {
    read(buffer) {
      if (tries++ < 2) return Promise.reject(new Deno.errors.WouldBlock());
      buffer.set([1, 2]);
      return Promise.resolve(2);
    },
  });
  assertEquals([await read(), tries], [new Uint8Array([1, 2]), 3]);
});

pure("Source keeps a piece until it is taken, and reads nothing that nobody asked for", async () => {
  let reads = 0;
  const source = new Source(() => Promise.resolve(++reads < 3 ? ALL.subarray(0, reads) : undefined));
  assertEquals(reads, 0);
  assertEquals([(await source.peek())?.length, (await source.peek())?.length, reads], [1, 1, 1]);
  source.take();
  await turn();
  assertEquals(reads, 1);
  assertEquals([(await source.peek())?.length, reads], [2, 2]);
  source.take();
  assertEquals([await source.peek(), await source.peek(), reads], [undefined, undefined, 3]);
});

pure("stdinReads says why stdin can't be read", async () => {
  const folder = { read: () => Promise.reject(new Error("Is a directory (os error 21)")) };
  const error = await assertRejects(stdinReads(1, folder), PinwireError);
  assertEquals([error.code, error.message], [
    "input_unreadable",
    "stdin can't be read (Is a directory (os error 21))",
  ]);
});
