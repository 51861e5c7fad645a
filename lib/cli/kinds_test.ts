import { assertEquals, assertThrows } from "@std/assert";
import { PinwireError } from "../errors.ts";
import type { Kind } from "./command.ts";
import { choice, duration, integer, milliseconds, text } from "./kinds.ts";

/** Checks that each value is refused as a wrong command line, with this hint. */
function assertRefused(kind: Kind<unknown>, values: string[], hint: string): void {
  for (const value of values) {
    const error = assertThrows(() => kind.parse(value), PinwireError, `"${value}"`);
    assertEquals([error.code, error.exitCode, error.hint], ["usage", 2, hint], value);
  }
}

Deno.test({
  name: "text takes anything",
  permissions: "none",
  fn() {
    const kind = text("FILE");
    assertEquals(["", " ", "-x", "你"].map((value) => kind.parse(value)), ["", " ", "-x", "你"]);
    assertEquals([kind.meta, kind.values], ["FILE", undefined]);
  },
});

Deno.test({
  name: "choice takes its words alone, and offers them",
  permissions: "none",
  fn() {
    const kind = choice("lf|crlf", ["lf", "crlf"]);
    assertEquals(kind.parse("crlf"), "crlf");
    assertEquals(kind.values?.({}), ["lf", "crlf"]);
    assertRefused(kind, ["", "LF", "l", "lf "], "use one of these");
  },
});

Deno.test({
  name: "integer takes whole numbers of its range, with k and M for 1024 and its square",
  permissions: "none",
  fn() {
    const kind = integer("N", 1, 2 ** 21);
    assertEquals(["1", "007", "1k", "2K", "1M", "2m"].map((value) => kind.parse(value)), [
      1,
      7,
      1024,
      2048,
      2 ** 20,
      2 ** 21,
    ]);
    assertRefused(
      kind,
      ["", "0", "-1", "+1", "1.5", "1e3", "0x10", " 1", "1 ", "k", "3M", "2097153", "٣", "NaN"],
      "use 1 to 2097152",
    );
  },
});

Deno.test({
  name: "integer without a maximum goes as far as numbers are whole",
  permissions: "none",
  fn() {
    const kind = integer("N", 0);
    assertEquals(kind.parse("9007199254740991"), Number.MAX_SAFE_INTEGER);
    assertRefused(kind, ["-1", "9007199254740992", "9".repeat(400)], "use 0 or more");
  },
});

Deno.test({
  name: "duration takes seconds, or another unit, and gives milliseconds",
  permissions: "none",
  fn() {
    const kind = duration();
    const cases: [string, number][] = [
      ["0", 0],
      ["2", 2000],
      ["0.5", 500],
      [".25", 250],
      ["1.5s", 1500],
      ["500ms", 500],
      ["5m", 300_000],
    ];
    for (const [value, ms] of cases) assertEquals(kind.parse(value), ms, value);
    assertRefused(
      kind,
      ["", "-1", "1h", "1 s", "s", ".", "1.", "1e3", "Infinity", "1,5"],
      "use seconds, as in 2 or 0.5, or 500ms, 5m",
    );
  },
});

Deno.test({
  name: "duration refuses what is too long for a timer",
  permissions: "none",
  fn() {
    assertEquals(duration().parse("2147483647ms"), 0x7fff_ffff);
    assertRefused(duration(), ["2147483648ms", "36000m"], "use seconds, as in 2 or 0.5, or 500ms, 5m");
  },
});

Deno.test({
  name: "milliseconds takes a number alone for milliseconds, or another unit",
  permissions: "none",
  fn() {
    const kind = milliseconds();
    const cases: [string, number][] = [["0", 0], ["300", 300], ["0.5", 0.5], ["300ms", 300], ["1s", 1000], [
      "1m",
      60_000,
    ]];
    for (const [value, ms] of cases) assertEquals(kind.parse(value), ms, value);
    assertEquals([kind.meta, milliseconds("MS~JITTER").meta], ["MS", "MS~JITTER"]);
    assertRefused(
      kind,
      ["", "-1", "1h", "300 ms", "ms", "1e3", "2147483648"],
      "use milliseconds, as in 300, or 300ms, 1s",
    );
  },
});
