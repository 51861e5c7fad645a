import { assertEquals, assertMatch } from "@std/assert";
import { asUser, HAS_PRIVATE_NETWORKS, startAsUser } from "./support/lab.ts";
import { has, tempDir } from "./support/machine.ts";
import type { Process } from "./support/process.ts";

const ignore = !HAS_PRIVATE_NETWORKS;

/** A line of a shell that starts what leads a session of its own, and never ends by itself, and waits until it runs. */
const DAEMON = `setsid sh -c 'trap "" HUP INT TERM; exec >"$0"; echo >"$0.up"; exec sleep 1000000' "$0" ` +
  '</dev/null >/dev/null 2>&1 & read -r _ <"$0.up"';

/** Runs the daemon before another line; done when it has ended too, as the pipe that only it writes into is at its end. */
async function withDaemon(line: string, act: (watching: Process) => Promise<void>): Promise<number> {
  await using dir = await tempDir();
  const pipe = `${dir.path}/pipe`;
  await new Deno.Command("mkfifo", { args: [pipe, `${pipe}.up`] }).output();
  await using watching = startAsUser(["lab", "watch", "--", "sh", "-c", `${DAEMON}\n${line}`, pipe]);
  const file = await Deno.open(pipe);
  await act(watching);
  // Stdout and stderr are at their end too: nothing of ours holds them any more.
  const { code } = await watching.status;
  for await (const _ of file.readable);
  return code;
}

for (
  const [line, code] of [["exit 7", 7], ["kill -TERM $$", 143], ["kill -KILL $$", 137], ["true", 0]] as const
) {
  Deno.test({
    name: `lab watch ends as its command does, by ${line}`,
    ignore,
    async fn() {
      assertEquals((await asUser(["lab", "watch", "--", "sh", "-c", line])).code, code);
    },
  });
}

Deno.test({
  name: "lab watch ends with 127 for a command that isn't there, and with 126 for one that may not be run",
  ignore,
  async fn() {
    await using dir = await tempDir();
    const file = `${dir.path}/server.py`;
    await Deno.writeTextFile(file, "");
    const cases: [string, number, RegExp][] = [
      ["no-such-program", 127, /^pinwire: there is no program "no-such-program": check its name/],
      [dir.path + "/none.py", 127, /: Python runs it: python3 .*none\.py\n$/],
      ["python3 server.py", 127, /: a line of a shell is sh -c '…'\n$/],
      [file, 126, /server\.py may not be run: Python runs it: python3 /],
    ];
    for (const [name, code, sentence] of cases) {
      const outcome = await asUser(["lab", "watch", "--", name]);
      assertEquals([outcome.code, outcome.stdout], [code, ""]);
      assertMatch(outcome.stderr, sentence);
    }
  },
});

Deno.test({
  name: "lab watch ends what its command has left behind, in whatever session that is",
  ignore: ignore || !has("setsid"),
  async fn() {
    assertEquals(await withDaemon("exit 3", async () => {}), 3);
  },
});

Deno.test({
  name: "lab watch leaves nothing when it is killed",
  ignore: ignore || !has("setsid"),
  async fn() {
    await withDaemon("echo ready; sleep 1000000", async (watching) => {
      await watching.sees(/^ready$/m);
      watching.kill("SIGKILL");
    });
  },
});

Deno.test({
  name: "lab watch hands Ctrl-C to its command and all that belongs to it, and ends as that does",
  ignore,
  async fn() {
    const line = 'trap "echo bye; exit 5" INT; echo ready; sleep 1000000';
    await using watching = startAsUser(["lab", "watch", "--", "sh", "-c", line]);
    await watching.sees(/^ready$/m);
    watching.kill("SIGINT");
    const { code, stdout } = await watching.outcome();
    assertEquals(code, 5);
    assertMatch(stdout, /^bye$/m);
  },
});

Deno.test({
  name: "lab watch ends a command that doesn't end by Ctrl-C, with all that it has started",
  ignore: ignore || !has("setsid"),
  async fn() {
    const code = await withDaemon('trap "" INT; echo ready; sleep 1000000', async (watching) => {
      await watching.sees(/^ready$/m);
      watching.kill("SIGINT");
    });
    assertEquals(code, 130);
  },
});

Deno.test({
  name: "lab watch runs a program whose name begins as an option does",
  ignore,
  async fn() {
    await using dir = await tempDir();
    await Deno.writeTextFile(`${dir.path}/-oL`, "#!/bin/sh\nexit 9\n", { mode: 0o755 });
    const PATH = `${dir.path}:${Deno.env.get("PATH")}`;
    assertEquals((await asUser(["lab", "watch", "--", "-oL"], { PATH })).code, 9);
  },
});
