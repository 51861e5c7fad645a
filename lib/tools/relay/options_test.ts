import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { pure } from "../../app/_testing.ts";
import { PinwireError } from "../../errors.ts";
import { parseAddress } from "../../net/mod.ts";
import { checkApart, type DisturbanceOptions, disturbanceOptions, disturbances } from "./options.ts";

/** What these do in each direction: `--cut 1:up --cut 2:down`. */
function parsed(line: string, isDatagram = false) {
  const values: Record<string, unknown[]> = {};
  for (const [, name, value] of line.matchAll(/--(\w+)[ =](\S*)/g)) {
    const { kind } = disturbanceOptions[name as keyof DisturbanceOptions];
    (values[name] ??= []).push(kind.parse(value));
  }
  return disturbances(values as unknown as DisturbanceOptions, isDatagram);
}

/** What is said of a command line that is wrong. */
function refusal(line: string, isDatagram = false): string {
  const error = assertThrows(() => parsed(line, isDatagram), PinwireError);
  assertEquals([error.code, error.exitCode], ["usage", 2]);
  return error.sentence;
}

pure("disturbances does nothing where nothing is asked for, and both ways what names no direction", () => {
  assertEquals(parsed(""), { up: {}, down: {} });
  const all = {
    delay: { ms: 300, jitter: 0 },
    rate: 10_240,
    chunk: 3,
    glue: 20,
    cut: 0,
    reset: 5,
    stall: 1024,
  };
  assertEquals(
    parsed("--delay 300 --rate 10k --chunk 3 --glue 20ms --cut 0 --reset 5 --stall 1k"),
    { up: all, down: all },
  );
});

pure("disturbances does one way what has :up or :down behind it, the other way another value", () => {
  assertEquals(parsed("--cut 1000:down"), { up: {}, down: { cut: 1000 } });
  assertEquals(parsed("--delay 1s~250ms:up --delay 5:down --stall 7:up"), {
    up: { delay: { ms: 1000, jitter: 250 }, stall: 7 },
    down: { delay: { ms: 5, jitter: 0 } },
  });
});

pure("disturbances refuses an option that stands twice for one direction", () => {
  assertEquals(
    refusal("--cut 1:up --cut 2:up"),
    "--cut stands twice for the way up: give it once, or once each with :up and :down behind it",
  );
  for (const line of ["--glue 1 --glue 2", "--rate 1 --rate 2:down", "--delay 1:down --delay 2"]) {
    assertMatch(refusal(line), /^--\w+ stands twice for the way (up|down): /);
  }
});

pure("disturbances refuses a direction that is none", () => {
  for (const value of ["1:sideways", "1:", "1:UP", "1:up:down", ":up:up"]) {
    assertMatch(refusal(`--cut ${value}`), /^"[^"]*" names no direction: write :up .* or :down behind it$/);
  }
  assertMatch(refusal("--cut :up"), /"" is not a whole number/);
});

pure("--delay takes a jitter up to itself, and no more", () => {
  assertEquals(parsed("--delay 50~50").up, { delay: { ms: 50, jitter: 50 } });
  assertEquals(parsed("--delay 0").up, { delay: { ms: 0, jitter: 0 } });
  assertMatch(refusal("--delay 50~51:up"), /^"50~51" can be less than no delay: .*the smaller number$/);
  for (const value of ["1~", "~1", "1~2~3", "-1", "1~-1", "1h"]) {
    assertMatch(refusal(`--delay ${value}`), /is not a time/);
  }
});

pure("--loss, --duplicate and --reorder are probabilities of datagrams", () => {
  for (
    const [text, value] of [["0", 0], ["1", 1], ["0.1", 0.1], [".5", 0.5], ["1.", 1], ["1.0", 1]] as const
  ) {
    assertEquals(parsed(`--loss ${text}`, true), { up: { loss: value }, down: { loss: value } });
  }
  for (const text of ["1.1", "2", "-0.1", "10%", "1e-1", "", "NaN", "0.1.1"]) {
    const error = assertThrows(() => parsed(`--reorder=${text}`, true), PinwireError);
    assertEquals(error.sentence, `"${text}" is no probability: use a number from 0 to 1, as in 0.1`);
  }
  assertEquals(parsed("--duplicate 1:up --reorder 0.5:down", true), {
    up: { duplicate: 1 },
    down: { reorder: 0.5 },
  });
});

pure("disturbances refuses for datagrams what is for streams, and the reverse", () => {
  for (const option of ["--chunk 1", "--glue 1", "--reset 1"]) {
    assertMatch(refusal(option, true), /^--\w+ is for streams: leave it out where either side is udp:\/\/$/);
  }
  for (const option of ["--loss 0", "--duplicate 1:up", "--reorder 1"]) {
    assertMatch(refusal(option), /^--\w+ is for datagrams: use it where a side is udp:\/\/$/);
  }
  assertEquals(parsed("--delay 1 --rate 1 --cut 1 --stall 1", true).down, {
    delay: { ms: 1, jitter: 0 },
    rate: 1,
    cut: 1,
    stall: 1,
  });
});

pure("nothing passes at no byte a second, nor in writes of none", () => {
  for (const option of ["--rate 0", "--chunk 0"]) assertMatch(refusal(option), /use 1 or more/);
});

Deno.test("checkApart refuses a relay to itself, however its address is written", async () => {
  const at = (text: string) => parseAddress(text, { schemes: ["tcp", "udp", "tls", "ws", "unix"] });
  for (
    const [listen, target] of [
      ["8000", "127.0.0.1:8000"],
      ["8000", "localhost:8000"],
      ["0.0.0.0:8000", "127.0.0.1:8000"],
      ["[::]:8000", "127.0.0.1:8000"],
      ["8000", "ws://127.0.0.1:8000"],
      ["unix:/a", "unix:/a"],
      ["unix:/tmp/a", "unix:/tmp/../tmp/a"],
      ["[::1]:1", "[0:0::1]:1"],
      ["udp://0.0.0.0:1", "udp://127.0.0.1:1"],
    ]
  ) {
    const error = await assertRejects(() => checkApart(at(listen), at(target)), PinwireError);
    assertEquals([error.exitCode, error.code], [2, "usage"]);
  }
  for (
    const [listen, target] of [
      ["8000", "8001"],
      ["udp://8000", "8000"],
      ["0", "0"],
      ["unix:/a", "unix:/b"],
      ["8000", "[::1]:8000"],
      ["0.0.0.0:8000", "[::1]:8000"],
      ["unix:@a", "unix:a"],
      ["8000", "nobody.invalid:8000"],
    ]
  ) {
    await checkApart(at(listen), at(target));
  }
});
