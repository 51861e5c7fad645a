import { assert, assertEquals, assertMatch } from "@std/assert";
import type { ArrivalEvent } from "../lib/app/mod.ts";
import { displayWidth } from "../lib/text/width.ts";
import { asUser, eventsOf, HAS_PRIVATE_NETWORKS, withoutNamespaces } from "./support/lab.ts";
import { isLinux, tempDir } from "./support/machine.ts";
import { refusal } from "./support/pinwire.ts";
import type { Outcome } from "./support/process.ts";
import { ENTER, onTerminal } from "./support/terminal.ts";
import { fieldsIn, HAS_TSHARK } from "./support/tshark.ts";

const ignore = !HAS_PRIVATE_NETWORKS;

const ONE_TO_TEN = Array.from({ length: 10 }, (_, i) => i + 1);

const numbersOver = (over: ArrivalEvent["over"], outcome: Outcome) =>
  eventsOf(outcome, "arrival").filter((event) => event.over === over).map(({ number }) => number);

/** The segments that carry a number. */
const dataOf = (outcome: Outcome) =>
  eventsOf(outcome, "segment").filter(({ number }) => number !== undefined);

/** What a wire does to a packet. */
const fateOf = ({ lost, twice, late }: { lost?: true; twice?: true; late?: true }) =>
  lost ? "✗" : twice ? "2" : late ? "↷" : ".";

/** What was sent and what came of it, in order, without how long that took. */
const pictureOf = (outcome: Outcome) => ({
  datagrams: eventsOf(outcome, "datagram").map((event) => `${event.number}${fateOf(event)}`).join(" "),
  segments: dataOf(outcome).map((event) => `${event.number}${fateOf(event)}`).join(" "),
  udp: numbersOver("udp", outcome).join(" "),
  tcp: numbersOver("tcp", outcome).join(" "),
});

/** Drawn, without how long it took. */
const undated = (drawn: string) => drawn.replace(/^ {2}\d+ {6,}(\d|never|没收到).*$/gm, "");

Deno.test({
  name:
    "lab udp: a seed has the same picture each time, and the same wire for TCP, which brings all in order",
  ignore,
  async fn() {
    for (const seed of [1, 2, 3, 5, 8, 10, 11, 12, 15, 19]) {
      const call = ["lab", "udp", "--json", "--seed", String(seed)];
      const [outcome, other] = await Promise.all([asUser(call), asUser(call)]);
      assertEquals([outcome.code, outcome.stderr], [0, ""]);
      assertEquals(pictureOf(other), pictureOf(outcome));
      const datagrams = eventsOf(outcome, "datagram");
      assertEquals(datagrams.map(({ number }) => number), ONE_TO_TEN);
      assertEquals(dataOf(outcome).slice(0, 10).map(fateOf), datagrams.map(fateOf), `seed ${seed}`);
      assertEquals(numbersOver("tcp", outcome), ONE_TO_TEN, `seed ${seed}`);
      assertEquals(
        numbersOver("udp", outcome).sort((one, another) => one - another),
        datagrams.flatMap(({ number, lost, twice }) => lost ? [] : twice ? [number, number] : [number]),
      );
    }
  },
});

Deno.test({
  name: "lab udp: what is late comes behind two others, and what is behind a lost segment waits for it",
  ignore,
  async fn() {
    const outcome = await asUser(["lab", "udp", "--json"]);
    assertEquals(pictureOf(outcome), {
      datagrams: "1. 2. 3✗ 4↷ 5. 6. 7. 82 9. 102",
      segments: "1. 2. 3✗ 4↷ 5. 6. 3. 72 8. 92 102",
      udp: "1 2 5 6 4 7 8 8 9 10 10",
      tcp: "1 2 3 4 5 6 7 8 9 10",
    });
    const kept = eventsOf(outcome, "arrival").filter(({ kept_ms }) => kept_ms !== undefined);
    assertEquals(kept.map(({ over, number }) => `${over} ${number}`), ["tcp 4", "tcp 5", "tcp 6"]);
    assert(kept.every(({ ms, kept_ms }) => kept_ms! <= ms));
  },
});

Deno.test({
  name: "lab udp records the datagrams, the segments and the retransmissions that tshark sees (needs tshark)",
  ignore: ignore || !HAS_TSHARK,
  async fn() {
    await using dir = await tempDir();
    for (const seed of ["15", "1"]) {
      const file = `${dir.path}/${seed}.pcapng`;
      const outcome = await asUser(["lab", "udp", "--json", "--seed", seed, "--record", file]);
      const seen = await fieldsIn(await Deno.readFile(file), [
        ...["ip.src", "udp.length", "udp.payload", "udp.checksum.status"],
        ...["tcp.seq", "tcp.ack", "tcp.len", "tcp.window_size", "tcp.analysis.retransmission"],
      ]);
      const [datagrams, segments] = [
        seen.filter(([, length]) => length),
        seen.filter(([, length]) => !length),
      ];
      assertEquals(
        datagrams.map(([source, length, payload, checksum]) => [
          source,
          Number(length) - 8,
          parseInt(new TextDecoder().decode(Uint8Array.fromHex(payload))),
          checksum,
        ]),
        eventsOf(outcome, "datagram").map(({ bytes, number }) => ["10.0.0.1", bytes, number, "1"]),
      );
      assertEquals(
        segments.map(([source, , , , ...fields]) => [
          source,
          ...Array.from({ length: 5 }, (_, i) => fields[i] ?? ""),
        ]),
        eventsOf(outcome, "segment").map(({ from, seq, ack = 0, bytes, window, again }) => [
          from === "client" ? "10.0.0.1" : "10.0.0.2",
          ...[seq, ack, bytes, window].map(String),
          again ? "1" : "",
        ]),
      );
    }
  },
});

Deno.test({
  name: "lab udp is drawn in both languages, in 80 columns, and recorded for where it can't be played",
  ignore: ignore || !isLinux,
  async fn() {
    const recorded = {
      en: await withoutNamespaces(["lab", "udp", "--lang", "en", "--seed", "2"]),
      zh: await withoutNamespaces(["lab", "udp", "--lang", "zh"]),
    };
    const live = {
      en: await asUser(["lab", "udp", "--lang", "en"]),
      zh: await asUser(["lab", "udp", "--lang", "zh"]),
    };
    assertMatch(
      recorded.en.stdout,
      /What\s+follows\s+is\s+a\s+recording\.\s+Its\s+wire\s+is\s+that\s+of\s+--seed\s+15\.\n/,
    );
    const withoutNotice = (drawn: string) => drawn.slice(drawn.search(/^(By chance|这条线路)/m));
    for (const language of ["en", "zh"] as const) {
      const [one, other] = [recorded, live].map((outcomes) => withoutNotice(outcomes[language].stdout));
      assertEquals(undated(one), undated(other));
      for (const line of other.split("\n")) assert(displayWidth(line) <= 80, line);
    }
    const english = live.en.stdout;
    assertMatch(english, /^By chance this wire loses 20% of the packets, doubles 10%, and delivers 10%\n/);
    assertMatch(english, /^ 3 {2}✗ lost {5}3 +──✗ +3 +──✗$/m);
    assertMatch(english, /^ 6 +6 +──▶ 6 4↷ +6 +──▶ \(waits for 3\)\n 7 +7 +──▶ 7 +3 again +──▶ 3 4 5 6$/m);
    assertMatch(english, /^ {2}UDP {5}1 {4}2 {4}✗ {4}5 {4}6 {4}4↷ {3}7 {4}8×2 {2}9 {4}10×2$/m);
    assertMatch(english, /^ +✗ missing: 3 +×2 twice: 8, 10 +↷ out of order: 4$/m);
    assertMatch(english, /^ +11 segments with data for 10 numbers: 1 sent again$/m);
    assertMatch(english, /^ {2}3 {7}never +\d+ +█+$/m);
    assertMatch(english, /^ {2}5 {7}[\d.]+ +█* +\d+ +█*▒+$/m);
    assertMatch(live.zh.stdout, /^ 7 +7 +──▶ 7 +3 重传 +──▶ 3 4 5 6$/m);
    assertMatch(live.zh.stdout, /^ +✗ 缺少：3 +×2 重复：8、10 +↷ 乱序：4$/m);
  },
});

Deno.test({
  name: "lab udp --step shows a segment with data for each Enter, and its wire is the same",
  ignore,
  async fn() {
    await using child = onTerminal(["lab", "udp", "--step", "--json"]);
    const numbers = () =>
      child.events.filter((event) => event.event === "segment" && "number" in event).length;
    await child.until("the handshake", () => child.events.find(({ event }) => event === "segment"));
    for (let i = 1; i <= 11; i++) {
      await child.write(ENTER);
      await child.until(`segment ${i}`, () => numbers() === i || undefined);
    }
    assertEquals((await child.outcome()).code, 0);
  },
});

Deno.test("lab udp --seed takes a whole number", async () => {
  assertMatch(await refusal(["lab", "udp", "--seed", "x"], 2), /"x" is not a whole number: use 0 or more/);
});
