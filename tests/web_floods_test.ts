import { assert, assertEquals } from "@std/assert";
import { LOOPBACK, restOf } from "./support.ts";
import { honestWorld } from "./support/honest_world.ts";
import {
  closeCodeIn,
  exchange,
  type PageAddress,
  request,
  statusesIn,
  textFrame,
  upgraded,
  writeAll,
} from "./support/http.ts";

/** With which code the server closes a WebSocket that says this. */
async function closeCode(address: PageAddress, ...frames: Uint8Array[]): Promise<number | undefined> {
  using conn = await upgraded(address);
  for (const frame of frames) await writeAll(conn, frame).catch(() => {});
  const all: number[] = [];
  const buffer = new Uint8Array(4096);
  for (let count; (count = await conn.read(buffer).catch(() => null)) !== null;) {
    all.push(...buffer.subarray(0, count));
  }
  return closeCodeIn(new Uint8Array(all));
}

Deno.test("a head over 8 KiB is refused, however it comes, and holds nobody up", async () => {
  await using here = await honestWorld();
  const { address } = here;
  const { host } = address;
  const fields = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`X-${i}`, "a".repeat(90)]));
  assertEquals(
    statusesIn(await exchange(address, request("GET /", { Host: host, "X-A": "a".repeat(8192) }))),
    [431],
  );
  assertEquals(statusesIn(await exchange(address, request("GET /", { Host: host, ...fields(100) }))), [431]);
  assertEquals(statusesIn(await exchange(address, "A".repeat(100_000))), [431]);
  await here.goesOn();
});

Deno.test("who never ends its request, and who only connects, keeps nobody out, however many they are", async () => {
  await using here = await honestWorld();
  const { address } = here;
  const crowd = await Promise.all(
    Array.from({ length: 400 }, async (_, i) => {
      const conn = await Deno.connect({ hostname: LOOPBACK, port: address.port });
      if (i % 2) await conn.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost:"));
      return conn;
    }),
  );
  const file = await fetch(`http://${address.host}/`);
  assertEquals([file.status, (await file.text()).startsWith("<!")], [200, true]);
  await here.goesOn();
  // The oldest ones have made room.
  assertEquals(await restOf(crowd[0]), "");
  for (const conn of crowd) conn.close();
});

Deno.test("a page that breaks the rules of WebSockets is closed, and the others go on", async () => {
  await using here = await honestWorld("--max-frame", "1000");
  const { address } = here;
  const text = textFrame("on lamp");
  const cases: [number, string, ...Uint8Array[]][] = [
    [1009, "a message over --max-frame", textFrame("a".repeat(1001))],
    [1009, "the same in fragments", ...fragments("a".repeat(250), 5)],
    [
      1009,
      "a length that nobody can hold",
      new Uint8Array([0x81, 0xff, 0, ...Array(7).fill(255), 0, 0, 0, 0]),
    ],
    [1002, "a frame without a mask", textFrame("on lamp", { isMasked: false })],
    [1002, "a reserved bit", new Uint8Array([0xc1, ...text.subarray(1)])],
    [1002, "an unknown opcode", new Uint8Array([0x83, ...text.subarray(1)])],
    [1002, "a long ping", new Uint8Array([0x89, 0xfe, 0, 126, 0, 0, 0, 0])],
    [1002, "a fragment of nothing", new Uint8Array([0x80, ...text.subarray(1)])],
    [1007, "text that is no UTF-8", new Uint8Array([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28])],
  ];
  for (const [code, what, ...frames] of cases) assertEquals(await closeCode(address, ...frames), code, what);
  await here.goesOn();
});

/** A message in several frames. */
function fragments(part: string, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => {
    const frame = textFrame(part, { opcode: i ? 0 : 1 });
    if (i < count - 1) frame[0] &= 0x7f;
    return frame;
  });
}

Deno.test("a million empty messages, and as many pings, of a page that reads nothing hold nobody up", async () => {
  await using here = await honestWorld();
  const { address } = here;
  const million = (opcode: number) => {
    const bytes = new Uint8Array(6_000_000);
    const frame = textFrame("", { opcode });
    for (let at = 0; at < bytes.length; at += frame.length) bytes.set(frame, at);
    return bytes;
  };
  for (const opcode of [1, 9]) {
    const conn = await upgraded(address);
    const flooding = writeAll(conn, million(opcode)).catch(() => {});
    await here.goesOn();
    await here.goesOn();
    conn.close();
    await flooding;
  }
  await here.goesOn();
  assert(!here.server.events.some(({ message }) => message?.includes("unexpected")));
});
