import { assert, assertEquals } from "@std/assert";
import { AnswerGuard } from "./answer_guard.ts";

const LOOPING = [0, 7, 13, 17, 19, 37, 53, 69, 111, 123, 137, 161, 389, 1900, 5353, 11211];

const guardAt = (hostname = "127.0.0.1", port = 21567) => new AnswerGuard({ hostname, port });

Deno.test({
  name: "AnswerGuard answers none of the ports where an echo would loop or amplify, and all others",
  permissions: "none",
  fn() {
    for (const hostname of ["127.0.0.1", "::1", "10.0.0.1"]) {
      const guard = guardAt("192.168.0.1");
      for (const port of LOOPING) assert(!guard.allows({ hostname, port }, 100, 1, 0), `${hostname}:${port}`);
      assertEquals(guard.takeDropped(), LOOPING.length);
      for (const port of [1, 8, 12, 54, 1899, 5354, 21567, 65535]) {
        assert(guard.allows({ hostname, port }, 100, 1, 0), `${hostname}:${port}`);
      }
    }
  },
});

Deno.test({
  name: "AnswerGuard never answers its own socket",
  permissions: "none",
  fn() {
    const cases: [string, string, boolean][] = [
      ["127.0.0.1", "127.0.0.1", false],
      ["127.0.0.1", "::ffff:127.0.0.1", false],
      ["127.0.0.1", "127.0.0.2", true],
      ["10.0.0.1", "10.0.0.2", true],
      ["::1", "::1", false],
      ["0.0.0.0", "127.0.0.1", false],
      ["0.0.0.0", "10.0.0.1", false],
      ["::", "::1", false],
      ["::", "::ffff:10.0.0.1", false],
    ];
    for (const [own, from, allowed] of cases) {
      const guard = guardAt(own, 8000);
      assertEquals(guard.allows({ hostname: from, port: 8000 }, 9, 9, 0), allowed, `${own} from ${from}`);
      assert(guard.allows({ hostname: from, port: 8001 }, 9, 9, 0));
    }
  },
});

Deno.test({
  name: "AnswerGuard sets no limit on loopback",
  permissions: "none",
  fn() {
    const guard = guardAt();
    for (const hostname of ["127.0.0.1", "::1", "::ffff:127.0.0.1"]) {
      for (let i = 0; i < 200; i++) assert(guard.allows({ hostname, port: 50_000 }, 0, 65_507, 0));
    }
    assertEquals(guard.takeDropped(), 0);
  },
});

Deno.test({
  name: "AnswerGuard answers off loopback at most three times what came",
  permissions: "none",
  fn() {
    const guard = guardAt("0.0.0.0");
    const to = { hostname: "10.0.0.1", port: 50_000 };
    assertEquals(
      [[10, 30], [10, 31], [0, 0], [0, 1], [1, 3]].map(([received, sent]) =>
        guard.allows(to, received, sent, 0)
      ),
      [true, false, true, false, true],
    );
    assertEquals(guard.takeDropped(), 2);
  },
});

Deno.test({
  name: "AnswerGuard answers each address off loopback at most 50 times a second, over all its ports",
  permissions: "none",
  fn() {
    const guard = guardAt("0.0.0.0");
    const answers = (hostname: string, now: number) => {
      let count = 0;
      for (let i = 0; i < 80; i++) if (guard.allows({ hostname, port: 40_000 + i }, 9, 9, now)) count++;
      return count;
    };
    assertEquals([answers("10.0.0.1", 1000), answers("10.0.0.1", 1999)], [50, 0]);
    assertEquals(answers("10.0.0.2", 1999), 50);
    assertEquals(answers("10.0.0.1", 2000), 50);
    assertEquals(guard.takeDropped(), 30 + 80 + 30 + 30);
  },
});

Deno.test({
  name: "AnswerGuard stays bounded: beyond 4096 addresses a second the others share one place",
  permissions: "none",
  fn() {
    const guard = guardAt("0.0.0.0");
    const allowed = (n: number) => guard.allows({ hostname: `h${n}`, port: 50_000 }, 9, 9, 0);
    for (let n = 0; n < 4096; n++) assert(allowed(n));
    let late = 0;
    for (let n = 5000; n < 6000; n++) if (allowed(n)) late++;
    assertEquals(late, 50);
    assert(allowed(7));
  },
});

Deno.test({
  name: "takeDropped of AnswerGuard counts from the last call, and what a mode drops itself",
  permissions: "none",
  fn() {
    const guard = guardAt();
    guard.allows({ hostname: "127.0.0.1", port: 7 }, 9, 9, 0);
    guard.drop();
    assertEquals([guard.takeDropped(), guard.takeDropped()], [2, 0]);
  },
});
