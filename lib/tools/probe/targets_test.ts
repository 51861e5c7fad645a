import { assertEquals, assertThrows } from "@std/assert";
import { PinwireError } from "../../errors.ts";
import { formatAddress } from "../../net/mod.ts";
import { parseTargets } from "./targets.ts";

const pure = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

const parsed = (text: string) => parseTargets(text).map(formatAddress);

function refused(text: string, said: string): void {
  const error = assertThrows(() => parseTargets(text), PinwireError, said);
  assertEquals(error.exitCode, 2);
}

pure("parseTargets() an address alone", () => {
  assertEquals(parsed("8000"), ["tcp://127.0.0.1:8000"]);
  assertEquals(parsed("tls://example.org:443"), ["tls://example.org:443"]);
  assertEquals(parsed("host-1-2.example:80"), ["tcp://host-1-2.example:80"]);
  assertEquals(parsed("unix:/run/8000-8010"), ["unix:/run/8000-8010"]);
  assertEquals(parsed("unix:@name-1-2"), ["unix:@name-1-2"]);
});

pure("parseTargets() a range", () => {
  assertEquals(parsed("localhost:79-81"), [79, 80, 81].map((port) => `tcp://localhost:${port}`));
  assertEquals(parsed("79-80"), ["tcp://127.0.0.1:79", "tcp://127.0.0.1:80"]);
  assertEquals(parsed(":79-80"), ["tcp://127.0.0.1:79", "tcp://127.0.0.1:80"]);
  assertEquals(parsed("udp://[::1]:79-80"), ["udp://[::1]:79", "udp://[::1]:80"]);
  assertEquals(parsed("tls://79-79"), ["tls://127.0.0.1:79"]);
  assertEquals(parsed("1-1024").length, 1024);
});

pure("parseTargets() refuses a range that is reversed, too long, or no range", () => {
  refused("localhost:8010-8000", '"localhost:8010-8000" is not a range');
  refused("1-1025", '"1-1025" has 1025 ports');
  refused("65530-65540", "is not an address");
  refused("0-3", "nobody can be at tcp://127.0.0.1:0");
  refused("localhost:8000-", "is not an address");
  refused("::1:80-81", "is not an address");
});
