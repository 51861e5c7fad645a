import { assert, assertEquals, assertLessOrEqual, assertMatch } from "@std/assert";
import { TYPE } from "../lib/shell/protocol.ts";
import { has, isLinux, isWindows, LOOPBACK, pinwire, Process, restOf, runPinwire } from "./support.ts";
import { Lifeline, posix, type Shell, shell } from "./support/shell.ts";
import { askSimple, ShellWire, textOf } from "./support/shell_wire.ts";

/** Lets a raw connection in. */
const enter = async ({ server, home }: Shell) =>
  await ShellWire.enter(server, (await Deno.readTextFile(`${home.path}/pinwire/token`)).trim());

/** The server's words about how `count` commands ended, in any order. */
async function endings({ server }: Shell, count: number): Promise<string[]> {
  const ends: string[] = [];
  while (ends.length < count) {
    const [, end] = (await server.next("notice")).text!.match(/ ran [^]*: (.*)$/) ?? [];
    if (end !== undefined) ends.push(end);
  }
  return ends;
}

posix("--timeout and --max-output free the place of a command that nobody reads (needs bash)", async () => {
  const limits: [string[], string, string[]][] = [
    [
      ["--timeout", "300ms"],
      "ran longer than 0.3 s (--timeout)",
      // The second and the third end at once, and what they have printed stays.
      ["yes", "set -m; yes &", "head -c 300000 /dev/zero", "head -c 300000 /dev/zero >&2"],
    ],
    [
      ["--max-output", "100000"],
      "printed more than 100000 bytes (--max-output)",
      ["yes", "set -m; yes &", "head -c 300000 /dev/zero", "yes & yes >&2"],
    ],
  ];
  await Promise.all(limits.map(async ([options, reason, commands]) => {
    const places = ["--max-sessions", `${commands.length}`, "--shell", "/bin/bash"];
    await using remote = await shell(...options, ...places);
    using deaf = await enter(remote);
    for (const [i, command] of commands.entries()) await deaf.exec(i + 1, command);
    assertEquals(await endings(remote, commands.length), commands.map(() => reason));
    using other = await enter(remote);
    for (const i of commands.keys()) await other.exec(i + 1, "printf free");
    let free = 0;
    while (free < commands.length) {
      const { type, body } = (await other.frame())!;
      if (type === TYPE.stdout) assertEquals(textOf(body), "free");
      if (type === TYPE.exit) free++;
      assert(type !== TYPE.error, textOf(body));
    }
  }));
}, isWindows || !has("bash"));

posix("what a command's own job goes on to print ends with the command (needs bash)", async () => {
  await using remote = await shell("--shell", "/bin/bash");
  const { code, stdout } = await remote.exec("set -m; yes & echo first");
  assertEquals(code, 0);
  assertLessOrEqual(stdout.length, 3_000_000);
}, isWindows || !has("bash"));

posix("--idle-timeout closes a connection that runs nothing for so long, and no other", async () => {
  await using remote = await shell("--idle-timeout", "300ms");
  const simple = ["shell", "serve", `${LOOPBACK}:0`, "--wire", "simple", "--idle-timeout", "300ms"];
  await using tutorial = await pinwire([...simple, "--json"]);
  const closed = async (wire: ShellWire) => {
    const { type, stream, body } = (await wire.frame())!;
    const { code, message } = JSON.parse(textOf(body));
    const said = "nothing was run for 0.3 s (--idle-timeout)";
    assertEquals([type, stream, code, message], [TYPE.error, 0, "idle_timeout", said]);
    assertEquals(await wire.frame(), undefined);
  };
  await Promise.all([
    (async () => {
      const begun = performance.now();
      using idle = await enter(remote);
      // To be there is not to run something.
      await idle.send(TYPE.ping);
      assertEquals((await idle.frame())?.type, TYPE.pong);
      await closed(idle);
      assertLessOrEqual(290, performance.now() - begun);
    })(),
    (async () => {
      using busy = await enter(remote);
      const ended = await busy.run(1, "sleep 0.5; echo done");
      assertEquals(ended, { stdout: "done\n", stderr: "", code: 0 });
      await closed(busy);
    })(),
    (async () => {
      using conn = await Deno.connect({ hostname: LOOPBACK, port: tutorial.port });
      assertEquals(await askSimple(conn, "sleep 0.5; echo done"), "done\n");
      assertEquals(await restOf(conn), "");
    })(),
    (async () => {
      using conn = await Deno.connect({ hostname: LOOPBACK, port: tutorial.port });
      assertEquals(await restOf(conn), "");
    })(),
  ]);
});

const PTY = { pty: { rows: 24, cols: 80, term: "xterm" } };

/** How many threads the server has. */
const threads = ({ server }: Shell) => [...Deno.readDirSync(`/proc/${server.pid}/task`)].length;

posix("forty terminals at once, and those that are left behind, keep no other client out", async () => {
  await using remote = await shell("--max-sessions", "100");
  await using lifeline = await Lifeline.make(remote.home);
  const others = async () => {
    assertLessOrEqual(threads(remote), 19);
    using wire = await enter(remote);
    assertEquals((await wire.run(1, "echo well")).stdout, "well\n");
    await wire.exec(2, "test -t 0 && echo well", PTY);
    assertEquals(textOf((await wire.frame())!.body), "well\r\n");
    await remote.notices(/ ran test -t 0/);
  };
  /** Forty commands, until each has sent a frame of this type. */
  const forty = async (command: string, type: number) => {
    const wire = await enter(remote);
    for (let i = 1; i <= 40; i++) await wire.exec(i, command, PTY);
    for (let count = 0; count < 40;) {
      const frame = (await wire.frame())!;
      assert(frame.type !== TYPE.error, textOf(frame.body));
      if (frame.type === type) count++;
    }
    return wire;
  };
  using _busy = await forty("echo on; exec sleep 66", TYPE.stdout);
  await others();
  // What holds their terminals open is of another session, and stays until nobody holds the pipe's other end.
  const gate = `${remote.home.path}/gate`;
  await using holder = new Process("sh", ["-c", `mkfifo ${gate}; exec 8<>${gate}; echo open; exec cat`]);
  await holder.sees(/open/);
  const left = await forty(`${lifeline.hold} setsid sh -c 'read line' <${gate} & sleep 0.05`, TYPE.exit);
  left[Symbol.dispose]();
  await others();
  await holder[Symbol.asyncDispose]();
  await lifeline.ended();
}, !isLinux || !has("setsid"));

posix("--allow-command finds its programs at the start, and a terminal has the modes of UTF-8", async () => {
  await using remote = await shell("--allow-command", "stty", "--env", "PATH=/nowhere");
  const args = ["shell", "exec", remote.server.address, "--pty", "--", "stty", "-a"];
  const { code, stdout } = await runPinwire(args, { env: remote.home.env });
  assertEquals(code, 0);
  assertMatch(stdout, isLinux ? /[^-]iutf8/ : /speed/);
});
