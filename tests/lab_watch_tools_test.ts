import { assert, assertEquals, assertMatch } from "@std/assert";
import type { DatagramEvent, LabEvent, SegmentEvent } from "../lib/app/mod.ts";
import { Strace } from "../lib/lab/watch/strace.ts";
import { asUser, eventsOf, HAS_PRIVATE_NETWORKS } from "./support/lab.ts";
import { has, isLinux, tempDir } from "./support/machine.ts";
import { PYTHON } from "./support/python.ts";
import { emulated, Emulator } from "./support/tmux.ts";
import { fieldsIn, HAS_TSHARK, tshark } from "./support/tshark.ts";

const ignore = !HAS_PRIVATE_NETWORKS || !has(PYTHON);
const PEERS = `${import.meta.dirname}/peers`;

const TALK = `${PYTHON} ${PEERS}/ok_once.py 127.0.0.1 0 | ` +
  `{ read -r port; ${PYTHON} ${PEERS}/hello_client.py 127.0.0.1 "$port"; cat; }`;
/** A server that never ends, and a client that is answered once. */
const ASK = `${PYTHON} ${PEERS}/udp_answer.py 127.0.0.1 0 >"$0" & read -r port <"$0"; ` +
  `echo hi | ${PYTHON} ${PEERS}/udp_ask.py 127.0.0.1 "$port"`;

/** A program of this name that stands before the system's. */
async function withProgram(
  name: string,
  script: string,
  act: (path: string) => Promise<void>,
): Promise<void> {
  await using dir = await tempDir();
  await Deno.writeTextFile(`${dir.path}/${name}`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  await act(`${dir.path}:${Deno.env.get("PATH")}`);
}

Deno.test({
  name: "lab watch records each packet once, as it tells of them (needs tshark)",
  ignore: ignore || !HAS_TSHARK,
  async fn() {
    await using dir = await tempDir();
    const file = `${dir.path}/talk.pcapng`;
    const program = `
from socket import *
server, udp = create_server(("127.0.0.1", 0)), socket(AF_INET, SOCK_DGRAM)
client = create_connection(server.getsockname())
client.sendall(b"x" * 5000)
client.close()
end = server.accept()[0]
while end.recv(65536): pass
end.close()
udp.bind(("127.0.0.1", 0))
udp.sendto(b"hi", udp.getsockname())
`;
    const outcome = await asUser(["lab", "watch", "--json", "--record", file, "--", PYTHON, "-c", program]);
    const told: LabEvent[] = outcome.stdout.trim().split("\n").map((line) => JSON.parse(line));
    const passed = told.filter((event): event is SegmentEvent | DatagramEvent =>
      event.event === "segment" || event.event === "datagram"
    );
    const capture = await Deno.readFile(file);
    const seen = await fieldsIn(capture, ["tcp.seq", "tcp.ack", "tcp.len", "udp.length"]);
    assertEquals(
      passed.map((event) =>
        event.event === "datagram"
          ? ["", "", "", String(event.bytes + 8)]
          : [event.seq, event.ack ?? 0, event.bytes, ""].map(String)
      ),
      seen.map((row) => Array.from({ length: 4 }, (_, i) => row[i] ?? "")),
    );
    assertEquals((await tshark(capture, ["-Y", "tcp.analysis.flags or _ws.malformed"])).stdout, "");
  },
});

Deno.test({
  name: "lab watch ends a server in the background with its command, and tells of its datagrams",
  ignore,
  async fn() {
    await using dir = await tempDir();
    const pipe = `${dir.path}/port`;
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    const outcome = await asUser(["lab", "watch", "--json", "--", "sh", "-c", ASK, pipe]);
    assertEquals([outcome.code, outcome.stderr], [0, ""]);
    const [question, answer] = eventsOf(outcome, "datagram");
    assertEquals([question.from, question.text, answer.from], ["client", "hi", "server"]);
    assertMatch(answer.text!, /^hi-\('127\.0\.0\.1', \d+\)$/);
  },
});

Deno.test({
  name: "lab watch has the calls of both programs where strace is (needs strace)",
  ignore: ignore || !has("strace"),
  async fn() {
    const outcome = await asUser(["lab", "watch", "--json", "--", "sh", "-c", TALK]);
    const calls = eventsOf(outcome, "system_call").map(({ program, call }) =>
      `${program}: ${call}`.replace(/\d{4,}/g, "PORT")
    );
    const of = (name: string) => calls.filter((call) => call.startsWith(name));
    assertEquals(of("hello_client.py"), [
      "hello_client.py: connect(3, 127.0.0.1:PORT) = 0",
      'hello_client.py: send(3, "hello", 5) = 5',
      'hello_client.py: recv(3, "ok", PORT) = 2',
      "hello_client.py: close(3) = 0",
    ]);
    assertEquals(of("ok_once.py").map((call) => call.replace(/.*: (\w+)\(.*/, "$1")), [
      ...["bind", "listen", "accept", "recv", "send", "close", "close"],
    ]);
    const order = outcome.stdout.trim().split("\n").map((line) => JSON.parse(line));
    const connect = order.findIndex(({ call }) => call?.startsWith("connect("));
    assertEquals(order.slice(connect + 1).find(({ event }) => event === "segment").flags, ["SYN"]);
    assertEquals(order.slice(0, connect).filter(({ event }) => event === "segment"), []);
  },
});

Deno.test({
  name: "lab watch goes without strace where it may not trace, and says so once",
  ignore,
  async fn() {
    await withProgram(
      "strace",
      'echo "strace: ptrace: Operation not permitted" >&2; exit 1',
      async (PATH) => {
        const { code, stdout } = await asUser(["lab", "watch", "--lang", "en", "--", "sh", "-c", TALK], {
          PATH,
        });
        assertEquals(code, 0);
        assertMatch(
          stdout,
          /^The programs' calls can't be shown: strace: ptrace: Operation not permitted\n/m,
        );
        assertMatch(stdout, /PSH\+ACK seq 1 ack 1 {2}5 bytes "hello"\n/);
        assert(!stdout.includes("connect("), stdout);
      },
    );
  },
});

Deno.test({
  name: "lab watch tells once how strace is to be had where it isn't",
  ignore,
  async fn() {
    await using dir = await tempDir();
    for (const name of ["unshare", "true", "sh"]) {
      const { stdout } = await new Deno.Command("sh", { args: ["-c", `which ${name}`] }).output();
      await Deno.symlink(new TextDecoder().decode(stdout).trim(), `${dir.path}/${name}`);
    }
    const { code, stdout } = await asUser(["lab", "watch", "--lang", "en", "--", "sh", "-c", "exit 4"], {
      PATH: dir.path,
    });
    assertEquals(code, 4);
    assertEquals(stdout.match(/strace/g)?.length, 2, stdout);
    assertMatch(stdout, /^With strace installed \(sudo apt install strace\)/m);
  },
});

emulated("lab watch has a client's prompt below what passes, and what is typed goes to it", async () => {
  if (ignore) return;
  await using dir = await tempDir();
  const program = `
from socket import *
udp = socket(AF_INET, SOCK_DGRAM)
udp.bind(("127.0.0.1", 0))
while True:
    said = input("say: ")
    if said == "end": break
    udp.sendto(said.encode(), udp.getsockname())
    print("got", udp.recv(99).decode())
`;
  await Deno.writeTextFile(`${dir.path}/talk.py`, program);
  await using terminal = new Emulator(
    ["lab", "watch", "--lang", "en", "--", PYTHON, `${dir.path}/talk.py`],
    80,
  );
  await terminal.shows(/^say:$/m);
  await terminal.type("hello");
  await terminal.press("Enter");
  const rows = await terminal.shows(/^got hello\nsay:$/m);
  const said = rows.indexOf("say: hello");
  assertEquals([said > 0, rows.indexOf("got hello") > said], [true, true]);
  assertEquals(rows.filter((row) => /UDP {6}5 bytes "hello"$/.test(row)).length, 1);
  await terminal.type("end");
  await terminal.press("Enter");
  await terminal.shows(/^say: end\n[^]*^Next: pinwire lab$/m);
});

Deno.test({
  name: "lab watch has what it traces wait until each call is told of",
  ignore: !isLinux,
  // A thread may still wait in the C library, which stays open.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    using strace = new Strace();
    const happened: string[] = [];
    const ended = strace.watch(async (line) => {
      happened.push(line);
      await Deno.stat(".");
      happened.push("told");
    });
    const calls = ["7 1.0 execve(1)", "7 1.1 execve(2)"];
    await Deno.writeTextFile(
      strace.command.at(-2)!,
      [...calls, "7 1.2 +++ exited with 3 +++", ""].join("\n"),
    );
    assertEquals(await ended, { code: 3, signal: null });
    assertEquals(happened, [calls[0], "told", calls[1], "told", "7 1.2 +++ exited with 3 +++", "told"]);
  },
});
