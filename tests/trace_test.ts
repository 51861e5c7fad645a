import { assertEquals, assertMatch } from "@std/assert";
import { ask, isLinux, isWindows, pinwire, type Process, runPinwire } from "./support.ts";

const TIME = String.raw`\d\d:\d\d:\d\d\.\d{6}`;

function traced(address: string, ...options: string[]): Promise<Process> {
  return pinwire(["echo", "serve", address, "--trace", "--reply", "{data}", "--quiet", ...options]);
}

/** What is shown of a read or write of so many bytes, without its time and peer. */
async function block(server: Process, heading: "◀ read " | "▶ write", length: number): Promise<string[]> {
  const pattern = new RegExp(`^${TIME} (${heading} \\S+  ${length} bytes.*\n(?:  .*\n)+)`, "m");
  const [, text] = await server.sees(pattern, "stderr");
  return text.trimEnd().replace(/\w+:\/\/\S+/, "PEER").split("\n");
}

Deno.test("three lines that came as one read are seen as three frames", async () => {
  await using server = await traced("127.0.0.1:0", "--frame", "line");
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  assertEquals(await ask(conn, "one\ntwo\nthree\n"), "one\ntwo\nthree\n");
  const dump = [
    "  00000000  6f 6e 65 0a 74 77 6f 0a  74 68 72 65 65 0a         one.two.three.",
    "            └─ #1 ────┘ └─ #2 ────┘  └─ #3 ──────────┘",
  ];
  assertEquals(await block(server, "◀ read ", 14), ["◀ read  PEER  14 bytes, 3 frames (line)", ...dump]);
  assertEquals(await block(server, "▶ write", 14), ["▶ write PEER  14 bytes, 3 frames (line)", ...dump]);
});

Deno.test("a frame over two reads shows its beginning in one and its end in the other", async () => {
  await using server = await traced("127.0.0.1:0", "--frame", "line");
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await conn.write(new TextEncoder().encode("one\nhello, w"));
  assertEquals(await block(server, "◀ read ", 12), [
    "◀ read  PEER  12 bytes, 1 frame and the beginning of one (line)",
    "  00000000  6f 6e 65 0a 68 65 6c 6c  6f 2c 20 77               one.hello, w",
    "            └─ #1 ────┘ └─ #2 ──────────────────",
  ]);
  // The first answer is on its way; what comes next is the second read.
  await conn.read(new Uint8Array(100));
  assertEquals(await ask(conn, "orld\n"), "hello, world\n");
  assertEquals(await block(server, "◀ read ", 5), [
    "◀ read  PEER  5 bytes, the end of one (line)",
    "  0000000c  6f 72 6c 64 0a                                     orld.",
    "            ── #2 ───────┘",
  ]);
});

Deno.test("a frame over rows and reads has no corner where it goes on", async () => {
  await using server = await traced("127.0.0.1:0", "--frame", "len:i32le");
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await conn.write(Uint8Array.from([20, 0, 0, 0, ...new Uint8Array(10).fill(0x61)]));
  assertEquals(await block(server, "◀ read ", 14), [
    "◀ read  PEER  14 bytes, the beginning of one (len:i32le)",
    "  00000000  14 00 00 00 61 61 61 61  61 61 61 61 61 61         ....aaaaaaaaaa",
    "            └─ #1 ────────────────────────────────────",
  ]);
});

Deno.test("the end of a stream is shown, and that it came inside a frame", async () => {
  await using server = await traced("127.0.0.1:0", "--frame", "len:u8");
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await conn.write(Uint8Array.from([9, 0x61, 0x62]));
  await conn.closeWrite();
  const end = `◀ read  \\S+  end of stream after 3 bytes\n  ! stream ended inside the frame at byte 0\\b.*\n`;
  await server.sees(new RegExp(`^${TIME} ${end}`, "m"), "stderr");
});

Deno.test("a client's trace shows what it wrote and what it read", async () => {
  await using server = await pinwire(["echo", "serve", "127.0.0.1:0", "--reply", "{data}!"]);
  const { code, stdout, stderr } = await runPinwire(["send", `127.0.0.1:${server.port}`, "hi", "--trace"]);
  assertEquals([code, stdout], [0, "hi!"]);
  assertMatch(
    stderr,
    new RegExp(
      `^${TIME} ▶ write \\S+  2 bytes, 1 frame \\(raw\\)\n  00000000  68 69 [^]*` +
        `${TIME} ◀ read  \\S+  3 bytes, 1 frame \\(raw\\)\n  00000000  68 69 21 `,
    ),
  );
});

Deno.test({
  name: "a trace ends with what Linux's TCP measured on the way",
  ignore: !isLinux,
  async fn() {
    await using server = await traced("127.0.0.1:0");
    const { stderr } = await runPinwire(["send", server.address, "hi", "--trace"]);
    const way = (peer: string) => `^${TIME} · tcp   ${peer}  round trip [0-9.]+ ms ± [0-9.]+, window [0-9]+$`;
    assertEquals(stderr.match(new RegExp(way(`\\S+:${server.port}`), "gm"))?.length, 1);
    await server.sees(new RegExp(way("\\S+"), "m"), "stderr");
  },
});

Deno.test("each datagram is traced as one frame", async () => {
  await using server = await traced("udp://127.0.0.1:0");
  const sent = await runPinwire(["send", server.address, "hello", "--wait", "1", "--trace"]);
  assertEquals([sent.code, sent.stdout], [0, "hello"]);
  const dump = [
    "  00000000  68 65 6c 6c 6f                                     hello",
    "            └─ #1 ───────┘",
  ];
  assertEquals(await block(server, "◀ read ", 5), ["◀ read  PEER  5 bytes, 1 datagram", ...dump]);
  assertEquals(await block(server, "▶ write", 5), ["▶ write PEER  5 bytes, 1 datagram", ...dump]);
  assertMatch(
    sent.stderr,
    new RegExp(`${TIME} ▶ write udp://127\\.0\\.0\\.1:${server.port}  5 bytes, 1 datagram\n`),
  );
});

Deno.test("a trace doesn't mix with the events of --json", async () => {
  await using server = await pinwire(["echo", "serve", "127.0.0.1:0", "--trace", "--json"]);
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await ask(conn, "\x1b[31mhello");
  await server.sees(/1b 5b 33 31 6d 68 65 6c {2}6c 6f/, "stderr");
  await server.stop();
  for (const line of server.stdout.trimEnd().split("\n")) JSON.parse(line);
  assertEquals(server.stderr.includes("\x1b"), false);
});

/** What a trace says of reads and writes, and what is wrong with them, without times, peers and bytes. */
const told = (trace: string): string[] =>
  [...trace.matchAll(/ (?:◀ read |▶ write) \S+ {2}(\d+ bytes.+)$|^ {2}(! .*)$/gm)].map((
    [line, what, wrong],
  ) => wrong ?? `${line.includes("◀") ? "read" : "write"}: ${what}`);

Deno.test({
  name:
    "shell --wire simple --trace shows a bare command and an answer with its length, in GBK, at both ends",
  ignore: isWindows,
  async fn() {
    const simple = ["--wire", "simple", "-e", "gbk", "--trace"];
    await using server = await pinwire(["shell", "serve", "127.0.0.1:0", ...simple, "--json"]);
    const client = await runPinwire(["shell", "exec", server.address, ...simple, "--", "echo 你好"]);
    assertEquals(client.code, 0);
    assertEquals(told(client.stderr), [
      "write: 9 bytes, 1 frame (raw)",
      "read: 9 bytes, 1 frame (len:i32le)",
    ]);
    assertMatch(client.stderr, / {3}echo 你好\n[^]* {3}\.\.\.\.你好\.\n/);
    await server.sees(/end of stream after 9 bytes/, "stderr");
    await server.stop();
    assertEquals(told(server.stderr).slice(0, 2), [
      "read: 9 bytes, 1 frame (raw)",
      "write: 9 bytes, 1 frame (len:i32le)",
    ]);
    assertMatch(server.stderr, / {3}echo 你好\n[^]* {3}\.\.\.\.你好\.\n/);
  },
});

Deno.test("what we write is not too long for a trace, whatever --max-frame takes", async () => {
  await using server = await traced(
    "127.0.0.1:0",
    "--frame",
    "line",
    "--max-frame",
    "4",
    "--reply",
    "{data}{data}",
  );
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  assertEquals(await ask(conn, "abc\n"), "abcabc\n");
  await server.stop();
  assertEquals(told(server.stderr), ["read: 4 bytes, 1 frame (line)", "write: 7 bytes, 1 frame (line)"]);
});

Deno.test("the text column follows --encoding", async () => {
  for (const [encoding, column] of [["gbk", "你好!"], ["utf-8", "你 好 !"], ["utf-16le", "你好! "]]) {
    await using server = await pinwire(["echo", "serve", "127.0.0.1:0", "--reply", "none", "--quiet"]);
    const args = ["send", server.address, "你好!", "-e", encoding, "--frame", "raw", "--trace"];
    const { stderr } = await runPinwire(args);
    assertMatch(stderr, new RegExp(` {3}${column}\n`));
  }
});
