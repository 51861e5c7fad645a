import { assert, assertEquals, assertMatch } from "@std/assert";
import { has, isLinux, isWindows } from "../../../tests/support.ts";
import { startPiped } from "./child.ts";
import { Job, type Limits } from "./job.ts";
import type { Exit } from "../protocol.ts";

function posix(name: string, fn: () => Promise<void>, needs = true): void {
  Deno.test({ name, ignore: isWindows || !needs, fn });
}

/** The same for what only /proc tells. */
const linux = (name: string, fn: () => Promise<void>, needs = true) => posix(name, fn, isLinux && needs);

/** Done when all that can happen now has happened. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

const bytes = (text: string) => new TextEncoder().encode(text);

/** A command that runs, and what it has printed so far. */
class ClientStream implements AsyncDisposable {
  readonly job: Job;
  readonly exit: Promise<Omit<Exit, "cwd">>;
  /** Done when its process has ended, whatever is left to be read. */
  readonly gone: Promise<unknown>;
  stdout = "";
  stderr = "";
  #printed = Promise.withResolvers<void>();

  /** @param slow makes it wait for each piece of stdout to be taken */
  constructor(command: string, limits: Partial<Limits> = {}, shell = "sh", slow?: () => Promise<void>) {
    const child = startPiped({ file: shell, args: ["-c", command], cwd: "/", env: {} });
    this.gone = child.status;
    this.job = new Job(child, false, { timeout: 0, maxOutput: 0, ...limits });
    const take = (name: "stdout" | "stderr") => async (bytes: Uint8Array, at: number) => {
      if (name === "stdout") await slow?.();
      this[name] += new TextDecoder().decode(bytes.subarray(at));
      this.#printed.resolve();
      this.#printed = Promise.withResolvers();
      return true;
    };
    this.exit = this.job.run(take("stdout"), take("stderr"));
  }

  /** The first line that it prints. */
  async line(): Promise<string> {
    while (!this.stdout.includes("\n")) await this.#printed.promise;
    return this.stdout.split("\n")[0];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.job.end("the test is over");
    await this.exit;
    await this.job.ended;
  }
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
    await using on = new ClientStream(command);
    assertEquals(await on.exit, exit, command);
    assertEquals([on.stdout, on.stderr], [stdout, stderr]);
    const sizes = { stdin: 0, stdout: stdout.length, stderr: stderr.length };
    assertEquals(on.job.traffic, sizes);
  }));
});

posix("Job.run hands over all that was written before the end, to whoever is slow too", async () => {
  // When the first piece is taken, the command has gone; 60,000 bytes fit into the pipe.
  await using on: ClientStream = new ClientStream("head -c 60000 /dev/zero", {}, "sh", async () => {
    await on.gone;
    await turn();
  });
  assertEquals(await on.exit, PLAIN);
  assertEquals(on.stdout.length, 60_000);
});

posix("Job.input goes to the command's stdin, and Job.endInput ends that", async () => {
  await using on = new ClientStream("cat; echo end");
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
  await using on = new ClientStream("exec <&-; echo closed; exec sleep 1000");
  await on.line();
  await on.job.input(new Uint8Array(100_000));
  await on.job.input(bytes("more"));
  await on.job.endInput();
});

posix("Job.input to a command that doesn't read is given up with it", async () => {
  await using on = new ClientStream("echo here; exec sleep 1000");
  await on.line();
  const written = on.job.input(new Uint8Array(1_000_000));
  on.job.signal("SIGKILL");
  assertEquals(await on.exit, { code: 137, signal: "SIGKILL" });
  await written;
});

posix("Job.signal reaches all of the command's process group", async () => {
  const inner = `trap "echo inner; exit" HUP; echo ready; while :; do sleep 0.05; done`;
  await using on = new ClientStream(`trap 'exit 9' HUP; sh -c '${inner}'`);
  await on.line();
  on.job.signal("SIGHUP");
  assertEquals(await on.exit, { code: 9, signal: null });
  assertEquals(on.stdout, "ready\ninner\n");
});

posix("Job.signal lets a command go on that takes the signal itself", async () => {
  await using on = new ClientStream(
    "trap 'echo caught; exit 3' INT; echo ready; while :; do sleep 0.05; done",
  );
  await on.line();
  on.job.signal("SIGINT");
  assertEquals(await on.exit, { code: 3, signal: null });
  assertEquals(on.stdout, "ready\ncaught\n");
});

posix("Job ends a command at its timeout, and says so", async () => {
  await using on = new ClientStream("exec sleep 1000", { timeout: 100 });
  const reason = "ran longer than 0.1 s (--timeout)";
  assertEquals(await on.exit, { code: 143, signal: "SIGTERM", reason });
});

posix(
  "Job ends a command that prints too much, on stdout and stderr together, and hands over no more",
  async () => {
    await using on = new ClientStream("echo 12345 >&2; exec yes", { maxOutput: 70_000 });
    const reason = "printed more than 70000 bytes (--max-output)";
    assertEquals((await on.exit).reason, reason);
    assertEquals(on.stdout.length + on.stderr.length, 70_000);
    assertEquals(on.job.traffic.stdout + on.job.traffic.stderr, 70_000);
  },
);

posix("Job tells why output is cut short, even of a command that had ended before", async () => {
  await using on: ClientStream = new ClientStream("echo 1234567", { maxOutput: 7 }, "sh", async () => {
    await on.gone;
    await turn();
  });
  assertEquals(await on.exit, { ...PLAIN, code: 255, reason: "printed more than 7 bytes (--max-output)" });
  assertEquals(on.stdout, "1234567");
});

posix("Job lets a command print as much as it may, to the byte", async () => {
  await using on = new ClientStream("printf 12345; printf 67890 >&2", { maxOutput: 10 });
  assertEquals(await on.exit, PLAIN);
  assertEquals([on.stdout, on.stderr], ["12345", "67890"]);
});

linux("Job.end kills what SIGTERM doesn't end, 1 s later: what ignores it, and what is stopped", async () => {
  const commands = ["trap '' TERM; echo $$; while :; do sleep 0.05; done", "echo $$; kill -STOP $$"];
  await Promise.all(commands.map(async (command) => {
    await using on = new ClientStream(command);
    const pid = await on.line();
    const begun = performance.now();
    await on.job.end("gone");
    assertEquals(performance.now() - begun >= 990, true);
    assertEquals(await on.exit, { code: 137, signal: "SIGKILL", reason: "gone" });
    assertEquals(isDead(pid), true);
  }));
});

linux("Job ends the jobs that a command left in the background, with it", async () => {
  await using on = new ClientStream("sleep 1000 & echo $!");
  const pid = await on.line();
  assertEquals(await on.exit, PLAIN);
  await on.job.ended;
  assertEquals(isDead(pid), true);
});

linux("Job.end reaches jobs that have process groups of their own (needs bash)", async () => {
  await using on = new ClientStream("set -m; sleep 1000 & sleep 1000 & echo $(jobs -p); wait", {}, "bash");
  const pids = (await on.line()).split(" ");
  assertEquals([pids.length, pids.map(isDead)], [2, [false, false]]);
  await on.job.end("gone");
  assertEquals(pids.map(isDead), [true, true]);
}, has("bash"));

linux("Job.run waits for no pipe that a process of another session holds (needs setsid)", async () => {
  await using on = new ClientStream("setsid sh -c 'echo $$; exec sleep 1000' & read end");
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
  await using on = new ClientStream("exec sleep 1000");
  await Promise.all([on.job.end("first"), on.job.end("second")]);
  assertEquals((await on.exit).reason, "first");
  await using over = new ClientStream("true");
  assertEquals(await over.exit, PLAIN);
  await over.job.end("late");
  assert(!("reason" in await over.exit));
});
