import { assertEquals, assertRejects } from "@std/assert";
import { PinwireError } from "../errors.ts";
import { pure } from "./_testing.ts";
import { stdinReads } from "./stdin.ts";

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

pure("stdinReads says why stdin can't be read", async () => {
  const folder = { read: () => Promise.reject(new Error("Is a directory (os error 21)")) };
  const error = await assertRejects(stdinReads(1, folder), PinwireError);
  assertEquals([error.code, error.message], [
    "input_unreadable",
    "stdin can't be read (Is a directory (os error 21))",
  ]);
});
