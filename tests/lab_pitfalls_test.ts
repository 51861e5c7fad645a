import { assert, assertEquals, assertMatch } from "@std/assert";
import type { LabEvent } from "../lib/app/mod.ts";
import { type Pitfall, PITFALLS } from "../lib/lab/pitfalls/names.ts";
import { displayWidth } from "../lib/text/width.ts";
import { asUser, eventsOf, HAS_PRIVATE_NETWORKS, withoutNamespaces } from "./support/lab.ts";
import { tempDir } from "./support/machine.ts";
import { refusal, runPinwire } from "./support/pinwire.ts";
import { fieldsIn, HAS_TSHARK } from "./support/tshark.ts";

const ignore = !HAS_PRIVATE_NETWORKS;

/** What each pitfall comes to, part by part: → is from the client, ╳ for what is lost. */
const STORIES: Record<Pitfall, Record<string, string[]>> = {
  "time-wait": {
    "client first": ["client is TIME_WAIT", "server bind() = 0"],
    "server first": [
      ...["server close()", "server FIN_WAIT_1", "← FIN+ACK", "client CLOSE_WAIT", "→ ACK"],
      ...["server FIN_WAIT_2", "client read() = 0", "client close()", "client LAST_ACK", "→ FIN+ACK"],
      ...["server TIME_WAIT", "← ACK", "client CLOSED"],
      ...["server bind() = EADDRINUSE", "server setsockopt(SO_REUSEADDR, 1)", "server bind() = 0"],
    ],
  },
  "half-open": {
    "comes back": [
      ...["server CLOSED", "client is ESTABLISHED", 'client write("hello") = 5', "→ PSH+ACK 5", "← RST"],
      ...["client CLOSED", "client read() = ECONNRESET"],
    ],
    "keepalive": [
      ...["client setsockopt(SO_KEEPALIVE, 1)", "client setsockopt(TCP_KEEPIDLE, 1)"],
      ...["client setsockopt(TCP_KEEPINTVL, 1)", "client setsockopt(TCP_KEEPCNT, 2)", "server CLOSED"],
      ...["→ ACK ╳", "→ ACK ╳", "client CLOSED", "→ RST+ACK ╳", "client read() = ETIMEDOUT"],
    ],
  },
  "epipe": {
    "epipe": [
      ...["server close()", "server FIN_WAIT_1", "← FIN+ACK", "client CLOSE_WAIT", "→ ACK"],
      ...["server FIN_WAIT_2", 'client write("one") = 3', "→ PSH+ACK 3", "server CLOSED", "← RST"],
      ...["client CLOSED", 'client write("two") = EPIPE'],
    ],
  },
  "backlog": {
    "backlog": [
      ...["client CLOSED", "server LISTEN", "client connect()", "client SYN_SENT", "→ SYN"],
      ...["client is SYN_SENT", "server is LISTEN, 2 wait", "→ SYN", "server accept()", "→ SYN"],
      ...["server SYN_RECV", "← SYN+ACK", "client ESTABLISHED", "→ ACK", "server ESTABLISHED"],
    ],
  },
  "nagle": {
    "two writes": [
      ...["server setsockopt(TCP_QUICKACK, 0)", 'client write("head") = 4', 'client write("body") = 4'],
      ...["→ PSH+ACK 4", "← ACK", "→ PSH+ACK 4", "← ACK"],
    ],
    "TCP_NODELAY": [
      ...["server setsockopt(TCP_QUICKACK, 0)", "client setsockopt(TCP_NODELAY, 1)"],
      ...['client write("head") = 4', 'client write("body") = 4', "→ PSH+ACK 4", "→ PSH+ACK 4", "← ACK"],
    ],
    "one write": [
      ...["server setsockopt(TCP_QUICKACK, 0)", 'client write("headbody") = 8', "→ PSH+ACK 8", "← ACK"],
    ],
  },
  "reset": {
    "unread bytes": [
      ...['client write("hello") = 5', "→ PSH+ACK 5", "← ACK", "client is ESTABLISHED"],
      ...["server is ESTABLISHED, 5 wait", "server close()", "server CLOSED", "← RST+ACK"],
      ...["client CLOSED", "client read() = ECONNRESET"],
    ],
    "abort": [
      ...['server write("one") = 3', "← PSH+ACK 3", "→ ACK", 'server write("two") = 3'],
      ...["client is ESTABLISHED, 3 wait", "server is ESTABLISHED", "server connect(AF_UNSPEC)"],
      ...["server CLOSED", "← RST+ACK", "client CLOSED", "client read() = 3", "client read() = ECONNRESET"],
    ],
  },
  "syn-flood": {
    "no cookies": [
      ...["client CLOSED", "server LISTEN", "server tcp_syncookies = 0", "flood"],
      ...["client connect()", "client SYN_SENT", "→ SYN", "→ SYN"],
    ],
    "cookies": [
      ...["client CLOSED", "server LISTEN", "server tcp_syncookies = 1", "flood"],
      ...["client connect()", "client SYN_SENT", "→ SYN", "← SYN+ACK", "client ESTABLISHED"],
      ...["→ ACK", "server ESTABLISHED", "server accept()"],
    ],
  },
};

/** What happened, part by part; the parts of which nothing is said are left out. */
function storyOf(events: LabEvent[]): Record<string, string[]> {
  const story: Record<string, string[]> = {};
  let lines: string[] = [];
  for (const event of events) {
    if (event.event === "scene") lines = story[event.scene] = [];
    else lines.push(lineOf(event));
  }
  return Object.fromEntries(
    Object.entries(story).filter(([name, { length }]) => length && name !== "opening"),
  );
}

function lineOf(event: LabEvent): string {
  switch (event.event) {
    case "call":
      return `${event.at} ${event.call}`;
    case "tcp_state":
      return `${event.at} ${event.state}`;
    case "tcp_socket":
      return `${event.at} is ${event.state}` + (event.receive_queue ? `, ${event.receive_queue} wait` : "");
    case "segment": {
      const arrow = event.from === "client" ? "→" : "←";
      const parts = [arrow, event.flags.join("+"), event.bytes || "", event.lost ? "╳" : ""];
      return parts.filter((part) => part !== "").join(" ");
    }
    default:
      return event.event;
  }
}

for (const name of PITFALLS) {
  Deno.test({
    name: `lab pitfalls ${name} goes as it says, for a user without privileges`,
    ignore,
    async fn() {
      const outcome = await asUser(["lab", "pitfalls", name, "--json"]);
      assertEquals([outcome.code, outcome.stderr], [0, ""]);
      assertEquals(
        storyOf(outcome.stdout.trim().split("\n").map((line) => JSON.parse(line))),
        STORIES[name],
      );
    },
  });
}

Deno.test({
  name: "lab pitfalls plays all of them, and its recording has them as tshark sees them (needs tshark)",
  ignore: ignore || !HAS_TSHARK,
  async fn() {
    await using dir = await tempDir();
    const file = `${dir.path}/pitfalls.pcapng`;
    const outcome = await asUser(["lab", "pitfalls", "--json", "--record", file]);
    assertEquals([outcome.code, outcome.stderr], [0, ""]);
    const scenes = eventsOf(outcome, "scene").map(({ scene }) => scene);
    assertEquals(scenes.filter((scene) => PITFALLS.some((name) => name === scene)), [...PITFALLS]);
    const packets = await fieldsIn(await Deno.readFile(file), [
      ...["ip.src", "ip.dst", "tcp.flags.str", "tcp.seq", "tcp.ack", "tcp.len", "tcp.checksum.status"],
    ]);
    assertEquals(packets.filter((fields) => fields[6] !== "1"), []);
    const ends = ["10.0.0.1", "10.0.0.2"];
    assertEquals(
      packets.filter(([from, to]) => ends.includes(from) && ends.includes(to)).map((
        [from, , flags, ...rest],
      ) => [from, flags.replace(/[^A-Z]/g, ""), ...rest.slice(0, 3)].join(" ")),
      eventsOf(outcome, "segment").map(({ from, flags, seq, ack = 0, bytes }) =>
        [ends[from === "client" ? 0 : 1], lettersOf(flags), seq, ack, bytes].join(" ")
      ),
    );
    // The flood, and the answers that nobody gets.
    const flood = eventsOf(outcome, "flood");
    assertEquals(flood.map(({ sources }) => sources[0]), ["10.0.0.101", "10.0.0.201"]);
    assert(flood.every(({ half_open: halfOpen, segments }) => halfOpen > 0 && halfOpen < segments));
    const sources = new Set(packets.map(([from]) => from).filter((from) => !ends.includes(from)));
    assertEquals(sources.size, flood.reduce((sum, { segments }) => sum + segments, 0));
    const answered = new Set(packets.map(([, to]) => to).filter((to) => !ends.includes(to)));
    assertEquals(answered.size, flood[0].half_open + flood[1].segments);
  },
});

/** As tshark writes them. */
const lettersOf = (flags: string[]) =>
  ["ACK", "PSH", "RST", "SYN", "FIN"].filter((flag) => flags.includes(flag)).map((flag) => flag[0]).join("");

Deno.test({
  name: "lab pitfalls is drawn in both languages, in 80 columns, and recorded for where it can't be played",
  ignore,
  async fn() {
    const english = await withoutNamespaces(["lab", "pitfalls", "--lang", "en"]);
    assertMatch(english.stdout, /^time-wait: "Address already in use": why/m);
    assertMatch(english.stdout, /^ {61}bind\(\) = EADDRINUSE\n {53}setsockopt\(SO_REUSEADDR, 1\)\n/m);
    assertMatch(english.stdout, /^ {4}s\.setsockopt\(SOL_SOCKET, SO_REUSEADDR, 1\)\n/m);
    assertMatch(english.stdout, /^ {19}\d+ ms after the first part\n/m);
    assertMatch(english.stdout, /── 8 × SYN ─+▶\n {19}from 10\.0\.0\.101 to 10\.0\.0\.108: now/);
    assertMatch(english.stdout, /\n\nNext: pinwire lab\b/);
    const chinese = await withoutNamespaces(["lab", "pitfalls", "--lang", "zh"]);
    assertMatch(chinese.stdout, /^time-wait: “Address already in use”：/m);
    assertMatch(chinese.stdout, /^ {19}服务器的套接字：LISTEN，2 个连接等待 accept\(\)\n/m);
    assertMatch(
      chinese.stdout,
      /^ {19}比前一部分晚 \d+ 毫秒\n[^]*\n\n下一步：pinwire lab watch --lang zh -- \S/m,
    );
    const notice = /^(no private network|this system|这个系统).*\n/gm;
    for (const line of `${english.stdout}${chinese.stdout}`.replace(notice, "").split("\n")) {
      assert(displayWidth(line) <= 80, line);
    }
    const { code, stdout } = await withoutNamespaces(["lab", "pitfalls", "epipe", "--json"]);
    const [notices, ...events] = stdout.trim().split("\n").map((line) => JSON.parse(line));
    assertEquals([code, notices.event, storyOf(events)], [0, "notice", STORIES.epipe]);
  },
});

Deno.test("lab pitfalls takes the name of one, helps with it, and completes it", async () => {
  assertMatch(
    await refusal(["lab", "pitfalls", "time-wate"], 2),
    /"time-wate" is no pitfall: did you mean time-wait\?/,
  );
  assertMatch(
    await refusal(["lab", "pitfalls", "quux"], 2),
    /no pitfall: use time-wait, half-open, epipe, backlog,/,
  );
  const help = (await runPinwire(["lab", "pitfalls", "--help"])).stdout.replace(/\s+/g, " ");
  assertMatch(help, new RegExp(PITFALLS.join(", ")));
  const { stdout } = await runPinwire(["__complete", "lab", "pitfalls", "t"]);
  assertMatch(stdout, /^time-wait\b/m);
});
