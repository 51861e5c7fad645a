import { assert, assertEquals, assertThrows } from "@std/assert";
import { isWindows, tempDir } from "../../../tests/support.ts";
import { FakeClock } from "../../app/_testing.ts";
import { Reporter } from "../../app/mod.ts";
import { PinwireError } from "../../errors.ts";
import { type Clock, systemClock } from "../../net/mod.ts";
import { AuditLog } from "../audit_log.ts";
import type { Exec, Exit } from "../wire/bodies.ts";
import { JobRunner, type Rules } from "./job_runner.ts";

const PEER = "tcp://127.0.0.1:5";

/** A test with a folder, where commands begin and TMPDIR is, and with variables of its own. */
function posix(name: string, fn: (on: World) => Promise<void> | void): void {
  Deno.test({
    name,
    ignore: isWindows,
    async fn() {
      await using folder = await tempDir();
      const before = ["PATH", "TMPDIR"].map((key) => [key, Deno.env.get(key)] as const);
      try {
        Deno.env.set("TMPDIR", folder.path);
        await fn(new World(Deno.realPathSync(folder.path)));
      } finally {
        for (const [key, value] of before) {
          value === undefined ? Deno.env.delete(key) : Deno.env.set(key, value);
        }
      }
    },
  });
}

class World {
  readonly cwd: string;

  constructor(cwd: string) {
    this.cwd = cwd;
  }

  jobs(rules: Partial<Rules> = {}, log?: AuditLog, clock: Clock = systemClock): JobRunner {
    const reporter = new Reporter({ program: "", role: "server", forward: () => {} });
    const limits = { maxSessions: 64, timeout: 0, maxOutput: 0 };
    return new JobRunner(
      { shell: "/bin/sh", allowCommand: [], cwd: this.cwd, env: {}, ...limits, ...rules },
      reporter,
      clock,
      log,
    );
  }

  /** A program that prints its folder, or another text. */
  program(folder: string, text = folder): string {
    const path = `${this.cwd}/${folder}`;
    Deno.mkdirSync(path, { recursive: true });
    Deno.writeTextFileSync(`${path}/prog`, `#!/bin/sh\necho ${text}\n`);
    Deno.chmodSync(`${path}/prog`, 0o755);
    return path;
  }
}

async function run(jobs: JobRunner, exec: Exec): Promise<Exit & { stdout: string }> {
  const { job, finish } = await jobs.start(exec, PEER);
  let stdout = "";
  const exit = await finish((bytes, at) => {
    stdout += new TextDecoder().decode(bytes.subarray(at));
    return Promise.resolve(true);
  }, () => Promise.resolve(true));
  await job.ended;
  return { ...exit, stdout };
}

posix(
  "JobRunner runs the allowed program that was there at the start, wherever and however it is run",
  async (on) => {
    const [good, evil] = [on.program("good"), on.program("evil")];
    // A folder of that name, and the program itself, stand where commands begin.
    on.program("bin", "evil");
    Deno.copyFileSync(`${evil}/prog`, `${on.cwd}/prog`);
    Deno.chmodSync(`${on.cwd}/prog`, 0o755);
    const path = Deno.env.get("PATH");
    Deno.env.set("PATH", `:.:bin:${good}:${path}`);
    const jobs = on.jobs({ allowCommand: ["prog"], env: { PATH: `${evil}:${path}` } });
    Deno.env.set("PATH", `${evil}:${path}`);
    assertEquals((await run(jobs, { argv: ["prog"] })).stdout, "good\n");
    assertEquals((await run(jobs, { argv: ["prog"], cwd: evil })).stdout, "good\n");
  },
);

posix("JobRunner refuses an allowed command that isn't there, at the start", (on) => {
  const error = assertThrows(() => on.jobs({ allowCommand: ["no-such-program"] }), PinwireError);
  assertEquals(error.code, "not_found");
});

posix("JobRunner tells no place, and waits for none, where a command has put something else", async (on) => {
  const jobs = on.jobs();
  const change = (how: string) => `p=$(echo "$TMPDIR"/pinwire-shell-*); trap - EXIT; ${how}`;
  const commands = [
    'rm "$p"; mkfifo "$p"',
    'rm "$p"; mkdir "$p"',
    'rm "$p"; mkfifo fifo; ln -s "$PWD/fifo" "$p"',
    'rm "$p"; ln -s /dev/zero "$p"',
    'rm "$p"',
    'echo relative >"$p"',
    `printf '/\\377' >"$p"`,
  ].map(change);
  for (const command of commands) {
    const { code, cwd } = await run(jobs, { argv: [command], cwd: "." });
    assertEquals([code, cwd], [0, null], command);
  }
  // More than a path can be isn't read.
  const { cwd } = await run(jobs, { argv: [change(`yes /x | head -c 3000000 >"$p"`)], cwd: "." });
  assert(cwd !== null && cwd.length <= 4_096);
  const left = [...Deno.readDirSync(on.cwd)].filter(({ isDirectory }) => !isDirectory);
  assertEquals(left.map(({ name }) => name), ["fifo"]);
});

posix("JobRunner runs commands without a folder for temporary files, and tells no place", async (on) => {
  Deno.env.set("TMPDIR", `${on.cwd}/none`);
  const { code, stdout, cwd } = await run(on.jobs(), { argv: ["pwd; exit 3"], cwd: "." });
  assertEquals([code, stdout, cwd], [3, `${on.cwd}\n`, null]);
});

posix("JobRunner.refused logs ten strangers a second, then how many it has left out", (on) => {
  const path = `${on.cwd}/log`;
  const clock = new FakeClock();
  using log = AuditLog.open(path, clock);
  const jobs = on.jobs({}, log, clock);
  const error = new PinwireError("bad_proof", "the proof is wrong", {});
  const crowd = (count: number) => {
    for (let i = 0; i < count; i++) jobs.refused(`tcp://192.0.2.1:${i}`, error);
  };
  crowd(25);
  // Clients that have proven something are always logged.
  jobs.refused(PEER, error, ["ls"]);
  clock.pass(900);
  crowd(5);
  clock.pass(200);
  crowd(2);
  const lines = Deno.readTextFileSync(path).trim().split("\n").map((line) => JSON.parse(line));
  const strangers = Array.from({ length: 10 }, (_, i) => `tcp://192.0.2.1:${i}`);
  assertEquals(lines.map(({ peer }) => peer), [...strangers, PEER, "tcp://192.0.2.1:0", "tcp://192.0.2.1:1"]);
  assertEquals(lines.map(({ skipped }) => skipped ?? 0), [...Array(10).fill(0), 15, 5, 0]);
});
