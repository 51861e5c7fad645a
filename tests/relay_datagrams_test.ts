import { assert, assertEquals } from "@std/assert";
import { assertStops, bytes, errorsOf, LOOPBACK, pinwire, type Process } from "./support.ts";
import { seenBy, startRelay, STREAMS, take } from "./support/relay.ts";

/** A socket of UDP on loopback, which ends with the test. */
class Udp {
  readonly #socket = Deno.listenDatagram({ transport: "udp", hostname: LOOPBACK, port: 0 });
  readonly port = (this.#socket.addr as Deno.NetAddr).port;

  async send(text: string | Uint8Array, port: number): Promise<void> {
    const body = typeof text === "string" ? bytes(text) : text;
    await this.#socket.send(body, { transport: "udp", hostname: LOOPBACK, port });
  }

  /** The next datagram, and the port that it came from. */
  async next(): Promise<[text: string, port: number]> {
    const [body, from] = await this.#socket.receive(new Uint8Array(65_536));
    return [new TextDecoder().decode(body), (from as Deno.NetAddr).port];
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

const udpRelay = (target: Udp, ...options: string[]): Promise<Process> =>
  pinwire(["relay", `udp://${LOOPBACK}:0`, `udp://${LOOPBACK}:${target.port}`, ...options]);

Deno.test("relay udp → udp keeps two senders apart, whole, empty and long datagrams alike", async () => {
  using target = new Udp();
  using first = new Udp();
  using second = new Udp();
  await using relay = await udpRelay(target, "--json");
  await first.send("a", relay.port);
  const [, firstPort] = await target.next();
  await second.send("", relay.port);
  const [empty, secondPort] = await target.next();
  assertEquals([empty, firstPort !== secondPort], ["", true]);
  await target.send("to second", secondPort);
  await target.send("to first", firstPort);
  assertEquals([await first.next(), await second.next()], [["to first", relay.port], [
    "to second",
    relay.port,
  ]]);
  const longest = "x".repeat(65_507);
  await first.send(longest, relay.port);
  assertEquals(await target.next(), [longest, firstPort]);
  await target.send(longest, secondPort);
  assertEquals((await second.next())[0].length, 65_507);
  for (const length of [1, 0, 9, 8, 65_507, 65_507]) {
    assertEquals((await relay.next("data")).bytes, length);
  }
  assertEquals(errorsOf(relay), []);
  await assertStops(relay);
});

for (const target of STREAMS) {
  Deno.test(`relay udp → ${target}: each sender has a stream of its own, and each read is a datagram back`, async () => {
    await using world = await startRelay(["--quiet"], { listen: "udp", target });
    using first = new Udp();
    using second = new Udp();
    await first.send("one", world.relay.port);
    using a = await world.listener.accept();
    await second.send("two", world.relay.port);
    using b = await world.listener.accept();
    assertEquals([await take(a, 3), await take(b, 3)], ["one", "two"]);
    await b.write(bytes("to second"));
    await a.write(bytes("to first"));
    assertEquals([(await first.next())[0], (await second.next())[0]], ["to first", "to second"]);
    // The end of a stream ends what its sender had, whose next datagram begins anew.
    await a.closeWrite();
    assertEquals(await seenBy(a), "$");
    await first.send("again", world.relay.port);
    using c = await world.listener.accept();
    assertEquals(await take(c, 5), "again");
  });

  Deno.test(`relay ${target} → udp: a read is a datagram, and the end waits for answers`, async () => {
    using there = new Udp();
    await using world = await startRelay(["--quiet"], { listen: target, udpTarget: there.port });
    using client = await world.dial();
    await client.write(bytes("question"));
    const [question, port] = await there.next();
    await client.closeWrite();
    await there.send("answer", port);
    assertEquals([question, await seenBy(client)], ["question", "answer$"]);
  });
}

/** Which of so many datagrams come through a relay with these options, in which order. */
async function through(count: number, ...options: string[]): Promise<number[]> {
  using target = new Udp();
  using sender = new Udp();
  await using relay = await udpRelay(target, "--quiet", ...options);
  for (let i = 0; i < count; i++) await sender.send(`${i}`, relay.port);
  // Some of these are lost too; what they overtake comes before the third.
  for (let i = 0; i < 30; i++) await sender.send("end", relay.port);
  const came: number[] = [];
  for (let ends = 0; ends < 3;) {
    const [text] = await target.next();
    if (text === "end") ends++;
    else came.push(Number(text));
  }
  return came;
}

for (const option of ["--loss", "--duplicate", "--reorder"]) {
  Deno.test(`relay ${option} repeats from --seed, as the target sees it`, async () => {
    const options = [option, "0.3:up", "--seed", "7"];
    const first = await through(60, ...options);
    assertEquals(await through(60, ...options), first);
    assertEquals(await through(60, ...options, "--delay", "20~20"), first);
    assert(`${first}` !== `${Array.from({ length: 60 }, (_, i) => i)}`);
  });
}

Deno.test("relay tells the seed of a chance that nobody chose", async () => {
  using target = new Udp();
  await using relay = await udpRelay(target, "--loss", "0.5");
  await relay.sees(/--seed \d+ repeats what chance does now/, "stderr");
  await using certain = await udpRelay(target, "--json");
  await using chosen = await udpRelay(target, "--json", "--loss", "0.5", "--seed", "3");
  for (const one of [certain, chosen]) {
    await assertStops(one);
    assertEquals(one.events.filter(({ event }) => event === "notice"), []);
  }
});
