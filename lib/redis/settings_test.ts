import { assertEquals, assertThrows } from "@std/assert";
import { pure } from "../app/_testing.ts";
import { PinwireError } from "../errors.ts";
import { parseStore } from "./settings.ts";

pure("parseStore reads a URL, with the port that Redis has, and the number of a database", () => {
  const urls: [string, string][] = [
    ["redis://store.local", "tcp store.local 6379 - 0"],
    ["rediss://store.local/", "tls store.local 6379 - 0"],
    ["REDIS://127.0.0.1:6380/15", "tcp 127.0.0.1 6380 - 15"],
    ["redis://chat@[::1]:7000/1", "tcp ::1 7000 chat 1"],
    ["redis://a%40b@store.local", "tcp store.local 6379 a@b 0"],
  ];
  for (const [url, expected] of urls) {
    const { address: { scheme, hostname, port }, user = "-", database } = parseStore(url);
    assertEquals(`${scheme} ${hostname} ${port} ${user} ${database}`, expected, url);
  }
});

pure("parseStore refuses what is no store, and says what is right, without the password in it", () => {
  const urls: [string, RegExp][] = [
    ["redis:store.local", /write redis:\/\/HOST or rediss:\/\/USER@HOST$/],
    ["valkey://store.local", /write redis:\/\/HOST/],
    ["redis://", /write redis:\/\/HOST or redis:\/\/HOST:PORT$/],
    ["redis://6379", /write redis:\/\/localhost:6379$/],
    ["redis://store.local/lobby", /the number of its database behind the \/, as redis:\/\/HOST\/1$/],
    ["redis://store.local/1/2", /the number of its database/],
    [
      "redis://chat:secret@store.local",
      /^"redis:\/\/…@store\.local" .* PINWIRE_REDIS_PASSWORD or --password-file$/,
    ],
  ];
  for (const [url, sentence] of urls) {
    const error = assertThrows(() => parseStore(url), PinwireError);
    assertEquals([error.exitCode, sentence.test(error.sentence)], [2, true], `${url}: ${error.sentence}`);
  }
});
