import { assert, assertEquals, assertRejects } from "@std/assert";
import { contextOf, FakeClock, turn } from "../app/_testing.ts";
import { PinwireError } from "../errors.ts";
import type { Address, Connection, Timer } from "../net/mod.ts";
import type { Event } from "../app/mod.ts";
import { redial } from "./redial.ts";

const HOST = "127.0.0.1";
/** The shortest waits. */
const random = () => 0;
const HELD = { firstMustHold: true, random };
const LOOSE = { firstMustHold: false, random };

/** A listener that lets everybody in. */
class Door implements Disposable {
  readonly listener = Deno.listen({ hostname: HOST, port: 0 });
  readonly address: Address;
  readonly #conns: Deno.Conn[] = [];

  constructor() {
    this.address = { scheme: "tcp", hostname: HOST, port: (this.listener.addr as Deno.NetAddr).port };
    void this.#accept();
  }

  async #accept(): Promise<void> {
    for await (const conn of this.listener) this.#conns.push(conn);
  }

  [Symbol.dispose](): void {
    this.listener.close();
    for (const conn of this.#conns) conn.close();
  }
}

/** An address where nobody listens. */
function nowhere(): Address {
  using listener = Deno.listen({ hostname: HOST, port: 0 });
  return { scheme: "tcp", hostname: HOST, port: (listener.addr as Deno.NetAddr).port };
}

/** Time that passes as soon as somebody waits for it. */
class RunningClock extends FakeClock {
  readonly waits: number[] = [];

  override after(ms: number, action: () => void): Timer {
    this.waits.push(ms);
    void turn().then(() => this.pass(ms));
    return super.after(ms, action);
  }
}

/** A context, the errors that it is told, and the next of them. */
function world(clock: FakeClock = new RunningClock()) {
  const errors: Event[] = [];
  let onError = () => {};
  const context = contextOf("text", {
    clock,
    onEvent(event) {
      errors.push(event);
      onError();
    },
  });
  return { context, errors, next: () => new Promise<void>((resolve) => onError = resolve) };
}

Deno.test("redial is through when a connection was served to the end", async () => {
  using door = new Door();
  const { context, errors } = world();
  const served: string[] = [];
  await redial(door.address, HELD, context, (connection: Connection) => {
    served.push(connection.peer.name);
    connection.close();
    return Promise.resolve(true);
  });
  assertEquals([served, errors], [[`tcp://${HOST}:${(door.address as { port: number }).port}`], []]);
});

Deno.test("redial throws what the first dial throws if that must hold, and says nothing of it", async () => {
  const { context, errors } = world();
  const error = await assertRejects(
    () => redial(nowhere(), HELD, context, () => Promise.resolve()),
    PinwireError,
  );
  assertEquals([error.code, errors], ["refused", []]);
});

Deno.test("redial dials again when a link is lost, and tells why it was", async () => {
  using door = new Door();
  const { context, errors } = world();
  let links = 0;
  await redial(door.address, HELD, context, (connection) => {
    connection.close();
    if (++links === 3) return Promise.resolve(true);
    throw new PinwireError("link_lost", `number ${links} is lost`, { hint: "wait" });
  });
  assertEquals(
    errors,
    [1, 2].map((number) => ({
      event: "error",
      message: `number ${number} is lost`,
      hint: "wait; it is dialled again and again",
    })),
  );
});

Deno.test("redial dials again after a link that ended well, and tells nothing", async () => {
  using door = new Door();
  const { context, errors } = world();
  let links = 0;
  await redial(door.address, LOOSE, context, (connection) => {
    connection.close();
    return Promise.resolve(++links === 2);
  });
  assertEquals([links, errors], [2, []]);
});

Deno.test("redial tells once what goes wrong in the same way again and again", async () => {
  using door = new Door();
  const { context, errors } = world();
  let links = 0;
  await redial(door.address, LOOSE, context, (connection) => {
    connection.close();
    if (++links === 3) return Promise.resolve(true);
    throw new PinwireError("link_lost", "the link is lost");
  });
  assertEquals(errors.length, 1);
});

Deno.test("redial tells again what went wrong in the same way after a link that held for 10 s", async () => {
  using door = new Door();
  const clock = new RunningClock();
  const { context, errors } = world(clock);
  let links = 0;
  await redial(door.address, LOOSE, context, (connection) => {
    connection.close();
    if (++links === 3) return Promise.resolve(true);
    clock.pass(links === 2 ? 10_001 : 9_999);
    throw new PinwireError("link_lost", "the link is lost");
  });
  assertEquals(errors.length, 2);
});

Deno.test("redial waits longer after each attempt that fails, and not after a link that held", async () => {
  using door = new Door();
  const clock = new RunningClock();
  const { context } = world(clock);
  let links = 0;
  await redial(door.address, { ...LOOSE, random: () => 1 }, context, (connection) => {
    connection.close();
    if (++links === 4) clock.pass(10_001);
    return Promise.resolve(links === 5);
  });
  assertEquals(clock.waits, [500, 1000, 2000, 500]);
  assertEquals(clock.pending, 0);
});

Deno.test("redial tells of a first dial that fails and may, and stops while it waits for the next", async () => {
  const clock = new FakeClock();
  const { context, errors, next } = world(clock);
  const told = next();
  const redialled = redial(nowhere(), LOOSE, context, () => Promise.resolve());
  await told;
  await turn();
  assertEquals(clock.pending, 1);
  context.stop.now();
  await redialled;
  assertEquals(clock.pending, 0);
  const [error] = errors;
  assert(error.event === "error");
  assert(error.hint!.endsWith("; it is dialled again and again"), error.hint);
});

Deno.test("redial of what can't be dialled throws, even if no dial must hold", async () => {
  const { context, errors } = world();
  const address: Address = { scheme: "tcp", hostname: HOST, port: 0 };
  const error = await assertRejects(
    () => redial(address, LOOSE, context, () => Promise.resolve()),
    PinwireError,
  );
  assertEquals([error.exitCode, errors], [2, []]);
});

Deno.test("redial throws what no further attempt can mend, also once a link has held", async () => {
  using door = new Door();
  const { context } = world();
  await assertRejects(
    () =>
      redial(door.address, LOOSE, context, (connection) => {
        connection.close();
        throw new PinwireError("usage", "the second line was wrong", { exitCode: 2 });
      }),
    PinwireError,
    "the second line was wrong",
  );
});

Deno.test("redial throws what no further attempt can mend, though it is stopped at that moment", async () => {
  using door = new Door();
  const { context } = world();
  const error = new PinwireError("speaks_tls", "another language");
  const thrown = await assertRejects(() =>
    redial(door.address, HELD, context, (connection: Connection) => {
      connection.close();
      context.stop.now();
      return Promise.reject(error);
    })
  );
  assertEquals(thrown, error);
});

Deno.test("redial with noReconnect throws why a dial failed or a link was lost, also if no dial must hold", async () => {
  using door = new Door();
  const { context, errors } = world();
  const once = { ...LOOSE, noReconnect: true };
  const refused = await assertRejects(
    () => redial(nowhere(), once, context, () => Promise.resolve()),
    PinwireError,
  );
  const served = (outcome: () => Promise<boolean | void>) =>
    redial(door.address, once, context, (connection) => {
      connection.close();
      return outcome();
    });
  const ended = await assertRejects(() => served(() => Promise.resolve()), PinwireError);
  const failed = await assertRejects(() => served(() => Promise.reject(new RangeError("no"))), RangeError);
  assertEquals([refused.code, ended.code, ended.exitCode, failed.message], ["refused", "link_lost", 1, "no"]);
  await served(() => Promise.resolve(true));
  await served(() => Promise.resolve(context.stop.now()));
  assertEquals(errors, []);
});

Deno.test("redial does nothing once the context has stopped", async () => {
  const { context, errors } = world();
  context.stop.now();
  await redial(nowhere(), HELD, context, () => Promise.reject(new Error("served")));
  assertEquals(errors, []);
});

Deno.test("redial makes the further attempts of a first dial that must hold, and then throws", async () => {
  const clock = new RunningClock();
  const { context, errors } = world(clock);
  const options = { ...HELD, retry: 2 };
  const error = await assertRejects(
    () => redial(nowhere(), options, context, () => Promise.resolve()),
    PinwireError,
  );
  assertEquals([error.code, clock.waits, errors], ["refused", [1_000, 1_000], []]);
});
