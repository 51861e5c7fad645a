import { assertEquals, assertRejects } from "@std/assert";
import { Semaphore } from "./semaphore.ts";

const pure = (name: string, fn: () => Promise<void>) => Deno.test({ name, permissions: "none", fn });

pure("Semaphore.run() lets no more than its count begin, and the others in their order", async () => {
  const semaphore = new Semaphore(2);
  const begun: number[] = [];
  const gates = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
  const all = gates.map(({ promise }, i) =>
    semaphore.run(async () => {
      begun.push(i);
      await promise;
      return i;
    })
  );
  assertEquals(begun, [0, 1]);
  gates[1].resolve();
  await all[1];
  gates[0].resolve();
  await all[0];
  assertEquals(begun, [0, 1, 2, 3]);
  gates[2].resolve();
  gates[3].resolve();
  assertEquals(await Promise.all(all), [0, 1, 2, 3]);
});

pure("Semaphore.run() frees its place when the action fails", async () => {
  const semaphore = new Semaphore(1);
  await assertRejects(() => semaphore.run(() => Promise.reject(new Error("no"))), Error, "no");
  assertEquals(await semaphore.run(() => Promise.resolve(1)), 1);
});
