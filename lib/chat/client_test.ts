import { assert, assertEquals, assertRejects } from "@std/assert";
import { sceneContext } from "../demo/scene.ts";
import { PinwireError } from "../errors.ts";
import type { Address, Event } from "../net/mod.ts";
import { ChatClient, type ClientOptions, type Message } from "./client.ts";
import { parseLinkTalk, printLink, readHello, type Welcome } from "./link.ts";
import { GREETING } from "./protocol.ts";

/** A server that the test plays, and a client that dials it. */
class World implements AsyncDisposable {
  readonly messages: Message[] = [];
  readonly notices: string[] = [];
  readonly named: string[] = [];
  readonly events: Event[] = [];
  readonly client: ChatClient;
  readonly running: Promise<void>;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #links: Link[] = [];
  readonly #context;
  #changed = Promise.withResolvers<void>();
  readonly #random = Math.random;

  constructor(options: ClientOptions = {}, spec = "text") {
    const note = <T>(list: T[]) => (one: T) => {
      list.push(one);
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    };
    this.#context = sceneContext(spec, note(this.events));
    // The shortest waits before a link is dialled again.
    Math.random = () => 0;
    this.client = new ChatClient(options, this.#context, {
      message: note(this.messages),
      notice: note(this.notices),
      placed: (nick) => note(this.named)(nick),
    });
    const { port } = this.#listener.addr as Deno.NetAddr;
    const address: Address = { scheme: "tcp", hostname: "127.0.0.1", port };
    this.running = this.client.run(address);
    this.running.catch(() => {});
  }

  /** The client's next connection. */
  async accept(): Promise<Link> {
    const link = new Link(await this.#listener.accept());
    this.#links.push(link);
    return link;
  }

  /** The same, let in by a server of ours. */
  async letIn(welcome: Partial<Welcome> = {}): Promise<Link> {
    const link = await this.accept();
    await link.write(`${GREETING}\n`);
    await link.line();
    await link.welcome(welcome);
    await this.client.opened();
    return link;
  }

  /** Waits until something has happened. */
  async until(has: () => boolean): Promise<void> {
    while (!has()) await this.#changed.promise;
  }

  get texts(): string[] {
    return this.messages.map(({ line }) => line);
  }

  /** The errors told, by their sentences. */
  get errors(): string[] {
    return this.events.flatMap((event) => event.event === "error" ? [event.message] : []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    Math.random = this.#random;
    this.#context.stop.now();
    this.#listener.close();
    await this.running.catch(() => {});
    for (const link of this.#links) link.close();
  }
}

/** The server's end of a link. */
class Link {
  readonly #conn: Deno.TcpConn;
  #text = "";
  #isOpen = true;

  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
    conn.setNoDelay(true);
  }

  async write(text: string): Promise<void> {
    await this.#conn.write(new TextEncoder().encode(text));
  }

  /** Sends lines. */
  say(...lines: string[]): Promise<void> {
    return this.write(lines.map((line) => `${line}\n`).join(""));
  }

  welcome(welcome: Partial<Welcome>): Promise<void> {
    const own = { nick: "amy", room: "lobby", session: "s", log: "l", line: 0, past: 0, who: ["amy"] };
    return this.say(printLink({ ...own, ...welcome }));
  }

  async line(): Promise<string> {
    while (!this.#text.includes("\n")) {
      const more = await this.read();
      if (more === undefined) throw new Error(`the end, behind "${this.#text}"`);
      this.#text += more;
    }
    const end = this.#text.indexOf("\n");
    const line = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 1);
    return line;
  }

  /** What one read gives. */
  async read(): Promise<string | undefined> {
    const buffer = new Uint8Array(4_096);
    const count = await this.#conn.read(buffer);
    return count === null ? undefined : new TextDecoder().decode(buffer.subarray(0, count));
  }

  close(): void {
    if (this.#isOpen) this.#conn.close();
    this.#isOpen = false;
  }
}

const helloOf = (line: string) => {
  const talk = parseLinkTalk(line);
  assert(talk?.say === "hello", line);
  return readHello(talk.json);
};

Deno.test("ChatClient says who it is once it is greeted, and is in when it is welcomed", async () => {
  await using on = new World({ nick: "amy", room: "dev" });
  const link = await on.accept();
  await link.write(GREETING.slice(0, 10));
  await link.write(GREETING.slice(10) + "\r\n");
  assertEquals(helloOf(await link.line()), { nick: "amy", room: "dev", heartbeat: true, encoding: "utf-8" });
  assertEquals(on.client.isConnected, false);
  await link.welcome({ nick: "amy2", room: "Dev", who: ["amy2", "bob"] });
  await on.client.opened();
  assertEquals([on.client.isConnected, on.client.nick, on.client.room], [true, "amy2", "Dev"]);
  assertEquals([on.named, [...on.client.names], on.messages], [["amy2"], ["amy2", "bob"], []]);
});

Deno.test("ChatClient knows a greeting that comes in pieces, each a message", async () => {
  await using on = new World({ nick: "amy" }, "raw");
  const link = await on.accept();
  // Heard one by one or together, they are one greeting.
  for (const part of [GREETING.slice(0, 3), GREETING.slice(3, 20), GREETING.slice(20)]) {
    await link.write(part);
  }
  assertEquals(helloOf((await link.read())!).nick, "amy");
});

Deno.test("ChatClient sends bare messages to a server that doesn't greet, and shows what that says", async () => {
  await using on = new World({ nick: "amy" });
  const link = await on.accept();
  await link.write("who are you?");
  await on.until(() => on.messages.length > 0);
  await on.client.say("amy");
  assertEquals(await link.read(), "amy");
  await link.write("hi \x1b[2Jamy");
  await on.until(() => on.messages.length > 1);
  assertEquals(on.texts, ["who are you?", "hi ^[[2Jamy"]);
  assertEquals(on.messages.map(({ nick }) => nick), [undefined, undefined]);
  // Its last word ends it; what is still answered is shown.
  await on.client.say("88");
  assertEquals([await link.read(), await link.read()], ["88", undefined]);
  await link.write("bye");
  link.close();
  await on.running;
  assertEquals([on.texts.at(-1), on.client.hasLost, on.errors], ["bye", false, []]);
});

Deno.test("ChatClient takes a silent server for none of ours, and then says what it was told", async () => {
  await using on = new World();
  const link = await on.accept();
  const said = on.client.say("hello");
  assertEquals(await link.read(), "hello");
  await said;
});

Deno.test("ChatClient shows numbered lines once, and says how many are missing", async () => {
  await using on = new World();
  const link = await on.letIn({ line: 4 });
  on.notices.length = 0;
  await link.say(
    "#5 bob: one",
    "#5 bob: one",
    "#4 bob: zero",
    "#6 * cat waves",
    "#9 bob: two",
    "#11 bob: three",
  );
  await on.until(() => on.messages.length === 4);
  assertEquals(on.texts, ["bob: one", "* cat waves", "bob: two", "bob: three"]);
  assertEquals(on.messages[1], {
    ...on.messages[1],
    nick: "cat",
    room: "lobby",
    text: "/me waves",
  });
  assertEquals(on.notices, ["2 lines missed", "1 line missed"]);
  assertEquals([...on.client.names].toSorted(), ["amy", "bob", "cat"]);
});

Deno.test("ChatClient counts its own lines by their receipts, and answers pings", async () => {
  await using on = new World();
  const link = await on.letIn();
  on.notices.length = 0;
  await on.client.say("hi");
  assertEquals(await link.line(), "hi");
  await link.say("/taken 1", "/ping", "#2 bob: hi");
  assertEquals(await link.line(), "/pong");
  await on.until(() => on.messages.length === 1);
  await link.say("* bob has left", "* [private] bob: psst");
  await on.until(() => on.notices.length === 2);
  assertEquals(on.notices, ["bob has left", "[private] bob: psst"]);
});

Deno.test("ChatClient comes back to its place, and says what was missed and what may not have arrived", async () => {
  await using on = new World({ nick: "amy" });
  const link = await on.letIn({ line: 3, session: "secret" });
  for (const line of ["one", "two", "three"]) await on.client.say(line);
  for (let i = 0; i < 3; i++) await link.line();
  await link.say("/taken 4");
  await link.say("#5 bob: hi");
  await on.until(() => on.messages.length === 1);
  link.close();
  const again = await on.accept();
  await again.write(`${GREETING}\n`);
  assertEquals(helloOf(await again.line()), {
    nick: "amy",
    room: "lobby",
    heartbeat: true,
    encoding: "utf-8",
    resume: { session: "secret", log: "l", line: 5 },
  });
  on.notices.length = 0;
  await again.welcome({ line: 10, past: 2, session: "new" });
  await again.say("#9 bob: nine", "#10 bob: ten");
  await on.until(() => on.messages.length === 3);
  assertEquals(on.texts.slice(1), ["bob: nine", "bob: ten"]);
  assertEquals(on.notices.map((text) => text.replace(/\d+ s,/, "N s,")), [
    "back after N s, 2 lines meanwhile",
    "3 lines missed",
  ]);
  assertEquals(on.client.hasLost, true);
  assertEquals(on.errors[0], 'the last 2 lines may not have arrived, from "two" on');
});

Deno.test("ChatClient says so when the server was started anew", async () => {
  await using on = new World();
  (await on.letIn({ line: 7 })).close();
  await on.letIn({ line: 1, log: "another", past: 1 });
  assertEquals(on.notices.includes("the server was started anew"), true);
  assertEquals(on.notices.some((text) => text.includes("missed")), false);
});

Deno.test("ChatClient that is sent away does not come back", async () => {
  await using on = new World();
  const link = await on.letIn();
  await link.say("/bye kicked: \x1b[2Jspam");
  const error = await assertRejects(() => on.running, PinwireError);
  assertEquals([error.code, error.exitCode], ["sent_away", 1]);
  assert(error.message.includes("kicked: ^[[2Jspam"), error.message);
  assertEquals(on.errors, []);
});

Deno.test("ChatClient.finish ends once all that was said is taken", async () => {
  await using on = new World();
  const link = await on.letIn();
  const said = ["one", "two"].map((line) => on.client.say(line));
  const finished = on.client.finish();
  assertEquals([await link.line(), await link.line()], ["one", "two"]);
  await Promise.all([...said, finished]);
  assertEquals(await link.read(), undefined);
  await link.say("/taken 1", "/taken 2", "#3 bob: bye");
  link.close();
  await on.running;
  assertEquals([on.texts, on.client.hasLost], [["bob: bye"], false]);
});

Deno.test("ChatClient.finish shows what a bare server still answers, also behind a link that was lost", async () => {
  await using on = new World();
  const first = await on.accept();
  await first.write("hello");
  await on.until(() => on.messages.length === 1);
  first.close();
  const link = await on.accept();
  await link.write("hello again");
  await on.until(() => on.messages.length === 2);
  await on.client.say("one");
  await on.client.finish();
  assertEquals([await link.read(), await link.read()], ["one", undefined]);
  await link.write("answer");
  link.close();
  await on.running;
  assertEquals(on.texts.at(-1), "answer");
});

Deno.test("ChatClient gives no screen a name that could move its cursor", async () => {
  await using on = new World();
  await on.letIn({ nick: "a\x1b[2J", who: ["bob\x1b]0;x\x07", "cat"] });
  for (const name of [...on.named, ...on.client.names]) assert(!/\p{Cc}/u.test(name), JSON.stringify(name));
});
