import { assert, assertEquals } from "@std/assert";
import type { Process } from "./support.ts";
import { chatServe } from "./support/chat.ts";
import { NumberedMember } from "./support/numbered_member.ts";
import { everyStoreTest, Store, storeTest } from "./support/redis.ts";
import { relayTo, toAll } from "./support/relay.ts";

/** Members, a third of them at each server first, and lines that each says around what happens. */
const MEMBERS = 12, LINES = 10;

/** Three servers with one store, and members who all talk at once. */
class Crowd implements AsyncDisposable {
  readonly members: NumberedMember[] = [];
  readonly servers: Process[] = [];
  /** What the servers have taken, with the log and the number that it has. */
  readonly taken: { text: string; log: string; number: number }[] = [];
  /** What was refused, or may not have arrived. */
  readonly unsure: string[] = [];
  #lines = 0;

  static async gather(url: string): Promise<Crowd> {
    const crowd = new Crowd();
    const options = ["--share", url, "--rate", "0", "--history", "10000", "--max-queue", "8388608", "--json"];
    for (let i = 0; i < 3; i++) crowd.servers.push(await chatServe(...options));
    const ports = crowd.servers.map(({ port }) => port);
    for (let i = 0; i < MEMBERS; i++) {
      const own = [...ports.slice(i % 3), ...ports.slice(0, i % 3)];
      crowd.members.push(await NumberedMember.join(own, `m${i}`));
    }
    return crowd;
  }

  /** Each says some lines, one after the other, and none twice. */
  async talk(): Promise<void> {
    const from = this.#lines;
    this.#lines += LINES;
    await Promise.all(this.members.map(async (member) => {
      for (let i = from; i < from + LINES; i++) {
        const text = `${member.nick} ${i}`;
        const number = await member.say(text);
        if (number === undefined) this.unsure.push(text);
        else this.taken.push({ text, log: member.saidIn!, number });
      }
    }));
  }

  /** Talks on until everybody is heard again. */
  async recover(): Promise<void> {
    for (const member of this.members) {
      while (await member.say(`${member.nick} is back ${this.#lines++}`) === undefined);
    }
  }

  /** Every member has the same, which is what the store has; all that was taken is there, and nothing twice. */
  async assertWhole(store: Store): Promise<void> {
    const { numbers, texts } = await store.lines();
    assertEquals(numbers, Array.from({ length: numbers.length }, (_, i) => i + 1));
    assertEquals(new Set(texts).size, texts.length, "something was said twice");
    for (const member of this.members) {
      const told = await member.upTo(texts.length);
      assertEquals(told.map((line) => line.slice(line.indexOf(": ") + 2)), texts, member.nick);
    }
    const log = this.members[0].logs.at(-1);
    const lost = this.taken.filter((line) => line.log === log && texts[line.number - 1] !== line.text);
    assertEquals(lost, []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of [...this.members, ...this.servers]) await one[Symbol.asyncDispose]();
  }
}

storeTest(
  "servers that are killed while all talk: nothing is lost, nothing comes twice, one order for all",
  async () => {
    await using store = await Store.start();
    await using crowd = await Crowd.gather(store.url);
    await crowd.talk();
    const talking = crowd.talk();
    crowd.servers[0].kill("SIGKILL");
    await talking;
    crowd.servers[1].kill("SIGKILL");
    await crowd.talk();
    await crowd.recover();
    await crowd.assertWhole(store);
  },
);

everyStoreTest(
  "a store that is killed and comes back: what it took is there, what it did not was refused",
  async (program) => {
    await using store = await Store.start([], program);
    await using crowd = await Crowd.gather(store.url);
    await crowd.talk();
    const talking = crowd.talk();
    await store.kill();
    await talking;
    await store.startAgain();
    await crowd.recover();
    await crowd.assertWhole(store);
    assertEquals(crowd.members.map(({ logs }) => logs.length), crowd.members.map(() => 1));
  },
);

storeTest(
  "a store that stands still for longer than it may: lines on their way are told when it goes on",
  async () => {
    await using store = await Store.start();
    await using crowd = await Crowd.gather(store.url);
    await crowd.talk();
    store.signal("SIGSTOP");
    await crowd.talk();
    const [server] = crowd.servers;
    await server.until(
      "the end of its patience",
      () =>
        server.events.some(({ message }) => /the store has not answered/.test(message ?? "")) || undefined,
    );
    store.signal("SIGCONT");
    await crowd.recover();
    await crowd.assertWhole(store);
    // One line of each was on its way, and it was told so.
    const { texts } = await store.lines();
    for (const { nick, notices } of crowd.members) {
      const [, text] = notices.join("\n").match(/is away: "(.*)" is told when it is back, to you too/) ?? [];
      assert(texts.includes(text), `${nick}: ${text}`);
    }
  },
);

storeTest(
  "links to the store that are cut, and that stall: nothing is lost, nothing comes twice",
  async () => {
    await using store = await Store.start();
    await using relay = await relayTo(store);
    await using crowd = await Crowd.gather(relay.address.replace("tcp:", "redis:"));
    for (const verb of ["cut", "stall"] as const) {
      const talking = crowd.talk();
      await toAll(relay, verb);
      await talking;
      await crowd.recover();
    }
    await relay.write("resume all\n");
    await crowd.talk();
    await crowd.recover();
    await crowd.assertWhole(store);
  },
);

storeTest(
  "FLUSHALL while all talk: the room begins another log, members are told, and no line of it is lost",
  async () => {
    await using store = await Store.start();
    await using crowd = await Crowd.gather(store.url);
    await crowd.talk();
    const talking = crowd.talk();
    await store.cli("FLUSHALL");
    await talking;
    await crowd.talk();
    await crowd.recover();
    await crowd.assertWhole(store);
    for (const { logs, notices } of crowd.members) {
      assertEquals(logs.length, 2);
      assert(notices.includes("* the store has lost what was said here: lines are numbered anew"));
    }
  },
);
