import { assertEquals, assertRejects } from "@std/assert";
import { pure, turn } from "../../../tests/support/pure.ts";
import { FakeClock } from "../_fake_clock.ts";
import { AllFailed, firstToConnect, interleaved } from "./first_to_connect.ts";

/** Attempts at addresses, which end when the test says so. */
class World {
  readonly clock = new FakeClock();
  readonly tried: string[] = [];
  readonly closed: string[] = [];
  readonly aborted: string[] = [];
  readonly stop = new AbortController();
  #attempts = new Map<string, PromiseWithResolvers<{ address: string; close(): void }>>();

  connect(...addresses: string[]): Promise<{ address: string }> {
    return firstToConnect(
      addresses,
      (address, signal) => {
        this.tried.push(address);
        const attempt = Promise.withResolvers<{ address: string; close(): void }>();
        this.#attempts.set(address, attempt);
        signal.addEventListener("abort", () => {
          this.aborted.push(address);
          attempt.reject(signal.reason);
        });
        return attempt.promise;
      },
      this.stop.signal,
      this.clock,
    );
  }

  stands(address: string): Promise<void> {
    this.#attempts.get(address)!.resolve({ address, close: () => void this.closed.push(address) });
    return turn();
  }

  fails(address: string): Promise<void> {
    this.#attempts.get(address)!.reject(new Error(`nobody at ${address}`));
    return turn();
  }
}

pure("firstToConnect tries the next address when the one before has failed", async () => {
  const on = new World();
  const connected = on.connect("a", "b", "c");
  assertEquals(on.tried, ["a"]);
  await on.fails("a");
  assertEquals(on.tried, ["a", "b"]);
  await on.stands("b");
  assertEquals((await connected).address, "b");
  assertEquals([on.tried, on.clock.pending], [["a", "b"], 0]);
});

pure(
  "firstToConnect tries the next address after 250 ms, and ends the attempts that came later",
  async () => {
    const on = new World();
    const connected = on.connect("a", "b", "c");
    on.clock.pass(249);
    assertEquals(on.tried, ["a"]);
    on.clock.pass(1);
    assertEquals(on.tried, ["a", "b"]);
    await on.fails("b");
    assertEquals(on.tried, ["a", "b", "c"]);
    await on.stands("a");
    assertEquals((await connected).address, "a");
    assertEquals([on.aborted, on.clock.pending], [["a", "b", "c"], 0]);
  },
);

pure("firstToConnect closes a connection that stands when another has won", async () => {
  const on = new World();
  const connected = on.connect("a", "b");
  on.clock.pass(250);
  const both = [on.stands("b"), on.stands("a")];
  await Promise.all(both);
  assertEquals([(await connected).address, on.closed], ["b", ["a"]]);
});

pure("firstToConnect tells why each failed, by the order of the addresses", async () => {
  const on = new World();
  const connected = assertRejects(() => on.connect("a", "b"), AllFailed);
  on.clock.pass(250);
  await on.fails("b");
  await on.fails("a");
  const { failures } = await connected;
  assertEquals(failures.map(String), ["Error: nobody at a", "Error: nobody at b"]);
  assertEquals(on.clock.pending, 0);
});

pure("firstToConnect ends once its signal is aborted", async () => {
  const on = new World();
  const connected = assertRejects(() => on.connect("a", "b"), AllFailed);
  on.stop.abort(new Error("late"));
  await turn();
  await on.fails("b");
  assertEquals((await connected).failures.map(String), ["Error: late", "Error: nobody at b"]);
});

pure("interleaved takes IPv6 and the other family in turn", () => {
  const isIpv6 = (host: string) => host.includes(":");
  assertEquals(interleaved(["1", "2", "3", "::1", "::2"], isIpv6), ["::1", "1", "::2", "2", "3"]);
  assertEquals(interleaved(["1", "2"], isIpv6), ["1", "2"]);
  assertEquals(interleaved([], isIpv6), []);
});
