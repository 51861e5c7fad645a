import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { PullReader } from "../../net/_pull_reader.ts";
import { parseSpec } from "../../framing/mod.ts";
import { type Connection, type DatagramSocket, pipe } from "../../net/mod.ts";
import { openEncoding } from "../../text/mod.ts";
import { turn } from "../_testing.ts";
import { Kept, utf8 } from "./_testing.ts";
import { traceConnection, traceDatagrams, traceReads } from "./trace.ts";

Deno.test("traceConnection shows what is written, and the end of our side", async () => {
  const kept = new Kept("line");
  const [a, b] = pipe();
  const connection = traceConnection(a, kept);
  const bytes = utf8("hi\n");
  const written = connection.write(bytes);
  assertEquals(
    kept.take(),
    `03:04:05.006789 ▶ write pipe:b  3 bytes, 1 frame (line)
  00000000  68 69 0a                                           hi.
            └─ #1 ─┘
`,
  );
  const far = new PullReader(b);
  assertEquals(await far.text(), "hi\n");
  await written;
  const ended = connection.closeWrite();
  assertEquals(kept.take(), "03:04:05.006789 ▶ write pipe:b  end of stream after 3 bytes\n");
  assertEquals(await far.text(), undefined);
  await ended;
  connection.close();
});

Deno.test("traceConnection keeps its own copy of what a caller overwrites", async () => {
  const kept = new Kept("line");
  const [a, b] = pipe();
  const connection = traceConnection(a, kept);
  const received = connection.receive((bytes) => void bytes.fill(0x0a), { first: 3, largest: 3 });
  for (const text of ["abc", "d\n"]) await b.write(utf8(text));
  await turn();
  assertStringIncludes(kept.text, "3 bytes, the beginning of one (line)\n");
  assertStringIncludes(kept.text, "2 bytes, the end of one (line)\n");
  connection.close();
  await received;
});

Deno.test("traceConnection passes reads on as they are asked for, and the reason of close", async () => {
  const [a, b] = pipe();
  const connection = traceConnection(a, new Kept("raw"));
  const reads: number[] = [];
  const received = connection.receive((bytes) => void reads.push(bytes.length), { first: 2, largest: 2 });
  await b.write(utf8("abc"));
  await turn();
  assertEquals(reads, [2, 1]);
  const reason = new Error("because");
  connection.close(reason);
  assertEquals(await assertRejects(() => received), reason);
});

Deno.test("traceConnection and traceReads take a stream that we close for no end of it", async () => {
  const view = { verb: "up", name: "a → b", isDatagram: false } as const;
  for (const trace of [traceConnection, (one: Connection, kept: Kept) => traceReads(one, view, kept)]) {
    for (const close of ["close", "reset"] as const) {
      const kept = new Kept("line");
      const [a] = pipe();
      const connection = trace(a, kept);
      const received = connection.receive(() => {});
      connection[close]();
      await received;
      assertEquals(kept.take(), "");
    }
  }
});

Deno.test("traceReads shows what is read and its end under a name of its own, and nothing that is written", async () => {
  const kept = new Kept("line");
  const [a, b] = pipe();
  const connection = traceReads(a, { verb: "down", name: "a ← b", isDatagram: false }, kept);
  const received = connection.receive(() => {});
  const far = new PullReader(b);
  await Promise.all([connection.write(utf8("no")), far.text(), b.write(utf8("hi\n"))]);
  await b.closeWrite();
  await received;
  assertEquals(
    kept.take(),
    `03:04:05.006789 ◀ down  a ← b  3 bytes, 1 frame (line)
  00000000  68 69 0a                                           hi.
            └─ #1 ─┘
03:04:05.006789 ◀ down  a ← b  end of stream after 3 bytes
`,
  );
});

Deno.test("traceConnection makes control characters in a peer's name visible", async () => {
  const kept = new Kept("raw");
  const [a, b] = pipe({ second: { name: "unix:\x1b[31m" } });
  const connection = traceConnection(a, kept);
  const written = b.write(utf8("x"));
  await new PullReader(connection).text();
  await written;
  assertStringIncludes(kept.text, "unix:^[[31m");
  connection.close();
});

Deno.test("traceColors colours what each part is, and frames in turn", async () => {
  const kept = new Kept("line");
  const tag = (name: string) => (text: string) => `<${name}>${text}</>`;
  const colors = {
    dim: tag("dim"),
    incoming: tag("in"),
    outgoing: tag("out"),
    frames: [tag("0"), tag("1")] as const,
  };
  const [a, b] = pipe();
  const connection = traceConnection(a, { ...kept, write: kept.write, now: kept.now, colors });
  const written = b.write(utf8("a\nb\n"));
  await new PullReader(connection).text();
  await written;
  assertStringIncludes(kept.text, "<dim>03:04:05.006789</> <in>◀ read </> pipe:b");
  assertStringIncludes(kept.text, "<1>61 0a</> <0>62 0a</>");
  assertStringIncludes(kept.text, "<1>└───┘</> <0>└───┘</>");
  connection.close();
});

Deno.test("traceDatagrams shows each datagram as a frame, an empty one too", async () => {
  const kept = new Kept("line");
  const received: Uint8Array[] = [utf8("a\nb"), utf8("")];
  const sent: string[] = [];
  const from = { hostname: "127.0.0.1", port: 5 };
  const socket: DatagramSocket = {
    address: "udp://127.0.0.1:9",
    sockets: "deno",
    endpoint: { hostname: "127.0.0.1", port: 9 },
    async receive({ onDatagram }) {
      for (const bytes of received) {
        const answer = await onDatagram(bytes, from);
        if (answer) sent.push(answer.toHex());
      }
    },
    send: (bytes, to) => Promise.resolve(void sent.push(`${bytes.toHex()} ${to.port}`)),
    close() {},
  };
  const shown = traceDatagrams(socket, kept);
  await shown.receive({
    onDatagram: ({ length }) => length ? undefined : utf8("ok"),
    onError() {},
  });
  await shown.send(utf8("ok"), { hostname: "::1", port: 6 });
  assertEquals(sent, ["6f6b", "6f6b 6"]);
  assertEquals(
    kept.text,
    `03:04:05.006789 ◀ read  udp://127.0.0.1:5  3 bytes, 1 datagram
  00000000  61 0a 62                                           a.b
            └─ #1 ─┘
03:04:05.006789 ◀ read  udp://127.0.0.1:5  0 bytes, 1 datagram
03:04:05.006789 ▶ write udp://127.0.0.1:5  2 bytes, 1 datagram
  00000000  6f 6b                                              ok
            └───┘
03:04:05.006789 ▶ write udp://[::1]:6  2 bytes, 1 datagram
  00000000  6f 6b                                              ok
            └───┘
`,
  );
});

Deno.test("traceConnection takes each write of text for whole frames, and says that the end ended the last read", async () => {
  const kept = new Kept("text");
  const [a, b] = pipe();
  const connection = traceConnection(a, kept);
  const written = connection.write(utf8("hi"));
  assertStringIncludes(kept.take(), "2 bytes, 1 frame (text)\n");
  await new PullReader(b).text();
  await written;
  const reader = new PullReader(connection);
  const sent = b.write(utf8("yo"));
  await reader.text();
  await sent;
  const ended = b.closeWrite();
  assertEquals(await reader.text(), undefined);
  await ended;
  assertStringIncludes(kept.take(), "  · #1 was ended by the end of the stream\n");
  connection.close();
});

Deno.test("traceConnection shows the text of each frame in its encoding, and no length as text", async () => {
  const kept = new Kept("len:u8");
  kept.encoding = await openEncoding("gbk");
  const [a, b] = pipe();
  const connection = traceConnection(a, kept);
  // A length of 0xc4 and the first byte behind it would be a character.
  const written = connection.write(
    Uint8Array.of(4, 0xc4, 0xe3, 0xba, 0xc3, 0xc4, ...utf8("a".repeat(9)), 0xc4),
  );
  assertStringIncludes(
    kept.take(),
    "  00000000  04 c4 e3 ba c3 c4 61 61  61 61 61 61 61 61 61 c4   .你好.aaaaaaaaa.\n",
  );
  const rest = connection.write(Uint8Array.of(0xe3, 0xba, 0xc3));
  assertStringIncludes(kept.take(), "  00000010  e3 ba c3                                           .好\n");
  await new PullReader(b).text();
  await new PullReader(b).text().catch(() => {});
  connection.close();
  await Promise.allSettled([written, rest]);
});

Deno.test("traceConnection shows a character over two rows at the end of the first", async () => {
  const kept = new Kept("raw");
  const [a, b] = pipe();
  const written = traceConnection(a, kept).write(utf8(`${"a".repeat(15)}你b`));
  assertStringIncludes(kept.text, "61 61 61 61 61 61 61 e4   aaaaaaaaaaaaaaa你\n");
  const [first, second] = kept.text.split("\n").filter((line) => line.startsWith("  0000"));
  assertEquals(second.length - 1, first.indexOf("aaa") + 2);
  b.close();
  await Promise.allSettled([written]);
});

Deno.test("traceConnection shows each direction in frames of its own", async () => {
  const kept = new Kept("raw");
  const [a, b] = pipe();
  const codec = { read: parseSpec("raw"), write: parseSpec("len:i32le") };
  const connection = traceConnection(a, { ...kept, write: kept.write, now: kept.now, codec });
  const asked = b.write(utf8("echo hi"));
  await new PullReader(connection).text();
  await asked;
  assertStringIncludes(kept.take(), "7 bytes, 1 frame (raw)\n");
  const answered = connection.write(Uint8Array.of(3, 0, 0, 0, ...utf8("hi\n")));
  assertStringIncludes(kept.take(), "7 bytes, 1 frame (len:i32le)\n");
  connection.close();
  await Promise.allSettled([answered]);
});

Deno.test("traceDatagrams reads each datagram as a text of its own", async () => {
  const kept = new Kept("raw");
  const socket = traceDatagrams({ send: () => Promise.resolve() } as unknown as DatagramSocket, kept);
  for (const bytes of [[0xe4, 0xbd], [0xa0, 0xc3, 0xa9]]) {
    await socket.send(Uint8Array.from(bytes), { hostname: "::1", port: 6 });
  }
  assertMatch(kept.text, / {3}\.\.\n[^]* {3}\.é \n/);
});
