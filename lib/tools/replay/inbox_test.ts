import { assertEquals } from "@std/assert";
import { FakeClock, pure, turn } from "../../app/_testing.ts";
import { Inbox } from "./inbox.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (bytes?: Uint8Array) => bytes && new TextDecoder().decode(bytes);

/** What a promise has come to, once all that can happen has happened. */
async function now<T>(promise: Promise<T>): Promise<T | "waits"> {
  await turn();
  return await Promise.race([promise, Promise.resolve("waits" as const)]);
}

pure("Inbox gives as many bytes as are asked for, however they came", async () => {
  const inbox = new Inbox(new FakeClock());
  for (const part of ["he", "llo, w", "orld"]) inbox.add(bytes(part));
  assertEquals([text(await inbox.bytes(5, 9)), inbox.size], ["hello", 7]);
  assertEquals(text(await inbox.bytes(7, 9)), ", world");
  assertEquals(text(await inbox.bytes(0, 9)), "");
});

pure("Inbox waits for bytes as long as some come, and gives what there is after a silence", async () => {
  const clock = new FakeClock();
  const inbox = new Inbox(clock);
  const asked = inbox.bytes(5, 100);
  for (const part of ["a", "b", "c"]) {
    inbox.add(bytes(part));
    await turn();
    clock.pass(99);
    assertEquals(await now(asked), "waits");
  }
  clock.pass(1);
  assertEquals(text(await asked), "abc");
  assertEquals(clock.pending, 0);
});

pure("Inbox gives datagrams one by one, empty ones too, and none after a silence or at the end", async () => {
  const clock = new FakeClock();
  const inbox = new Inbox(clock);
  for (const datagram of ["one", "", "three"]) inbox.add(bytes(datagram));
  assertEquals([text(await inbox.datagram(9)), text(await inbox.datagram(9))], ["one", ""]);
  assertEquals([text(await inbox.datagram(9)), inbox.count, inbox.size], ["three", 0, 0]);
  const late = inbox.datagram(9);
  await turn();
  clock.pass(9);
  assertEquals(await late, undefined);
  inbox.end();
  assertEquals([await inbox.datagram(9), await inbox.ended(9), clock.pending], [undefined, true, 0]);
});

pure("Inbox tells whether the end came in time", async () => {
  const clock = new FakeClock();
  const inbox = new Inbox(clock);
  const first = inbox.ended(10);
  await turn();
  clock.pass(10);
  assertEquals(await first, false);
  const second = inbox.ended(10);
  inbox.end();
  assertEquals(await second, true);
});

pure("Inbox waits for the end only so long, whatever comes meanwhile", async () => {
  const clock = new FakeClock();
  const inbox = new Inbox(clock);
  const asked = inbox.ended(10);
  for (let i = 0; i < 2; i++) {
    await turn();
    clock.pass(5);
    inbox.add(bytes("x"));
  }
  assertEquals([await now(asked), clock.pending], [false, 0]);
});

pure("Inbox holds up who brings more than 16 MiB, until there is room, or the end", async () => {
  const inbox = new Inbox(new FakeClock());
  assertEquals(inbox.add(new Uint8Array(16 * 1_048_576)), undefined);
  const held = inbox.add(bytes("x"))!;
  assertEquals(await now(held), "waits");
  await inbox.bytes(1, 0);
  assertEquals(await now(held), undefined);
  const more = inbox.add(bytes("x"))!;
  assertEquals(await now(more), "waits");
  inbox.end();
  assertEquals(await now(more), undefined);
});

pure("Inbox holds up who brings more than 65,536 pieces, however small, until there is room", async () => {
  const inbox = new Inbox(new FakeClock());
  for (let i = 0; i < 65_536; i++) assertEquals(inbox.add(bytes("")), undefined);
  const held = inbox.add(bytes(""))!;
  assertEquals(await now(held), "waits");
  await inbox.datagram(0);
  assertEquals(await now(held), undefined);
});

pure("Inbox gives more bytes than may wait, a byte at a time", async () => {
  const inbox = new Inbox(new FakeClock());
  const asked = inbox.bytes(70_000, 9);
  for (let i = 0; i < 70_000; i++) await inbox.add(bytes("x"));
  assertEquals((await now(asked)).length, 70_000);
});
