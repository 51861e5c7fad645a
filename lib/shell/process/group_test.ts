import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Clock, systemClock } from "../../net/mod.ts";
import { has, isLinux, tempDir } from "../../../tests/support.ts";
import { ProcessGroup } from "./group.ts";

/** A test of what only /proc tells. */
function linux(name: string, needs: string[], fn: () => Promise<void>): void {
  const title = needs.length ? `${name} (needs ${needs.join(" and ")})` : name;
  Deno.test({ name: title, ignore: !isLinux || !needs.every(has), fn });
}

/** A command that leads a session and a group, and prints the pids that a test is about. */
class Leader implements AsyncDisposable {
  readonly group: ProcessGroup;
  readonly status: Promise<Deno.CommandStatus>;
  #child: Deno.ChildProcess;
  #reader: ReadableStreamDefaultReader<Uint8Array>;

  constructor(command: string, shell = "sh", clock: Clock = systemClock) {
    this.#child = new Deno.Command(shell, {
      args: ["-c", command],
      detached: true,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#reader = this.#child.stdout.getReader();
    this.status = this.#child.status;
    this.group = new ProcessGroup(this.#child.pid, clock);
  }

  get pid(): string {
    return `${this.#child.pid}`;
  }

  /** Kills the leader and nobody else. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.status;
    this.group.leaderHasGone();
  }

  /** The numbers on the next lines. */
  async pids(lines = 1): Promise<string[]> {
    let text = "";
    while (text.split("\n").length <= lines) {
      const { value, done } = await this.#reader.read();
      assert(!done, `the end behind "${text}"`);
      text += new TextDecoder().decode(value);
    }
    const pids = text.trim().split(/\s+/);
    for (const pid of pids) assertMatch(pid, /^\d+$/);
    return pids;
  }

  /** All that it still prints. */
  async rest(): Promise<string> {
    let text = "";
    for (let read; !(read = await this.#reader.read()).done;) text += new TextDecoder().decode(read.value);
    return text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel();
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has gone, as it should.
    }
    await this.status;
  }
}

/** A clock on which it never gets late: what waits for a time to pass, looks again and again, and fails at last. */
function stoppedClock(): Clock {
  let looks = 0;
  return {
    ...systemClock,
    now: () => 0,
    after(ms, action) {
      if (++looks > 500) throw new Error("it still waits");
      return systemClock.after(ms, action);
    },
  };
}

/** Whether a process has gone, even if nobody has asked yet how. */
function isDead(pid: string): boolean {
  try {
    return /\) [ZX] /.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    return true;
  }
}

linux(
  "ProcessGroup.signal and end spare another process that has got the number of a leader that has gone",
  [],
  async () => {
    await using other = new Leader("echo $$; exec sleep 60");
    const [pid] = await other.pids();
    other.group.leaderHasGone();
    other.group.signal("SIGKILL");
    other.group.kill();
    await other.group.end("session");
    assertEquals(isDead(pid), false);
  },
);

linux("ProcessGroup.askToEnd and end ask the leader's group once", [], async () => {
  await using leader = new Leader("trap 'n=$((n+1)); echo $n' TERM; echo $$; while :; do sleep 0.05; done");
  await leader.pids();
  leader.group.askToEnd();
  assertEquals(await leader.pids(), ["1"]);
  // It goes on, so that it is killed after a while.
  await leader.group.end("session");
  assertEquals(await leader.rest(), "");
});

linux("ProcessGroup.kill is called before the process ends by an error that nobody caught", [], async () => {
  const last = ["throw new Error()", "Promise.reject(new Error())"];
  await Promise.all(last.map(async (statement) => {
    const code = `
      import { ProcessGroup } from "${import.meta.resolve("./group.ts")}";
      const options = { args: ["60"], detached: true, stdout: "null", stderr: "null" };
      const { pid } = new Deno.Command("sleep", options).spawn();
      new ProcessGroup(pid);
      console.log(pid);
      setTimeout(() => { ${statement}; });`;
    const program = new Deno.Command(Deno.execPath(), { args: ["eval", "--quiet", code] });
    const { code: exit, stdout } = await program.output();
    const pid = new TextDecoder().decode(stdout).trim();
    assertMatch(pid, /^\d+$/);
    assertEquals([exit, isDead(pid)], [1, true], statement);
  }));
});

linux("ProcessGroup.end reaches a session that has only just begun", [], async () => {
  await using other = new Leader("exec sleep 60");
  // It looks who is there.
  other.group.kill();
  await using young = new Leader("exec sleep 60");
  await young.group.end("session");
  assertEquals(isDead(young.pid), true);
});

linux("ProcessGroup.end reaches the groups of a session whose leader has gone", ["bash"], async () => {
  await using gone = new Leader("set -m; sleep 60 & sleep 60 & echo $(jobs -p); exec >&-", "bash");
  const pids = await gone.pids();
  await gone.status;
  gone.group.leaderHasGone();
  assertEquals(pids.map(isDead), [false, false]);
  await gone.group.end("session");
  assertEquals(pids.map(isDead), [true, true]);
});

linux("ProcessGroup.end kills groups that a session begins when it is to end", ["bash"], async () => {
  const command =
    "trap 'set -m; sleep 60 & echo $!' TERM; n=0; echo $$; while [ $n -lt 300 ]; do n=$((n+1)); sleep 0.02; done";
  await using stubborn = new Leader(command, "bash");
  await stubborn.pids();
  await stubborn.group.end("session");
  assertEquals(isDead(stubborn.pid), true);
  const [late] = await stubborn.pids();
  assertEquals([(await stubborn.status).signal, isDead(late)], ["SIGKILL", true]);
});

linux(
  "ProcessGroup.end of a group spares a process that is about to begin a session of its own",
  ["setsid"],
  async () => {
    // On a busy machine one of them may come too late.
    const pids = await Promise.all(Array.from({ length: 4 }, async () => {
      await using leader = new Leader("sh -c 'sleep 0.01; exec setsid sleep 60' >/dev/null 2>&1 & echo $!");
      await leader.status;
      leader.group.leaderHasGone();
      await leader.group.end("group");
      const [pid] = await leader.pids();
      return pid;
    }));
    const alive = pids.filter((pid) => !isDead(pid));
    for (const pid of alive) Deno.kill(Number(pid), "SIGKILL");
    assert(alive.length, "none has stayed");
  },
);

linux(
  "ProcessGroup.end doesn't wait for a zombie, whose parent hasn't asked how it ended",
  ["setsid"],
  async () => {
    await using folder = await tempDir();
    // Its parent, in a session of its own, doesn't ask: tail knows of no child.
    const parent = "(sleep 60 & echo $! >$F; exec setsid sh -c 'echo $$ >>$F; exec tail -n 2 -f $F')";
    const states = await Promise.all((["session", "group"] as const).map(async (reach) => {
      await using leader = new Leader(
        `export F=${folder.path}/${reach}; ${parent} & sleep 60`,
        "sh",
        stoppedClock(),
      );
      const [pid, tail] = await leader.pids(2);
      if (reach === "group") await leader.kill();
      await leader.group.end(reach);
      const [, state] = Deno.readTextFileSync(`/proc/${pid}/stat`).match(/\) (.)/)!;
      Deno.kill(Number(tail), "SIGKILL");
      return state;
    }));
    assertEquals(states, ["Z", "Z"]);
  },
);
