import { assert, assertEquals, assertMatch } from "@std/assert";
import { bytes, isLinux, LOOPBACK, pinwireCommand, refusal, restOf, run, runPinwire } from "./support.ts";
import { posix, shell, type ShellEvent } from "./support/shell.ts";

posix("shell exec gives the remote exit code, and 128+n for a signal", async () => {
  await using remote = await shell();
  await Deno.writeTextFile(`${remote.home.path}/data`, "no program");
  const cases: [string, number, RegExp][] = [
    ["true", 0, /^$/],
    ["exit 7", 7, /^$/],
    [`${remote.home.path}/data`, 126, /Permission denied\n$/],
    ["no-such-program-here", 127, /not found\n$/],
    ["kill -9 $$", 137, /^$/],
    ["kill -TERM $$", 143, /^$/],
  ];
  await Promise.all(cases.map(async ([command, code, said]) => {
    const outcome = await remote.exec(command);
    assertEquals([outcome.code, outcome.stdout], [code, ""], command);
    assertMatch(outcome.stderr, said);
  }));
});

posix("shell exec joins the words of a command with spaces, as ssh does", async () => {
  await using remote = await shell();
  const args = ["shell", "exec", remote.server.address, "--", "echo", "a  b", "--json", "$((1 + 1))"];
  const outcome = await runPinwire(args, { env: remote.home.env });
  assertEquals(outcome, { code: 0, stdout: "a b --json 2\n", stderr: "" });
});

Deno.test("shell exec says 2 to a bad command line, before anything is dialled", async () => {
  const lines: [string[], RegExp][] = [
    [[], /COMMAND/],
    [["--"], /COMMAND/],
    [["--nonsense", "--", "true"], /--nonsense/],
    [["127.0.0.1:x", "--", "true"], /127\.0\.0\.1:x/],
    [["udp://127.0.0.1:1", "--", "true"], /udp/],
    [["uname", "-a"], /write it behind --/],
    [["127.0.0.1:1", "uname", "-a"], /write it behind --/],
    [["pi@127.0.0.1:8080", "--", "true"], /leave the user name out/],
    [["--pty", "--wire", "simple", "--", "true"], /--wire simple has no --pty/],
    [["--cwd", "/", "--wire", "simple", "--", "true"], /--wire simple has no --cwd/],
    [["--token-file", "x", "--wire", "simple", "--", "true"], /--wire simple has no --token-file/],
    [["--wire", "v2", "--", "true"], /v2/],
  ];
  await Promise.all(lines.map(async ([args, said]) => {
    assertMatch(await refusal(["shell", "exec", ...args], 2), said);
  }));
});

posix("shell exec says 255 and one sentence if the command never ran", async () => {
  await using remote = await shell();
  const { path } = remote.home;
  await Deno.writeTextFile(`${path}/short`, "x".repeat(31), { mode: 0o600 });
  // What it gets is no frame, or nothing.
  using web = Deno.listen({ hostname: LOOPBACK, port: 0 });
  using closing = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const answers = [
    web.accept().then(async (conn) => {
      await conn.read(new Uint8Array(1024));
      await conn.write(bytes("HTTP/1.1 400 Bad Request\r\n\r\n"));
      await restOf(conn);
      conn.close();
    }),
    closing.accept().then(async (conn) => {
      await conn.read(new Uint8Array(1024));
      conn.close();
    }),
  ];
  const here = remote.server.address;
  const at = ({ addr }: Deno.TcpListener) => `${LOOPBACK}:${addr.port}`;
  const cases: [string, string[], RegExp][] = [
    [`${LOOPBACK}:1`, [], /127\.0\.0\.1:1/],
    [here, ["--token-file", `${path}/none`], /\/none does not exist: copy it from the other end$/],
    [here, ["--token-file", `${path}/short`], /\/short holds fewer than 32 characters/],
    [here, ["--token-file", path], /is not a regular file/],
    [at(web), [], /does not speak the shell's wire v1: is it pinwire shell serve\?/],
    [at(closing), [], /closed the connection before it let us in: is it pinwire shell serve\?/],
  ];
  await Promise.all(cases.map(async ([address, options, said]) => {
    const args = ["shell", "exec", address, ...options, "--", "echo never"];
    const { code, stdout, stderr } = await runPinwire(args, { env: remote.home.env });
    assertEquals([code, stdout], [255, ""], stderr);
    assertMatch(stderr, /^pinwire: [^\n]+\n$/);
    assertMatch(stderr.trimEnd(), said);
  }));
  await Promise.all(answers);
});

posix("shell exec keeps its exit codes where stderr can't be written", async () => {
  await using remote = await shell();
  const codeOf = async (address: string, command: string) => {
    const client = pinwireCommand(["shell", "exec", address, "--", command]);
    const { code } = await run("sh", ["-c", '"$@" 2>/dev/full', "sh", ...client], { env: remote.home.env });
    return code;
  };
  const here = remote.server.address;
  assertEquals(
    await Promise.all([codeOf(here, "exit 7"), codeOf(`${LOOPBACK}:1`, "true"), codeOf("x:y", "true")]),
    [
      7,
      255,
      2,
    ],
  );
}, !isLinux);

/** Bytes that are no text. */
function noise(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  bytes[0] = 0xff;
  return bytes;
}

const hash = async (bytes: Uint8Array<ArrayBuffer>) =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();

posix("shell exec takes 3 MB of any bytes there and back, and the end of stdin", async () => {
  await using remote = await shell();
  const sent = noise(3_000_000);
  const [program, ...args] = pinwireCommand(remote.execArgs("tee /dev/stderr"));
  const pipes = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  const client = new Deno.Command(program, { args, env: remote.home.env, ...pipes }).spawn();
  const [{ code, stdout, stderr }] = await Promise.all([
    client.output(),
    new Blob([sent]).stream().pipeTo(client.stdin),
  ]);
  const wanted = await hash(sent);
  assertEquals([code, await hash(stdout), await hash(stderr)], [0, wanted, wanted]);
});

posix("shell exec takes much on stdout and stderr at once", async () => {
  await using remote = await shell();
  const outcome = await remote.exec("head -c 6000000 /dev/zero & head -c 6000000 /dev/zero >&2; wait");
  assertEquals([outcome.code, outcome.stdout.length, outcome.stderr.length], [0, 6_000_000, 6_000_000]);
});

posix("shell exec without input ends a command that reads some", async () => {
  await using remote = await shell();
  assertEquals(await remote.exec("wc -c; echo more"), { code: 0, stdout: "0\nmore\n", stderr: "" });
});

posix("shell exec ends when the command does, whatever is still to come on stdin", async () => {
  await using remote = await shell();
  await using client = await remote.begin("read line; echo $line");
  await client.write("one\ntwo\n");
  assertEquals(await client.outcome(), { code: 0, stdout: "one\n", stderr: "" });
});

posix("shell exec keeps stdout and stderr apart, each exact", async () => {
  await using remote = await shell();
  const count = 3_000;
  const loop = `i=0; while [ $i -lt ${count} ]; do echo out $i; echo err $i >&2; i=$((i+1)); done; exit 3`;
  const outcome = await remote.exec(loop);
  const lines = (word: string) => Array.from({ length: count }, (_, i) => `${word} ${i}\n`).join("");
  assertEquals(outcome.code, 3);
  assert(outcome.stdout === lines("out"));
  assert(outcome.stderr === lines("err"));
});

posix("shell exec streams: what was printed is here while the command runs", async () => {
  await using remote = await shell();
  await using client = await remote.begin("while read line; do echo got $line; done");
  for (const line of ["one", "two"]) {
    await client.write(`${line}\n`);
    assertEquals(await client.line(), `got ${line}`);
  }
  await client.end();
  assertEquals((await client.outcome()).code, 0);
});

posix("shell exec --json tells of output, exit and end, one object a line", async () => {
  await using remote = await shell();
  const told = async (command: string) => {
    const { stdout, stderr, code } = await remote.exec(command, ["--json"]);
    assertEquals(stderr, "");
    const events: ShellEvent[] = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    const data = (name: string) =>
      events.filter(({ event }) => event === name).map(({ data }) => hexOf(data!)).join("");
    const ends = events.filter(({ data }) => data === undefined).map((
      { event, code, signal, peer, reason },
    ) => [
      event,
      ...[code, signal, peer, reason].filter((field) => field !== undefined),
    ]);
    return { code, stdout: data("stdout"), stderr: data("stderr"), ends };
  };
  const peer = remote.server.address;
  const [one, two] = await Promise.all([
    told("printf 'a\\377'; echo e >&2; exit 3"),
    told("kill -9 $$"),
  ]);
  const around = (...exit: unknown[]) => [
    ["connected", peer],
    ["exit", ...exit],
    ["disconnected", peer, "end of stream"],
  ];
  assertEquals(one, { code: 3, stdout: "61ff", stderr: "650a", ends: around(3, null) });
  assertEquals(two, { code: 137, stdout: "", stderr: "", ends: around(137, "SIGKILL") });
});

const hexOf = (data: string) => Uint8Array.fromBase64(data).toHex();

posix("shell exec whose stdout nobody reads any more ends quietly, and the command with it", async () => {
  await using remote = await shell();
  const client = pinwireCommand(remote.execArgs("yes"));
  const script = '{ "$@"; echo "code $?" >&2; } | head -1';
  const outcome = await run("sh", ["-c", script, "sh", ...client], { env: remote.home.env });
  assertEquals(outcome, { code: 0, stdout: "y\n", stderr: "code 0\n" });
  await remote.notices(/ ran yes: /);
});

posix("Ctrl-C at shell exec goes to the remote command, whose exit code counts", async () => {
  await using remote = await shell();
  await using client = await remote.begin(
    "trap 'echo got it; exit 5' INT; echo ready; while :; do sleep 0.1; done",
  );
  await client.sees(/ready\n/);
  client.kill("SIGINT");
  assertEquals(await client.outcome(), { code: 5, stdout: "ready\ngot it\n", stderr: "" });
});

posix("a second Ctrl-C at shell exec leaves with 130, and the command is ended", async () => {
  await using remote = await shell();
  const command = "trap 'echo got it' INT; echo ready; while :; do sleep 0.1; done";
  await using client = await remote.begin(command);
  await client.sees(/ready\n/);
  client.kill("SIGINT");
  await client.sees(/got it\n/);
  client.kill("SIGINT");
  assertEquals(await client.outcome(), { code: 130, stdout: "ready\ngot it\n", stderr: "" });
  assertMatch(await remote.notices(/ ran trap /), /: its client has gone$/);
});

posix("SIGTERM at shell exec leaves with 143, and the command is ended", async () => {
  await using remote = await shell();
  await using client = await remote.begin("echo ready; exec sleep 60");
  await client.sees(/ready\n/);
  client.kill("SIGTERM");
  assertEquals(await client.outcome(), { code: 143, stdout: "ready\n", stderr: "" });
  // As other programs do: whoever waits for it sees the signal.
  assertEquals((await client.status).signal, "SIGTERM");
  assertMatch(await remote.notices(/ ran echo /), /: its client has gone$/);
});

posix("Ctrl-C at shell exec before anybody answers leaves with 130", async () => {
  await using remote = await shell();
  using silent = Deno.listen({ hostname: LOOPBACK, port: 0 });
  remote.server.address = `${LOOPBACK}:${silent.addr.port}`;
  await using client = await remote.begin("true");
  using _conn = await silent.accept();
  client.kill("SIGINT");
  assertEquals(await client.outcome(), { code: 130, stdout: "", stderr: "" });
});
