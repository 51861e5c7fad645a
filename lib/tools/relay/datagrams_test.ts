import { assert, assertEquals, assertLessOrEqual, assertRejects } from "@std/assert";
import { contextOf, FakeClock, pure, turn } from "../../app/_testing.ts";
import type { Event } from "../../app/mod.ts";
import { PinwireError } from "../../errors.ts";
import type { Connection, DatagramSocket, Endpoint } from "../../net/mod.ts";
import { textOf, utf8 } from "./_flow_testing.ts";
import { type DatagramRelayOptions, relayDatagrams, TargetDatagrams } from "./datagrams.ts";

/** What comes to a socket, as a test sends it. */
class Mailbox<T> {
  #coming: T[] = [];
  #isClosed = false;
  #changed = Promise.withResolvers<void>();

  put(one: T): void {
    this.#coming.push(one);
    this.#changed.resolve();
  }

  /** Hands over all that comes, until it is closed. */
  async empty(take: (one: T) => unknown): Promise<void> {
    while (!this.#isClosed) {
      if (this.#coming.length) await take(this.#coming.shift()!);
      else {
        this.#changed = Promise.withResolvers();
        await this.#changed.promise;
      }
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#changed.resolve();
  }
}

/** A socket that senders send to, and what becomes of each of them. */
class SendersWorld {
  readonly clock = new FakeClock();
  readonly events: Event[] = [];
  /** Answers, each with the port that it goes to. */
  readonly answers: string[] = [];
  /** Every sender's connection, in the order in which they came. */
  readonly senders: Connection[] = [];
  readonly running: Promise<void>;
  #mailbox = new Mailbox<[Uint8Array, Endpoint]>();

  constructor(options: Partial<DatagramRelayOptions> = {}) {
    const socket: DatagramSocket = {
      endpoint: { hostname: "127.0.0.1", port: 8001 },
      sockets: "deno",
      address: "udp://127.0.0.1:8001",
      receive: ({ onDatagram }) => this.#mailbox.empty(([body, from]) => onDatagram(body, from)),
      send: (bytes, { port }) => Promise.resolve(void this.answers.push(`${port}:${textOf(bytes)}`)),
      close() {},
    };
    const onEvent = (event: Event) => void this.events.push(event);
    const relay = (sender: Connection) => {
      this.senders.push(sender);
      return sender.receive((bytes) => sender.write(utf8(`${textOf(bytes)}!`)));
    };
    this.running = relayDatagrams(
      socket,
      { maxClients: 2, owe() {}, relay, ...options },
      contextOf("raw", { clock: this.clock, onEvent, role: "server" }),
    );
  }

  /** A datagram comes from a port of loopback, or of elsewhere, and happens what can. */
  async come(body: string, port: number, hostname = "127.0.0.1"): Promise<void> {
    this.#mailbox.put([utf8(body), { hostname, port }]);
    await turn();
  }

  async [Symbol.asyncDispose]() {
    this.#mailbox.close();
    await this.running;
    assertEquals(this.clock.pending, 0);
  }
}

pure("relayDatagrams keeps a connection for each sender, and answers each at its own port", async () => {
  await using world = new SendersWorld();
  for (const [body, port] of [["a", 5], ["b", 6], ["c", 5], ["", 6]] as const) await world.come(body, port);
  assertEquals(world.answers, ["5:a!", "6:b!", "5:c!", "6:!"]);
  assertEquals(world.senders.map(({ peer }) => peer.name), ["udp://127.0.0.1:5", "udp://127.0.0.1:6"]);
});

pure("relayDatagrams begins anew with a sender that was forgotten, and forgets no other", async () => {
  await using world = new SendersWorld();
  await world.come("a", 5);
  await world.come("b", 6);
  world.senders[0].close(new PinwireError("idle_timeout", "nothing moved"));
  await turn();
  await world.come("c", 6);
  assertEquals(world.senders.length, 2);
  await world.come("d", 5);
  assertEquals([world.senders.length, world.answers.length, world.events], [3, 4, []]);
});

pure(
  "relayDatagrams hears no more senders than it may, says so once, and hears the next when one has gone",
  async () => {
    await using world = new SendersWorld();
    for (const port of [5, 6, 8, 9, 8]) await world.come("a", port);
    assertEquals([world.senders.length, world.events.length], [2, 1]);
    const [error] = world.events;
    assert(error.event === "error" && error.hint?.includes("--max-clients"));
    world.senders[0].close();
    await turn();
    await world.come("b", 10);
    assertEquals(world.answers, ["5:a!", "6:a!", "10:b!"]);
  },
);

pure("relayDatagrams answers no port whose service would answer back", async () => {
  await using world = new SendersWorld();
  await world.come("a", 7);
  await world.come("b", 8001);
  assertEquals(world.answers, []);
});

pure("relayDatagrams answers off loopback with three times as much as has come, in all", async () => {
  const relay = (sender: Connection) =>
    sender.receive(async () => {
      for (let i = 0; i < 5; i++) await sender.write(utf8("1234"));
    });
  await using world = new SendersWorld({ relay });
  await world.come("0123456789", 5, "192.0.2.1");
  assertEquals(world.answers.length, 5);
  await world.come("", 5, "192.0.2.1");
  assertEquals(world.answers.length, 7);
});

pure(
  "relayDatagrams drops what comes faster than a sender's connection takes it, and keeps little of it",
  async () => {
    for (const length of [0, 1, 1000, 65_507]) {
      const blocked = Promise.withResolvers<void>();
      let count = 0;
      const relay = (sender: Connection) =>
        sender.receive(() => {
          count++;
          return blocked.promise;
        });
      await using world = new SendersWorld({ relay });
      const body = "x".repeat(length);
      for (let i = 0; i < 1100; i++) await world.come(body, 5);
      blocked.resolve();
      await turn();
      assert(count > 1);
      assertLessOrEqual(count, 1001);
      assertLessOrEqual(count * length, 1 << 20);
      const before = count;
      await world.come(body, 5);
      assertEquals(count, before + 1);
    }
  },
);

pure("relayDatagrams tells why a sender's connection failed, with its name, and begins anew", async () => {
  const relay = (sender: Connection) => {
    const refused = new PinwireError("refused", "nobody is there");
    return sender.receive(() => Promise.reject(refused));
  };
  await using world = new SendersWorld({ relay });
  await world.come("a", 5);
  await world.come("b", 5);
  const told = world.events.map((event) => event.event === "error" && [event.message, event.peer]);
  assertEquals(told, Array(2).fill(["nobody is there", "udp://127.0.0.1:5"]));
});

/** A target of UDP, what was sent to it, and what it has answered. */
function target() {
  const clock = new FakeClock();
  const mailbox = new Mailbox<Uint8Array>();
  const sent: Uint8Array[] = [];
  const connection = new TargetDatagrams({
    name: "udp://127.0.0.1:9",
    send: (bytes) => Promise.resolve(void sent.push(bytes.slice())),
    receive: ({ onDatagram }) => mailbox.empty(onDatagram),
    close: () => mailbox.close(),
  }, contextOf("raw", { clock }));
  return { clock, mailbox, sent, connection };
}

pure("TargetDatagrams sends a write as a datagram, a long one as several, an empty one as one", async () => {
  const { sent, connection } = target();
  for (const length of [3, 0, 65_507, 65_508, 150_000]) await connection.write(new Uint8Array(length));
  assertEquals(sent.map(({ length }) => length), [3, 0, 65_507, 65_507, 1, 65_507, 65_507, 18_986]);
});

pure("TargetDatagrams has 2 s for answers once its client has ended its side", async () => {
  const { clock, mailbox, connection } = target();
  const answers: string[] = [];
  const received = connection.receive((bytes) => void answers.push(textOf(bytes)));
  await connection.closeWrite();
  await connection.closeWrite();
  clock.pass(1999);
  mailbox.put(utf8("late"));
  await turn();
  clock.pass(1);
  await received;
  assertEquals([answers, clock.pending], [["late"], 0]);
});

pure("TargetDatagrams closes for a reason, and a reset of it is a close", async () => {
  const reason = new PinwireError("idle_timeout", "nothing moved");
  const { clock, connection } = target();
  const received = connection.receive(() => {});
  await connection.closeWrite();
  connection.close(reason);
  assertEquals(await assertRejects(() => received, PinwireError), reason);
  assertEquals([connection.reset(), clock.pending], [false, 0]);
});
