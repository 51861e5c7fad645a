import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { CaptureReader, StreamAssembler } from "../lib/packet/mod.ts";
import { anyBytes } from "./support/any_bytes.ts";
import { shell, shelled } from "./support/bytes.ts";
import {
  ask,
  isLinux,
  isWindows,
  LOOPBACK,
  pinwire,
  refusal,
  run,
  runPinwire,
  tempDir,
  testUnless,
  whyNoFlags,
} from "./support.ts";
import { has } from "./support/machine.ts";
import { HAS_TSHARK } from "./support/tshark.ts";
import { account, shellServe } from "./support/shell.ts";

const ECHO = ["echo", "serve", "127.0.0.1:0", "--reply", "{data}"];

/** What each side says in a recording, and how it ends, by the order of the streams. */
async function heard(path: string): Promise<string[]> {
  const reader = new CaptureReader();
  reader.feed(await Deno.readFile(path));
  reader.end();
  const assembler = new StreamAssembler();
  const told: string[] = [];
  for (let packet; (packet = reader.next());) {
    for (const piece of assembler.add(packet)) {
      const what = piece.kind === "data" ? new TextDecoder().decode(piece.bytes) : piece.kind;
      told.push(`${piece.stream.number}${piece.isFromClient ? ">" : "<"}${what}`);
    }
  }
  return told;
}

const connect = ({ port }: { port: number }) => Deno.connect({ hostname: LOOPBACK, port });

Deno.test("--record has what crossed, of a server and of a client", async () => {
  await using dir = await tempDir();
  const [ours, theirs] = [`${dir.path}/server.pcapng`, `${dir.path}/client.pcapng`];
  await using server = await pinwire([...ECHO, "--record", ours]);
  const client = ["echo", "connect", server.address, "--record", theirs];
  const outcome = await runPinwire(client, { stdin: "one\ntwo\n" });
  assertEquals(outcome, { code: 0, stdout: "one\ntwo\n", stderr: "" });
  await server.sees(/ left /, "stderr");
  const all = ["0>open", "0<open", "0>one", "0<one", "0>two", "0<two"];
  assertEquals((await heard(ours)).slice(0, 6), all);
  assertEquals((await heard(theirs)).slice(0, 6), all);
  if (isWindows) return;
  for (const path of [ours, theirs]) assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
});

Deno.test("a recording that is there is overwritten with --force alone, and then for its owner only", async () => {
  await using dir = await tempDir();
  const path = `${dir.path}/old`;
  await Deno.writeTextFile(path, "x".repeat(10_000), { mode: 0o644 });
  // It would be no less there if nobody listened.
  const args = ["send", "127.0.0.1:1", "hi", "--record", path];
  assertEquals(
    await refusal(args, 1),
    `pinwire: ${path} is there already: name another file, or overwrite it with --force\n`,
  );
  assertEquals(await Deno.readTextFile(path), "x".repeat(10_000));
  await using server = await pinwire(ECHO);
  const outcome = await runPinwire(["send", server.address, "hi", "--record", path, "--force"]);
  assertEquals(outcome, { code: 0, stdout: "hi", stderr: "" });
  assertEquals((await heard(path)).slice(2, 4), ["0>hi", "0>close"]);
  if (!isWindows) assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
});

Deno.test("what can't be recorded is refused before anything is opened", async () => {
  await using dir = await tempDir();
  const prints = "--record - writes to stdout, where this command prints: record to a file";
  const none = `${dir.path}/none/x`;
  const refused: [string[], 1 | 2, string][] = [
    [["send", "127.0.0.1:1", "hi", "--record", none], 1, "its folder is not there"],
    [["send", "127.0.0.1:1", "hi", "--record", dir.path, "--force"], 1, "can't be written"],
    [["send", "127.0.0.1:1", "hi", "--force"], 2, "--force is for --record: leave it out"],
    [["echo", "serve", "0", "--json", "--record", "-"], 2, "--record - has no --json"],
    [["echo", "serve", "0", "--reply", "none", "--record", "-"], 2, prints],
    [["receive", "0", "--record", "-"], 2, prints],
    [["receive", "0", "--raw", "--record", "-"], 2, prints],
    [["listen", "0", "--record", "-"], 2, prints],
    [["chat", "serve", "127.0.0.1:0", "--record", "-"], 2, prints],
    [["chat", "peer", "0", "9", "--record", "-"], 2, prints],
    [["connect", "127.0.0.1:1", "--record", "-"], 2, prints],
    [["led", "on", "--gpio", "simulated", "--record", "-"], 2, prints],
    [["echo", "serve", "0", "--workers", "2", "--record", none], 2, "as one thread writes the file"],
  ];
  await Promise.all(refused.map(async ([args, code, said]) => {
    assertStringIncludes(await refusal(args, code), said);
  }));
});

Deno.test({
  name: "a full disk ends the recording with one sentence, and no connection",
  ignore: !isLinux,
  async fn() {
    await using server = await pinwire([...ECHO, "--record", "/dev/full", "--force"]);
    using conn = await connect(server);
    for (const said of ["one", "two", "three"]) assertEquals(await ask(conn, said), said);
    assertEquals((await server.stop()).code, 0);
    const sentences = server.stderr.split("\n").filter((line) => line.includes("/dev/full"));
    assertEquals(sentences, [
      "pinwire echo: /dev/full records nothing more, the disk is full: all else goes on",
    ]);
  },
});

Deno.test({
  name: "a file that may not grow ends the recording behind whole packets, and no connection (needs prlimit)",
  ignore: !isLinux || !has("prlimit"),
  async fn() {
    await using dir = await tempDir();
    const path = `${dir.path}/limited`;
    await using server = await pinwire([...ECHO, "--record", path]);
    await run("prlimit", ["--pid", `${server.pid}`, "--fsize=2000"]);
    using conn = await connect(server);
    for (const said of ["one", "x".repeat(2000), "three"]) assertEquals(await ask(conn, said), said);
    assertEquals((await server.stop()).code, 0);
    assertStringIncludes(server.stderr, `${path} records nothing more, `);
    assertEquals((await heard(path)).slice(0, 4), ["0>open", "0<open", "0>one", "0<one"]);
  },
});

Deno.test("a recording that is killed has all that crossed", async () => {
  await using dir = await tempDir();
  const path = `${dir.path}/killed.pcapng`;
  const server = await pinwire([...ECHO, "--record", path]);
  using conn = await connect(server);
  assertEquals(await ask(conn, "hello"), "hello");
  server.kill("SIGKILL");
  await server.status;
  await server[Symbol.asyncDispose]();
  assertEquals(await heard(path), ["0>open", "0<open", "0>hello", "0<hello"]);
});

Deno.test({
  name: "--record - | tshark -i - shows each packet when it crosses (needs tshark)",
  ignore: !HAS_TSHARK || isWindows,
  async fn() {
    const fields = "-T fields -e tcp.flags.str -e tcp.payload -e frame.comment";
    // -l has it write each packet at once.
    const args = [...ECHO, "--until", "bye", "--record", "-"];
    await using both = shell(args, `| tshark -n -l -i - ${fields}`);
    const [, port] = await both.sees(/listening on tcp:\/\/127\.0\.0\.1:(\d+)/, "stderr");
    using conn = await connect({ port: Number(port) });
    assertEquals(await ask(conn, "hello"), "hello");
    const packet = "AP·+\\t68656c6c6f\\tframe 1: bytes 0-4\\n";
    await both.sees(new RegExp(`.*S·\t\t\n(.*\n){2}.*${packet}.*${packet}`));
    await ask(conn, "bye");
    await both.status;
  },
});

shelled("--record - keeps stdout for the recording: a console answers on stderr", async () => {
  await using dir = await tempDir();
  for (const args of [["relay", "127.0.0.1:0", "127.0.0.1:1"], ["led", "serve", "127.0.0.1:0"]]) {
    const path = `${dir.path}/${args[0]}`;
    await using server = shell([...args, "--record", "-"], `>${path}`);
    await server.sees(/listening/, "stderr");
    await server.write("help\nnonsense\n");
    await server.sees(/quit[^]*nonsense/, "stderr");
    await server.stop();
    assertEquals(await heard(path), []);
  }
});

shelled("--record - ends a command whose reader has gone, as other output does", async () => {
  await using both = shell([...ECHO, "--record", "-"], `| head -c 1`);
  const [, port] = await both.sees(/listening on tcp:\/\/127\.0\.0\.1:(\d+)/, "stderr");
  // It is seen at a write: that for the first client, a later one, or one before, by when the reader goes.
  const talk = async () => {
    using conn = await connect({ port: Number(port) });
    while (await ask(conn, "hello") !== "");
  };
  await talk().catch(() => {});
  await both.status;
  assertMatch(both.stderr, /^[^\n]*listening[^\n]*\n(pinwire echo: tcp:[^\n]*\n)*$/);
});

Deno.test("TLS is recorded as plain text, of which both ends warn", async () => {
  await using dir = await tempDir();
  await runPinwire(["cert", LOOPBACK, "--out", dir.path]);
  const [cert, key] = ["cert", "key"].map((name) => `${dir.path}/pinwire-${name}.pem`);
  const warning = "the recording holds as plain text what TLS encrypts";
  const files = ["--tls-cert", cert, "--tls-key", key];
  for (const args of [ECHO, ["receive", "127.0.0.1:0", "--raw"]]) {
    const [ours, theirs] = ["ours", "theirs"].map((name) => `${dir.path}/${args[0]}-${name}`);
    await using server = await pinwire([...args, ...files, "--record", ours]);
    assertStringIncludes(server.stderr, `listening on ${server.address} (${warning})\n`);
    const client = ["send", server.address, "secret", "--ca", cert, "--wait", "1", "--record", theirs];
    const { stderr } = await runPinwire(client);
    assertStringIncludes(stderr, `pinwire send: ${warning}\n`);
    await server.stop();
    for (const path of [ours, theirs]) assert((await heard(path)).includes("0>secret"));
  }
  await using json = await pinwire([...ECHO, ...files, "--json", "--record", `${dir.path}/json`]);
  assertStringIncludes(json.stdout, `"warning":"${warning}"`);
});

testUnless(
  whyNoFlags,
  "--allow-net and --allow-write are all that --record needs, and what it names",
  async () => {
    await using dir = await tempDir();
    const flags = ["--allow-net", "--allow-write"];
    const path = (name: string) => `${dir.path}/${name}`;
    await using server = await pinwire([...ECHO, "--record", path("server")], { flags });
    const commands = ["send", "echo connect", "connect"].map((
      words,
    ) => [...words.split(" "), server.address]);
    for (const [i, command] of commands.entries()) {
      const args = [...command, ...i ? [] : ["hi"], "--record", path(String(i))];
      const missing = await runPinwire(args, { flags: ["--allow-net"] });
      assertEquals([missing.code, missing.stdout], [1, ""]);
      assertStringIncludes(missing.stderr, "run it with deno run --allow-write");
      for (const force of [[], ["--force"]]) {
        const outcome = await runPinwire([...args, ...force], { flags, stdin: "hi\n" });
        assertEquals([outcome.code, outcome.stderr], [0, ""], args.join(" "));
      }
      assert((await heard(path(String(i)))).some((said) => said.startsWith("0<hi")));
    }
    const relay = ["relay", "127.0.0.1:0", server.address, "--record", path("relay"), "--json"];
    await using between = await pinwire(relay, { flags: [...flags, "--allow-ffi"] });
    using conn = await connect(between);
    assertEquals(await ask(conn, "hi"), "hi");
  },
);

Deno.test({
  name: "tcpdump reads a recording, and finds each checksum correct (needs tcpdump)",
  ignore: !has("tcpdump"),
  async fn() {
    await using dir = await tempDir();
    const path = `${dir.path}/r.pcapng`;
    await using server = await pinwire(ECHO);
    const sent = await runPinwire(["send", server.address, "--record", path], { stdin: anyBytes(20_000) });
    assertEquals(sent.code, 0);
    const { stdout, code } = await run("tcpdump", ["-nnvv", "-r", path]);
    const sums = stdout.match(/cksum 0x\w+ \(\w+\)|bad|incorrect/g) ?? [];
    assertEquals([code, sums.filter((sum) => !sum.endsWith("(correct)"))], [0, []]);
    assert(sums.length > 28);
  },
});

Deno.test({
  name: "a token is in a recording only as what crossed: its proof",
  ignore: isWindows,
  async fn() {
    await using home = await account();
    const path = `${home.path}/r.pcapng`;
    await using server = await shellServe(home, "--record", path);
    const { code } = await runPinwire(["shell", "exec", server.address, "--", "true"], { env: home.env });
    assertEquals(code, 0);
    const token = (await Deno.readTextFile(`${home.path}/pinwire/token`)).trim();
    const recording = new TextDecoder("latin1").decode(await Deno.readFile(path));
    assert(recording.includes("true"));
    assert(!recording.includes(token));
  },
});
