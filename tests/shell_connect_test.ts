import { assertEquals, assertMatch } from "@std/assert";
import { LOOPBACK, namesIn, pinwire, type Process, runPinwire } from "./support.ts";
import { type Account, posix, type Shell, shell, type ShellEvent } from "./support/shell.ts";

/** Runs a script through `shell connect`. */
const through = ({ server, home }: Shell, script: string[], ...options: string[]) =>
  runPinwire(["shell", "connect", server.address, ...options], {
    env: home.env,
    stdin: script.map((line) => `${line}\n`).join(""),
  });

posix(
  "shell connect runs a script's lines one after the other; cd holds, exit ends none but its own",
  async () => {
    await using remote = await shell("--cwd", "/");
    const { path } = remote.home;
    await Deno.mkdir(`${path}/a 'b`);
    const place = await Deno.realPath(path);
    const outcome = await through(remote, [
      "pwd",
      `cd ${path}`,
      "pwd",
      "",
      `  cd "a 'b"; pwd  `,
      "exit 3",
      "pwd",
      "false",
      "echo err >&2",
      "cd /no/such/folder",
      "pwd; kill -9 $$",
      "(cd /); x=1",
      'pwd; echo "x$x"',
      "cd ..; exit 4",
      "printf %s end; pwd",
      "bye",
      "echo never",
    ]);
    const sub = `${place}/a 'b\n`;
    assertEquals(outcome.stdout, `/\n${place}\n${sub}${sub}${sub}${sub}x\nend${place}\n`);
    assertMatch(outcome.stderr, /^err\n[^\n]*cd: [^\n]*\n$/);
    // What commands say of themselves is theirs.
    assertEquals(outcome.code, 0);
  },
);

posix("shell connect prints what a command prints as it comes, byte by byte, without a prompt", async () => {
  await using remote = await shell();
  assertEquals(await through(remote, ["printf '\\033[2Ja'", "seq 1 3"]), {
    code: 0,
    // The next answer begins on a line of its own.
    stdout: "\x1b[2Ja\n1\n2\n3\n",
    stderr: "",
  });
  assertEquals((await through(remote, ["seq 1 30000"])).stdout.length, 168_894);
});

posix("shell connect keeps answers on lines of their own, whatever stderr has in between", async () => {
  await using remote = await shell();
  const { stdout, stderr } = await through(remote, [
    "printf a; echo e >&2",
    "echo b; printf f >&2",
    "echo c",
  ]);
  assertEquals([stdout, stderr], ["a\nb\nc\n", "e\nf"]);
});

posix("a command of shell connect has no stdin, and the next line is the next command", async () => {
  await using remote = await shell();
  assertEquals((await through(remote, ["cat; echo end", "read x; echo $?"])).stdout, "end\n1\n");
});

posix("shell connect --cwd begins elsewhere", async () => {
  await using remote = await shell();
  const place = await Deno.realPath(remote.home.path);
  assertEquals((await through(remote, ["pwd"], "--cwd", remote.home.path)).stdout, `${place}\n`);
});

posix("shell connect whose folder has gone says so, and goes on where the server began", async () => {
  await using remote = await shell("--cwd", "/");
  const { path } = remote.home;
  const outcome = await through(remote, [`mkdir ${path}/x; cd ${path}/x`, `rmdir ${path}/x`, "pwd", "pwd"]);
  assertEquals([outcome.code, outcome.stdout], [1, "/\n"]);
  assertMatch(
    outcome.stderr,
    /^pinwire shell: the folder \S+\/x is not there: now in \/, nothing was run\n$/,
  );
});

posix("shell connect keeps the folder whatever the server's temporary folder is called", async () => {
  await using remote = await shell();
  const TMPDIR = `${remote.home.path}/it's a`;
  await Deno.mkdir(TMPDIR);
  await using server = await pinwire(["shell", "serve", `${LOOPBACK}:0`], {
    env: { ...remote.home.env, TMPDIR },
  });
  const { stdout, stderr } = await runPinwire(["shell", "connect", server.address], {
    env: remote.home.env,
    stdin: "cd /\npwd\n",
  });
  assertEquals([stdout, stderr], ["/\n", ""]);
  await server.stop();
  assertEquals(namesIn(TMPDIR), []);
});

posix("shell connect --json tells of output and exit of each command", async () => {
  await using remote = await shell();
  const script = ["printf 'a\\377'", "echo e >&2; exit 3", "kill -9 $$"];
  const { code, stdout, stderr } = await through(remote, script, "--json");
  assertEquals([code, stderr], [0, ""]);
  const events: ShellEvent[] = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  const told = events.map(({ event, data, code, signal, peer, reason }) =>
    [event, data, code, signal, peer, reason].filter((field) => field !== undefined)
  );
  const peer = remote.server.address;
  assertEquals(told, [
    ["connected", peer],
    ["stdout", "Yf8="],
    ["exit", 0, null],
    ["stderr", "ZQo="],
    ["exit", 3, null],
    ["exit", 137, "SIGKILL"],
    ["disconnected", peer, "end of stream"],
  ]);
});

posix("shell connect to a server with --allow-command splits its lines into words", async () => {
  await using remote = await shell("--allow-command", "printf", "--allow-command", "false");
  const outcome = await through(remote, [
    `printf <%s> a  "b c" 'd "e"' ; $(id) ""`,
    `printf <%s> --name="a b" 'x'y"z"`,
    "id",
    "false",
    "printf on",
  ]);
  assertEquals(outcome.stdout, `<a><b c><d "e"><;><$(id)><>\n<--name=a b><xyz>\non\n`);
  assertMatch(outcome.stderr, /^pinwire shell: "id" is not one of the commands allowed here: [^\n]+\n$/);
  assertEquals(outcome.code, 1);
});

posix("shell connect can't connect: one sentence and 1", async () => {
  await using remote = await shell();
  const cases: [string, string[], RegExp][] = [
    [`${LOOPBACK}:1`, [], /127\.0\.0\.1:1/],
    [remote.server.address, ["--token-file", `${remote.home.path}/none`], /does not exist/],
  ];
  await Promise.all(cases.map(async ([address, options, said]) => {
    const args = ["shell", "connect", address, ...options];
    const { code, stdout, stderr } = await runPinwire(args, { env: remote.home.env, stdin: "echo never\n" });
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, /^pinwire: [^\n]+\n$/);
    assertMatch(stderr, said);
  }));
});

/** A second life for a server, on the port that it had. */
const again = ({ env }: Account, { address }: Process): Promise<Process> =>
  pinwire(["shell", "serve", address, "--json"], { env });

posix("shell connect dials a server that was restarted again, and cd still holds", async () => {
  await using remote = await shell();
  const place = await Deno.realPath(remote.home.path);
  const { env } = remote.home;
  await using client = await pinwire(["shell", "connect", remote.server.address, "--json"], { env });
  await client.next("connected");
  await client.write(`cd ${place}; exit 3\n`);
  assertEquals((await client.next("exit") as ShellEvent).code, 3);
  // What runs when the link is lost is lost with it.
  await client.write("echo ready; sleep 60\n");
  await client.next("stdout");
  remote.server.kill("SIGKILL");
  await remote.server.status;
  await client.next("disconnected");
  await using _second = await again(remote.home, remote.server);
  await client.write("pwd\n");
  await client.next("connected");
  assertEquals(atob((await client.next("stdout") as ShellEvent).data!), `${place}\n`);
  await client.end();
  const { code, stderr } = await client.outcome();
  // Not every command could be run.
  assertEquals([code, stderr], [1, ""]);
  assertEquals(client.events.filter(({ event }) => event === "exit").length, 1);
});

posix("shell connect that has lost its link ends with 1, also if nothing ran then", async () => {
  await using remote = await shell();
  const args = ["shell", "connect", remote.server.address, "--json"];
  await using client = await pinwire(args, { env: remote.home.env });
  await client.write("echo well\n");
  await client.next("exit");
  remote.server.kill("SIGKILL");
  await client.next("disconnected");
  await client.end();
  assertEquals((await client.outcome()).code, 1);
});

posix("Ctrl-C at a piped shell connect leaves, and the command is ended", async () => {
  await using remote = await shell();
  const args = ["shell", "connect", remote.server.address];
  await using client = await pinwire(args, { env: remote.home.env });
  await client.write("echo ready; sleep 60\n");
  await client.sees(/ready/);
  client.kill("SIGINT");
  await client.outcome();
  assertMatch(await remote.notices(/ ran echo ready/), /: its client has gone$/);
});
