import { assert, assertEquals, assertMatch } from "@std/assert";
import { displayWidth } from "../lib/text/width.ts";
import { asUser, eventsOf, HAS_PRIVATE_NETWORKS, withoutNamespaces } from "./support/lab.ts";
import { tempDir } from "./support/machine.ts";
import { fieldsIn, HAS_TSHARK } from "./support/tshark.ts";

const ignore = !HAS_PRIVATE_NETWORKS;

Deno.test({
  name: "lab window closes a window, probes it and opens it again, as tshark sees it (needs tshark)",
  ignore: ignore || !HAS_TSHARK,
  async fn() {
    await using dir = await tempDir();
    const file = `${dir.path}/window.pcapng`;
    const outcome = await asUser(["lab", "window", "--json", "--record", file]);
    assertEquals([outcome.code, outcome.stderr], [0, ""]);
    const told = eventsOf(outcome, "segment");
    const seen = await fieldsIn(await Deno.readFile(file), [
      ...["ip.src", "tcp.seq", "tcp.ack", "tcp.len", "tcp.window_size"],
      ...["tcp.analysis.zero_window", "tcp.analysis.window_update", "tcp.analysis.keep_alive"],
    ]);
    let before: number | undefined;
    const kinds = told.map(({ from, window, probe, flags }) => {
      const isUpdate = from === "server" && before === 0 && window > 0;
      if (from === "server" && !flags.includes("SYN")) before = window;
      return [window === 0, isUpdate, probe].map((is) => is ? "1" : "");
    });
    assertEquals(
      told.map(({ from, seq, ack = 0, bytes, window }, i) => [
        from === "client" ? "10.0.0.1" : "10.0.0.2",
        ...[seq, ack, bytes, window].map(String),
        ...kinds[i],
      ]),
      seen.map((row) => Array.from({ length: 8 }, (_, i) => row[i] ?? "")),
    );
    // The window closes once and stays closed over three probes; then it opens.
    assertEquals(kinds.map((kind) => kind.indexOf("1")).filter((kind) => kind >= 0), [
      0,
      2,
      0,
      2,
      0,
      2,
      0,
      1,
    ]);
    assertEquals(told.reduce((sum, { bytes }) => sum + bytes, 0), 6 * 1448);
  },
});

Deno.test({
  name: "lab window tells what waits at both ends while the window is closed, and at the end",
  ignore,
  async fn() {
    const sockets = eventsOf(await asUser(["lab", "window", "--json"]), "tcp_socket");
    const [client, server, clientLater, serverLater] = sockets;
    assertEquals([client.at, client.timer, server.at], ["client", "zero window probe", "server"]);
    assertEquals(client.send_queue + server.receive_queue, 6 * 1448);
    assert(server.receive_queue > 0 && client.send_queue > 0);
    assertEquals([clientLater.send_queue, serverLater.receive_queue], [0, 0]);
  },
});

Deno.test({
  name: "lab window is drawn in both languages, in 80 columns, and recorded for where it can't be played",
  ignore,
  async fn() {
    const english = await withoutNamespaces(["lab", "window", "--lang", "en"]);
    assertMatch(english.stdout, /I have everything before byte 1449, and room for 2896 more\n/);
    assertMatch(english.stdout, /but no room: send no more\s+\(window 0\)\n/);
    assertMatch(english.stdout, /── ACK seq 4344 ack 1 ─+▶\n {19}\d+ ms later: is there room again\?/);
    assertMatch(english.stdout, /there is room again, for 2896 bytes: go on \(window update\)\n/);
    const chinese = await withoutNamespaces(["lab", "window", "--lang", "zh"]);
    assertMatch(chinese.stdout, /第 1449 个字节之前的我都收到了，还能容纳 2896 个\n/);
    assertMatch(chinese.stdout, /先别发（窗口为\s+0）[^]*有空间了吗？[^]*又有空间了/);
    const notice = /^(this system|这个系统).*\n/gm;
    for (const line of `${english.stdout}${chinese.stdout}`.replace(notice, "").split("\n")) {
      assert(displayWidth(line) <= 80, line);
    }
  },
});
