import { assert, assertEquals, assertMatch } from "@std/assert";
import { contextOf, FakeClock, turn } from "../app/_testing.ts";
import type { Event, WatchOptions } from "../app/mod.ts";
import { type DatagramHandlers, type DatagramSocket, type Endpoint, udpPeer } from "../net/mod.ts";
import { echoDatagrams } from "./datagrams.ts";
import { Reply } from "./protocol.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

interface EchoTest extends WatchOptions {
  reply?: string;
  replyDelay?: number;
}

/** A socket that has received these datagrams, each with its sender, and is then closed. */
class Mailbox implements DatagramSocket {
  readonly endpoint = { hostname: "127.0.0.1", port: 21567 };
  readonly address = "udp://127.0.0.1:21567";
  readonly sockets = "deno";
  readonly sent: [string, number][] = [];
  #received: [Uint8Array, Endpoint][];

  constructor(received: [string, Endpoint?][]) {
    this.#received = received.map(([body, from]) => [utf8(body), from ?? { hostname: "127.0.0.1", port: 5 }]);
  }

  async receive({ onDatagram, onError, headroom = 0, tailroom = 0 }: DatagramHandlers): Promise<void> {
    for (const [body, from] of this.#received) {
      const room = new Uint8Array(headroom + body.length + tailroom);
      room.set(body, headroom);
      const answer = await onDatagram(room.subarray(headroom, headroom + body.length), from);
      if (answer) await this.send(answer, from).catch((error) => onError(error, udpPeer(from)));
    }
  }

  send(bytes: Uint8Array, to: Endpoint): Promise<void> {
    if (to.port === 6) return Promise.reject(new Error("not this one"));
    this.sent.push([text(bytes), to.port]);
    return Promise.resolve();
  }

  close(): void {}
}

async function echoed(
  received: [string, Endpoint?][],
  { reply = "{n}:{data}", ...options }: EchoTest = {},
): Promise<{ sent: [string, number][]; events: Event[]; stops: number }> {
  const socket = new Mailbox(received);
  const events: Event[] = [];
  const clock = new FakeClock();
  const context = contextOf("raw", { role: "server", clock, onEvent: (event) => void events.push(event) });
  let stops = 0;
  const echo = { ...options, reply: new Reply(reply, utf8), stop: () => stops++ };
  const done = echoDatagrams(socket, context, echo, () => {});
  await turn();
  clock.pass(options.replyDelay ?? 0);
  await done;
  assertEquals(clock.pending, 0);
  return { sent: socket.sent, events, stops };
}

const at = (port: number, hostname = "127.0.0.1") => ({ hostname, port });

Deno.test("echoDatagrams answers each datagram, an empty one too", async () => {
  const { sent, events } = await echoed([["a", at(5)], ["", at(8)]]);
  assertEquals([sent, events], [[["1:a", 5], ["2:", 8]], []]);
  const peers = await echoed([["a", at(5)], ["b", at(8, "::1")]], { reply: "{peer}" });
  assertEquals(peers.sent, [["127.0.0.1:5", 5], ["[::1]:8", 8]]);
});

Deno.test("echoDatagrams answers none that would go round, and tells in one event how many", async () => {
  const stamp = "[Sat Nov 21 10:00:00 2026] ";
  const { sent, events } = await echoed([
    [`${stamp}${stamp}x`],
    [`${stamp}x`],
    ["from a looping port", at(7)],
    ["from ourselves", at(21567)],
  ]);
  assertEquals(sent, [[`2:${stamp}x`, 5]]);
  assertEquals(events.length, 1);
  assert(events[0].event === "error");
  assertMatch(events[0].message, /\b3\b/);
});

Deno.test("echoDatagrams with a fixed answer doesn't answer that answer", async () => {
  const { sent } = await echoed([["hi"], ["ok"], ["ok "]], { reply: "ok" });
  assertEquals(sent, [["ok", 5], ["ok", 5]]);
});

Deno.test("echoDatagrams reports an answer that no datagram holds, or that can't be sent, and goes on", async () => {
  const { sent, events } = await echoed([["x".repeat(40_000)], ["y", at(6)], ["z"]], {
    reply: "{data}{data}",
  });
  assertEquals(sent, [["zz", 5]]);
  assertEquals(events.map((event) => event.event === "error" && event.peer), [
    "udp://127.0.0.1:5",
    "udp://127.0.0.1:6",
  ]);
  assert(events[0].event === "error");
  assertMatch(events[0].message, /80000 bytes was not sent.*65507/);
});

Deno.test("echoDatagrams with once or until stops behind that message", async () => {
  const once = await echoed([["a"], ["b"]], { once: true });
  assertEquals([once.sent, once.stops], [[["1:a", 5]], 1]);
  const until = await echoed([["a"], ["88"], ["b"]], { until: "88" });
  assertEquals([until.sent, until.stops], [[["1:a", 5], ["2:88", 5]], 1]);
  const never = await echoed([["a"]]);
  assertEquals(never.stops, 0);
});

Deno.test("echoDatagrams with a delay answers each late, those before the last one too", async () => {
  for (const end of [{ once: true }, { until: "88" }]) {
    const { sent, stops } = await echoed([["88", at(5)]], { ...end, replyDelay: 300 });
    assertEquals([sent, stops], [[["1:88", 5]], 1]);
  }
  const { sent, events } = await echoed([["a", at(6)], ["b", at(8)], ["88", at(5)]], {
    until: "88",
    replyDelay: 300,
  });
  assertEquals(sent, [["2:b", 8], ["3:88", 5]]);
  assertEquals(events.map((event) => event.event === "error" && event.peer), ["udp://127.0.0.1:6"]);
});

Deno.test("echoDatagrams with a delay drops what waits once its socket is closed", async () => {
  assertEquals((await echoed([["a"]], { replyDelay: 300 })).sent, []);
});
