import { assert, assertEquals, assertMatch } from "@std/assert";
import { has, isLinux, isWindows } from "../../../tests/support.ts";
import { FakeClock, turn } from "../../app/_testing.ts";
import { type Clock, systemClock } from "../../net/mod.ts";
import type { Exit } from "../wire/bodies.ts";
import { startPiped } from "./child.ts";
import { Job, type Limits } from "./job.ts";

function posix(name: string, fn: () => Promise<void>, needs = true): void {
  Deno.test({ name, ignore: isWindows || !needs, fn });
}

/** The same for what only /proc tells. */
const linux = (name: string, fn: () => Promise<void>, needs = true) => posix(name, fn, isLinux && needs);

const bytes = (text: string) => new TextEncoder().encode(text);

interface CommandOptions extends Partial<Limits> {
  shell?: string;
  clock?: Clock;
  /** Makes the command wait for each piece of stdout to be taken. */
  slow?(): Promise<void>;
}

/** A command that runs, and what it has printed so far. */
class Command implements AsyncDisposable {
  readonly job: Job;
  readonly exit: Promise<Omit<Exit, "cwd">>;
  /** Done when its process has ended, whatever is left to be read. */
  readonly gone: Promise<unknown>;
  stdout = "";
  stderr = "";
  isOver = false;
  #printed = Promise.withResolvers<void>();
  #clock: Clock;

  constructor(
    command: string,
    { shell = "sh", slow, clock = systemClock, ...limits }: CommandOptions = {},
  ) {
    const child = startPiped({ file: shell, args: ["-c", command], cwd: "/", env: {} });
    this.gone = child.status;
    this.job = new Job(child, false, { timeout: 0, maxOutput: 0, ...limits }, clock);
    const take = (name: "stdout" | "stderr") => async (bytes: Uint8Array, at: number) => {
      if (name === "stdout") await slow?.();
      this[name] += new TextDecoder().decode(bytes.subarray(at));
      this.#printed.resolve();
      this.#printed = Promise.withResolvers();
      return true;
    };
    this.#clock = clock;
    this.exit = this.job.run(take("stdout"), take("stderr")).finally(() => this.isOver = true);
  }

  /** The first line that it prints. */
  async line(): Promise<string> {
    while (!this.stdout.includes("\n")) await this.#printed.promise;
    return this.stdout.split("\n")[0];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = Promise.all([this.job.end("the test is over"), this.exit]).then(() => this.job.ended);
    await (this.#clock instanceof FakeClock ? passing(this.#clock, ended) : ended);
  }
}

/** Lets time pass in steps, in each of which all that can happen happens. */
async function pass(clock: FakeClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 20) {
    clock.pass(20);
    await turn();
  }
}

/** Lets time pass until a promise is fulfilled: `step` ms at each turn of the event loop, or only what is due now. */
async function passing<T>(clock: FakeClock, promise: Promise<T>, step = 20): Promise<T> {
  let isDone = false;
  void promise.finally(() => isDone = true);
  while (!isDone) {
    clock.pass(step);
    await turn();
  }
  return await promise;
}

const PLAIN = { code: 0, signal: null };

/** Whether a process has gone, even if nobody has asked yet how. */
function isDead(pid: string): boolean {
  assertMatch(pid, /^\d+$/);
  try {
    return /\) Z /.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    return true;
  }
}

posix("Job.run hands over stdout and stderr, and gives how the command ended", async () => {
  const cases: [string, string, string, Omit<Exit, "cwd">][] = [
    ["echo out; echo err >&2", "out\n", "err\n", PLAIN],
    ["exit 7", "", "", { code: 7, signal: null }],
    ["kill -9 $$", "", "", { code: 137, signal: "SIGKILL" }],
    ["kill -TERM $$", "", "", { code: 143, signal: "SIGTERM" }],
    ["exit 255", "", "", { code: 255, signal: null }],
  ];
  await Promise.all(cases.map(async ([command, stdout, stderr, exit]) => {
    await using on = new Command(command);
    assertEquals(await on.exit, exit, command);
    assertEquals([on.stdout, on.stderr], [stdout, stderr]);
    const sizes = { stdin: 0, stdout: stdout.length, stderr: stderr.length };
    assertEquals(on.job.traffic, sizes);
  }));
});

Deno.test({
  name: "Job.run gives a signal without a name by its number, and Job.end bears it too",
  ignore: !isLinux,
  // The runtime forgets to close its own record of such a process, which holds no file.
  sanitizeResources: false,
  fn: endsByNumber,
});

async function endsByNumber(): Promise<void> {
  for (const number of [34, 64]) {
    const exit = { code: 128 + number, signal: number };
    await using plain = new Command(`kill -${number} $$`);
    assertEquals(await plain.exit, exit);
    await using ended = new Command(`trap 'kill -${number} $$' TERM; echo on; while :; do sleep 0.05; done`);
    await ended.line();
    await ended.job.end("gone");
    assertEquals(await ended.exit, { ...exit, reason: "gone" });
  }
}

posix("Job.run hands over all that was written before the end, also to a slow taker", async () => {
  // When the first piece is taken, the command has gone; 60,000 bytes fit into the pipe.
  await using on: Command = new Command("head -c 60000 /dev/zero", {
    async slow() {
      await on.gone;
      await turn();
    },
  });
  assertEquals(await on.exit, PLAIN);
  assertEquals(on.stdout.length, 60_000);
});

posix("Job.input goes to the command's stdin, and Job.endInput ends that", async () => {
  await using on = new Command("cat; echo end");
  await on.job.input(bytes("one\n"));
  assertEquals(await on.line(), "one");
  await on.job.input(bytes("two\n"));
  await on.job.endInput();
  await on.job.input(bytes("three\n"));
  await on.job.endInput();
  assertEquals(await on.exit, PLAIN);
  assertEquals([on.stdout, on.job.traffic.stdin], ["one\ntwo\nend\n", 8]);
});

posix("Job.input passes over what the command doesn't want", async () => {
  await using on = new Command("exec <&-; echo closed; exec sleep 1000");
  await on.line();
  await on.job.input(new Uint8Array(100_000));
  await on.job.input(bytes("more"));
  await on.job.endInput();
});

posix("Job.input to a command that doesn't read is given up with it", async () => {
  await using on = new Command("echo here; exec sleep 1000");
  await on.line();
  const written = on.job.input(new Uint8Array(1_000_000));
  on.job.signal("SIGKILL");
  assertEquals(await on.exit, { code: 137, signal: "SIGKILL" });
  await written;
});

posix("Job.signal reaches all of the command's process group", async () => {
  const inner = `trap "echo inner; exit" HUP; echo ready; while :; do sleep 0.05; done`;
  await using on = new Command(`trap 'exit 9' HUP; sh -c '${inner}'`);
  await on.line();
  on.job.signal("SIGHUP");
  assertEquals(await on.exit, { code: 9, signal: null });
  assertEquals(on.stdout, "ready\ninner\n");
});

posix("Job.signal doesn't end a command that handles the signal itself", async () => {
  await using on = new Command(
    "trap 'echo caught; exit 3' INT; echo ready; while :; do sleep 0.05; done",
  );
  await on.line();
  on.job.signal("SIGINT");
  assertEquals(await on.exit, { code: 3, signal: null });
  assertEquals(on.stdout, "ready\ncaught\n");
});

posix("Job ends a command at its timeout, and says so", async () => {
  const clock = new FakeClock();
  await using on = new Command("echo on; exec sleep 1000", { timeout: 2_000, clock });
  await on.line();
  clock.pass(1_999);
  await turn();
  assertEquals(on.isOver, false);
  const reason = "ran longer than 2 s (--timeout)";
  clock.pass(1);
  await passing(clock, on.gone, 0);
  assertEquals(await passing(clock, on.exit), { code: 143, signal: "SIGTERM", reason });
  await passing(clock, on.job.ended);
});

posix(
  "Job ends a command that prints too much, on stdout and stderr together, and hands over no more",
  async () => {
    await using on = new Command("echo 12345 >&2; exec yes", { maxOutput: 70_000 });
    const reason = "printed more than 70000 bytes (--max-output)";
    assertEquals((await on.exit).reason, reason);
    assertEquals(on.stdout.length + on.stderr.length, 70_000);
    assertEquals(on.job.traffic.stdout + on.job.traffic.stderr, 70_000);
  },
);

posix("Job tells why output is cut short, even of a command that had ended before", async () => {
  await using on: Command = new Command("echo 1234567", {
    maxOutput: 7,
    async slow() {
      await on.gone;
      await turn();
    },
  });
  assertEquals(await on.exit, { ...PLAIN, code: 255, reason: "printed more than 7 bytes (--max-output)" });
  assertEquals(on.stdout, "1234567");
});

posix("Job lets a command print as much as it may, to the byte", async () => {
  await using on = new Command("printf 12345; printf 67890 >&2", { maxOutput: 10 });
  assertEquals(await on.exit, PLAIN);
  assertEquals([on.stdout, on.stderr], ["12345", "67890"]);
});

/** Whether a process has been stopped (proc_pid_stat(5)). */
const isStopped = (pid: string) => / T /.test(Deno.readTextFileSync(`/proc/${pid}/stat`));

linux("Job.end kills what SIGTERM doesn't end, 1 s later: what ignores it, and what is stopped", async () => {
  const commands = ["trap '' TERM; echo $$; while :; do sleep 0.05; done", "echo $$; kill -STOP $$"];
  for (const command of commands) {
    const clock = new FakeClock();
    await using on = new Command(command, { clock });
    const pid = await on.line();
    while (command.includes("STOP") && !isStopped(pid)) await turn();
    const ending = on.job.end("gone");
    await pass(clock, 980);
    assertEquals(isDead(pid), false);
    await pass(clock, 60);
    await passing(clock, on.gone, 0);
    await passing(clock, ending);
    assertEquals(await on.exit, { code: 137, signal: "SIGKILL", reason: "gone" });
    assertEquals(isDead(pid), true);
  }
});

linux("Job ends the jobs that a command left in the background, with it", async () => {
  await using on = new Command("sleep 1000 & echo $!");
  const pid = await on.line();
  assertEquals(await on.exit, PLAIN);
  await on.job.ended;
  assertEquals(isDead(pid), true);
});

linux("Job.end reaches jobs that have process groups of their own (needs bash)", async () => {
  await using on = new Command("set -m; sleep 1000 & sleep 1000 & echo $(jobs -p); wait", { shell: "bash" });
  const pids = (await on.line()).split(" ");
  assertEquals([pids.length, pids.map(isDead)], [2, [false, false]]);
  await on.job.end("gone");
  assertEquals(pids.map(isDead), [true, true]);
}, has("bash"));

linux("Job.run waits for no pipe that a process of another session holds (needs setsid)", async () => {
  await using on = new Command("setsid sh -c 'echo $$; exec sleep 1000' & read end");
  const pid = await on.line();
  try {
    await on.job.endInput();
    assertEquals(await on.exit, { code: 1, signal: null });
    await on.job.ended;
    assertEquals(isDead(pid), false);
  } finally {
    Deno.kill(Number(pid), "SIGKILL");
  }
}, has("setsid"));

posix("Job.end keeps the first reason, and has none for a command that had ended before", async () => {
  await using on = new Command("exec sleep 1000");
  await Promise.all([on.job.end("first"), on.job.end("second")]);
  assertEquals((await on.exit).reason, "first");
  await using over = new Command("true");
  assertEquals(await over.exit, PLAIN);
  await over.job.end("late");
  assert(!("reason" in await over.exit));
});
