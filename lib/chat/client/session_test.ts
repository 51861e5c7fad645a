import { assertEquals, assertThrows } from "@std/assert";
import { PinwireError } from "../../errors.ts";
import { pullFrames } from "../../framing/mod.ts";
import { pipe } from "../../net/mod.ts";
import { contextOf, FakeTime, pure, turn } from "../_testing.ts";
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
  readonly pulled: Promise<void>;
  #drained?: PromiseWithResolvers<void>;
  #there;
  #buffer = new Uint8Array(65_536);

  constructor(spec = "line") {
    const context = contextOf(spec);
    context.reporter.drained = () => this.#drained?.promise;
    const [here, there] = pipe();
    const framing = context.codec.open();
    this.#there = there;
    const note = (text: string) => void this.told.push(text);
    this.session = new ClientSession(here, framing, context, {
      hello: () => ({ heartbeat: true }),
      heard: (line, isPast) => note(`${isPast ? "past" : "new"} ${line}`),
      noticed: note,
      refused: () => note("refused"),
      counted: () => true,
      placed: () => undefined,
      opened: () => note(this.session.isPlain ? "plain" : "ours"),
      reopened: () => note("reopened"),
    });
    this.pulled = pullFrames(here, framing.decoder, this.session).finally(here.close);
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
  async read(): Promise<string | undefined> {
    const count = await this.#there.read(this.#buffer);
    return count === null ? undefined : new TextDecoder().decode(this.#buffer.subarray(0, count));
  }

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
    await this.pulled;
    this.session.close();
  }
}

const endOf = ({ session }: World) => assertThrows(() => session.checkEnd(), PinwireError).code;

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
    await on.pulled;
    assertEquals(on.told.includes("new hal") || on.told.includes("past hal"), !isOurs);
    assertEquals(on.told.some((text) => text.endsWith("whole")), true);
  }
});

pure("ClientSession asks after 2 s of silence, its own too, and gives up after 6 s", async () => {
  using time = new FakeTime();
  await using on = new World();
  await on.welcome();
  time.pass(1_900);
  await on.say("#1 bob: hi");
  // It was heard, and has heard, but has said nothing for so long.
  time.pass(100);
  assertEquals(await on.read(), "/ping\n");
  await on.say("/pong");
  time.pass(5_999);
  assertEquals([await on.read(), on.session.checkEnd()], ["/ping\n", undefined]);
  time.pass(1);
  assertEquals([await on.read(), endOf(on)], [undefined, "no_heartbeat"]);
});

pure("ClientSession that waits for its own slow reader takes no server for dead", async () => {
  using time = new FakeTime();
  await using on = new World();
  await on.welcome();
  on.stall();
  await on.say("#1 bob: hi");
  time.pass(60_000);
  // The server hears from it all the same.
  assertEquals([await on.read(), on.session.checkEnd()], ["/ping\n", undefined]);
  on.goOn();
  await turn();
  time.pass(5_999);
  assertEquals([await on.read(), on.session.checkEnd()], ["/ping\n", undefined]);
  time.pass(1);
  assertEquals(endOf(on), "no_heartbeat");
});

pure("ClientSession gives up a server that greets it and doesn't let it in", async () => {
  using time = new FakeTime();
  await using on = new World();
  await on.say(GREETING);
  await on.read();
  time.pass(5_000);
  on.session.checkEnd();
  time.pass(1);
  assertEquals([await on.read(), endOf(on)], [undefined, "no_welcome"]);
});
