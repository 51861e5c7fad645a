import { assertEquals } from "@std/assert";
import { turn } from "../_testing.ts";
import { FileOutlet, PipeOutlet } from "./outlets.ts";

Deno.test("FileOutlet writes at once, however little a write takes", () => {
  const kept: number[] = [];
  const outlet = new FileOutlet({
    writeSync: (bytes) => kept.push(bytes[0]) && 1,
    truncateSync() {},
    close() {},
  }, { onFailed() {} });
  outlet.write(Uint8Array.of(1, 2, 3));
  assertEquals(kept, [1, 2, 3]);
});

Deno.test("FileOutlet of a full disk ends behind what was written whole, and tells why", () => {
  const full = new Error("No space left on device");
  let length = 0;
  let failure: unknown;
  const outlet = new FileOutlet({
    writeSync(bytes) {
      if (length >= 5) throw full;
      length += Math.min(bytes.length, 2);
      return Math.min(bytes.length, 2);
    },
    truncateSync: (at) => void (length = at!),
    close() {},
  }, { onFailed: (error) => failure = error });
  outlet.write(new Uint8Array(3));
  outlet.write(new Uint8Array(9));
  assertEquals([length, failure], [3, full]);
});

Deno.test("FileOutlet tells why it ends, even if what is cut can't be taken off", () => {
  const failures: unknown[] = [];
  const gone = new Error("Input/output error");
  const outlet = new FileOutlet({
    writeSync: () => {
      throw gone;
    },
    truncateSync: () => {
      throw new Error("and so on");
    },
    close() {},
  }, { onFailed: (error) => failures.push(error) });
  outlet.write(new Uint8Array(3));
  assertEquals(failures.length, 1);
});

Deno.test("FileOutlet leaves what was there until it writes, and tells if it never did", async () => {
  const told: string[] = [];
  const outletOf = (name: string) =>
    new FileOutlet({
      writeSync: ({ length }) => told.push(`${name} writes`) && length,
      truncateSync: (length) => void told.push(`${name} is cut to ${length}`),
      close: () => void told.push(`${name} is closed`),
    }, {
      onFailed() {},
      onUnused: () => Promise.resolve(void told.push(`${name} is unused`)),
    });
  const [used, unused] = [outletOf("a"), outletOf("b")];
  used.write(new Uint8Array(3));
  used.write(new Uint8Array(3));
  await used.close();
  await unused.close();
  assertEquals(told, ["a is cut to 0", "a writes", "a writes", "a is closed", "b is closed", "b is unused"]);
});

/** A pipe of which the test is the reader. */
function pipeOf(signal = new AbortController().signal) {
  const waiting: PromiseWithResolvers<void>[] = [];
  const failures: unknown[] = [];
  let taken = 0;
  const outlet = new PipeOutlet({
    async write(bytes) {
      waiting.push(Promise.withResolvers());
      await waiting.at(-1)!.promise;
      taken += bytes.length;
      return bytes.length;
    },
    close() {},
  }, { onFailed: (error) => failures.push(error), signal });
  return { outlet, waiting, failures, taken: () => taken };
}

Deno.test("PipeOutlet asks for patience while more than 1 MiB waits", async () => {
  const { outlet, waiting, taken } = pipeOf();
  outlet.write(new Uint8Array(1 << 20));
  assertEquals(outlet.drained(), undefined);
  outlet.write(new Uint8Array(1));
  const drained = outlet.drained();
  waiting[0].resolve();
  await drained;
  assertEquals([taken(), outlet.drained()], [1 << 20, undefined]);
  waiting[1].resolve();
  await outlet.close();
  assertEquals(taken(), (1 << 20) + 1);
});

Deno.test("PipeOutlet goes on behind a write of nothing", async () => {
  const { outlet, waiting, taken } = pipeOf();
  outlet.write(new Uint8Array());
  outlet.write(new Uint8Array(3));
  waiting[0].resolve();
  await outlet.close();
  assertEquals(taken(), 3);
});

Deno.test("PipeOutlet holds nobody up once its reader has gone, or it is time to stop", async () => {
  const gone = new Deno.errors.BrokenPipe();
  const { outlet, waiting, failures } = pipeOf();
  outlet.write(new Uint8Array(2 << 20));
  const drained = outlet.drained();
  waiting[0].reject(gone);
  await drained;
  await turn();
  assertEquals([failures, outlet.drained()], [[gone], undefined]);

  const stopping = new AbortController();
  const slow = pipeOf(stopping.signal);
  slow.outlet.write(new Uint8Array(2 << 20));
  const waited = slow.outlet.drained();
  stopping.abort();
  await waited;
  assertEquals(slow.outlet.drained(), undefined);
  slow.waiting[0].resolve();
  await slow.outlet.close();
});
