import { assert, assertEquals, assertMatch } from "@std/assert";
import type { SegmentEvent } from "../lib/app/mod.ts";
import { displayWidth } from "../lib/text/width.ts";
import { asUser, eventsOf, HAS_PRIVATE_NETWORKS, withoutNamespaces } from "./support/lab.ts";
import { isLinux, tempDir } from "./support/machine.ts";
import { refusal } from "./support/pinwire.ts";
import { fieldsIn, HAS_TSHARK } from "./support/tshark.ts";

const ignore = !HAS_PRIVATE_NETWORKS;

/** The client's data as it was sent, `╳` where it was lost. */
const dataOf = (segments: SegmentEvent[]) =>
  segments.filter(({ from, bytes }) => from === "client" && bytes).map(({ seq, lost }) =>
    `${seq}${lost ? "╳" : ""}`
  ).join(" ");

/** What a sender's clock said, in ms. */
const clockOf = ({ options }: SegmentEvent) =>
  Number(options.find((option) => option.startsWith("timestamps"))!.split(" ")[1]);

Deno.test({
  name: "lab loss loses a message until its timer has doubled twice, and then one of eight segments",
  ignore,
  async fn() {
    const outcome = await asUser(["lab", "loss", "--json"]);
    assertEquals([outcome.code, outcome.stderr], [0, ""]);
    const segments = eventsOf(outcome, "segment");
    const eight = "1 1001 2001╳ 3001 4001 5001 6001 7001 2001";
    assertEquals(dataOf(segments), `1╳ 1╳ 1╳ 1 ${eight}`);
    const times = segments.filter(({ bytes }) => bytes === 5).map(clockOf);
    const [first, second, third] = times.slice(1).map((time, i) => time - times[i]);
    assertEquals([Math.round(second / first), Math.round(third / second)], [2, 2]);
  },
});

Deno.test({
  name: "lab loss has the segments, the SACKs and the retransmissions that tshark sees (needs tshark)",
  ignore: ignore || !HAS_TSHARK,
  async fn() {
    await using dir = await tempDir();
    for (
      const [options, data] of [
        [[], "1╳ 1╳ 1╳ 1 1 1001 2001╳ 3001 4001 5001 6001 7001 2001"],
        [["--drop", "3,5"], "1 1001 2001╳ 3001 4001╳ 5001 6001 7001 2001 4001"],
        [["--drop", "8"], "1 1001 2001 3001 4001 5001 6001 7001╳ 7001"],
      ] as const
    ) {
      const file = `${dir.path}/loss${options.join("")}.pcapng`;
      const told = eventsOf(await asUser(["lab", "loss", "--json", "--record", file, ...options]), "segment");
      // What a busy machine sends again, though it was only late.
      const timely = told.filter((one, i) =>
        !one.again || told.slice(0, i).some(({ seq, lost }) => lost && seq === one.seq)
      );
      assertEquals(dataOf(timely), data);
      const seen = await fieldsIn(await Deno.readFile(file), [
        ...["ip.src", "tcp.seq", "tcp.ack", "tcp.len", "tcp.window_size"],
        ...["tcp.options.sack_le", "tcp.options.sack_re", "tcp.analysis.retransmission"],
      ]);
      assertEquals(
        told.map(({ from, seq, ack = 0, bytes, window, sack = [], again }) => [
          from === "client" ? "10.0.0.1" : "10.0.0.2",
          ...[seq, ack, bytes, window].map(String),
          ...[0, 1].map((edge) => sack.map((block) => block[edge]).join(",")),
          again ? "1" : "",
        ]),
        // A fast retransmission is one too, but has a field of its own.
        seen.map((row) => Array.from({ length: 8 }, (_, i) => row[i] ?? "")),
      );
    }
  },
});

Deno.test({
  name: "lab loss is drawn in both languages, in 80 columns, and recorded for where it can't be played",
  ignore: ignore || !isLinux,
  async fn() {
    const english = await withoutNamespaces(["lab", "loss", "--lang", "en"]);
    assertMatch(english.stdout, /── PSH\+ACK seq 1 ack 1 ─+╳ +lost\n {19}5 bytes "hello"\n/);
    assertMatch(english.stdout, /no answer for \d+ ms: once more\n[^]*twice as long as before: once more\n/);
    assertMatch(english.stdout, /byte 2001 is missing still; but I have 3001–8000 besides\s+\(SACK\)\n/);
    assertMatch(english.stdout, /once more, at once[^]*I have everything before byte 8001\n/);
    const chinese = await withoutNamespaces(["lab", "loss", "--lang", "zh"]);
    assertMatch(chinese.stdout, /── PSH\+ACK seq 1 ack 1 ─+╳ +丢失\n {19}5 个字节 "hello"\n/);
    assertMatch(chinese.stdout, /是上次的两倍，仍没有回音：再发一次[^]*（快速重传）/);
    const notice = /^(no private network|this system|这个系统).*\n/gm;
    for (const line of `${english.stdout}${chinese.stdout}`.replace(notice, "").split("\n")) {
      assert(displayWidth(line) <= 80, line);
    }
  },
});

Deno.test("lab loss --drop takes a list of segments", async () => {
  for (const list of ["0", "x", "3,", "33", "-1", "1.5", ""]) {
    assertMatch(await refusal(["lab", "loss", "--drop", list], 2), /is no list of segments: use numbers/);
  }
});
