import { assertEquals } from "@std/assert";
import { isLinux } from "../../tests/support.ts";
import { openLibc } from "./libc.ts";
import { Poller, POLLER_FUNCTIONS, POLLIN, POLLOUT } from "./poller.ts";

const POLLHUP = 16;

/** A test with pipes, each as its end and its start. */
function files(name: string, fn: (on: World) => Promise<void>): void {
  Deno.test({
    name,
    ignore: !isLinux,
    async fn() {
      using on = new World();
      await fn(on);
    },
  });
}

class World implements Disposable {
  readonly poller: Poller;
  #libc = openLibc(...POLLER_FUNCTIONS, "close");
  #open: number[] = [];

  constructor() {
    this.poller = new Poller(this.#libc);
  }

  pipe(): [end: number, start: number] {
    const ends = new Int32Array(2);
    assertEquals(this.#libc.pipe(new Uint8Array(ends.buffer)), 0);
    this.#open.push(...ends);
    return [ends[0], ends[1]];
  }

  write(file: number): void {
    assertEquals(this.#libc.write(file, Uint8Array.of(7), 1n), 1n);
  }

  read(file: number): void {
    assertEquals(this.#libc.read(file, new Uint8Array(1), 1n), 1n);
  }

  close(file: number): void {
    this.#libc.close(file);
    this.#open.splice(this.#open.indexOf(file), 1);
  }

  /** No poll is under way any more. */
  async rest(): Promise<void> {
    await this.poller.ready(this.pipe()[1], POLLOUT);
  }

  [Symbol.dispose](): void {
    for (const file of [...this.#open]) this.close(file);
    this.#libc.library.close();
  }
}

files(
  "Poller.ready tells what has happened to a file: something to read, room, the other end gone",
  async (on) => {
    const [end, start] = on.pipe();
    assertEquals(await on.poller.ready(start, POLLOUT), POLLOUT);
    const coming = on.poller.ready(end, POLLIN);
    on.write(start);
    assertEquals(await coming, POLLIN);
    on.read(end);
    const hangingUp = on.poller.ready(end, POLLIN);
    on.close(start);
    assertEquals(await hangingUp, POLLHUP);
  },
);

files("Poller.ready takes more files while it waits for others, all in one thread", async (on) => {
  const threads = () => [...Deno.readDirSync("/proc/self/task")].length;
  const pipes = Array.from({ length: 50 }, () => on.pipe());
  await on.rest();
  const before = threads();
  const waits = pipes.map(([end]) => on.poller.ready(end, POLLIN));
  assertEquals(threads() - before <= 1, true);
  for (const i of [49, 0, 25]) {
    on.write(pipes[i][1]);
    assertEquals(await waits[i], POLLIN);
    on.read(pipes[i][0]);
  }
  for (const [end] of pipes) on.poller.forget(end);
  assertEquals((await Promise.all(waits)).filter((happened) => happened).length, 3);
  await on.rest();
});

files("Poller.forget gives 0 to all who wait for a file, and to nobody else", async (on) => {
  const [[end], [other, start]] = [on.pipe(), on.pipe()];
  const waits = [on.poller.ready(end, POLLIN), on.poller.ready(end, POLLIN)];
  const stays = on.poller.ready(other, POLLIN);
  on.poller.forget(end);
  assertEquals(await Promise.all(waits), [0, 0]);
  // It may be another's from now on.
  on.close(end);
  on.write(start);
  assertEquals(await stays, POLLIN);
  on.poller.forget(end);
  await on.rest();
});

files("Poller's own pipe is inherited by no program", async (on) => {
  const listed = async () => {
    const { stdout } = await new Deno.Command("ls", { args: ["/proc/self/fd"] }).output();
    return new TextDecoder().decode(stdout);
  };
  const before = await listed();
  const pollers = Array.from({ length: 20 }, () => new World());
  assertEquals(await listed(), before);
  for (const one of pollers) one[Symbol.dispose]();
  await on.rest();
});
