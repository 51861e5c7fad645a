import { assertEquals, assertRejects } from "@std/assert";
import { pure, turn } from "../app/_testing.ts";
import { PinwireError } from "../errors.ts";
import { PartialWriter } from "./_testing.ts";
import { ExactOutput, Source } from "./stdio.ts";

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
