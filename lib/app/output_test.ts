import { assertEquals, assertRejects } from "@std/assert";
import { isLinux } from "../../tests/support/machine.ts";
import { Output, type Sink } from "./output.ts";

/** Takes `size` bytes at a time, and waits with each write until it is let through. */
class SlowSink implements Sink {
  text = "";
  writes = 0;
  #size: number;
  #gate = Promise.withResolvers<void>();

  constructor(size = Infinity) {
    this.#size = size;
  }

  /** Lets everything through from now on. */
  open(): void {
    this.#gate.resolve();
  }

  async write(bytes: Uint8Array): Promise<number> {
    this.writes++;
    const part = bytes.slice(0, this.#size);
    await this.#gate.promise;
    this.text += new TextDecoder().decode(part);
    return part.length;
  }
}

const refusing = (error: Error): Sink => ({ write: () => Promise.reject(error) });

Deno.test({
  name: "Output writes everything in order, even where a write is partial",
  permissions: "none",
  async fn() {
    const sink = new SlowSink(3);
    sink.open();
    const output = new Output(sink);
    for (const text of ["one\n", "two\n"]) output.write(text);
    await output.flush();
    output.write("three\n");
    await output.flush();
    assertEquals(sink.text, "one\ntwo\nthree\n");
  },
});

Deno.test({
  name: "Output gives a line to one write",
  permissions: "none",
  async fn() {
    const sink = new SlowSink();
    sink.open();
    const output = new Output(sink);
    output.write("one whole line\n");
    await output.flush();
    assertEquals([sink.writes, sink.text], [1, "one whole line\n"]);
  },
});

Deno.test({
  name: "Output writes what needs no wait at once, and the rest as always, in order",
  permissions: "none",
  async fn() {
    const slow = new SlowSink();
    const taken: string[] = [];
    const sink: Sink = {
      write: (bytes) => slow.write(bytes),
      writeNow(bytes) {
        const count = Math.min(bytes.length, 3);
        taken.push(new TextDecoder().decode(bytes.subarray(0, count)));
        return count;
      },
    };
    const output = new Output(sink);
    output.write("on\n");
    await output.flush();
    assertEquals([taken, slow.writes], [["on\n"], 0]);
    output.write("blink\n");
    slow.open();
    await output.flush();
    assertEquals([taken, slow.text], [["on\n", "bli"], "nk\n"]);
  },
});

Deno.test({
  name: "Output asks for patience while much is waiting, and not before",
  permissions: "none",
  async fn() {
    const sink = new SlowSink();
    const output = new Output(sink);
    output.write("x".repeat(65_536));
    assertEquals(output.drained(), undefined);
    output.write("y");
    const drained = output.drained();
    assertEquals(drained instanceof Promise, true);
    sink.open();
    await drained;
    await output.flush();
    assertEquals([output.drained(), sink.text.length], [undefined, 65_537]);
  },
});

Deno.test({
  name: "Output keeps nobody waiting once it is told to stop",
  permissions: "none",
  async fn() {
    const stop = new AbortController();
    const output = new Output(new SlowSink(), { signal: stop.signal });
    output.write("x".repeat(100_000));
    const drained = output.drained();
    stop.abort();
    await drained;
    assertEquals(output.drained(), undefined);
  },
});

Deno.test({
  name: "Output drops what comes when far too much is waiting, and tells how much",
  permissions: "none",
  async fn() {
    const sink = new SlowSink();
    const dropped: number[] = [];
    const output = new Output(sink, { onDropped: (count) => dropped.push(count) });
    const megabyte = "x".repeat(1024 * 1024);
    for (let i = 0; i < 20; i++) output.write(megabyte);
    assertEquals(dropped, []);
    sink.open();
    await output.flush();
    assertEquals(sink.text.length + dropped[0] * megabyte.length, 20 * megabyte.length);
    assertEquals(dropped.length, 1);
    output.write("after\n");
    await output.flush();
    assertEquals(sink.text.endsWith("xafter\n"), true);
  },
});

Deno.test({
  name: "Output tells once that the reader has gone, and then stays silent",
  permissions: "none",
  async fn() {
    let writes = 0;
    let closed = 0;
    const sink: Sink = {
      write() {
        writes++;
        return Promise.reject(new Deno.errors.BrokenPipe("gone"));
      },
    };
    const output = new Output(sink, { onClosed: () => closed++ });
    output.write("one\n");
    await output.flush();
    output.write("two\n");
    await output.flush();
    assertEquals([writes, closed, output.drained()], [1, 1, undefined]);
  },
});

Deno.test({
  name: "Output lets those go on who wait for a reader that goes",
  permissions: "none",
  async fn() {
    const output = new Output(refusing(new Deno.errors.BrokenPipe("gone")));
    output.write("x".repeat(100_000));
    await output.drained();
    await output.flush();
  },
});

Deno.test({
  name: "flush of Output throws what kept it from writing, such as a full disk",
  permissions: "none",
  async fn() {
    let closed = 0;
    const output = new Output(refusing(new Error("No space left on device")), { onClosed: () => closed++ });
    output.write("one\n");
    await assertRejects(() => output.flush(), Error, "No space left");
    assertEquals(closed, 1);
  },
});

Deno.test({
  name: "standardStream writes nothing at once while a write is under way that may take its room",
  ignore: !isLinux,
  async fn() {
    const source = (name: string) => JSON.stringify(import.meta.resolve(name));
    const script = `
      import { keepSockets } from ${source("../net/mod.ts")};
      import { standardStream, writeAll } from ${source("./output.ts")};
      keepSockets();
      const stdout = standardStream("stdout");
      const write = (text) => stdout.writeNow(new TextEncoder().encode(text));
      const counts = [write("one"), write("x".repeat(4097))];
      void writeAll({ write: () => new Promise(() => {}) }, new Uint8Array(1));
      counts.push(write("two"));
      console.error(counts.join());
    `;
    const command = new Deno.Command(Deno.execPath(), { args: ["eval", script] });
    const { stdout, stderr } = await command.output();
    assertEquals([stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)), ["one", "3,0,0\n"]);
  },
});
