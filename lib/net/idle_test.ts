import { assertEquals, assertRejects } from "@std/assert";
import { pure, turn } from "../../tests/support/pure.ts";
import { FakeClock } from "./_fake_clock.ts";
import { PinwireError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import { wrapConnection } from "./wrap_connection.ts";
import { withIdleTimeout } from "./idle.ts";
import { pipe } from "./pipe.ts";

const TIME = 1_000;

/** A connection with a limit, its other end, and whether it is over. */
function limited(changes: Partial<Connection> = {}) {
  const clock = new FakeClock();
  const [here, there] = pipe();
  const connection = withIdleTimeout(wrapConnection(here, changes), TIME, clock);
  return { connection, here, there, clock };
}

const codeOf = async (act: Promise<void>) => (await assertRejects(() => act, PinwireError)).code;

/** Whether the limit is reached after `ms`. */
async function endsAfter(ms: number, received: Promise<void>, clock: FakeClock): Promise<boolean> {
  let isOver = false;
  received.catch(() => isOver = true);
  clock.pass(ms);
  await turn();
  return isOver;
}

pure("withIdleTimeout ends a receive that waits, and says why", async () => {
  const { connection, here, clock } = limited();
  assertEquals([connection.local, connection.peer], [here.local, here.peer]);
  const received = connection.receive(() => {});
  assertEquals(await endsAfter(TIME - 1, received, clock), false);
  assertEquals(await endsAfter(1, received, clock), true);
  const error = await assertRejects(() => received, PinwireError);
  assertEquals([error.code, error.message], [
    "idle_timeout",
    "nothing moved between us and pipe:b for 1 s",
  ]);
  connection.close();
  assertEquals(clock.pending, 0);
});

pure("withIdleTimeout ends a sink's write that waits, and says why", async () => {
  const { connection, there, clock } = limited();
  const received = connection.receive(() => connection.write(new Uint8Array(1)));
  await there.write(new Uint8Array(1));
  await turn();
  clock.pass(TIME);
  there.close();
  assertEquals(await codeOf(received), "idle_timeout");
});

pure("withIdleTimeout waits anew from each read", async () => {
  const { connection, there, clock } = limited();
  const received = connection.receive(() => {});
  for (let i = 0; i < 3; i++) {
    assertEquals(await endsAfter(TIME - 1, received, clock), false);
    await there.write(new Uint8Array(1));
    await turn();
  }
  assertEquals(await endsAfter(TIME, received, clock), true);
});

pure("withIdleTimeout waits anew from the end of each write, and not from its beginning", async () => {
  const { connection, there, clock } = limited();
  const received = connection.receive(() => {});
  const written = connection.write(new Uint8Array(1));
  clock.pass(TIME - 1);
  const gone = there.receive(() => {});
  await written;
  await turn();
  assertEquals(await endsAfter(TIME - 1, received, clock), false);
  assertEquals(await endsAfter(1, received, clock), true);
  await gone;
});

pure("withIdleTimeout waits anew from a write that goes out at once", async () => {
  const { connection, clock } = limited({ write: () => undefined });
  const received = connection.receive(() => {});
  clock.pass(TIME - 1);
  assertEquals(connection.write(new Uint8Array(1)), undefined);
  assertEquals(await endsAfter(TIME - 1, received, clock), false);
  assertEquals(await endsAfter(1, received, clock), true);
});

pure("withIdleTimeout leaves no timer when it is closed, and passes the reason on", async () => {
  const { connection, clock } = limited();
  const received = connection.receive(() => {});
  connection.close(new PinwireError("other", "another reason"));
  connection.close();
  assertEquals(clock.pending, 0);
  assertEquals(await codeOf(received), "other");
});

pure("withIdleTimeout leaves no timer when the connection is reset", () => {
  const { connection, clock } = limited();
  assertEquals(connection.reset(), true);
  assertEquals(clock.pending, 0);
});
