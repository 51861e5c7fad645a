import { assertEquals, assertMatch } from "@std/assert";
import { asUser, eventsOf, HAS_PRIVATE_NETWORKS, withoutNamespaces } from "./support/lab.ts";
import { tempDir } from "./support/machine.ts";
import { runPinwire } from "./support.ts";
import { fieldsIn, HAS_TSHARK } from "./support/tshark.ts";

const ignore = !HAS_PRIVATE_NETWORKS;

/** What tshark calls the fields of a packet, and how it writes them. */
const NAMES = {
  ip: {
    "total length": "ip.len",
    "time to live": "ip.ttl",
    "header checksum": "ip.checksum",
    "source address": "ip.src",
    "destination address": "ip.dst",
  },
  udp: {
    "source port": "udp.srcport",
    "destination port": "udp.dstport",
    "length": "udp.length",
    "checksum": "udp.checksum",
  },
  tcp: {
    "source port": "tcp.srcport",
    "destination port": "tcp.dstport",
    "sequence number": "tcp.seq_raw",
    "acknowledgment number": "tcp.ack_raw",
    "header length": "tcp.hdr_len",
    "window": "tcp.window_size_value",
    "checksum": "tcp.checksum",
    "urgent pointer": "tcp.urgent_pointer",
  },
};

for (const over of ["udp", "tcp"] as const) {
  Deno.test({
    name:
      `lab layers over ${over}: the kernel delivers it, and tshark reads the same in every field (needs tshark)`,
    ignore: ignore || !HAS_TSHARK,
    async fn() {
      await using dir = await tempDir();
      const file = `${dir.path}/layers.pcapng`;
      const message = "你好 layers";
      const outcome = await asUser(["lab", "layers", message, "--over", over, "--json", "--record", file]);
      assertEquals(eventsOf(outcome, "delivery").map(({ text, counters }) => ({ text, counters })), [
        { text: message, counters: {} },
      ]);
      const layers = eventsOf(outcome, "layer");
      assertEquals(layers.map(({ layer }) => layer), ["message", over, "ip", "ethernet"]);
      const value = (at: number) => (name: string) =>
        layers[at].fields.find((field) => field.name === name)?.value;
      const values = [...Object.keys(NAMES.ip).map(value(2)), ...Object.keys(NAMES[over]).map(value(1))];
      const names = [...Object.values(NAMES.ip), ...Object.values(NAMES[over])];
      const status = [`${over}.checksum.status`, "ip.checksum.status"];
      const [read] = await fieldsIn(await Deno.readFile(file), [...names, ...status, `${over}.payload`]);
      assertEquals(read, [...values, "1", "1", layers[0].hex]);
    },
  });
}

Deno.test({
  name: "lab layers --flip: whichever bit is turned over, the kernel refuses the packet, and a counter tells",
  ignore,
  async fn() {
    // The version of IP, its length, its checksum, an address; a port, the length, the checksum; the message.
    for (const bit of [4, 20, 85, 140, 170, 205, 220, 224, 263]) {
      const outcome = await asUser(["lab", "layers", "hello", "--json", "--flip", String(bit)]);
      const [{ text, counters, flipped }] = eventsOf(outcome, "delivery");
      assertEquals([outcome.code, text, flipped], [0, undefined, bit], outcome.stderr);
      assertEquals(Object.values(counters).every((count) => count === 1), true);
      assertMatch(Object.keys(counters).join(), bit < 160 ? /IpInHdrErrors/ : /UdpInErrors/);
    }
    const tcp = await asUser(["lab", "layers", "hello", "--over", "tcp", "--json", "--flip", "320"]);
    assertEquals(eventsOf(tcp, "delivery")[0].counters.TcpInCsumErrors, 1);
    // A header of TCP that is longer than its segment is dropped without a word.
    const long = await asUser(["lab", "layers", "hello", "--over", "tcp", "--json", "--flip", "256"]);
    assertEquals(eventsOf(long, "delivery").map(({ text, counters }) => ({ text, counters })), [{
      text: undefined,
      counters: {},
    }]);
    // What is no packet of IP isn't taken at all.
    const none = await asUser(["lab", "layers", "hello", "--lang", "en", "--flip", "0"]);
    assertMatch(none.stdout, /its\s+first\s+bits\s+say\s+no\s+version\s+of\s+IP/);
  },
});

Deno.test({
  name: "lab layers names each field in both languages",
  ignore,
  async fn() {
    const english = await asUser(["lab", "layers", "hi", "--lang", "en"]);
    assertMatch(english.stdout, /^ {2}00 0a {14}length {20}10$/m);
    assertMatch(english.stdout, /gave the program "hi": delivered\./);
    const chinese = await asUser(["lab", "layers", "hi", "--lang", "zh", "--flip", "225"]);
    assertMatch(chinese.stdout, /^ {2}00 0a {14}长度 {22}10$/m);
    assertMatch(
      chinese.stdout,
      /途中第 225 位被翻转：它在消息里，68 变成了 28。\n内核拒收.*UdpInCsumErrors 加 1/,
    );
  },
});

Deno.test({
  name: "lab layers shows the layers where there is no private network, and says what is left out",
  ignore,
  async fn() {
    const { code, stdout } = await withoutNamespaces(["lab", "layers", "hi", "--lang", "en"]);
    assertEquals(code, 0);
    assertMatch(
      stdout,
      /max_user_namespaces[^]* So the kernel's part is left out\.\n[^]*source port[^]*\nNext: /,
    );
  },
});

Deno.test("lab layers refuses what doesn't fit, and bits that there are not", async () => {
  for (
    const args of [[""], ["x".repeat(1001)], ["hi", "--flip", "240"], ["hi", "--flip", "-1"], [
      "hi",
      "--over",
      "sctp",
    ]]
  ) {
    const { code, stderr } = await runPinwire(["lab", "layers", ...args]);
    assertEquals([code, stderr.split("\n").length], [2, 2], stderr);
  }
});
