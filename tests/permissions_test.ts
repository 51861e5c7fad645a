import { assert, assertEquals, assertMatch } from "@std/assert";
import { allCommands } from "../lib/cli/mod.ts";
import { program } from "../main.ts";
import {
  ask,
  isLinux,
  isWindows,
  pinwire,
  type PinwireOptions,
  runPinwire,
  tempDir,
  testUnless,
  whyNoFlags,
} from "./support.ts";
import { account, shellServe } from "./support/shell.ts";

const NET: PinwireOptions = { flags: ["--allow-net"] };

function test(name: string, fn: () => Promise<void>, ignore = false): void {
  testUnless(whyNoFlags, name, fn, ignore);
}

/** What a command says that lacks a permission: one sentence, with the flag to add. */
async function assertMissing(
  args: string[],
  given: string[],
  flag: string,
  { code: wanted = 1, env }: { code?: number; env?: Record<string, string> } = {},
): Promise<void> {
  const { code, stdout, stderr } = await runPinwire(args, { flags: given, env });
  assert(stderr.includes(`run it with deno run ${flag}`) || stderr.includes(`needs ${flag}`), stderr);
  assertMatch(stderr, /^pinwire( \w+)?: [^\n]+\n$/);
  assertEquals([code, stdout], [wanted, ""]);
}

test("echo serve answers with --allow-net alone", async () => {
  await using server = await pinwire(["echo", "serve", "127.0.0.1:0"], NET);
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  assertMatch(await ask(conn, "hello"), /^\[.{24}\] hello$/);
  await server.stop();
  if (!isWindows) {
    assertMatch(server.stderr, /^pinwire echo: listening on [^\n]+\n(pinwire echo: tcp:[^\n]+\n){2}$/);
  }
});

/** What stands behind each command that needs the network alone, one test for each. */
const ARGUMENTS: Record<string, string[]> = {
  "echo serve": ["127.0.0.1:0", "udp://127.0.0.1:0"],
  "echo connect": ["127.0.0.1:1"],
  "echo bench": ["127.0.0.1:1"],
  "led serve": ["127.0.0.1:0"],
  "chat serve": ["127.0.0.1:0"],
  "chat connect": ["127.0.0.1:1"],
  "chat peer": ["127.0.0.1:0 127.0.0.1:1"],
  "connect": ["127.0.0.1:1", "udp://127.0.0.1:1"],
  "listen": ["127.0.0.1:0", "udp://127.0.0.1:0"],
  "send": ["127.0.0.1:1 hello", "udp://127.0.0.1:1 hello"],
  "probe": ["127.0.0.1:1", "tls://127.0.0.1:1", "udp://127.0.0.1:1"],
  "receive": ["127.0.0.1:0", "udp://127.0.0.1:0"],
};

for (const [name, { permissions }] of Object.entries(await allCommands(program))) {
  if (permissions.join() !== "net") continue;
  for (const args of ARGUMENTS[name] ?? [""]) {
    const command = `${name} ${args}`.trimEnd();
    test(`without a flag, "${command}" names --allow-net`, async () => {
      await assertMissing(command.split(" "), [], "--allow-net");
    });
  }
}

test("whatever else is missing is named too", async () => {
  const other = "--allow-read";
  await assertMissing(["echo", "serve", "127.0.0.1:0"], [other], "--allow-net");
});

test("help, completions and --version need nothing", async () => {
  for (const args of [["--help"], ["help", "echo", "serve"], ["completions", "bash"], ["--version"]]) {
    const { code, stderr } = await runPinwire(args, { flags: [] });
    assertEquals([code, stderr], [0, ""]);
  }
});

test("clients work with --allow-net alone", async () => {
  await using server = await pinwire(["echo", "serve", "127.0.0.1:0", "--reply", "{data}"], NET);
  const address = `127.0.0.1:${server.port}`;
  const sent = await runPinwire(["send", address, "hello"], NET);
  assertEquals(sent, { code: 0, stdout: "hello", stderr: "" });
  const client = await runPinwire(["echo", "connect", address], { ...NET, stdin: "one\ntwo\n" });
  assertEquals(client, { code: 0, stdout: "one\ntwo\n", stderr: "" });
  const bench = await runPinwire(["echo", "bench", address, "-c", "2", "-n", "10", "--json"], NET);
  assertEquals([bench.code, bench.stderr, JSON.parse(bench.stdout).messages], [0, "", 10]);
  const trace = await runPinwire(["send", address, "hello", "--trace"], NET);
  assertEquals([trace.code, trace.stdout], [0, "hello"]);
  assertMatch(trace.stderr, /68 65 6c 6c 6f/);
});

test("chat serve, connect and peer work with --allow-net alone, GBK too", async () => {
  for (const [stdin, ...options] of [["你好\n"], ["end\n", "--turns"]]) {
    await using server = await pinwire(["chat", "serve", "127.0.0.1:0", "-e", "gbk", ...options], NET);
    const client = ["chat", "connect", `127.0.0.1:${server.port}`, "-e", "gbk", ...options];
    const { code, stderr } = await runPinwire(client, { ...NET, stdin });
    assertEquals([code, stderr], [0, ""]);
    await server.sees(new RegExp(stdin));
  }
  const peer = await runPinwire(["chat", "peer", "0", "9", "-e", "gbk"], { ...NET, stdin: "88\n" });
  assertEquals(peer.code, 0, peer.stderr);
});

test("chat serve --history-file names --allow-read and --allow-write", async () => {
  const args = ["chat", "serve", "127.0.0.1:0", "--history-file", "nowhere.jsonl"];
  await assertMissing(args, ["--allow-net"], "--allow-read");
  await assertMissing(args, ["--allow-net", "--allow-read"], "--allow-write");
});

test("demo runs with --allow-net alone, and ends by pointing to the lab", async () => {
  const { code, stdout, stderr } = await runPinwire(["demo"], NET);
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /\n\nNext: pinwire lab\n$/);
});

for (const encoding of ["gbk", "gb18030", "big5", "shift_jis", "euc-kr"]) {
  test(`${encoding} goes both ways with --allow-net alone`, async () => {
    const text = { big5: "你好", shift_jis: "こんにちは", "euc-kr": "안녕" }[encoding] ?? "你好";
    const options = ["-e", encoding];
    await using receiver = await pinwire(["receive", "127.0.0.1:0", "--json", ...options], NET);
    const sent = await runPinwire(
      ["send", `127.0.0.1:${receiver.port}`, text, "--wait", "0", ...options],
      NET,
    );
    assertEquals([sent.code, sent.stderr], [0, ""]);
    assertEquals((await receiver.next("message")).text, text);
  });
}

test("unix: needs --allow-read and --allow-write", async () => {
  await using dir = await tempDir();
  const address = `unix:${dir.path}/socket`;
  for (const command of ["echo serve", "receive", "echo connect", "echo bench", "send"]) {
    const args = [...command.split(" "), address, ...command === "send" ? ["hello"] : []];
    await assertMissing(args, ["--allow-net"], "--allow-read");
    await assertMissing(args, ["--allow-net", "--allow-read"], "--allow-write");
  }
  const flags = ["--allow-net", "--allow-read", "--allow-write"];
  await using server = await pinwire(["echo", "serve", address, "--reply", "{data}"], { flags });
  const sent = await runPinwire(["send", address, "hello"], { flags });
  assertEquals(sent, { code: 0, stdout: "hello", stderr: "" });
  assertEquals((await server.stop()).code, 0);
  assertEquals([...Deno.readDirSync(dir.path)], []);
}, isWindows);

test("cert needs --allow-read and --allow-write, and no more", async () => {
  await using dir = await tempDir();
  const args = ["cert", "localhost", "--out", dir.path];
  await assertMissing(args, [], "--allow-read");
  await assertMissing(args, ["--allow-read"], "--allow-write");
  const { code, stderr } = await runPinwire(args, { flags: ["--allow-read", "--allow-write"] });
  assertEquals([code, stderr], [0, ""]);
});

test("TLS files need --allow-read, on both sides, and no more", async () => {
  await using dir = await tempDir();
  await runPinwire(["cert", "127.0.0.1", "--out", dir.path]);
  const cert = `${dir.path}/pinwire-cert.pem`;
  const serve = ["echo", "serve", "127.0.0.1:0", "--reply", "{data}", "--tls-cert", cert, "--tls-key"];
  serve.push(`${dir.path}/pinwire-key.pem`);
  await assertMissing(serve, ["--allow-net"], "--allow-read");
  const flags = ["--allow-net", "--allow-read"];
  await using server = await pinwire(serve, { flags });
  const send = ["send", `tls://127.0.0.1:${server.port}`, "hello", "--ca", cert];
  await assertMissing(send, ["--allow-net"], "--allow-read");
  assertEquals(await runPinwire(send, { flags }), { code: 0, stdout: "hello", stderr: "" });
});

test("--workers 2 needs --allow-read, and no more", async () => {
  const args = ["echo", "serve", "127.0.0.1:0", "--reply", "{data}", "--workers", "2"];
  await using server = await pinwire(args, { flags: ["--allow-net", "--allow-read"] });
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  assertEquals(await ask(conn, "hello"), "hello");
  assertEquals((await server.stop()).code, 0);
  await assertMissing(args, ["--allow-net"], "--allow-read");
}, !isLinux);

const SIMULATED = ["--gpio", "simulated"];

test("led serve, an agent with simulated pins, and --via work with --allow-net alone", async () => {
  await using server = await pinwire(["led", "serve", "127.0.0.1:0", "--json"], NET);
  const agent = ["led", "agent", server.address, ...SIMULATED, "--name", "lamp"];
  await using lamp = await pinwire(agent, NET);
  await server.next("state");
  const { code, stdout, stderr } = await runPinwire(["led", "on", "lamp", "--via", server.address], NET);
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^0 {2}lamp /);
  await server.write("off lamp\n");
  await lamp.sees(/lamp is on\nlamp is off\n/);
  assertEquals(lamp.stderr, "");
  await using several = await pinwire(
    ["led", "agent", server.address, ...SIMULATED, "--pin", "red=11", "--pin", "green=13"],
    NET,
  );
  await several.sees(/green is off\n/);
});

test("led on, toggle, blink and pins need nothing with simulated pins", async () => {
  for (const args of [["on"], ["toggle"], ["blink", "--count", "1", "--hz", "50"], ["pins"]]) {
    const { code, stderr } = await runPinwire(["led", ...args, ...SIMULATED], { flags: [] });
    assertEquals([code, stderr], [0, ""], args.join(" "));
  }
});

test("led names the permission that is missing", async () => {
  const agent = ["led", "agent", "127.0.0.1:1", ...SIMULATED];
  const lacks: [string[], string[], string][] = [
    [agent, ["--allow-net"], "--allow-sys"],
    [["led", "on", "lamp", "--via", "127.0.0.1:1"], [], "--allow-net"],
  ];
  await Promise.all(lacks.map((one) => assertMissing(...one)));
  // It shows its pin before it dials.
  const { code, stderr } = await runPinwire([...agent, "--name", "lamp"], { flags: [] });
  assertMatch(stderr, /^pinwire: [^\n]*--allow-net[^\n]*\n$/);
  assertEquals(code, 1);
});

test("a token file needs --allow-read and --allow-sys, and --allow-write where it is made", async () => {
  await using dir = await tempDir();
  const token = ["--token-file", `${dir.path}/token`];
  const serve = ["led", "serve", "127.0.0.1:0", "--json", ...token];
  const [net, read, write, sys] = ["--allow-net", "--allow-read", "--allow-write", "--allow-sys"];
  const lacks: [string[], string][] = [[[net], read], [[net, read], sys], [[net, read, sys], write]];
  for (const [given, flag] of lacks) {
    const { code, stderr } = await runPinwire(serve, { flags: given });
    assertEquals(code, 1);
    assertMatch(stderr, new RegExp(`^pinwire( \\w+)?: [^\n]+${flag}[^\n]*\n$`));
  }
  await using server = await pinwire(serve, { flags: [net, read, write, sys] });
  const agent = ["led", "agent", server.address, ...SIMULATED, "--name", "lamp", ...token];
  await assertMissing(agent, [net], read);
  await assertMissing(agent, [net, read], sys);
  await using _lamp = await pinwire(agent, { flags: [net, read, sys] });
  await server.next("device");
}, isWindows);

test(
  "shell exec and connect need --allow-net, --allow-read, --allow-env and --allow-sys, and no more",
  async () => {
    await using home = await account();
    const { env } = home;
    await using server = await shellServe(home);
    const all = ["--allow-net", "--allow-read", "--allow-env", "--allow-sys"];
    const clients: [string[], number][] = [
      [["shell", "exec", server.address, "--", "echo hello"], 255],
      [["shell", "connect", server.address], 1],
    ];
    for (const [args, code] of clients) {
      await Promise.all(all.map((flag) => {
        return assertMissing(args, all.filter((other) => other !== flag), flag, { code, env });
      }));
      const outcome = await runPinwire(args, { flags: all, env, stdin: "echo hello\n" });
      assertEquals(outcome, { code: 0, stdout: "hello\n", stderr: "" });
    }
  },
  isWindows,
);

test("shell exec and connect with --wire simple need --allow-net, and no more", async () => {
  await using home = await account();
  await using server = await shellServe(home, "--wire", "simple");
  const there = [server.address, "--wire", "simple"];
  for (const args of [["exec", ...there, "--", "echo hello"], ["connect", ...there]]) {
    const outcome = await runPinwire(["shell", ...args], { ...NET, stdin: "echo hello\n" });
    assertEquals(outcome, { code: 0, stdout: "hello\n", stderr: "" });
  }
}, isWindows);

test("shell serve needs no --allow-ffi but for --pty, and then says so", async () => {
  await using home = await account();
  const { env } = home;
  const flags = ["net", "read", "write", "env", "sys", "run"].map((name) => `--allow-${name}`);
  await using server = await pinwire(["shell", "serve", "127.0.0.1:0", "--json"], { flags, env });
  const exec = (...options: string[]) =>
    runPinwire(["shell", "exec", server.address, ...options, "--", "echo hello"], { env });
  assertEquals(await exec("--pty"), {
    code: 255,
    stdout: "",
    stderr: "pinwire: there is no terminal to be had, the server may not call the C library: " +
      "start it with --allow-ffi\n",
  });
  assertEquals(await exec(), { code: 0, stdout: "hello\n", stderr: "" });
}, isWindows);
