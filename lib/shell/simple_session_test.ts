import { assertEquals, assertMatch } from "@std/assert";
import { contextOf, turn } from "../app/_testing.ts";
import type { Event } from "../app/mod.ts";
import { parseSpec, receiveFrames } from "../framing/mod.ts";
import { type Peer, pipe } from "../net/mod.ts";
import { type Encoding, openEncoding } from "../text/mod.ts";
import { bytes, codeOf, jobRunnerBy, posix } from "./_session_testing.ts";
import type { Rules } from "./process/job_runner.ts";
import { LONGEST_COMMAND, SIMPLE_SPEC } from "./protocol.ts";
import { SimpleSession } from "./simple_session.ts";
import { post } from "./wire/flow.ts";

interface WorldOptions {
  rules?: Partial<Rules>;
  encoding?: Encoding;
  from?: Partial<Peer>;
}

/** A server in memory, and a client of it; each write is one read there. */
function world({ rules = {}, encoding, from }: WorldOptions = {}) {
  const events: Event[] = [];
  const plain = contextOf("raw", { onEvent: (event) => void events.push(event) });
  const context = { ...plain, ...encoding && { encoding } };
  const [here, there] = pipe({ second: from });
  const count = { ran: 0 };
  const shell = { jobs: jobRunnerBy(rules, context.reporter), idleTimeout: 0, ran: () => void count.ran++ };
  const served = new SimpleSession(here, context, shell).run().finally(() => here.close());
  served.catch(() => {});
  const answers: Uint8Array[] = [];
  let came = Promise.withResolvers<void>();
  const ended = receiveFrames(there, parseSpec(SIMPLE_SPEC, 1 << 25).open().decoder, {
    onFrame(body) {
      answers.push(body.slice());
      came.resolve();
      came = Promise.withResolvers();
    },
  });
  return {
    context,
    count,
    events,
    served,
    ended,
    /** Sends what is one read for the server. */
    send(said: string | Uint8Array): void {
      post(there, typeof said === "string" ? bytes(said) : said);
    },
    async answer(): Promise<Uint8Array> {
      while (!answers.length) await came.promise;
      return answers.shift()!;
    },
    async ask(command: string | Uint8Array): Promise<string> {
      this.send(command);
      return new TextDecoder().decode(await this.answer());
    },
    endWrite: () => there.closeWrite(),
    close: () => there.close(),
    async [Symbol.asyncDispose]() {
      there.close();
      await Promise.allSettled([served, ended]);
    },
  };
}

posix(
  "SimpleSession answers each command with its length, stdout before stderr, and empty where it printed nothing",
  async () => {
    await using on = world();
    assertEquals(await on.ask("echo err >&2; echo out; exit 3"), "out\nerr\n");
    assertEquals(await on.ask("true"), "");
    assertEquals(await on.ask("cd /tmp"), "");
    // Each has a shell of its own.
    assertEquals(await on.ask("pwd"), "/\n");
    assertEquals((await on.ask("head -c 300000 /dev/zero")).length, 300_000);
    assertEquals(on.count.ran, 5);
  },
);

posix("SimpleSession gives a command no input", async () => {
  await using on = world();
  assertEquals(await on.ask("cat; echo end"), "end\n");
});

for (const end of ["\n", "\r\n", "\r", ""]) {
  posix(`SimpleSession drops ${JSON.stringify(end)} at a command's end`, async () => {
    await using on = world({ rules: { shell: "/bin/echo" } });
    assertEquals(await on.ask(`a\nb${end}`), "-c a\nb\n");
    on.send(`bye${end}`);
    await on.ended;
  });
}

posix(
  "SimpleSession answers commands that come while another runs, one after the other, in order",
  async () => {
    await using on = world();
    const numbers = Array.from({ length: 40 }, (_, i) => `${i}`);
    for (const number of numbers) on.send(`echo ${number}`);
    for (const number of numbers) assertEquals(new TextDecoder().decode(await on.answer()), `${number}\n`);
  },
);

posix("SimpleSession closes at bye, and answers what came before it", async () => {
  await using on = world();
  on.send("echo one");
  on.send("bye");
  on.send("echo two");
  assertEquals(new TextDecoder().decode(await on.answer()), "one\n");
  await on.ended;
  await on.served;
  assertEquals(on.count.ran, 1);
});

posix("SimpleSession answers what its client sent before it ended its sending side", async () => {
  await using on = world();
  on.send("echo one");
  on.send("echo two");
  await on.endWrite();
  await on.ended;
  assertEquals([await on.answer(), await on.answer()], [bytes("one\n"), bytes("two\n")]);
});

posix("SimpleSession ends a command whose client has gone, and runs none that waits", async () => {
  await using on = world();
  on.send("exec sleep 1000");
  on.send("echo two");
  while (!on.events.some((event) => event.event === "notice")) await turn();
  await turn();
  on.context.stop.now();
  on.close();
  await on.served;
  assertEquals(on.events.map((event) => "text" in event && event.text), [
    "pipe:b runs exec sleep 1000",
    "pipe:b ran exec sleep 1000: the server was stopped",
  ]);
});

posix("SimpleSession says in the answer why a command was ended, or never ran", async () => {
  await using on = world({ rules: { timeout: 100 } });
  assertEquals(
    await on.ask("echo hi; exec sleep 1000"),
    "hi\npinwire shell: the command ran longer than 0.1 s (--timeout)\n",
  );
  await using other = world({ rules: { maxOutput: 4, allowCommand: ["echo", "yes"] } });
  assertEquals(
    await other.ask("yes"),
    "y\ny\npinwire shell: the command printed more than 4 bytes (--max-output)\n",
  );
  assertEquals(await other.ask("  echo  a "), "a\n");
  assertMatch(
    await other.ask("ls; echo hi"),
    /^pinwire shell: "ls;" is not one of the commands allowed here: /,
  );
  assertMatch(await other.ask(" "), /^pinwire shell: "" is not one of the commands/);
});

posix("SimpleSession takes a command of 8,192 bytes, and closes at a longer one", async () => {
  await using on = world();
  const command = (length: number) => "echo hi #".padEnd(length, "x");
  assertEquals(await on.ask(command(LONGEST_COMMAND)), "hi\n");
  on.send(command(LONGEST_COMMAND + 1));
  await on.ended;
  assertEquals(await codeOf(on.served), "command_too_long");
});

posix("SimpleSession runs nothing of a browser's request or of bytes that are no text", async () => {
  for (const said of ["GET / HTTP/1.1\r\n\r\n", "POST /x HTTP/1.1\r\n\r\ntouch x", "echo a\0b"]) {
    await using on = world();
    on.send(said);
    await on.ended;
    assertEquals([await codeOf(on.served), on.count.ran], ["not_for_us", 0]);
  }
});

posix("SimpleSession runs no part of a browser's request, wherever it is cut", async () => {
  const heads = ["POST /x HTTP/1.1", "GET * HTTP/1.0", "OPTIONS http://x/ HTTP/1.1", "X y HTTP/2"];
  for (const head of heads) {
    for (const cuts of [[1], [3], [1, 2, 3], [5], [6, 8], [head.length - 1], [...head].map((_, i) => i)]) {
      await using on = world();
      for (const [i, from] of [0, ...cuts].entries()) on.send(head.slice(from, cuts[i] ?? head.length));
      await on.ended;
      assertEquals([await codeOf(on.served), on.count.ran], ["not_for_us", 0], `${head} ${cuts}`);
      assertEquals(on.events, []);
    }
  }
});

posix("SimpleSession waits for the rest of what may be a request, and runs it if it is none", async () => {
  await using on = world({ rules: { shell: "/bin/echo" } });
  const answers = async (count: number) => {
    const all = [];
    for (let i = 0; i < count; i++) all.push(new TextDecoder().decode(await on.answer()));
    return all;
  };
  for (const part of ["PO", "ST a HTT"]) on.send(part);
  for (let i = 0; i < 10; i++) await turn();
  assertEquals(on.count.ran, 0);
  // Each read is a command of its own, as ever.
  on.send("X");
  assertEquals(await answers(3), ["-c PO\n", "-c ST a HTT\n", "-c X\n"]);
  // Only the first line of a connection can be a request.
  assertEquals(await on.ask("GET"), "-c GET\n");
});

posix("SimpleSession runs at once what can't become a request, and at the end what didn't", async () => {
  for (const said of ["ls", "GET\n", "POST a\r\n", "A=1 cmd", "AB  c", "GET a HTTQ", "PS\r"]) {
    await using on = world({ rules: { shell: "/bin/echo" } });
    assertEquals(await on.ask(said), `-c ${said.trim()}\n`);
  }
  await using on = world({ rules: { shell: "/bin/echo" } });
  on.send("WHO");
  await on.endWrite();
  assertEquals(await on.answer(), bytes("-c WHO\n"));
  await using long = world();
  for (let i = 0; i <= LONGEST_COMMAND; i += 1024) long.send("A".repeat(1024));
  await long.ended;
  assertEquals([await codeOf(long.served), long.count.ran], ["command_too_long", 0]);
});

posix(
  "SimpleSession reads commands and writes text in its client's encoding, and leaves other bytes alone",
  async () => {
    await using on = world({ encoding: await openEncoding("gbk") });
    const gbk = (text: string) => Uint8Array.from(text.split(" "), (hex) => parseInt(hex, 16));
    on.send(Uint8Array.from([...bytes("printf "), ...gbk("c4 e3 ba c3")]));
    assertEquals(await on.answer(), gbk("c4 e3 ba c3"));
    on.send("printf '\\344\\275\\240'");
    assertEquals(await on.answer(), gbk("c4 e3"));
    on.send("printf '\\377\\376'");
    assertEquals(await on.answer(), gbk("ff fe"));
    await using plain = world();
    plain.send("printf '\\377\\376'");
    assertEquals(await plain.answer(), gbk("ff fe"));
  },
);

posix("SimpleSession runs nothing for another machine, over whatever carrier", async () => {
  for (const scheme of ["tcp", "a carrier of tomorrow"]) {
    await using on = world({ from: { scheme, host: "192.0.2.1", isLocal: false, isEncrypted: true } });
    on.send("echo evil");
    await on.ended;
    assertEquals([await codeOf(on.served), on.count.ran], ["local_only", 0]);
  }
});
