import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { PinwireError } from "../errors.ts";
import type { Event } from "./events.ts";
import { Reporter, type ReporterOptions } from "./reporter.ts";

const EVENTS: Event[] = [
  { event: "listening", address: "tcp://127.0.0.1:80", sockets: "native" },
  { event: "connected", peer: "tcp://127.0.0.1:5" },
  { event: "message", peer: "tcp://127.0.0.1:5", text: "hi", bytes: 2 },
  { event: "error", message: "it failed", hint: "try again", peer: "tcp://127.0.0.1:5" },
  { event: "disconnected", peer: "tcp://127.0.0.1:5", reason: "end of stream" },
];

class Memory {
  text = "";
  writes = 0;

  write(bytes: Uint8Array): Promise<number> {
    this.writes++;
    this.text += new TextDecoder().decode(bytes);
    return Promise.resolve(bytes.length);
  }
}

/** What a reporter with these options prints of `events`. */
async function printed(
  options: Partial<ReporterOptions>,
  events: Event[] = EVENTS,
): Promise<{ out: string; err: string }> {
  const [stdout, stderr] = [new Memory(), new Memory()];
  const reporter = new Reporter({ program: "prog", role: "server", stdout, stderr, ...options });
  for (const event of events) reporter.report(event);
  await reporter.flush();
  return { out: stdout.text, err: stderr.text };
}

Deno.test("Reporter of a server says on stderr who comes and goes", async () => {
  assertEquals(await printed({}), {
    out: "",
    err: `prog: listening on tcp://127.0.0.1:80
prog: tcp://127.0.0.1:5 connected
prog: tcp://127.0.0.1:5: it failed: try again
prog: tcp://127.0.0.1:5 left (end of stream)
`,
  });
});

Deno.test("Reporter that is quiet says only the ready line and errors", async () => {
  assertEquals(await printed({ quiet: true }), {
    out: "",
    err: `prog: listening on tcp://127.0.0.1:80
prog: tcp://127.0.0.1:5: it failed: try again
`,
  });
});

Deno.test("Reporter of a client says only errors", async () => {
  const { out, err } = await printed({ role: "client" }, EVENTS.slice(1));
  assertEquals([out, err], ["", "prog: tcp://127.0.0.1:5: it failed: try again\n"]);
});

Deno.test("Reporter shows messages on stdout where that is its work", async () => {
  const { out, err } = await printed({ role: "client", showMessage: ({ peer, text }) => `${peer} ${text}` });
  assertEquals(out, "tcp://127.0.0.1:5 hi\n");
  assertEquals(err.includes("hi"), false);
});

Deno.test("Reporter wants messages only where somebody sees them", () => {
  const wants = (options: Partial<ReporterOptions>) =>
    new Reporter({ program: "prog", role: "server", ...options }).wantsMessages;
  assertEquals(wants({}), false);
  assertEquals(wants({ json: true }), true);
  assertEquals(wants({ showMessage: () => "" }), true);
});

Deno.test("Reporter with json prints each event on stdout, one object a line, event and time first", async () => {
  for (const options of [{}, { quiet: true }, { role: "client" as const }]) {
    const before = Date.now();
    const { out, err } = await printed({ json: true, showMessage: () => "shown", ...options });
    assertEquals(err, "");
    const lines = out.split("\n").slice(0, -1);
    assertEquals(lines.length, EVENTS.length);
    for (const [i, line] of lines.entries()) {
      assertMatch(line, /^\{"event":"[a-z]+","time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",/);
      const { time, ...event } = JSON.parse(line);
      assertEquals(event, EVENTS[i]);
      const ms = Date.parse(time);
      assertEquals(ms >= before && ms <= Date.now(), true, time);
    }
  }
});

Deno.test("Reporter with json keeps a message with line feeds on one line", async () => {
  const text = 'a\nb\r\n"\u0000\x1b';
  const { out } = await printed({ json: true }, [{ event: "message", peer: "x", text, bytes: 9, hex: "00" }]);
  assertEquals(out.indexOf("\n"), out.length - 1);
  const { time: _, ...event } = JSON.parse(out);
  assertEquals(event, { event: "message", peer: "x", text, bytes: 9, hex: "00" });
});

Deno.test("Reporter hands everything over where it is told to forward", async () => {
  const events: Event[] = [];
  const forward = (event: Event) => void events.push(event);
  assertEquals(await printed({ forward, json: true }), { out: "", err: "" });
  assertEquals(events, EVENTS);
});

Deno.test("error of Reporter tells message, hint and peer, and leaves out what there is not", () => {
  const events: Event[] = [];
  const reporter = new Reporter({
    program: "prog",
    role: "server",
    forward: (event) => void events.push(event),
  });
  reporter.error(new PinwireError("code", "it failed", { hint: "try again" }), "tcp://a:1");
  reporter.error(new PinwireError("code", "it failed"));
  reporter.error(new TypeError("a bug"));
  reporter.error("thrown text", "udp://a:1");
  assertEquals(events, [
    { event: "error", message: "it failed", hint: "try again", peer: "tcp://a:1" },
    { event: "error", message: "it failed" },
    { event: "error", message: "a bug" },
    { event: "error", message: "thrown text", peer: "udp://a:1" },
  ]);
});

Deno.test("Reporter names a peer once in an error's sentence", async () => {
  const { err } = await printed({}, [
    { event: "error", message: "refused tcp://a:1", hint: "raise it", peer: "tcp://a:1" },
    { event: "error", message: "it failed", peer: "tcp://a:1" },
  ]);
  assertEquals(err, "prog: refused tcp://a:1: raise it\nprog: tcp://a:1: it failed\n");
});

Deno.test("Reporter tells once that stdout is closed, prints no more there, and goes on on stderr", async () => {
  let [writes, closed] = [0, 0];
  const stdout = {
    write() {
      writes++;
      return Promise.reject(new Deno.errors.BrokenPipe("gone"));
    },
  };
  const stderr = new Memory();
  const reporter = new Reporter({
    program: "prog",
    role: "server",
    stdout,
    stderr,
    onClosed: () => closed++,
  });
  for (const line of ["one", "two"]) {
    reporter.print(line);
    await reporter.flush();
  }
  reporter.report(EVENTS[0]);
  await reporter.flush();
  assertEquals([writes, closed, stderr.text], [1, 1, "prog: listening on tcp://127.0.0.1:80\n"]);
});

Deno.test("Reporter prints a line in one write", async () => {
  const stdout = new Memory();
  const reporter = new Reporter({ program: "prog", role: "server", json: true, stdout });
  reporter.report(EVENTS[2]);
  await reporter.flush();
  assertEquals(stdout.writes, 1);
  assertStringIncludes(stdout.text, '"text":"hi"');
});
