import { assertEquals, assertThrows } from "@std/assert";
import { PinwireError } from "../errors.ts";
import { pipe } from "../net/mod.ts";
import { Heartbeat } from "./heartbeat.ts";
import { splitFrame, TYPE } from "./protocol.ts";

/** A heartbeat whose time goes on second by second when it is told to. */
class World implements Disposable {
  readonly beat: Heartbeat;
  /** The types of the frames that were sent. */
  readonly sent: number[] = [];
  isClosed = false;
  #ms = 1_000;
  #look = () => {};
  #real = { now: performance.now, setInterval, clearInterval };

  constructor() {
    performance.now = () => this.#ms;
    Object.assign(globalThis, {
      setInterval: (look: () => void) => (this.#look = look, 1),
      clearInterval: () => this.#look = () => {},
    });
    const [here] = pipe();
    const connection = {
      ...here,
      write: (frame: Uint8Array) => {
        this.sent.push(splitFrame(frame.subarray(4)).type);
        return Promise.resolve();
      },
      close: () => void (this.isClosed = true),
    };
    this.beat = new Heartbeat(connection, { ping: 5_000, dead: 15_000 });
  }

  pass(seconds: number): void {
    for (let i = 0; i < seconds; i++) this.standStill(1);
  }

  /** Time goes on, and the timer comes only afterwards. */
  standStill(seconds: number): void {
    this.#ms += seconds * 1_000;
    this.#look();
  }

  [Symbol.dispose](): void {
    const { now, ...timers } = this.#real;
    performance.now = now;
    Object.assign(globalThis, timers);
  }
}

function pure(name: string, fn: (on: World) => void): void {
  Deno.test({
    name,
    permissions: "none",
    fn() {
      using on = new World();
      fn(on);
    },
  });
}

pure("Heartbeat asks once who is silent, and closes the connection if it stays so", (on) => {
  on.pass(4);
  assertEquals(on.sent, []);
  on.pass(1);
  assertEquals(on.sent, [TYPE.ping]);
  on.pass(9);
  on.beat.check("pi");
  assertEquals([on.sent, on.isClosed], [[TYPE.ping], false]);
  on.pass(1);
  assertEquals(on.isClosed, true);
  const error = assertThrows(() => on.beat.check("pi"), PinwireError);
  assertEquals([error.code, error.message], ["no_heartbeat", "pi has said nothing for 15 s"]);
});

pure("Heartbeat.heard begins anew", (on) => {
  for (let i = 1; i <= 3; i++) {
    on.pass(14);
    assertEquals(on.sent.length, i);
    on.beat.heard();
  }
  on.pass(14);
  assertEquals(on.isClosed, false);
});

pure("Heartbeat counts no time in which it was stopped itself", (on) => {
  on.pass(4);
  on.standStill(3_600);
  assertEquals([on.sent, on.isClosed], [[], false]);
  on.pass(14);
  assertEquals([on.sent, on.isClosed], [[TYPE.ping], false]);
  on.pass(1);
  assertEquals(on.isClosed, true);
});

pure("Heartbeat.stop asks nobody any more", (on) => {
  on.beat.stop();
  on.pass(60);
  assertEquals([on.sent, on.isClosed], [[], false]);
});
