import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  assertStops,
  errorsOf,
  isWindows,
  LOOPBACK,
  namesIn,
  pinwire,
  refusal,
  restOf,
  runPinwire,
} from "./support.ts";
import { account, posix, Shell, shell, shellServe } from "./support/shell.ts";

posix("shell serve --cwd, --env and --shell say where and how commands run", async () => {
  await using home = await account();
  await Deno.mkdir(`${home.path}/a b`);
  await Deno.writeTextFile(`${home.path}/mysh`, '#!/bin/sh\necho "$# $1 $2"; exec /bin/sh "$@"\n', {
    mode: 0o755,
  });
  const options = [
    "--cwd",
    `${home.path}/a b`,
    "--env",
    "ONE=1=x y",
    "--env",
    "TWO=",
    "--shell",
    `${home.path}/mysh`,
  ];
  await using remote = await shell(...options);
  const { code, stdout } = await remote.exec('pwd; echo "$ONE,${TWO-unset}"');
  assertEquals(code, 0);
  const place = await Deno.realPath(`${home.path}/a b`);
  assertEquals(stdout, `2 -c pwd; echo "$ONE,\${TWO-unset}"\n${place}\n1=x y,\n`);
  // A client may begin elsewhere, by a path from there too.
  assertEquals(
    (await remote.exec("pwd", ["--cwd", ".."])).stdout.split("\n")[1],
    await Deno.realPath(home.path),
  );
  const missing = await remote.exec("pwd", ["--cwd", "/no/such/folder"]);
  assertEquals([missing.code, missing.stdout], [255, ""]);
  assertMatch(missing.stderr, /^pinwire: the folder \/no\/such\/folder is not there: .+\n$/);
});

posix("cd - of a command doesn't lead to where whoever started shell serve was before", async () => {
  await using home = await account();
  const OLDPWD = await Deno.realPath(home.path);
  const env = { ...home.env, OLDPWD };
  await using server = await pinwire(["shell", "serve", `${LOOPBACK}:0`, "--json", "--cwd", "/"], { env });
  const { stdout } = await new Shell(home, server).exec('cd - ; pwd; echo "<$OLDPWD>"');
  assert(!stdout.includes(OLDPWD), stdout);
});

posix("shell serve says what keeps it from running commands", async () => {
  await using home = await account();
  const file = `${home.path}/file`;
  await Deno.writeTextFile(file, "");
  const lines: [string[], 1 | 2, RegExp][] = [
    [["--cwd", "/no/such/folder"], 1, /in \/no\/such\/folder \(it is not there\): name another with --cwd/],
    [["--cwd", file], 1, /it is no folder/],
    [["--log", `${home.path}/no/log`], 1, /can't be written/],
    [["--log", home.path], 1, /no regular file/],
    [["--env", "NAME"], 2, /NAME=VALUE/],
    [["--env", "=1"], 2, /NAME=VALUE/],
    [["--max-sessions", "0"], 2, /--max-sessions/],
    [["-e", "gbk"], 2, /--encoding is for --wire simple/],
    [["--wire", "simple"], 2, /--wire simple has no --token-file/],
    [["--shell", "/bin/sh", "--allow-command", "true"], 2, /--allow-command runs without a shell/],
    [["--shell", "/bin/sh-is-not"], 1, /no program \/bin\/sh-is-not to be run: check --shell$/m],
    [["--allow-command", "sh-is-not"], 1, /no program sh-is-not to be run: check --allow-command and PATH$/m],
    ...["/bin/ls", "../ls", "uptime; id", "a\nb", ""].map((
      name,
    ): [string[], 2, RegExp] => [["--allow-command", name], 2, /not the name of a program/]),
  ];
  const token = ["--token-file", `${home.path}/token`];
  await Promise.all(lines.map(async ([options, code, said]) => {
    assertMatch(await refusal(["shell", "serve", `${LOOPBACK}:0`, ...token, ...options], code), said);
  }));
});

posix("--allow-command runs these programs and no other, without a shell", async () => {
  await using remote = await shell("--allow-command", "echo", "--allow-command", "cat");
  const run = (...words: string[]) =>
    runPinwire(["shell", "exec", remote.server.address, "--", ...words], { env: remote.home.env });
  const plain = ["; id", "$(id)", "`id`", "a\nid", "&&", "|", ">x", "*", "-n "];
  assertEquals(await run("echo", ...plain), { code: 0, stdout: plain.join(" ") + "\n", stderr: "" });
  const refused = [
    ["echo; id"],
    ["echo id"],
    ["echo\nid"],
    ["echo\n"],
    ["$(echo)"],
    ["/bin/echo", "x"],
    ["../bin/echo"],
    ["./echo"],
    ["sh", "-c", "id"],
    ["ECHO"],
    [""],
    ["toString"],
  ];
  await Promise.all(refused.map(async (words) => {
    const { code, stdout, stderr } = await run(...words);
    assertEquals([code, stdout], [255, ""], words[0]);
    assertMatch(
      stderr,
      /^pinwire: ".*" is not one of the commands allowed here: allowed: echo, cat\n$/,
    );
  }));
  assertEquals(errorsOf(remote.server).length, refused.length);
});

posix("--max-sessions refuses one command more, until one has ended", async () => {
  await using remote = await shell("--max-sessions", "1");
  await using first = await remote.begin("echo ready; read line; echo $line");
  await first.sees(/ready/);
  const second = await remote.exec("echo never");
  assertEquals([second.code, second.stdout], [255, ""]);
  assertMatch(
    second.stderr,
    /^pinwire: this server runs no more than 1 at a time: .*--max-sessions\n$/,
  );
  await first.write("go\n");
  assertEquals((await first.outcome()).stdout, "ready\ngo\n");
  assertEquals((await remote.exec("echo now")).stdout, "now\n");
});

posix("--once ends the server after the first command", async () => {
  await using remote = await shell("--once");
  assertEquals((await remote.exec("echo once; exit 3")).stdout, "once\n");
  assertEquals((await remote.server.outcome()).code, 0);
});

posix("--log adds who ran what, and how it ended, to a file for its owner alone", async () => {
  await using home = await account();
  const log = `${home.path}/log`;
  await Deno.writeTextFile(log, "before\n", { mode: 0o600 });
  const fresh = `${home.path}/fresh`;
  await using remote = await shell("--log", log, "--cwd", home.path, "--max-output", "50");
  await using listed = await shell("--log", fresh, "--allow-command", "true");
  await listed.exec("id");
  await using stranger = await account();
  await Deno.mkdir(`${stranger.path}/pinwire`);
  await Deno.writeTextFile(`${stranger.path}/pinwire/token`, "x".repeat(43), { mode: 0o600 });
  const refused = listed.exec("true", [], { env: stranger.env });
  await remote.exec("cat; echo e >&2; exit 3", [], { stdin: "hello" });
  await remote.exec("kill -9 $$");
  await remote.exec("yes");
  await refused;

  const linesOf = (path: string) =>
    Deno.readTextFileSync(path).trimEnd().split("\n").filter((line) => line !== "before").map((line) => {
      const { time, peer, ms, ...entry } = JSON.parse(line);
      assertMatch(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      assertMatch(peer, /^tcp:\/\/127\.0\.0\.1:\d+$/);
      assertEquals(typeof ms, entry.event === "exit" ? "number" : "undefined");
      return entry;
    });
  const cwd = await Deno.realPath(home.path);
  const exec = (id: number, command: string) => ({ event: "exec", id, argv: [command], cwd, pty: false });
  assertEquals(linesOf(log), [
    exec(1, "cat; echo e >&2; exit 3"),
    {
      ...{ event: "exit", id: 1, argv: ["cat; echo e >&2; exit 3"], code: 3, signal: null },
      ...{ stdin: 5, stdout: 5, stderr: 2 },
    },
    exec(2, "kill -9 $$"),
    {
      event: "exit",
      id: 2,
      argv: ["kill -9 $$"],
      code: 137,
      signal: "SIGKILL",
      stdin: 0,
      stdout: 0,
      stderr: 0,
    },
    exec(3, "yes"),
    {
      ...{ event: "exit", id: 3, argv: ["yes"], code: 143, signal: "SIGTERM" },
      ...{ reason: "printed more than 50 bytes (--max-output)", stdin: 0, stdout: 50, stderr: 0 },
    },
  ]);
  assertMatch(await Deno.readTextFile(log), /^before\n/);
  assertEquals(linesOf(fresh), [
    { event: "refused", argv: ["id"], reason: '"id" is not one of the commands allowed here' },
    { event: "refused", reason: "the proof is wrong" },
  ]);
  assertEquals((await Deno.stat(fresh)).mode! & 0o777, 0o600);
  await Promise.all([remote, listed].map(({ server }) => assertStops(server)));
});

posix("shell serve makes its token for its owner alone, and two on one account share it", async () => {
  await using remote = await shell();
  const { path } = remote.home;
  assertEquals((await Deno.stat(`${path}/pinwire`)).mode! & 0o777, 0o700);
  assertEquals((await Deno.stat(`${path}/pinwire/token`)).mode! & 0o777, 0o600);
  const token = await Deno.readTextFile(`${path}/pinwire/token`);
  assertMatch(token, /^[\w-]{43}\n$/);
  assertMatch((await remote.server.next("notice")).text!, new RegExp(`^made ${path}/pinwire/token: `));
  await using _other = await shellServe(remote.home);
  assertEquals(await Deno.readTextFile(`${path}/pinwire/token`), token);
  assertEquals([...Deno.readDirSync(`${path}/pinwire`)].map(({ name }) => name), ["token"]);
});

posix("off loopback shell serve wants TLS, and says how to get it", async () => {
  const hint = (host: string) =>
    `a shell for other machines needs TLS: pinwire cert ${host} makes the files for --tls-cert and --tls-key\n`;
  const lines: [string, string][] = [
    ["0.0.0.0:0", hint("NAME-OF-THIS-MACHINE")],
    ["[::]:0", hint("NAME-OF-THIS-MACHINE")],
    ["192.0.2.1:0", hint("192.0.2.1")],
  ];
  await Promise.all(lines.map(async ([address, said]) => {
    assertEquals(await refusal(["shell", "serve", address], 2), `pinwire: ${said}`);
  }));
});

/** An address of this machine that others reach it by. */
const outside = Deno.networkInterfaces().find(({ family, address }) =>
  family === "IPv4" && !address.startsWith("127.")
)?.address;

posix("shell exec and connect don't speak to another machine without TLS, and say how to", async () => {
  using listener = Deno.listen({ hostname: outside, port: 0 });
  await using home = await account();
  await using _server = await shellServe(home);
  const address = `${outside}:${listener.addr.port}`;
  const lines: [string[], number][] = [[["exec", address, "--", "true"], 255], [["connect", address], 1]];
  for (const [args, code] of lines) {
    const running = runPinwire(["shell", ...args], { env: home.env });
    using conn = await listener.accept();
    assertEquals(await restOf(conn), "");
    assertEquals(await running, {
      code,
      stdout: "",
      stderr:
        `pinwire: tcp://${address} is another machine, a shell there needs TLS: make a certificate with ` +
        '"pinwire cert HOST" for its --tls-cert and --tls-key, and dial tls:// with --ca\n',
    });
  }
}, isWindows || outside === undefined);

posix("shell serve with the files of pinwire cert serves over TLS, off loopback too", async () => {
  await using home = await account();
  await runPinwire(["cert", "localhost", "--out", home.path]);
  const cert = `${home.path}/pinwire-cert.pem`;
  const files = ["--tls-cert", cert, "--tls-key", `${home.path}/pinwire-key.pem`];
  const args = ["shell", "serve", "0.0.0.0:0", "--json", ...files];
  await using server = await pinwire(args, { env: home.env });
  const address = `tls://localhost:${server.port}`;
  const exec = (...options: string[]) =>
    runPinwire(["shell", "exec", address, ...options, "--", "cat; exit 3"], {
      env: home.env,
      stdin: "hello",
    });
  assertEquals(await exec("--ca", cert), { code: 3, stdout: "hello", stderr: "" });
  const untrusted = await exec();
  assertEquals([untrusted.code, untrusted.stdout], [255, ""]);
  assertMatch(untrusted.stderr, /^pinwire: .*--ca/);
});

posix("shell serve and exec work over a Unix socket", async () => {
  await using home = await account();
  const address = `unix:${home.path}/socket`;
  await using server = await pinwire(["shell", "serve", address, "--json"], { env: home.env });
  const exec = ["shell", "exec", address, "--", "cat; exit 3"];
  const outcome = await runPinwire(exec, { env: home.env, stdin: "hello" });
  assertEquals(outcome, { code: 3, stdout: "hello", stderr: "" });
  assertMatch((await server.next("connected")).peer!, /^unix:/);
  await server.stop();
  assertEquals(namesIn(home.path), ["pinwire"]);
});
