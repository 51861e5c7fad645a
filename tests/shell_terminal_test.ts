import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Process, run } from "./support.ts";
import { Lifeline, type Shell, shell } from "./support/shell.ts";
import { CTRL_C, CTRL_D, ENTER, LEFT, onTerminal, seen, shows, terminal, UP } from "./support/terminal.ts";

/** Starts a client on a terminal; the first line of the screen names that. */
function onScreen({ server, home }: Shell, command: "exec" | "connect", ...more: string[]): Process {
  const before = ["sh", "-c", 'tty; exec "$@"', "sh", "env", `XDG_CONFIG_HOME=${home.path}`];
  return onTerminal(["shell", command, server.address, ...more], undefined, before);
}

/** A console on a terminal that has shown its prompt. */
async function console(remote: Shell, ...options: string[]): Promise<Process> {
  const client = onScreen(remote, "connect", ...options);
  try {
    await client.sees(/> /);
    return client;
  } catch (error) {
    await client[Symbol.asyncDispose]();
    throw error;
  }
}

const type = (client: Process, line: string) => client.write(line + ENTER);

terminal("shell connect's prompt has the host, the folder and the last exit code", async () => {
  await using remote = await shell("--cwd", "/");
  await using client = await console(remote);
  const host = Deno.hostname();
  const hint =
    "Each line is a command without input; for more: pinwire shell exec --pty -- bash\nbye or Ctrl-D ends.";
  await shows(client, new RegExp(`\\n${RegExp.escape(`${hint}\n${host}:/> `)}$`));
  await type(client, "cd /usr; exit 7");
  await client.sees(/:\/usr \[7\]> /);
  await type(client, "echo one");
  await client.sees(/one\r\n[^]*:\/usr> /);
  // No newline, and still the prompt has a line of its own.
  await type(client, "printf two");
  await client.sees(/two\r?\n[^]*:\/usr> /);
  await client.write(UP + ENTER);
  await client.sees(/two\r?\n[^]*two\r?\n[^]*:\/usr> /);
  await client.write(CTRL_D);
  assertEquals((await client.outcome()).code, 0);
});

terminal("bye, exit, logout and quit end shell connect on a terminal", async () => {
  await using remote = await shell();
  await Promise.all(["bye", "exit", "logout", "  quit "].map(async (word) => {
    await using client = await console(remote);
    await type(client, word);
    assertEquals((await client.outcome()).code, 0, word);
  }));
});

terminal("shell connect runs what was typed ahead, and shows it again behind its prompt", async () => {
  await using remote = await shell("--cwd", "/");
  const gate = `${remote.home.path}/gate`;
  await run("mkfifo", [gate]);
  await using client = await console(remote);
  await type(client, `echo be'gun'; read x <${gate}`);
  await client.sees(/begun\r\n/);
  // While a command runs there is no prompt, however the line being typed is drawn again.
  await client.write(`ech one${LEFT.repeat(4)}o${ENTER}echo two${ENTER}`);
  await client.sees(/echo one[^]*echo two/);
  assert(!seen(client).split("begun").at(-1)!.includes("> "), seen(client));
  await Deno.writeTextFile(gate, "\n");
  await shows(client, /begun\n[^]*:\/> echo one\none\n[^\n]*:\/> echo two\ntwo\n[^\n]*:\/> $/);
});

terminal("control characters that are typed don't get into a command of shell connect", async () => {
  await using remote = await shell();
  await using client = await console(remote);
  await type(client, "\x1cecho 'a\x1cb\x00c\x1d' | wc -c\x1f");
  await client.sees(/\n\s*4\r\n/);
  assertMatch(await remote.notices(/ runs /), / runs echo 'abc' \| wc -c$/);
});

terminal("SIGTERM ends shell connect on a terminal that nobody reads", async () => {
  await using remote = await shell();
  await using lifeline = await Lifeline.make(remote.home);
  const before = ["sh", "-c", `${lifeline.hold} echo pid $$; exec "$@"`, "sh", "env"];
  const args = ["shell", "connect", remote.server.address, "--raw"];
  await using client = onTerminal(args, undefined, [...before, `XDG_CONFIG_HOME=${remote.home.path}`]);
  const [, pid] = await client.sees(/^pid (\d+)/);
  await client.sees(/> /);
  await type(client, "yes");
  await client.sees(/y\r\ny\r\n/);
  client.kill("SIGSTOP");
  // Meanwhile the terminal is filled.
  assertEquals((await remote.exec("seq 1 200000 | tail -1")).stdout, "200000\n");
  Deno.kill(Number(pid), "SIGTERM");
  await lifeline.ended();
  assertMatch(await remote.notices(/ ran yes/), /: its client has gone$/);
});

terminal("Ctrl-C at shell connect ends what runs and nothing else", async () => {
  await using remote = await shell();
  await using client = await console(remote);
  await type(client, "echo be'gun'; exec sleep 60");
  await client.sees(/begun\r\n/);
  await client.write(CTRL_C);
  await client.sees(/\[130\]> /);
  await type(client, "echo we'll'");
  await client.sees(/well\r\n/);
  assertEquals((await remote.notices(/ ran echo be/)).split(": ").at(-1), "SIGINT");
});

terminal("Ctrl-C again and again ends what ignores it", async () => {
  await using remote = await shell();
  await using client = await console(remote);
  await type(client, "trap 'echo no''thing' INT TERM; echo be'gun'; while :; do sleep 0.05; done");
  await client.sees(/begun\r\n/);
  await client.write(CTRL_C);
  await client.sees(/nothing\r\n/);
  await client.write(CTRL_C);
  await client.sees(/nothing\r\n[^]*nothing\r\n/);
  await client.write(CTRL_C);
  await client.sees(/\[137\]> /);
});

terminal("one Ctrl-C ends a program at shell connect that waits for a key and ignores SIGINT", async () => {
  await using remote = await shell();
  await using client = await console(remote);
  await type(client, "trap '' INT; echo be'gun'; exec sleep 60");
  await client.sees(/begun\r\n/);
  await client.write(CTRL_C);
  await client.sees(/\[143\]> /);
});

terminal("Ctrl-C at shell connect's prompt gives a fresh one", async () => {
  await using remote = await shell();
  await using client = await console(remote);
  await client.write("echo never");
  await client.sees(/echo never/);
  await client.write(CTRL_C);
  await client.sees(/\^C\r?\n[^]*> /);
  await type(client, "echo al'ways'");
  await client.sees(/always\r\n/);
  assert(!/^never/m.test(seen(client)), seen(client));
});

const NASTY = "printf 'a\\033]0;title\\007b\\033[2J\\302\\233c\\r\\n\\ttab\\n'; printf 'e\\033[2Jf\\n' >&2";

terminal("shell connect and exec make escape codes in output visible on a terminal", async () => {
  await using remote = await shell();
  await using once = onScreen(remote, "exec", "--", NASTY);
  await using client = await console(remote);
  await type(client, NASTY);
  await client.sees(/e\^\[\[2Jf\r\n/);
  await client.sees(/\na\^\[\]0;title\^Gb\^\[\[2J<U\+009B>c\r\n\ttab\r\n/);
  const { code, stdout } = await once.outcome();
  assertEquals(code, 0);
  assertMatch(stdout, /\na\^\[\]0;title\^Gb\^\[\[2J<U\+009B>c\r\n\ttab\r\n/);
  assertMatch(stdout, /e\^\[\[2Jf\r\n/);
});

terminal("--raw, and --pty, give a terminal what came", async () => {
  await using remote = await shell();
  const outcomes = Promise.all(["--raw", "--pty"].map(async (option) => {
    await using once = onScreen(remote, "exec", option, "--", "printf 'a\\033[1mb\\n'");
    return await once.outcome();
  }));
  await using client = await console(remote, "--raw");
  await type(client, "printf 'a\\033[1mb\\n'");
  await client.sees(/\na\p{Cc}\[1mb\r\n/u);
  for (const { stdout } of await outcomes) assertMatch(stdout, /\na\p{Cc}\[1mb\r+\n/u);
});

terminal("shell exec --pty: our terminal adds nothing to what the remote one sends", async () => {
  await using remote = await shell();
  const command = "echo one; stty -opost; printf 'two\\nthree'";
  await using client = onScreen(remote, "exec", "--pty", "--", command);
  const { stdout } = await client.outcome();
  // A bare newline moves down in the same column: full-screen programs count on it.
  assertMatch(stdout, /\none\r\ntwo[^\r]+three$/);
});

terminal("shell exec --pty gives the command a terminal of our size, and its exit code", async () => {
  await using remote = await shell();
  const command = 'test -t 0 && test -t 1 && test -t 2 && tty; stty size; echo "$TERM"; echo e >&2; exit 7';
  await using client = onScreen(remote, "exec", "--pty", "--", command);
  const { code, stdout } = await client.outcome();
  const [ours, theirs, ...rest] = stdout.split(/\r+\n/);
  assertEquals([code, rest], [7, ["24 80", "xterm", "e", ""]]);
  assertMatch(theirs, /^\/dev\/\S+$/);
  assert(ours !== theirs);
});

terminal("shell exec --pty: keys go there one by one, Ctrl-C and Ctrl-D too", async () => {
  await using remote = await shell();
  const command =
    "trap 'echo got it' INT; stty -echo; echo ready; cat; stty -icanon; echo raw; head -c 1; exit 3";
  await using client = onScreen(remote, "exec", "--pty", "--", command);
  await using ended = onScreen(remote, "exec", "--pty", "--", "echo ready; cat; echo end");
  await client.sees(/ready\r+\n/);
  await type(client, "hello");
  await client.sees(/hello\r+\n/);
  // It ends cat, and the shell goes on.
  await client.write(CTRL_C);
  await client.sees(/got it\r+\n[^]*raw\r+\n/);
  await client.write("x");
  await client.sees(/raw\r+\nx/);
  assertEquals((await client.outcome()).code, 3);
  // What is typed before that is for our own terminal still.
  await ended.sees(/ready\r+\n/);
  await type(ended, "hello");
  await ended.sees(/hello\r+\nhello\r+\n/);
  await ended.write(CTRL_D);
  await ended.sees(/end\r+\n/);
  assertEquals((await ended.outcome()).code, 0);
});

terminal("shell exec --pty: the size follows that of our terminal", async () => {
  await using remote = await shell();
  const command = "trap 'stty size' WINCH; echo ready; while :; do sleep 0.05; done";
  await using client = onScreen(remote, "exec", "--pty", "--", command);
  await client.sees(/ready\r+\n/);
  const [tty] = client.stdout.split("\r\n");
  const flag = Deno.build.os === "linux" ? "-F" : "-f";
  await run("stty", [flag, tty, "rows", "33", "cols", "111"]);
  await client.sees(/^33 111\r+\n/m);
});

terminal("shell exec --pty: what runs ends when our terminal hangs up", async () => {
  await using remote = await shell();
  await using lifeline = await Lifeline.make(remote.home);
  await using client = onScreen(
    remote,
    "exec",
    "--pty",
    "--",
    `${lifeline.hold} echo ready; sleep 60 & sleep 60`,
  );
  await client.sees(/ready\r+\n/);
  client.kill("SIGKILL");
  await lifeline.ended();
  assertMatch(await remote.notices(/ ran exec 9>/), /: its client has gone$/);
});

terminal("shell exec --pty leaves our terminal as it was", async () => {
  await using remote = await shell();
  const { server, home } = remote;
  const before = ["sh", "-c", 'stty -a >"$0"; "$@"; stty -a | cmp - "$0" && echo same', `${home.path}/stty`];
  const args = ["shell", "exec", server.address, "--pty", "--", "true"];
  await using client = onTerminal(args, undefined, [...before, "env", `XDG_CONFIG_HOME=${home.path}`]);
  assertEquals((await client.outcome()).stdout, "same\r\n");
});
