import { assertEquals, assertMatch } from "@std/assert";
import {
  has,
  isWindows,
  LOOPBACK,
  pinwire,
  Process,
  PYTHON,
  pythonServer,
  run,
  runPinwire,
  runPython,
  tempDir,
} from "./support.ts";
import { shellWorld } from "./support/shell_wire.ts";

/** A test against the Python programs in peers/, which stay as a tutorial has them. */
function tutorial(name: string, fn: () => Promise<void>, ignore = isWindows): void {
  Deno.test({ name: `${name} (needs ${PYTHON})`, ignore: ignore || !has(PYTHON), fn });
}

/** What `seq 1 30000` prints: 168,894 bytes. */
const NUMBERS = Array.from({ length: 30_000 }, (_, i) => `${i + 1}\n`).join("");

const SIMPLE = ["--wire", "simple"];

/** Starts `shell serve --wire simple`. */
const simpleServer = (...options: string[]): Promise<Process> =>
  pinwire(["shell", "serve", `${LOOPBACK}:0`, ...SIMPLE, "--json", ...options]);

tutorial("shell serve --wire simple answers the client that reads the length first", async () => {
  await using server = await simpleServer();
  const commands = ["true", "seq 1 30000", "echo out; echo err >&2", "echo one", "echo two", "bye"];
  const { code, stdout } = await runPython(
    "shell_client",
    [LOOPBACK, server.port],
    commands.join("\n") + "\n",
  );
  assertEquals(code, 0);
  const shown = stdout.split(">");
  assertEquals(shown, ["", "\n", `${NUMBERS}\n`, "out\nerr\n\n", "one\n\n", "two\n\n", ""]);
  assertEquals(NUMBERS.length, 168_894);
  assertEquals((await server.next("disconnected")).reason, "end of stream");
});

tutorial("shell serve --wire simple tells the tutorial's client of commands that fail", async () => {
  await using server = await simpleServer();
  const typed = "ls /nowhere/at/all\nno-such-program-7\nexit 3\nbye\n";
  const { code, stdout } = await runPython("shell_client", [LOOPBACK, server.port], typed);
  assertEquals(code, 0);
  const [, ls, missing, exit] = stdout.split(">");
  assertMatch(ls, /^ls: .*\/nowhere\/at\/all/);
  assertMatch(missing, /no-such-program-7: not found/);
  assertEquals(exit, "\n");
});

tutorial("shell serve --wire simple -e gbk: a Chinese file name in GBK, both ways", async () => {
  await using folder = await tempDir();
  await Deno.writeTextFile(`${folder.path}/中文.txt`, "你好\n");
  await using server = await simpleServer("-e", "gbk", "--cwd", folder.path);
  const typed = "cat 中文.txt\nls\ncat 没有.txt\nbye\n";
  const { code, stdout, stderr } = await runPython("shell_client", [LOOPBACK, server.port], typed);
  assertEquals([code, stderr], [0, ""]);
  const [, cat, ls, missing] = stdout.split(">");
  assertEquals([cat, ls], ["你好\n\n", "中文.txt\n\n"]);
  assertMatch(missing, /没有\.txt/);
});

tutorial("shell serve --wire simple -e gbk sends what is no text as it is", async () => {
  await using server = await simpleServer("-e", "gbk");
  // 你好 in GBK, which is no UTF-8.
  const typed = "printf '\\304\\343\\272\\303'\nbye\n";
  const { stdout } = await runPython("shell_client", [LOOPBACK, server.port], typed);
  assertEquals(stdout, ">你好\n>");
});

tutorial("shell serve --wire simple serves two of the tutorial's clients at once", async () => {
  await using server = await simpleServer();
  const clients = ["one", "two"].map((name) =>
    runPython("shell_client", [LOOPBACK, server.port], `echo ${name}; sleep 0.1\nseq 1 30000\nbye\n`)
  );
  assertEquals((await Promise.all(clients)).map(({ stdout }) => stdout), [
    `>one\n\n>${NUMBERS}\n>`,
    `>two\n\n>${NUMBERS}\n>`,
  ]);
});

tutorial("shell serve --wire simple shows the sticky client the length in front of each answer", async () => {
  await using server = await simpleServer();
  const args = [LOOPBACK, server.port];
  const { code, stdout } = await runPython("shell_sticky_client", args, "echo one\necho two\nbye\n");
  assertEquals([code, stdout], [0, ">\x04\0\0\0one\n\n>\x04\0\0\0two\n\n>"]);
});

tutorial("shell exec --wire simple runs commands at the tutorial's server", async () => {
  await using server = await pythonServer("shell_server");
  const exec = (...command: string[]) =>
    runPinwire(["shell", "exec", server.address, ...SIMPLE, "--", ...command]);
  const quiet = { code: 0, stderr: "" };
  assertEquals(await exec("true"), { ...quiet, stdout: "" });
  assertEquals(await exec("seq", "1", "30000"), { ...quiet, stdout: NUMBERS });
  assertEquals(await exec("echo out; echo err >&2"), { ...quiet, stdout: "out\nerr\n" });
  const { stdout } = await exec("ls /nowhere/at/all");
  assertMatch(stdout, /^ls: .*\/nowhere\/at\/all/);
});

tutorial("shell exec --wire simple: a Chinese file name at the tutorial's server", async () => {
  await using folder = await tempDir();
  await Deno.writeTextFile(`${folder.path}/中文.txt`, "你好\n");
  await using server = await pythonServer("shell_server");
  const command = `cd ${folder.path}; cat 中文.txt; ls`;
  const { code, stdout } = await runPinwire(["shell", "exec", server.address, ...SIMPLE, "--", command]);
  assertEquals([code, stdout], [0, "你好\n中文.txt\n"]);
});

tutorial(
  "shell connect --wire simple runs one command after the other at the tutorial's server",
  async () => {
    await using server = await pythonServer("shell_server");
    const lines = [
      "true",
      "echo one",
      "seq 1 30000",
      "echo out; echo err >&2",
      "echo two",
      "bye",
      "echo evil",
    ];
    const args = ["shell", "connect", server.address, ...SIMPLE];
    const { code, stdout } = await runPinwire(args, { stdin: lines.join("\n") + "\n" });
    assertEquals([code, stdout], [0, `one\n${NUMBERS}out\nerr\ntwo\n`]);
    // It serves the next one.
    const next = await runPinwire(args, { stdin: "echo 你好" });
    assertEquals([next.code, next.stdout], [0, "你好\n"]);
  },
);

tutorial("shell exec and shell connect --wire simple -e gbk: a GBK server's names", async () => {
  await using folder = await tempDir();
  await Deno.writeTextFile(`${folder.path}/中文.txt`, "你好\n");
  await using server = await simpleServer("-e", "gbk", "--cwd", folder.path);
  const options = [...SIMPLE, "-e", "gbk"];
  const command = "test -e 中文.txt && echo there";
  const exec = await runPinwire(["shell", "exec", server.address, ...options, "--", command]);
  assertEquals([exec.code, exec.stdout], [0, "there\n"]);
  const connect = await runPinwire(["shell", "connect", server.address, ...options], {
    stdin: `${command}\n`,
  });
  assertEquals([connect.code, connect.stdout], [0, "there\n"]);
});

tutorial("shell exec --wire simple shows nothing of an answer without length, and says so", async () => {
  await Promise.all(["echo hello", "seq 1 30000", "echo 你好"].map(async (command) => {
    await using server = await pythonServer("shell_sticky_server");
    const { code, stdout, stderr } = await runPinwire([
      "shell",
      "exec",
      server.address,
      ...SIMPLE,
      "--",
      command,
    ]);
    assertEquals([code, stdout], [255, ""], command);
    assertMatch(stderr, /^pinwire: [^\n]*does not begin with its length[^\n]*struct\.pack\('i', n\)\)\n$/);
  }));
});

tutorial("shell connect --wire simple stops at the first answer without length", async () => {
  await using server = await pythonServer("shell_sticky_server");
  const args = ["shell", "connect", server.address, ...SIMPLE];
  const { code, stdout, stderr } = await runPinwire(args, { stdin: "seq 1 30000\necho two\n" });
  assertEquals([code, stdout], [1, ""]);
  assertMatch(stderr, /does not begin with its length/);
});

tutorial("shell exec and connect --wire simple say what came of a server with a JSON header", async () => {
  const said =
    /pinwire[^\n]*: a JSON header came in front of the answer: \{"total_size": 6\}: this is a later lesson's/;
  await Promise.all([["exec", "--", "echo hello"], ["connect"]].map(async ([verb, ...command]) => {
    await using server = await pythonServer("shell_header_server");
    const args = ["shell", verb, server.address, ...SIMPLE, ...command];
    const { code, stdout, stderr } = await runPinwire(args, { stdin: "echo hello\necho two\n" });
    assertEquals([code, stdout], [verb === "exec" ? 255 : 1, ""]);
    assertMatch(stderr, said);
  }));
});

const NC = "nc.openbsd";

for (
  const [ending, what] of [["\n", "a line"], ["", "a line without its end"], ["\r\n", "a line of Windows"]]
) {
  Deno.test({
    name: `nc is a client of shell serve --wire simple: ${what}, then the end of its sending (needs ${NC})`,
    ignore: isWindows || !has(NC),
    async fn() {
      await using server = await simpleServer();
      const nc = await run(NC, ["-N", LOOPBACK, `${server.port}`], {
        stdin: `sleep 0.1; echo done; echo err >&2${ending}`,
      });
      assertEquals([nc.code, nc.stdout], [0, "\x09\0\0\0done\nerr\n"]);
      assertEquals((await server.next("disconnected")).reason, "end of stream");
    },
  });
}

Deno.test({
  name: `nc types commands to shell serve --wire simple, and bye ends it (needs ${NC})`,
  ignore: isWindows || !has(NC),
  async fn() {
    await using on = await shellWorld(...SIMPLE);
    await using nc = new Process(NC, [LOOPBACK, `${on.server.port}`]);
    await nc.write("echo one\n");
    assertEquals(await nc.line(), "\x04\0\0\0one");
    await nc.write("echo two\n");
    assertEquals(await nc.line(), "\x04\0\0\0two");
    await nc.write("bye\n");
    assertEquals((await on.server.next("disconnected")).reason, "end of stream");
    assertEquals(await on.ran(), ["echo one", "echo two"]);
    await on.isWell();
  },
});
