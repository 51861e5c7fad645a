import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { has, isWindows, LOOPBACK, Process, PYTHON } from "./support.ts";
import { chatServe, Member, next } from "./support/chat.ts";

const STOPPABLE = `${import.meta.dirname}/peers/chat_stoppable.py`;
const CROWD = 150;
const SENDERS = 5;
/** As many lines as may be said at once, so that nobody is slowed down. */
const LINES = 190;
const ROUND = 19;

/** A line with its sender and its number, long enough to fill the buffers of a crowd. */
const lineOf = (number: number) => `${number} ${"x".repeat(300)}`;

/** The numbers of each sender's lines, as somebody heard them. */
function numbersOf(lines: string[]): Map<string, number[]> {
  const numbers = new Map<string, number[]>();
  for (const line of lines) {
    const [, sender, number] = line.match(/^(sender\d): (\d+) x+$/) ?? [];
    if (sender === undefined) continue;
    if (!numbers.has(sender)) numbers.set(sender, []);
    numbers.get(sender)!.push(Number(number));
  }
  return numbers;
}

Deno.test({
  name:
    `a crowd with one stopped, one flooding, one in half lines, some that come and go: the others hear all`,
  ignore: isWindows || !has(PYTHON),
  async fn() {
    await using server = await chatServe("--max-queue", "131072", "--quiet", "--json");
    await using stopped = new Process(PYTHON, [STOPPABLE, LOOPBACK, `${server.port}`, "stopped"]);
    await stopped.sees(/is now stopped\n/);
    stopped.kill("SIGSTOP");
    using stack = new DisposableStack();
    const names = Array.from({ length: CROWD }, (_, i) => i < SENDERS ? `sender${i}` : `member${i}`);
    const crowd = await Promise.all(names.map((nick) => Member.join(server, nick)));
    for (const member of crowd) stack.use(member);
    const flooder = stack.use(await Member.join(server, "flooder"));
    const halves = stack.use(await Member.join(server, "halves"));

    const counts = new Map<string, number>();
    /** Done when the server has relayed `count` lines of each sender. */
    async function saidBy(count: number) {
      while (counts.size < SENDERS || [...counts.values()].some((said) => said < count)) {
        const { nick } = await next(server, "message");
        if (nick!.startsWith("sender")) counts.set(nick!, (counts.get(nick!) ?? 0) + 1);
      }
    }

    let isOver = false;
    stack.defer(() => isOver = true);
    async function comeAndGo() {
      while (!isOver) {
        using guest = await Member.dial(server);
        await guest.line();
        await guest.say("/who");
        await guest.line();
      }
    }
    async function sayHalves() {
      await halves.write("whole\n");
      while (!isOver) {
        await halves.write("half");
        await halves.line();
      }
    }
    const flooding = flooder.say(...Array.from({ length: 3_000 }, (_, i) => `spam ${i}`)).catch(() => {});
    const others = [sayHalves(), ...Array.from({ length: 10 }, comeAndGo)].map((one) => one.catch(() => {}));

    const heard: string[][] = crowd.map(() => []);
    for (let from = 0; from < LINES; from += ROUND) {
      for (const member of crowd.slice(0, SENDERS)) {
        await member.say(...Array.from({ length: ROUND }, (_, i) => lineOf(from + i)));
      }
      // Everything before it is heard, and nobody is so far behind that it would miss something.
      await saidBy(from + ROUND);
      await server.write(`up to ${from + ROUND}\n`);
      await Promise.all(crowd.map(async (member, i) => {
        heard[i].push(...await member.until(`server: up to ${from + ROUND}`));
      }));
    }
    const all = Array.from({ length: LINES }, (_, i) => i);
    for (const [i, lines] of heard.entries()) {
      const numbers = numbersOf(lines);
      for (let sender = 0; sender < SENDERS; sender++) {
        if (i !== sender) assertEquals(numbers.get(`sender${sender}`), all, `sender${sender} to ${names[i]}`);
      }
      const isSpam = (line: string) => line.startsWith("flooder: ");
      assertLessOrEqual(lines.filter(isSpam).length, 1_000);
      assert(!lines.some((line) => line.includes("half")), "half a line was taken for one");
    }
    isOver = true;
    await server.write("wake\n");
    await Promise.all(others);
    stack.dispose();
    // More than the system keeps for somebody who doesn't read, and the server besides.
    await server.write(`${"y".repeat(1000)}\n`.repeat(2000));

    // The one that stood still hears the rest in order, and how much of it was lost.
    stopped.kill("SIGCONT");
    await server.write("good morning\n");
    await stopped.sees(/^server: good morning\n/m);
    const late = stopped.stdout.split("\n");
    assert(
      late.some((line) => /^\* you missed \d+ lines, you read too slowly$/.test(line)),
      "missed nothing",
    );
    for (const heard of numbersOf(late).values()) {
      assertEquals(heard, [...new Set(heard)].sort((a, b) => a - b), "in order, once");
    }
    await server.stop();
    await flooding;
  },
});

Deno.test({
  name: "two go on talking while one has stopped reading and another goes from room to room",
  ignore: isWindows || !has(PYTHON),
  async fn() {
    await using server = await chatServe("--max-queue", "4096");
    await using stopped = new Process(PYTHON, [STOPPABLE, LOOPBACK, `${server.port}`, "stopped"]);
    await stopped.sees(/is now stopped\n/);
    stopped.kill("SIGSTOP");
    using amy = await Member.join(server, "amy");
    using bob = await Member.join(server, "bob");
    using restless = await Member.join(server, "restless");
    const heard: string[] = [];
    for (let round = 0; round < 100; round++) {
      await restless.say("/join x", round % 4 ? "/join x" : "/join lobby");
      await amy.say(`${round} ${"x".repeat(1_000)}`);
      heard.push((await bob.hears()).split(" ", 2).join(" "));
      await bob.say(`${round}`);
      heard.push(await amy.hears());
    }
    assertEquals(heard, Array.from({ length: 100 }, (_, i) => [`amy: ${i}`, `bob: ${i}`]).flat());
    await restless.say("/join lobby", "here again");
    assertEquals(await bob.hears(), "restless: here again");
  },
});

Deno.test("chat serve --max-queue 4096: a member who reads misses nothing of bursts that are smaller than that", async () => {
  await using server = await chatServe("--max-queue", "4096", "--rate", "0");
  using amy = await Member.join(server, "amy");
  using bob = await Member.join(server, "bob");
  for (let round = 0; round < 10; round++) {
    const texts = Array.from({ length: 12 }, (_, i) => `${round}.${i} ${"x".repeat(200)}`);
    await amy.say(...texts);
    const heard: string[] = [];
    while (heard.at(-1) !== `amy: ${texts.at(-1)}`) heard.push(await bob.line());
    assertEquals(heard, texts.map((text) => `amy: ${text}`));
  }
});
