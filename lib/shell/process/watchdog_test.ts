import { assertEquals } from "@std/assert";
import { has, isLinux, isWindows, tempDir } from "../../../tests/support.ts";
import { turn } from "../../app/_testing.ts";
import { Watchdog } from "./watchdog.ts";

/** A command that leads a session; it prints a line once it is ready. */
async function begin(command: string, shell = "sh") {
  const child = new Deno.Command(shell, {
    args: ["-c", command],
    detached: true,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  return {
    pid: child.pid,
    /** What it has printed. */
    line: new TextDecoder().decode(value).trim(),
    async end(): Promise<string | null> {
      await reader.cancel();
      return (await child.status).signal;
    },
    kill() {
      Deno.kill(-child.pid, "SIGKILL");
    },
  };
}

function posix(name: string, fn: () => Promise<void>, needs = true): void {
  Deno.test({ name, ignore: isWindows || !needs, fn });
}

posix("Watchdog ends at its own end what it watches, and nothing that it forgot", async () => {
  const [mild, stubborn, stopped, over] = await Promise.all([
    begin("echo on; exec sleep 60"),
    begin("trap '' TERM; echo on; while :; do sleep 0.05; done"),
    begin("echo on; kill -STOP $$"),
    begin("echo on; exec sleep 60"),
  ]);
  {
    await using dog = new Watchdog();
    for (const { pid } of [over, mild, stubborn, stopped]) dog.watch(pid);
    dog.forget(over.pid);
  }
  const ends = [mild.end(), stubborn.end(), stopped.end()];
  assertEquals(await Promise.all(ends), ["SIGTERM", "SIGKILL", "SIGKILL"]);
  over.kill();
  assertEquals(await over.end(), "SIGKILL");
});

posix("Watchdog reaches the other groups of a session (needs bash)", async () => {
  const leader = await begin("set -m; sleep 60 & echo $!; wait", "bash");
  {
    await using dog = new Watchdog();
    dog.watch(leader.pid);
  }
  await leader.end();
  const state = await Deno.readTextFile(`/proc/${leader.line}/stat`).catch(() => ") Z ");
  assertEquals(state.match(/\) (.) /)?.[1], "Z");
}, isLinux && has("bash"));

posix("Watchdog removes the files of what it watches, whatever they are called, and no others", async () => {
  await using folder = await tempDir();
  const names = ["it's a", "b *", "-c", "kept", "line\nfeed"];
  const command = await begin("echo on; exec sleep 60");
  const others = await Promise.all(names.slice(1).map(() => begin("echo on; exec sleep 60")));
  const all = [command, ...others];
  for (const name of names) await Deno.writeTextFile(`${folder.path}/${name}`, "");
  {
    await using dog = new Watchdog();
    for (const [i, { pid }] of all.entries()) dog.watch(pid, `${folder.path}/${names[i]}`);
    dog.forget(all[3].pid);
  }
  all[3].kill();
  for (const { end } of all) await end();
  assertEquals([...Deno.readDirSync(folder.path)].map(({ name }) => name).sort(), ["kept", "line\nfeed"]);
});

/** The processes that watch for us. */
const dogs = () =>
  [...Deno.readDirSync("/proc")].map(({ name }) => name).filter((pid) => {
    try {
      const isOurs =
        Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ")[1].split(" ")[1] === `${Deno.pid}`;
      return isOurs && Deno.readTextFileSync(`/proc/${pid}/cmdline`).includes("pinwire-watchdog");
    } catch {
      return false;
    }
  });

posix("Watchdog that somebody kills is followed by another, which knows all", async () => {
  const [first, second] = await Promise.all([
    begin("echo on; exec sleep 60"),
    begin("echo on; exec sleep 60"),
  ]);
  {
    await using dog = new Watchdog();
    dog.watch(first.pid);
    const [killed] = dogs();
    Deno.kill(Number(killed), "SIGKILL");
    while (dogs().includes(killed)) await turn();
    dog.watch(second.pid);
    while (!dogs().length) await turn();
  }
  assertEquals(await Promise.all([first.end(), second.end()]), ["SIGTERM", "SIGTERM"]);
}, isLinux);
