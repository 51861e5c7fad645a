import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { contextOf, FakeClock, pure, turn } from "../app/_testing.ts";
import { PinwireError } from "../errors.ts";
import { HALF_CLOSE_TIME, pipe } from "../net/mod.ts";
import { PullReader } from "../net/_pull_reader.ts";
import { cut, PartialWriter, sourceOf } from "./_testing.ts";
import type { Ends } from "./ends.ts";
import { exchange } from "./exchange.ts";
import { exactOutlet } from "./outlet.ts";
import { ExactOutput, Source } from "./stdio.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Ends in a pipe: what is sent comes from `source`, what comes goes to `writer`. */
function endsOf(source: Source, writer: Pick<typeof Deno.stdout, "write">): Ends {
  return {
    source,
    outlet: exactOutlet(new ExactOutput(() => {}, writer)),
    hasFailed: false,
    open: () => ({ bytesOf: (piece) => piece }),
    [Symbol.dispose]() {},
  };
}

const endless = () => new Source(() => new Promise(() => {}));

/** An exchange with a peer that the test plays. */
function exchanging(
  source: Source,
  writer: Pick<typeof Deno.stdout, "write"> = new PartialWriter(99),
  wait?: number,
) {
  const clock = new FakeClock();
  const context = contextOf("raw", { clock });
  const [ours, peer] = pipe();
  let isDone = false;
  const done = exchange(ours, endsOf(source, writer), context, wait).finally(() => isDone = true);
  done.catch(() => {});
  return { done, peer, clock, stop: context.stop, isDone: () => isDone };
}

pure("exchange passes any bytes both ways at once, however they are cut", async () => {
  const anyBytes = fc.uint8Array({ maxLength: 5_000 });
  const sizes = fc.array(fc.integer({ min: 1, max: 900 }));
  await fc.assert(fc.asyncProperty(anyBytes, anyBytes, sizes, fc.integer({ min: 1, max: 50 }), check));

  async function check(forth: Uint8Array, back: Uint8Array, sizes: number[], most: number) {
    const writer = new PartialWriter(most);
    const { done, peer } = exchanging(sourceOf(cut(forth, sizes)), writer);
    const got: number[] = [];
    await Promise.all([
      peer.receive((read) => void got.push(...read)),
      (async () => {
        for (const piece of cut(back, sizes)) await peer.write(piece);
        await peer.closeWrite();
      })(),
    ]);
    await done;
    assertEquals([Uint8Array.from(got), Uint8Array.from(writer.bytes)], [forth, back]);
  }
});

pure("exchange keeps half-close: the end of either side leaves the other going", async () => {
  const writer = new PartialWriter(99);
  const ours = exchanging(sourceOf([bytes("question")]), writer);
  const reader = new PullReader(ours.peer);
  assertEquals([await reader.text(), await reader.text()], ["question", undefined]);
  await ours.peer.write(bytes("answer"));
  assertEquals(ours.isDone(), false);
  await ours.peer.closeWrite();
  await ours.done;
  assertEquals(new TextDecoder().decode(Uint8Array.from(writer.bytes)), "answer");

  let give!: (piece: Uint8Array | undefined) => void;
  const theirs = exchanging(new Source(() => new Promise((resolve) => give = resolve)));
  await theirs.peer.closeWrite();
  await turn();
  theirs.clock.pass(HALF_CLOSE_TIME - 1);
  give(bytes("late"));
  const late = new PullReader(theirs.peer);
  assertEquals(await late.text(), "late");
  await turn();
  give(undefined);
  assertEquals(await late.text(), undefined);
  await theirs.done;
});

pure(
  "exchange doesn't wait for ever for a stdin that gives nothing, once the peer has ended its side",
  async () => {
    const { done, peer, clock } = exchanging(endless());
    await peer.closeWrite();
    await turn();
    clock.pass(HALF_CLOSE_TIME);
    await done;
    await turn();
    assertEquals(clock.pending, 0);
  },
);

pure("exchange reads no more than stdout takes", async () => {
  const stuck = Promise.withResolvers<number>();
  let writes = 0;
  const { done, peer } = exchanging(sourceOf([]), { write: () => (writes++, stuck.promise) });
  let sent = 0;
  const sending = (async () => {
    for (; sent < 9; sent++) await peer.write(bytes("x"));
    await peer.closeWrite();
  })();
  await turn();
  assertEquals([writes, sent < 3], [1, true]);
  stuck.resolve(1);
  await Promise.all([sending, done]);
  assertEquals(writes, 9);
});

pure("exchange ends at a stop, though stdin gives nothing and stdout takes nothing", async () => {
  const quiet = exchanging(endless());
  quiet.stop.now();
  await quiet.done;
  const stuck = exchanging(endless(), { write: () => new Promise(() => {}) });
  stuck.peer.write(bytes("x"))?.catch(() => {});
  await turn();
  stuck.stop.now();
  await turn();
  stuck.clock.pass(1_000);
  await stuck.done;
  assertEquals(stuck.clock.pending, 0);
});

pure(
  "exchange throws why stdin can't be read, and stdout not be written, and closes the connection",
  async () => {
    const unread = new PinwireError("input_unreadable", "why");
    const full = { write: () => Promise.reject(new Error("full")) };
    const cases: [Source, Pick<typeof Deno.stdout, "write">, string][] = [
      [new Source(() => Promise.reject(unread)), new PartialWriter(9), "input_unreadable"],
      [endless(), full, "output_unwritable"],
    ];
    for (const [source, writer, code] of cases) {
      const { done, peer } = exchanging(source, writer);
      peer.write(bytes("x"))?.catch(() => {});
      assertEquals((await assertRejects(() => done, PinwireError)).code, code);
      await peer.receive(() => {});
    }
  },
);

pure("exchange takes what a peer said before it went, and then says that it has gone", async () => {
  const writer = new PartialWriter(99);
  const { done, peer } = exchanging(sourceOf(Array(9).fill(bytes("upload"))), writer);
  await peer.write(bytes("no"));
  peer.close();
  assertEquals((await assertRejects(() => done, PinwireError)).code, "connection_closed");
  assertEquals(writer.bytes, [...bytes("no")]);
});

pure(
  "exchange with a wait ends once nothing has come for so long after the end of what is sent",
  async () => {
    const { done, peer, clock, isDone } = exchanging(sourceOf([bytes("q")]), undefined, 50);
    const far = new PullReader(peer);
    assertEquals([await far.text(), await far.text()], ["q", undefined]);
    await turn();
    for (let answers = 0; answers < 3; answers++) {
      clock.pass(49);
      await peer.write(bytes("a"));
      await turn();
      assertEquals(isDone(), false);
    }
    clock.pass(50);
    await done;
    await turn();
    assertEquals(clock.pending, 0);
  },
);

pure(
  "exchange with a wait is not over while what came is still being written, and fails where nothing came",
  async () => {
    const written = Promise.withResolvers<number>();
    const slow = exchanging(sourceOf([]), { write: () => written.promise }, 50);
    await turn();
    void slow.peer.write(bytes("a"));
    await turn();
    for (let waits = 0; waits < 3; waits++) {
      slow.clock.pass(50);
      await turn();
    }
    assertEquals(slow.isDone(), false);
    written.resolve(1);
    await turn();
    slow.clock.pass(50);
    await slow.done;

    const mute = exchanging(sourceOf([]), undefined, 50);
    await turn();
    mute.clock.pass(50);
    assertEquals((await assertRejects(() => mute.done, PinwireError)).code, "no_answer");
    await turn();
    assertEquals([slow.clock.pending, mute.clock.pending], [0, 0]);
  },
);
