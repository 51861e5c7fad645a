import { assertEquals, assertRejects } from "@std/assert";
import { PinwireError } from "../../errors.ts";
import { PullReader } from "../../net/_pull_reader.ts";
import { pipe } from "../../net/mod.ts";
import { contextOf, FakeClock, pure, turn } from "../_testing.ts";
import { ClientSession } from "./session.ts";
import { printControlLine } from "../control_lines.ts";
import { GREETING } from "../protocol.ts";

const WELCOME = printControlLine({
  nick: "amy",
  room: "lobby",
  session: "s",
  log: "l",
  line: 0,
  past: 0,
  who: [],
});

/** A session, and the server's end of its link. */
class World implements AsyncDisposable {
  /** What it tells its client. */
  readonly told: string[] = [];
  readonly session: ClientSession;
  /** Done when there is nothing more to read. */
  readonly ran: Promise<void>;
  readonly clock = new FakeClock();
  #drained?: PromiseWithResolvers<void>;
  #there;
  #reader;

  constructor(spec = "line") {
    const context = contextOf(spec, { clock: this.clock });
    context.reporter.drained = () => this.#drained?.promise;
    const [here, there] = pipe();
    this.#there = there;
    this.#reader = new PullReader(there);
    const note = (text: string) => void this.told.push(text);
    this.session = new ClientSession(here, context, {
      hello: () => ({ heartbeat: true }),
      heard: (line, isPast) => note(`${isPast ? "past" : "new"} ${line}`),
      noticed: note,
      refused: () => note("refused"),
      counted: () => true,
      placed: () => undefined,
      opened: () => note(this.session.isPlain ? "plain" : "ours"),
      reopened: () => note("reopened"),
    });
    this.ran = this.session.run();
    this.ran.catch(() => {});
  }

  /** Done when the session has read these lines and done with them what it can. */
  async say(...lines: string[]): Promise<void> {
    await this.write(lines.map((line) => `${line}\n`).join(""));
  }

  async write(text: string): Promise<void> {
    await this.#there.write(new TextEncoder().encode(text));
    await turn();
  }

  /** What one read gives, which is one write of the session's. */
  read = (): Promise<string | undefined> => this.#reader.text();

  /** Is let in. */
  async welcome(): Promise<void> {
    await this.say(GREETING);
    await this.read();
    await this.say(WELCOME);
    assertEquals(this.told.splice(0), ["ours"]);
  }

  /** From now on nobody reads what the session's client tells. */
  stall(): void {
    this.#drained = Promise.withResolvers();
  }

  /** All is read again. */
  goOn(): void {
    this.#drained?.resolve();
    this.#drained = undefined;
  }

  close = () => this.#there.close();

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    this.goOn();
    await this.ran.catch(() => {});
  }
}

/** Why a session has ended. */
const endOf = async ({ ran }: World) => (await assertRejects(() => ran, PinwireError)).code;

pure("ClientSession answers a flood of pings one at a time, each once the one before is read", async () => {
  await using on = new World();
  await on.welcome();
  await on.say(...Array.from({ length: 1_000 }, () => "/ping"));
  assertEquals(await on.read(), "/pong\n");
  await turn();
  await on.say("/ping");
  assertEquals(await on.read(), "/pong\n");
  const saying = on.session.say("hi");
  assertEquals([await on.read(), on.told], ["hi\n", []]);
  await saying;
});

pure("ClientSession says that a spoken line was refused, and nothing of a command", async () => {
  await using on = new World();
  await on.welcome();
  for (const line of ["/who", "hi", "/me waves", "//x"]) {
    const saying = on.session.say(line);
    await on.read();
    await saying;
  }
  assertEquals(on.session.unconfirmed, ["/who", "hi", "/me waves", "//x"]);
  await on.say("/taken");
  assertEquals(on.told, []);
  await on.say("/taken 1", "/taken", "/taken", "/taken");
  assertEquals([on.told, on.session.unconfirmed], [["refused", "refused"], []]);
});

pure("ClientSession says itself that /ping and /pong are no commands", async () => {
  await using on = new World();
  await on.welcome();
  await on.session.say("/pong");
  assertEquals(on.told, ["there is no /pong: /help lists what there is"]);
});

pure("ClientSession takes a greeting behind something else for what a server says", async () => {
  await using on = new World();
  await on.say("hello");
  await on.say(GREETING);
  assertEquals(on.told, ["plain", "new hello", `new ${GREETING}`]);
});

pure("ClientSession drops the half line that a lost link leaves, of a server of ours alone", async () => {
  for (const isOurs of [true, false]) {
    await using on = new World("text");
    if (isOurs) await on.welcome();
    else await on.say("hello");
    await on.write("whole\nhal");
    on.close();
    await on.ran;
    assertEquals(on.told.includes("new hal") || on.told.includes("past hal"), !isOurs);
    assertEquals(on.told.some((text) => text.endsWith("whole")), true);
  }
});

pure("ClientSession asks after 2 s of silence, its own too, and gives up after 6 s", async () => {
  await using on = new World();
  await on.welcome();
  on.clock.pass(1_900);
  await on.say("#1 bob: hi");
  // It was heard, and has heard, but has said nothing for so long.
  on.clock.pass(100);
  assertEquals(await on.read(), "/ping\n");
  await on.say("/pong");
  on.clock.pass(5_999);
  assertEquals(await on.read(), "/ping\n");
  on.clock.pass(1_000);
  assertEquals(await endOf(on), "no_heartbeat");
});

pure("ClientSession that waits for its own slow reader takes no server for dead", async () => {
  await using on = new World();
  await on.welcome();
  on.stall();
  await on.say("#1 bob: hi");
  on.clock.pass(60_000);
  // The server hears from it all the same.
  assertEquals(await on.read(), "/ping\n");
  on.goOn();
  await turn();
  on.clock.pass(4_999);
  await on.say("#2 bob: still there?");
  on.clock.pass(7_000);
  assertEquals([on.told.at(-1), await endOf(on)], ["new bob: still there?", "no_heartbeat"]);
});

pure("ClientSession gives up a server that greets it and doesn't let it in", async () => {
  await using on = new World();
  await on.say(GREETING);
  await on.read();
  on.clock.pass(4_999);
  await turn();
  on.clock.pass(1);
  assertEquals([await on.read(), await endOf(on)], [undefined, "no_welcome"]);
});
