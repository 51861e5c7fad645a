import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ask, isWindows, LOOPBACK, pinwire, runPinwire, tempDir } from "./support.ts";
import { anyBytes } from "./support/any_bytes.ts";
import { agent, controller, reports, through } from "./support/led.ts";
import { account, shellServe } from "./support/shell.ts";
import { followed, HAS_TSHARK, problemsIn, tshark } from "./support/tshark.ts";

/** A test of what tshark finds in recordings; they go to a folder of its own. */
function recorded(name: string, fn: (folder: string) => Promise<void>, ignore = false): void {
  Deno.test({
    name: `tshark finds nothing wrong in a recording, and follows it: ${name} (needs tshark)`,
    ignore: !HAS_TSHARK || ignore,
    async fn() {
      await using dir = await tempDir();
      await fn(dir.path);
    },
  });
}

/** A recording in which nothing is wrong. */
async function clean(path: string): Promise<Uint8Array> {
  const file = await Deno.readFile(path);
  assertEquals(await problemsIn(file), "", path);
  return file;
}

/** What each side of a stream says. */
async function said(file: Uint8Array, protocol: "tcp" | "udp" = "tcp", stream = 0): Promise<string[]> {
  return (await followed(file, protocol, stream)).map((hex) =>
    new TextDecoder().decode(Uint8Array.fromHex(hex))
  );
}

async function commentsIn(file: Uint8Array): Promise<string[]> {
  const args = ["-Y", "frame.comment", "-T", "fields", "-e", "frame.comment"];
  return (await tshark(file, args)).stdout.trimEnd().split("\n");
}

recorded("echo, 300,000 bytes both ways", async (folder) => {
  const bytes = anyBytes(300_000);
  const [ours, theirs] = [`${folder}/server`, `${folder}/client`];
  await using server = await pinwire(["echo", "serve", "127.0.0.1:0", "--reply", "{data}", "--record", ours]);
  const sent = await runPinwire(["send", server.address, "--record", theirs], { stdin: bytes });
  assertEquals(sent.code, 0);
  await server.sees(/ left /, "stderr");
  for (const path of [ours, theirs]) {
    const both = await followed(await clean(path), "tcp");
    assertEquals(both.map((hex) => hex === bytes.toHex()), [true, true], path);
  }
});

recorded("echo over IPv6", async (folder) => {
  await using server = await pinwire(["echo", "serve", "[::1]:0", "--reply", "{data}"]);
  await runPinwire(["send", server.address, "hello", "--record", `${folder}/r`]);
  assertEquals(await said(await clean(`${folder}/r`)), ["hello", "hello"]);
});

recorded("chat over UDP", async (folder) => {
  await using first = await pinwire([
    "chat",
    "peer",
    "0",
    "127.0.0.1:9",
    "--json",
    "--record",
    `${folder}/1`,
  ]);
  const { address } = await first.next("listening");
  const args = ["chat", "peer", "127.0.0.1:0", address!.slice(6), "--record", `${folder}/2`];
  const { code } = await runPinwire(args, { stdin: "你好\n88\n" });
  assertEquals(code, 0);
  assertEquals((await first.next("message")).text, "你好");
  assertEquals((await first.next("message")).text, "88");
  for (const path of [`${folder}/1`, `${folder}/2`]) {
    const file = await clean(path);
    assertEquals(await said(file, "udp"), ["你好88", ""]);
    assertEquals(await commentsIn(file), ["frame 1: bytes 0-5", "frame 2: bytes 0-1"]);
  }
});

recorded("shell, wire simple and v1", async (folder) => {
  await using home = await account();
  const { env } = home;
  for (const wire of ["simple", "v1"]) {
    const [ours, theirs] = [`${folder}/${wire}-server`, `${folder}/${wire}-client`];
    await using server = await shellServe(home, "--wire", wire, "--record", ours);
    const exec = ["shell", "exec", server.address, "--wire", wire, "--record", theirs, "--", "echo hello"];
    const { code, stdout } = await runPinwire(exec, { env });
    assertEquals([code, stdout], [0, "hello\n"]);
    await server.next("disconnected");
    for (const path of [ours, theirs]) {
      const file = await clean(path);
      const [asked, answered] = await said(file);
      assertStringIncludes(asked, "echo hello");
      assertStringIncludes(answered, "hello\n");
      if (wire === "simple") assertEquals([asked, answered], ["echo hello", "\x06\0\0\0hello\n"]);
      else assert((await commentsIn(file)).length > 5);
    }
    // What is said by one is what is heard by the other.
    assertEquals(await said(await Deno.readFile(ours)), await said(await Deno.readFile(theirs)));
  }
}, isWindows);

recorded("led, a controller with ten agents", async (folder) => {
  const path = `${folder}/r`;
  {
    await using server = await controller("--record", path);
    await using agents = new AsyncDisposableStack();
    for (let i = 0; i < 10; i++) {
      agents.use(await agent(server.address, `lamp${i}`));
      await reports(server, `lamp${i}`, false);
    }
    assertEquals((await through(server, "on", "all")).code, 0);
    await server.stop();
  }
  const file = await clean(path);
  const args = ["-Y", "tcp.len>0", "-T", "fields", "-e", "tcp.stream", "-e", "tcp.payload"];
  const lines = (await tshark(file, args)).stdout.trimEnd().split("\n").map((line) => line.split("\t"));
  const streams = Map.groupBy(lines, ([stream]) => stream);
  assertEquals(streams.size, 11);
  for (let i = 0; i < 10; i++) {
    const hex = streams.get(String(i))!.map(([, payload]) => payload).join("");
    const text = new TextDecoder().decode(Uint8Array.fromHex(hex));
    assertStringIncludes(text, `lamp${i}`);
    assertStringIncludes(text, "on");
  }
  const whole = (await commentsIn(file)).filter((comment) => /^frame 1: bytes 0-\d+/.test(comment));
  assert(whole.length >= 11);
}, isWindows);

recorded("many clients of a Unix socket", async (folder) => {
  const socket = `unix:${folder}/socket`;
  const path = `${folder}/r`;
  await using server = await pinwire(["echo", "serve", socket, "--reply", "{data}", "--record", path]);
  for (let i = 0; i < 3; i++) {
    using conn = await Deno.connect({ transport: "unix", path: `${folder}/socket` });
    assertEquals(await ask(conn, `hello ${i}`), `hello ${i}`);
  }
  await server.sees(/(left[^]*){3}/, "stderr");
  const file = await clean(path);
  for (let i = 0; i < 3; i++) assertEquals(await said(file, "tcp", i), [`hello ${i}`, `hello ${i}`]);
  const named = (await commentsIn(file)).filter((comment) => comment.startsWith("unix:"));
  assertEquals(named, [1, 2, 3].map((number) => `unix:#${number} → ${socket}`));
  const ends = await tshark(file, [
    "-Y",
    "tcp.flags.syn==1 and tcp.flags.ack==0",
    "-T",
    "fields",
    "-e",
    "ip.src",
  ]);
  assertEquals(ends.stdout, `${LOOPBACK}\n`.repeat(3));
}, isWindows);
