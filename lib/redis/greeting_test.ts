import { assertMatch, assertThrows } from "@std/assert";
import { pure } from "../app/_testing.ts";
import { PinwireError } from "../errors.ts";
import { check } from "./greeting.ts";

const info = (fields: Record<string, string>) =>
  Object.entries({
    redis_version: "7.0.15",
    maxmemory_policy: "noeviction",
    role: "master",
    cluster_enabled: "0",
    ...fields,
  })
    .map(([name, value]) => `${name}:${value}\r\n`).join("");

pure("check takes Redis 7 and newer, and Valkey, which calls itself so too", () => {
  for (const version of ["7.0.15", "7.2.4", "8.0.2", "10.0.0"]) check(info({ redis_version: version }), "S");
});

pure("check refuses a store that can't be relied on, and says what to do", () => {
  const cases: [fields: Record<string, string>, sentence: RegExp][] = [
    [{ redis_version: "6.2.7" }, /^the store at S is Redis 6\.2\.7: take Redis 7 or newer, or Valkey$/],
    [{ redis_version: "" }, /^the store at S is Redis : take/],
    [{ maxmemory_policy: "volatile-ttl" }, /may throw away .* \(maxmemory-policy is volatile-ttl\): set its/],
    [{ role: "slave" }, /is a replica, which only reads: name the primary$/],
    [{ cluster_enabled: "1" }, /is a node of a cluster: name a single store$/],
  ];
  for (const [fields, sentence] of cases) {
    assertMatch(assertThrows(() => check(info(fields), "S"), PinwireError).sentence, sentence);
  }
  assertMatch(
    assertThrows(() => check("# Server\r\n", "S"), PinwireError).sentence,
    /is Redis of an unknown version/,
  );
});
