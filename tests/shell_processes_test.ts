import { assertEquals, assertLessOrEqual, assertMatch } from "@std/assert";
import { turn } from "../lib/app/_testing.ts";
import { has, isLinux } from "./support.ts";
import { Lifeline, posix, type Shell, shell } from "./support/shell.ts";

/** Two processes that would stay, one of them a job in the background, which a shell has ignore SIGINT. */
const STAY = "sleep 60 & echo ready; sleep 60; :";
/** The same, but they ignore SIGTERM too. */
const STUBBORN = `trap '' TERM; ${STAY}`;

/** A command that holds on to a pipe. It has begun; its client's stdin is open. */
async function begun(remote: Shell, command: string, ...options: string[]) {
  const lifeline = await Lifeline.make(remote.home);
  const client = await remote.begin(`${lifeline.hold} ${command}`, ...options);
  await client.sees(/ready/);
  return {
    client,
    lifeline,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await lifeline[Symbol.asyncDispose]();
    },
  };
}

posix("a client that is killed takes its command along, with all processes", async () => {
  await using remote = await shell();
  const commands = [[STAY], [STUBBORN], [STAY, "--pty"], [`set -m; ${STAY}`, "--pty"]];
  await using all = new AsyncDisposableStack();
  const runs = await Promise.all(commands.map(([command, ...options]) => begun(remote, command, ...options)));
  for (const run of runs) all.use(run);
  for (const { client } of runs) client.kill("SIGKILL");
  for (const { lifeline } of runs) {
    await lifeline.ended();
    assertMatch(await remote.notices(/ ran exec 9>/), /: its client has gone$/);
  }
  // The server goes on.
  assertEquals((await remote.exec("echo well")).stdout, "well\n");
});

posix("a client that goes takes its own commands along, and nobody else's", async () => {
  await using remote = await shell();
  await using gone = await begun(remote, STAY);
  await using stays = await begun(remote, "echo ready; while read line; do echo $line; done");
  gone.client.kill("SIGKILL");
  await gone.lifeline.ended();
  await remote.notices(/ ran exec 9>/);
  await stays.client.write("still here\n");
  await stays.client.sees(/still here\n/);
});

posix(
  "SIGTERM, SIGHUP and SIGQUIT end all commands of shell serve, with all processes, then it with 0",
  async () => {
    await Promise.all((["SIGTERM", "SIGHUP", "SIGQUIT"] as const).map(async (signal) => {
      await using remote = await shell();
      await using one = await begun(remote, STAY);
      await using two = await begun(remote, STUBBORN);
      // A client that takes none of what its commands print is waited for by nobody.
      await using deaf = await begun(remote, "echo ready; yes & yes >&2");
      deaf.client.kill("SIGSTOP");
      // Meanwhile the windows are filled.
      assertEquals((await remote.exec("seq 1 200000 | tail -1")).stdout, "200000\n");
      remote.server.kill(signal);
      assertEquals((await remote.server.status).code, 0, signal);
      await Promise.all([one, two, deaf].map(({ lifeline }) => lifeline.ended()));
      for (const { client } of [one, two]) {
        const { code, stderr } = await client.outcome();
        assertEquals(code, 255);
        assertMatch(stderr, /^pinwire: tcp:\S+ says: the server is stopping\n$/);
      }
    }));
  },
);

/** A job with a group of its own. */
const JOB = `exec bash -c "set -m; trap '' TERM; sleep 60 & echo ready; wait; sleep 60"`;

posix("a second signal at shell serve ends it at once with 130, and kills what runs", async () => {
  await using remote = await shell();
  await using run = await begun(remote, STUBBORN);
  await using job = await begun(remote, isLinux && has("bash") ? JOB : STUBBORN);
  // Two of a kind could be one.
  remote.server.kill("SIGTERM");
  remote.server.kill("SIGINT");
  assertEquals((await remote.server.status).code, 130);
  await Promise.all([run.lifeline.ended(), job.lifeline.ended()]);
});

/** It says that all went well. */
const POLITE = `trap 'exit 0' TERM; ${STAY}`;

posix("--timeout ends a command that runs longer, with all processes, and its client is told", async () => {
  await using remote = await shell("--timeout", "400ms");
  const commands: [string, number][] = [[STAY, 143], [STUBBORN, 137], [POLITE, 255]];
  await Promise.all(commands.map(async ([command, expected]) => {
    await using lifeline = await Lifeline.make(remote.home);
    const started = performance.now();
    const { code, stdout, stderr } = await remote.exec(`${lifeline.hold} ${command}`);
    assertLessOrEqual(400, performance.now() - started);
    assertEquals([code, stdout], [expected, "ready\n"]);
    assertMatch(stderr, /: the command ran longer than 0\.4 s \(--timeout\)\n$/);
    await lifeline.ended();
    assertMatch(await remote.notices(/ ran exec 9>/), /: ran longer than 0\.4 s \(--timeout\)$/);
  }));
  assertEquals((await remote.exec("echo soon")).stdout, "soon\n");
});

posix(
  "--max-output ends a command that prints more, with all processes; what it may print comes",
  async () => {
    await using remote = await shell("--max-output", "1000");
    await using lifeline = await Lifeline.make(remote.home);
    const { code, stdout, stderr } = await remote.exec(`${lifeline.hold} sleep 60 & yes`);
    assertEquals([code, stdout], [143, "y\n".repeat(500)]);
    assertMatch(stderr, /: the command printed more than 1000 bytes \(--max-output\)\n$/);
    await lifeline.ended();
    const { code: exact, stderr: said } = await remote.exec(
      "head -c 600 /dev/zero; head -c 400 /dev/zero >&2",
    );
    assertEquals([exact, said.length], [0, 400]);
  },
);

posix("what a command leaves in the background ends with it", async () => {
  await using remote = await shell();
  const cases: [string, Lifeline][] = [];
  for (const job of ["sleep 60 &", "trap '' TERM; sleep 60 &", "(sleep 60 & sleep 60) &"]) {
    cases.push([job, await Lifeline.make(remote.home)]);
  }
  await Promise.all(cases.map(async ([job, lifeline]) => {
    await using _ = lifeline;
    // It holds stdout and stderr open too.
    assertEquals(await remote.exec(`${lifeline.hold} ${job} echo out; exit 3`), {
      code: 3,
      stdout: "out\n",
      stderr: "",
    });
    await lifeline.ended();
  }));
});

posix("what a command prints at its end comes, when its client has to wait for it", async () => {
  await using remote = await shell();
  const { code, stdout } = await remote.exec("trap 'seq 1 30000; exit 4' TERM; kill $$");
  assertEquals([code, stdout.length], [4, 168_894]);
});

posix("a signal to the remote command reaches the whole group", async () => {
  await using remote = await shell();
  await using run = await begun(
    remote,
    "(trap 'echo child; exit' INT; echo ready; while :; do sleep 0.1; done); :",
  );
  run.client.kill("SIGINT");
  assertEquals((await run.client.outcome()).stdout, "ready\nchild\n");
  await run.lifeline.ended();
});

posix("a command that ends by a signal without a name ends alone", async () => {
  await using remote = await shell();
  await using other = await begun(remote, "echo ready; read line; echo $line");
  assertEquals((await remote.exec("kill -34 $$")).code, 162);
  const { stdout } = await remote.exec("kill -34 $$", ["--json"]);
  assertMatch(stdout, /"event":"exit",.*"code":162,"signal":34\}/);
  await remote.notices(/ ran kill -34 \$\$: signal 34$/);
  await other.client.write("still here\n");
  await other.client.sees(/still here\n/);
}, !isLinux);

posix("a shell server killed by SIGKILL takes its commands along, with their temporary files", async () => {
  await using remote = await shell();
  const { path } = remote.home;
  await using all = new AsyncDisposableStack();
  const commands = [[STAY, "--cwd", path], [STUBBORN], [STAY, "--pty"], [
    isLinux && has("bash") ? JOB : STAY,
  ]];
  const runs = await Promise.all(commands.map(([command, ...options]) => begun(remote, command, ...options)));
  for (const run of runs) all.use(run);
  const hasFiles = () => [...Deno.readDirSync(path)].some(({ name }) => name.startsWith("pinwire-shell-"));
  assertEquals(hasFiles(), true);
  remote.server.kill("SIGKILL");
  for (const { lifeline } of runs) await lifeline.ended();
  while (hasFiles()) await turn();
});
