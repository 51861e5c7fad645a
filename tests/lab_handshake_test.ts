import type { LabEvent } from "../lib/app/mod.ts";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { isLinux, tempDir } from "./support/machine.ts";
import { interrupt, type Outcome, pinwire, runPinwire } from "./support.ts";
import { asUser, eventsOf, HAS_PRIVATE_NETWORKS, withoutNamespaces } from "./support/lab.ts";
import { fieldsIn, HAS_TSHARK } from "./support/tshark.ts";

const ignore = !HAS_PRIVATE_NETWORKS;

const WALK = [
  "server LISTEN",
  "client SYN_SENT",
  "client SYN seq 0",
  "server SYN_RECV",
  "server SYN+ACK seq 0 ack 1",
  "client ESTABLISHED",
  "client ACK seq 1 ack 1",
  "server ESTABLISHED",
  "client PSH+ACK seq 1 ack 1",
  "server ACK seq 1 ack 6",
  "client FIN_WAIT_1",
  "client FIN+ACK seq 6 ack 1",
  "server CLOSE_WAIT",
  "server ACK seq 1 ack 7",
  "client FIN_WAIT_2",
  "server LAST_ACK",
  "server FIN+ACK seq 1 ack 7",
  "client TIME_WAIT",
  "client ACK seq 7 ack 2",
  "server CLOSED",
];

/** The states and segments that were told of, in order. */
function walkOf(outcome: Outcome): string[] {
  return outcome.stdout.trim().split("\n").flatMap((line) => {
    const event: LabEvent = JSON.parse(line);
    if (event.event === "tcp_state") return [`${event.at} ${event.state}`];
    if (event.event !== "segment") return [];
    const { from, flags, seq, ack } = event;
    return [`${from} ${flags.join("+")} seq ${seq}${ack === undefined ? "" : ` ack ${ack}`}`];
  });
}

Deno.test({
  name: "lab handshake walks a real connection, as a user without privileges (needs private networks)",
  ignore,
  async fn() {
    const outcome = await asUser(["lab", "handshake", "--json"]);
    assertEquals([outcome.code, outcome.stderr], [0, ""]);
    assertEquals(walkOf(outcome), WALK);
  },
});

Deno.test({
  name: "lab handshake draws what it tells of, in both languages, each row in its columns",
  ignore,
  async fn() {
    const english = await asUser(["lab", "handshake", "--lang", "en"]);
    assertMatch(english.stdout, /^client {59}server\n10\.0\.0\.1 {57}10\.0\.0\.2:8080\n/);
    assertMatch(
      english.stdout,
      /^ {16}── SYN seq 0 ─+▶\n {19}I want to talk; my sequence numbers start at \d+\n/m,
    );
    assertMatch(english.stdout, /The client closed first and waits in TIME_WAIT for 60 s/);
    assertMatch(english.stdout, /\nNext: pinwire lab \S+\n$/);
    const chinese = await asUser(["lab", "handshake"], { LC_ALL: "", LANG: "zh_CN.UTF-8" });
    assertMatch(chinese.stdout, /^客户端 {59}服务器\n/);
    assertMatch(chinese.stdout, /^ {16}◀─+ SYN\+ACK seq 0 ack 1 ──\n {19}同意，我的从 \d+ 开始/m);
    assertMatch(chinese.stdout, /\n下一步：pinwire lab \S+\n$/);
  },
});

Deno.test({
  name: "a recording of lab handshake has what tshark sees in it, and is drawn as it was (needs tshark)",
  ignore: ignore || !HAS_TSHARK,
  async fn() {
    await using dir = await tempDir();
    const file = `${dir.path}/h.pcapng`;
    const told = eventsOf(await asUser(["lab", "handshake", "--json", "--record", file]), "segment");
    const fields = [
      "ip.src",
      "tcp.seq",
      "tcp.ack",
      "tcp.len",
      "tcp.window_size",
      "tcp.seq_raw",
      "tcp.checksum.status",
    ];
    const seen = await fieldsIn(await Deno.readFile(file), fields);
    assertEquals(
      told.map(({ from, seq, ack, bytes, window, absolute }) =>
        [from === "client" ? "10.0.0.1" : "10.0.0.2", seq, ack ?? 0, bytes, window, absolute.seq, 1].map(
          String,
        )
      ),
      seen,
    );
    const drawn = await runPinwire(["lab", "handshake", file, "--json"]);
    assertEquals(walkOf(drawn), WALK.filter((one) => one.includes("seq")));
  },
});

Deno.test({
  name: "lab handshake shows a recording, and says why, where the system refuses a private network",
  ignore: !isLinux,
  async fn() {
    const { code, stdout } = await withoutNamespaces(["lab", "handshake", "--lang", "en"]);
    assertEquals(code, 0);
    assertMatch(stdout, /user\.max_user_namespaces=1000\nallows them\. What follows is a recording\.\n/);
    assertMatch(stdout, /── SYN seq 0 ─+▶[^]*TIME_WAIT[^]*Next: /);
  },
});

Deno.test("lab handshake FILE says what is wrong with it", async () => {
  await using dir = await tempDir();
  const file = `${dir.path}/x`;
  await Deno.writeTextFile(file, "no capture at all, but a text");
  for (
    const [args, wanted, pattern] of [
      [[file], 1, /^pinwire: .*capture/],
      [[`${dir.path}/none`], 1, /can't be read/],
      [["--stream", "1"], 2, /--stream is for a FILE/],
      [[file, "--step"], 2, /--step is for a connection that is made/],
      [["--record", "-"], 2, /--record - writes to stdout/],
      [["--force"], 2, /--force is for --record/],
    ] as const
  ) {
    const { code, stderr } = await runPinwire(["lab", "handshake", ...args]);
    assertEquals(code, wanted, stderr);
    assert(pattern.test(stderr), stderr);
  }
});

interrupt("lab handshake - ends with Ctrl-C while the capture goes on", async () => {
  // A pcap of raw IP that begins with a SYN of 192.0.2.1.
  const header = "d4c3b2a1020004000000000000000000ffff000065000000";
  const syn = "45000028000000004006f6ccc0000201c0000202c0001f9000000001000000005002ffff00000000";
  const capture = Uint8Array.fromHex(`${header}00000000000000002800000028000000${syn}`);
  await using showing = await pinwire(["lab", "handshake", "-"]);
  await showing.write(capture);
  await showing.sees(/SYN seq 0/);
  const { success } = await showing.stop();
  assert(success);
});
