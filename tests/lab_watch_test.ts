import { assert, assertEquals, assertMatch } from "@std/assert";
import { displayWidth } from "../lib/text/width.ts";
import { asUser, eventsOf, HAS_PRIVATE_NETWORKS, startAsUser, withoutNamespaces } from "./support/lab.ts";
import { has, isLinux, tempDir } from "./support/machine.ts";
import { refusal } from "./support/pinwire.ts";
import type { Outcome } from "./support/process.ts";
import { PYTHON } from "./support/python.ts";

const ignore = !HAS_PRIVATE_NETWORKS || !has(PYTHON);
const PEERS = `${import.meta.dirname}/peers`;

/** A line of a shell: the server that says ok once is ready, then its client runs, and then the server's output is shown. */
const TALK = `${PYTHON} ${PEERS}/ok_once.py 127.0.0.1 0 | ` +
  `{ read -r port; ${PYTHON} ${PEERS}/hello_client.py 127.0.0.1 "$port"; cat; }`;

/** What the programs printed. */
function printed(outcome: Outcome, output: "stdout" | "stderr"): string {
  const events: { event: string; data: string }[] = outcome.stdout.trim().split("\n").map((line) =>
    JSON.parse(line)
  );
  const bytes = events.filter(({ event }) => event === output).flatMap(({ data }) => [
    ...Uint8Array.fromBase64(data),
  ]);
  return new TextDecoder().decode(new Uint8Array(bytes));
}

Deno.test({
  name:
    "lab watch tells of a tutorial's connection: both addresses, each segment once, and what both printed",
  ignore,
  async fn() {
    const outcome = await asUser(["lab", "watch", "--json", "--", "sh", "-c", TALK]);
    assertEquals([outcome.code, outcome.stderr], [0, ""]);
    assertEquals(printed(outcome, "stdout"), "ok\nhello\n");
    const segments = eventsOf(outcome, "segment");
    assertEquals(
      segments.slice(0, 3).map(({ from, flags }) => [from, flags.join("+")]),
      [["client", "SYN"], ["server", "SYN+ACK"], ["client", "ACK"]],
    );
    const data = segments.filter(({ bytes }) => bytes);
    assertEquals(data.map(({ from, seq, ack, bytes, text }) => [from, seq, ack, bytes, text]), [
      ["client", 1, 1, 5, "hello"],
      ["server", 1, 6, 2, "ok"],
    ]);
    const { local, remote } = segments[0];
    assertMatch(`${local} ${remote}`, /^127\.0\.0\.1:\d+ 127\.0\.0\.1:\d+$/);
    for (const segment of segments) {
      const ends = segment.from === "client" ? [local, remote] : [remote, local];
      assertEquals([segment.stream, segment.local, segment.remote], [0, ...ends]);
    }
    const ends = segments.filter(({ flags }) => flags.includes("FIN")).map(({ from }) => from);
    assertEquals(ends.sort(), ["client", "server"]);
    assertMatch(outcome.stdout, /\{"event":"exit","time":"[^"]+","code":0,"signal":null\}\n$/);
  },
});

Deno.test({
  name:
    "lab watch draws a line for each segment in 80 columns, in both languages, and what is printed in lines of its own",
  ignore,
  async fn() {
    for (
      const [lang, names, data] of [
        ["en", "seconds   # client     server", '5 bytes "hello"'],
        ["zh", "秒   # 客户端     服务器", '5 个字节 "hello"'],
      ]
    ) {
      const { code, stdout, stderr } = await asUser(["lab", "watch", "--lang", lang, "--", "sh", "-c", TALK]);
      assertEquals([code, stderr], [0, ""]);
      const lines = stdout.split("\n");
      assert(lines.some((line) => line.trim() === names), stdout);
      assert(lines.some((line) => line.endsWith(`PSH+ACK seq 1 ack 1  ${data}`)), stdout);
      assertMatch(stdout, /^ +\d+\.\d{4} {3}1 +\d+ ◀── \d+ +SYN\+ACK seq 0 ack 1$/m);
      assertMatch(
        stdout,
        /^ {12}1 .*(by the \w+ first: port|(服务器|客户端)先关闭，端口) \d+ .*TIME_WAIT.* 60 (s|秒)$/m,
      );
      assertMatch(stdout, /^ok\n[^]*^hello\n/m);
      assertMatch(stdout, /\n\n(Next: |下一步：)pinwire lab.*\n$/);
      for (const line of lines) assert(displayWidth(line) <= 80, line);
    }
  },
});

Deno.test({
  name: "lab watch numbers several connections, and has IPv6, UDP, GBK and bytes that are no text",
  ignore,
  async fn() {
    const program = `
from socket import *
first, second = create_server(("127.0.0.1", 0)), create_server(("::1", 0), family=AF_INET6)
ends = [create_connection(one.getsockname()[:2]) for one in (first, second)]
ends[0].sendall("你好".encode("gbk"))
first.accept()[0].recv(9)
ends[1].sendall(bytes([5, 0, 0, 0]))
second.accept()[0].recv(9)
udp = socket(AF_INET6, SOCK_DGRAM)
udp.bind(("::1", 0))
udp.sendto(b"hi", udp.getsockname())
`;
    const outcome = await asUser(["lab", "watch", "--json", "--", PYTHON, "-c", program]);
    assertEquals([outcome.code, outcome.stderr], [0, ""]);
    const data = eventsOf(outcome, "segment").filter(({ bytes }) => bytes);
    assertEquals(data.map(({ stream, text, encoding, hex }) => ({ stream, text, encoding, hex })), [
      { stream: 0, text: "你好", encoding: "gbk", hex: undefined },
      { stream: 1, text: undefined, encoding: undefined, hex: "05000000" },
    ]);
    assertMatch(data[1].remote!, /^\[::1\]:\d+$/);
    const datagrams = eventsOf(outcome, "datagram");
    assertEquals(datagrams.map(({ from, stream, bytes, text }) => [from, stream, bytes, text]), [
      ["client", 0, 2, "hi"],
    ]);
  },
});

Deno.test({
  name: "lab watch cuts what is long into segments as on Ethernet",
  ignore,
  async fn() {
    const program = `
from socket import *
server = create_server(("127.0.0.1", 0))
client = create_connection(server.getsockname())
client.sendall(b"x" * 10000)
client.close()
end = server.accept()[0]
while end.recv(65536): pass
`;
    const outcome = await asUser(["lab", "watch", "--json", "--", PYTHON, "-c", program]);
    const sizes = eventsOf(outcome, "segment").map(({ bytes }) => bytes);
    assertEquals(sizes.reduce((sum, size) => sum + size), 10_000);
    assertEquals(Math.max(...sizes), 1448);
  },
});

Deno.test({
  name: "lab watch gives its stdin to the command, and its output as it is, whatever stands in it",
  ignore,
  async fn() {
    const input = '{"event":"exit"}\nhalf a line';
    await using json = startAsUser(["lab", "watch", "--json", "--", "cat"], { stdin: input });
    assertEquals(printed(await json.outcome(), "stdout"), input);
    const line = "cat; echo warning >&2";
    await using drawn = startAsUser(["lab", "watch", "--lang", "en", "--", "sh", "-c", line], {
      stdin: input,
    });
    const { stdout, stderr } = await drawn.outcome();
    assertEquals(stderr, "warning\n");
    assertMatch(stdout, /server\n\{"event":"exit"\}\nhalf a line\n\nNext: pinwire lab\n$/);
  },
});

Deno.test({
  name: "lab watch shows what a program writes to the first process's stdout, as in a container",
  ignore,
  async fn() {
    const line =
      `for text in null '{"level":"info"}' '{"packet":' 'plain'; do echo "$text" >/proc/1/fd/1; done`;
    const outcome = await asUser(["lab", "watch", "--json", "--", "sh", "-c", line]);
    assertEquals([outcome.code, outcome.stderr], [0, ""]);
    assertEquals(printed(outcome, "stdout"), 'null\n{"level":"info"}\n{"packet":\nplain\n');
  },
});

Deno.test({
  name: "lab watch takes no more of its stdin than its command reads",
  ignore,
  async fn() {
    // Much to show, for which much could be taken meanwhile.
    const line = "seq 100000; echo reading; wc -c";
    await using watching = startAsUser(["lab", "watch", "--", "sh", "-c", line]);
    let isGiven = false;
    const size = 20_000_000;
    const given = watching.write(new Uint8Array(size)).then(() => isGiven = true);
    await watching.sees(/^reading$/m);
    assert(!isGiven, "all was taken before anything was read");
    await given;
    await watching.end();
    assertMatch((await watching.outcome()).stdout, new RegExp(`^${size}$`, "m"));
  },
});

Deno.test({
  name: "lab watch has a command by which a second terminal joins, and sees what is started there",
  ignore,
  async fn() {
    const command = [PYTHON, `${PEERS}/ok_once.py`, "127.0.0.1", "8001"];
    await using watching = startAsUser(["lab", "watch", "--lang", "en", "--", ...command]);
    const [, join] = await watching.sees(/^ {2}(nsenter .*)$/m);
    await watching.sees(/^8001$/m);
    const [program, ...args] = join.split(" ");
    const client = [PYTHON, `${PEERS}/hello_client.py`, "127.0.0.1", "8001"];
    const joined = await new Deno.Command(program, { args: [...args, ...client] }).output();
    assertEquals([joined.code, new TextDecoder().decode(joined.stdout)], [0, "ok\n"]);
    const { code, stdout } = await watching.outcome();
    assertEquals(code, 0);
    assertMatch(stdout, / 8001 +PSH\+ACK seq 1 ack 1 {2}5 bytes "hello"\n/);
  },
});

Deno.test({
  name: "lab watch runs nothing where there is no private network, and says what can be done instead",
  ignore: ignore || !isLinux,
  async fn() {
    await using dir = await tempDir();
    for (
      const [lang, sentence] of [
        ["en", /^pinwire: .*\. The command was not run: pinwire relay LISTEN TARGET stands between/],
        ["zh", /^pinwire: .*。命令没有运行: 可以用 pinwire relay LISTEN TARGET/],
      ] as const
    ) {
      const file = `${dir.path}/${lang}`;
      const { code, stdout, stderr } = await withoutNamespaces([
        "lab",
        "watch",
        "--lang",
        lang,
        "--",
        "touch",
        file,
      ]);
      assertEquals([code, stdout], [1, ""]);
      assertMatch(stderr, sentence);
      assertEquals([...Deno.readDirSync(dir.path)], []);
    }
  },
});

Deno.test("lab watch asks for a command, and has no recording into its own picture", async () => {
  const missing = /COMMAND is missing: write it behind --, as in -- python3 server\.py\n/;
  for (const args of [[], ["--"]]) assertMatch(await refusal(["lab", "watch", ...args], 2), missing);
  assertMatch(await refusal(["lab", "watch", "--record", "-", "--", "true"], 2), /record to a file/);
  assertMatch(await refusal(["lab", "watch", "--force", "--", "true"], 2), /--force is for --record/);
});
