import { assertEquals, assertRejects } from "@std/assert";
import { recorder } from "./_testing.ts";
import { type PullClock, pullFrames } from "./pull.ts";
import { textCodec } from "./text.ts";

const textDecoder = () => textCodec(100).open().decoder;

/** Time that stands still until `pass`; a sleep is an event to wait for. */
class ManualClock implements PullClock {
  #now = 1000;
  #sleeps: { at: number; wake: () => void }[] = [];
  #slept = Promise.withResolvers<number>();

  now(): number {
    return this.#now;
  }

  sleep(ms: number) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const sleep = { at: this.#now + ms, wake: resolve };
    this.#sleeps.push(sleep);
    this.#slept.resolve(ms);
    this.#slept = Promise.withResolvers();
    return { promise, cancel: () => void this.#sleeps.splice(this.#sleeps.indexOf(sleep), 1) };
  }

  /** The ms of the next sleep that somebody begins. */
  get slept(): Promise<number> {
    return this.#slept.promise;
  }

  get sleeping(): number {
    return this.#sleeps.length;
  }

  pass(ms: number): void {
    this.#now += ms;
    for (const { at, wake } of this.#sleeps) if (at <= this.#now) wake();
  }
}

/** A peer that a test plays: each read waits until there is something. */
class Peer {
  #waiting: ((text: string | null) => void)[] = [];
  #asked = Promise.withResolvers<void>();
  reads = 0;

  read(buffer: Uint8Array): Promise<number | null> {
    this.reads++;
    const { promise, resolve } = Promise.withResolvers<string | null>();
    this.#waiting.push(resolve);
    this.#asked.resolve();
    return promise.then((text) => text === null ? null : new TextEncoder().encodeInto(text, buffer).written);
  }

  /** Sends `text`, or the end, to the read that waits or comes next. */
  async send(text: string | null): Promise<void> {
    await this.#asked.promise;
    this.#asked = Promise.withResolvers();
    this.#waiting.shift()?.(text);
    assertEquals(this.#waiting.length, 0);
  }
}

Deno.test({
  name: "pullFrames lets the pause of text end a message, and keeps the read that waits",
  permissions: "none",
  async fn() {
    const options = recorder();
    const clock = new ManualClock();
    const peer = new Peer();
    const { promise: batch, resolve } = Promise.withResolvers<void>();
    const onBatch = () => {
      options.calls.push("|");
      if (options.calls.includes("hello")) resolve();
    };
    const pull = pullFrames(peer, textDecoder(), { ...options, onBatch, clock });

    let slept = clock.slept;
    await peer.send("hel");
    assertEquals(await slept, 20);
    clock.pass(19);
    slept = clock.slept;
    await peer.send("lo");
    assertEquals(await slept, 20);
    clock.pass(20);
    await batch;
    assertEquals(options.calls, ["|", "|", "hello", "|"]);
    assertEquals(peer.reads, 3);

    await peer.send("\nbye\n");
    await peer.send(null);
    await pull;
    assertEquals(options.calls.slice(4), ["bye", "|", "|"]);
    assertEquals(peer.reads, 4);
    assertEquals(clock.sleeping, 0);
  },
});

Deno.test({
  name: "pullFrames asks the time again when it was woken too early",
  permissions: "none",
  async fn() {
    const options = recorder();
    const clock = new ManualClock();
    const peer = new Peer();
    const sleeps: number[] = [];
    const early: PullClock = {
      now: () => clock.now(),
      sleep(ms) {
        sleeps.push(ms);
        clock.pass(Math.min(ms, 15));
        return { promise: Promise.resolve(), cancel: () => {} };
      },
    };
    const { promise: batch, resolve } = Promise.withResolvers<void>();
    const onBatch = () => options.calls.includes("a") ? resolve() : undefined;
    const pull = pullFrames(peer, textDecoder(), { ...options, onBatch, clock: early });
    await peer.send("a");
    await batch;
    assertEquals(sleeps, [20, 5]);
    await peer.send(null);
    await pull;
  },
});

Deno.test({
  name: "pullFrames rejects when the source fails during a pause, and sleeps no longer",
  permissions: "none",
  async fn() {
    const clock = new ManualClock();
    const failure = Promise.withResolvers<number | null>();
    let reads = 0;
    const source = {
      read(buffer: Uint8Array) {
        buffer[0] = 0x61;
        return reads++ === 0 ? Promise.resolve(1) : failure.promise;
      },
    };
    const pull = pullFrames(source, textDecoder(), { onFrame: () => {}, clock });
    await clock.slept;
    failure.reject(new Error("reset"));
    await assertRejects(() => pull, Error, "reset");
    assertEquals(clock.sleeping, 0);
  },
});
