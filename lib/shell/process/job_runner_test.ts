import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { isWindows, tempDir } from "../../../tests/support.ts";
import { type Event, Reporter } from "../../app/mod.ts";
import { PinwireError } from "../../errors.ts";
import { systemClock } from "../../net/mod.ts";
import { AuditLog, type AuditRecord } from "../audit_log.ts";
import type { Exec, Exit } from "../wire/bodies.ts";
import { JobRunner, type Rules } from "./job_runner.ts";

const PEER = "tcp://127.0.0.1:5";

function posix(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: isWindows, fn });
}

/** The jobs of a server that starts them in a folder of its own, its log, and the events that it reported. */
async function world(rules: Partial<Rules> = {}) {
  const folder = await tempDir();
  const cwd = Deno.realPathSync(folder.path);
  const path = `${cwd}/log`;
  const log = AuditLog.open(path, systemClock);
  const events: Event[] = [];
  const reporter = new Reporter({ program: "", role: "server", forward: (event) => void events.push(event) });
  const own = { shell: "/bin/sh", allowCommand: [], cwd, env: {}, maxSessions: 64, timeout: 0, maxOutput: 0 };
  const jobs = new JobRunner({ ...own, ...rules }, reporter, systemClock, log);
  return {
    jobs,
    cwd,
    log,
    events,
    /** Runs a command to its end. */
    async run(exec: Exec | string): Promise<Exit & { stdout: string; stderr: string }> {
      const { job, finish } = await jobs.start(typeof exec === "string" ? { argv: [exec] } : exec, PEER);
      await job.endInput();
      const printed = { stdout: "", stderr: "" };
      const take = (name: "stdout" | "stderr") => (bytes: Uint8Array, at: number) => {
        printed[name] += new TextDecoder().decode(bytes.subarray(at));
        return Promise.resolve(true);
      };
      const exit = await finish(take("stdout"), take("stderr"));
      await job.ended;
      return { ...exit, ...printed };
    },
    logged: (): AuditRecord[] =>
      Deno.readTextFileSync(path).trim().split("\n").map((line) => JSON.parse(line)),
    async [Symbol.asyncDispose]() {
      log[Symbol.dispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const errorOf = (act: () => Promise<unknown>) => assertRejects(act, PinwireError);

posix(
  "JobRunner.start joins the words of a command with spaces, and has a shell run it in the server's folder",
  async () => {
    await using on = await world({ env: { NAME: "pi" } });
    const { stdout, ...exit } = await on.run({ argv: ["pwd;", "echo", "$NAME", "a  b", "|", "cut -c1-6"] });
    assertEquals(
      stdout,
      `${on.cwd}
pi a b
`,
    );
    assertEquals(exit, { code: 0, signal: null, cwd: null, stderr: "" });
  },
);

posix("JobRunner.start runs a command with the shell that it is told", async () => {
  await using on = await world({ shell: "/bin/echo" });
  assertEquals((await on.run("hi")).stdout, "-c hi\n");
});

posix(
  "JobRunner.start begins where it is asked to, at a path from the server's folder or from the root",
  async () => {
    await using on = await world();
    Deno.mkdirSync(`${on.cwd}/sub`);
    for (
      const [cwd, place] of [["sub", "/sub"], [`${on.cwd}/sub`, "/sub"], ["sub/..", ""], [".", ""], ["", ""]]
    ) {
      assertEquals((await on.run({ argv: ["pwd"], cwd })).stdout, `${on.cwd}${place}\n`, cwd);
    }
    const error = await errorOf(() => on.run({ argv: ["pwd"], cwd: "nowhere" }));
    assertEquals(error.code, "no_folder");
  },
);

posix(
  "JobRunner tells where the shell was at its end, if a cwd was named, whatever the exit code",
  async () => {
    await using on = await world();
    Deno.mkdirSync(`${on.cwd}/a b'c`);
    const placeOf = async (command: string, cwd?: string) => {
      const { code, cwd: place, stderr } = await on.run({ argv: [command], cwd });
      return [code, place?.replace(on.cwd, "~"), stderr];
    };
    assertEquals(await placeOf("cd /"), [0, undefined, ""]);
    assertEquals(await placeOf("cd /", "."), [0, "/", ""]);
    assertEquals(await placeOf("true", "."), [0, "~", ""]);
    assertEquals(await placeOf("cd 'a b'\\''c'; exit 3", "."), [3, "~/a b'c", ""]);
    assertEquals(await placeOf("cd /; false", "."), [1, "/", ""]);
    assertEquals(await placeOf("cd / # gone", "."), [0, "/", ""]);
    assertEquals(await placeOf("(cd /)", "."), [0, "~", ""]);
    assertEquals(await placeOf("", "."), [0, "~", ""]);
    assertEquals(await placeOf("cat <<E\nhi\nE\ncd /", "."), [0, "/", ""]);
  },
);

posix("JobRunner gives no folder of a shell that couldn't say it", async () => {
  await using on = await world();
  for (const command of ["kill -9 $$", "exec true", "trap - EXIT"]) {
    assertEquals((await on.run({ argv: [command], cwd: "." })).cwd, null, command);
  }
  await using other = await world({ shell: "/bin/echo" });
  assertEquals((await other.run({ argv: ["hi"], cwd: "." })).stdout, "-c hi\n");
});

posix("JobRunner leaves line numbers in a shell's errors as they are", async () => {
  await using on = await world();
  const { stderr } = await on.run({ argv: ["true\nno-such-program"], cwd: "." });
  assertEquals(stderr, (await on.run("true\nno-such-program")).stderr);
});

posix(
  "JobRunner tells the place whatever the folder for temporary files is called, and leaves none",
  async () => {
    await using on = await world();
    const before = Deno.env.get("TMPDIR");
    try {
      for (const name of ["a b", "it's", "$(touch x)"]) {
        const folder = `${on.cwd}/${name}`;
        Deno.mkdirSync(folder);
        Deno.env.set("TMPDIR", folder);
        const { cwd, stderr } = await on.run({ argv: ["cd /"], cwd: "." });
        assertEquals([cwd, stderr, [...Deno.readDirSync(folder)]], ["/", "", []], name);
      }
    } finally {
      before === undefined ? Deno.env.delete("TMPDIR") : Deno.env.set("TMPDIR", before);
    }
  },
);

posix("JobRunner.start runs the programs that are allowed and no other, and no shell", async () => {
  await using on = await world({ allowCommand: ["echo", "cat"] });
  assertEquals(on.jobs.hasShell, false);
  const argv = ["echo", "$HOME;", "id", "`id`", "a  b", "", "-n"];
  assertEquals((await on.run({ argv })).stdout, "$HOME; id `id` a  b  -n\n");
  for (const word of ["id", "/bin/echo", "echo hi", "./echo", "", "Echo"]) {
    const error = await errorOf(() => on.run({ argv: [word, "x"] }));
    assertEquals(
      [error.code, error.sentence],
      [
        "not_allowed",
        `${JSON.stringify(word)} is not one of the commands allowed here: allowed: echo, cat`,
      ],
    );
  }
  // There is no shell to say where it was.
  assertEquals((await on.run({ argv: ["echo"], cwd: "." })).cwd, null);
});

posix("JobRunner.start runs no more commands at a time than the limit, over all peers", async () => {
  await using on = await world({ maxSessions: 2 });
  const first = await on.jobs.start({ argv: ["cat"] }, PEER);
  const second = await on.jobs.start({ argv: ["cat"] }, "unix:#1");
  for (let i = 0; i < 2; i++) {
    const error = await errorOf(() => on.run("true"));
    assertEquals([error.code, error.message], [
      "too_many_sessions",
      "this server runs no more than 2 at a time",
    ]);
  }
  const nothing = () => Promise.resolve(true);
  await Promise.all([first.job.endInput(), first.finish(nothing, nothing)]);
  // What couldn't start takes no place.
  await errorOf(() => on.run({ argv: ["true"], cwd: "nowhere" }));
  assertEquals((await on.run("true")).code, 0);
  await Promise.all([second.job.endInput(), second.finish(nothing, nothing)]);
  await Promise.all([first.job.ended, second.job.ended]);
});

posix("JobRunner reports what runs and how it ended, and logs both with the bytes that crossed", async () => {
  await using on = await world({ maxOutput: 6 });
  await on.run({ argv: ["echo", "hi;", "echo no >&2;", "exit 3"] });
  await on.run("kill -9 $$");
  await on.run("exec yes");
  await errorOf(() => on.run({ argv: ["true"], cwd: "/nowhere" }));
  assertEquals(
    on.events,
    [
      `${PEER} runs echo hi; echo no >&2; exit 3`,
      `${PEER} ran echo hi; echo no >&2; exit 3: exit code 3`,
      `${PEER} runs kill -9 $$`,
      `${PEER} ran kill -9 $$: SIGKILL`,
      `${PEER} runs exec yes`,
      `${PEER} ran exec yes: printed more than 6 bytes (--max-output)`,
    ].map((text): Event => ({ event: "notice", text })).concat([{
      event: "error",
      message: `refused ${PEER}, it asked for true: the folder /nowhere is not there`,
      hint: "begin in another",
      peer: PEER,
    }]),
  );
  const lines = on.logged().map((line) => ({ ...line, time: 0, ...line.event === "exit" && { ms: 0 } }));
  const about = (id: number, ...argv: string[]) => ({ time: 0, peer: PEER, id, argv });
  const [first, second] = [about(1, "echo", "hi;", "echo no >&2;", "exit 3"), about(2, "kill -9 $$")];
  assertEquals(
    lines.slice(0, 4),
    [
      { event: "exec", ...first, cwd: on.cwd, pty: false },
      { event: "exit", ...first, code: 3, signal: null, stdin: 0, stdout: 3, stderr: 3, ms: 0 },
      { event: "exec", ...second, cwd: on.cwd, pty: false },
      { event: "exit", ...second, code: 137, signal: "SIGKILL", stdin: 0, stdout: 0, stderr: 0, ms: 0 },
    ] as typeof lines,
  );
  const [, exit, exec, refused] = lines.slice(4);
  assert(exit.event === "exit" && exec.event === "exec");
  assertEquals([exit.stdout, exit.reason], [6, "printed more than 6 bytes (--max-output)"]);
  assertEquals(
    refused,
    {
      event: "refused",
      time: 0,
      peer: PEER,
      argv: ["true"],
      reason: "the folder /nowhere is not there",
    } as typeof refused,
  );
});

posix("JobRunner.start runs nothing that it can't log", async () => {
  await using on = await world();
  on.log[Symbol.dispose]();
  Object.assign(on.log, { [Symbol.dispose]: () => {} });
  const error = await errorOf(() => on.run("touch made"));
  assertEquals(error.code, "not_logged");
  assertEquals([...Deno.readDirSync(on.cwd)].map(({ name }) => name), ["log"]);
  assertMatch(on.events.map(({ event }) => event).join(" "), /^(error ?){2}$/);
});
