import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { tempDir } from "../../../tests/support.ts";
import { pure } from "../../app/_testing.ts";
import { PinwireError } from "../../errors.ts";
import { formatAddress } from "../../net/mod.ts";
import type { Stream } from "../../packet/mod.ts";
import { checkRecord, checkSide, playAddressKind, streamKind, whereToPlay } from "./options.ts";

const stream = (protocol: "tcp" | "udp", address: string): Stream => ({
  protocol,
  number: 0,
  client: { address, port: 50_000 },
  server: { address, port: 7 },
});

const where = (one: Stream, given?: string) =>
  formatAddress(whereToPlay(one, given === undefined ? undefined : playAddressKind.parse(given)));

const refuses = (action: () => unknown, sentence: string) =>
  assertEquals(assertThrows(action, PinwireError).sentence, sentence);

pure("whereToPlay takes the recorded server's address on loopback alone", () => {
  assertEquals(where(stream("tcp", "127.0.0.2")), "tcp://127.0.0.2:7");
  assertEquals(where(stream("udp", "::1")), "udp://[::1]:7");
  refuses(
    () => where(stream("tcp", "192.168.1.5")),
    "the recording is of 192.168.1.5:7, which may be another machine: give the ADDRESS to play it at",
  );
});

pure("whereToPlay takes an address without a scheme for what was recorded", () => {
  assertEquals(where(stream("tcp", "10.0.0.1"), "8080"), "tcp://127.0.0.1:8080");
  assertEquals(where(stream("udp", "10.0.0.1"), "8080"), "udp://127.0.0.1:8080");
  for (const address of ["tls://127.0.0.1:1", "unix:/tmp/x", "tcp://127.0.0.1:1"]) {
    assertEquals(where(stream("tcp", "10.0.0.1"), address), address);
  }
});

pure("whereToPlay refuses a connection for datagrams, and the other way round", () => {
  refuses(
    () => where(stream("tcp", "::1"), "udp://127.0.0.1:7"),
    "the recording is of a connection, and udp://127.0.0.1:7 has none: write tcp://HOST:PORT",
  );
  for (const address of ["tcp://127.0.0.1:7", "tls://127.0.0.1:7", "unix:/x"]) {
    refuses(
      () => where(stream("udp", "::1"), address),
      `the recording is of datagrams, and ${address} has none: write udp://HOST:PORT`,
    );
  }
});

pure("streamKind reads a number, and a protocol before it", () => {
  assertEquals(streamKind.parse("12"), { protocol: undefined, number: 12 });
  assertEquals(streamKind.parse("udp:0"), { protocol: "udp", number: 0 });
  assertEquals(streamKind.parse("tcp:3"), { protocol: "tcp", number: 3 });
  for (const text of ["", "x", "-1", "1.5", "udp:", "sctp:1", "1234567890"]) {
    refuses(
      () => streamKind.parse(text),
      `"${text}" names no stream: write its number as tshark counts, or udp:N for datagrams`,
    );
  }
});

pure("checkSide refuses what is for the other side", () => {
  checkSide("client", { ca: "x", bind: {}, retry: 1 });
  checkSide("server", { retry: 0, tlsCert: "x", tlsKey: "x" });
  refuses(
    () => checkSide("client", { tlsCert: "x" }),
    "--tls-cert is for --as server: leave one of the two out",
  );
  refuses(() => checkSide("server", { bind: {} }), "--bind is for --as client: leave one of the two out");
});

Deno.test("checkRecord refuses the file that is played, by whichever of its names", async () => {
  await using dir = await tempDir();
  const [played, linked, other] = ["a", "b", "c"].map((name) => `${dir.path}/${name}`);
  await Deno.writeTextFile(played, "recorded");
  await Deno.writeTextFile(other, "another");
  await Deno.link(played, linked);
  for (const record of [played, linked]) await assertRejects(() => checkRecord(played, record), PinwireError);
  for (const record of [undefined, other, `${dir.path}/new`]) await checkRecord(played, record);
});
