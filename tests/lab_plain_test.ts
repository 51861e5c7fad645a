import { assert, assertEquals, assertMatch } from "@std/assert";
import { displayWidth } from "../lib/text/width.ts";
import type { TcpStateEvent } from "../lib/app/events.ts";
import {
  eventsOf,
  HAS_PRIVATE_NETWORKS,
  withoutNamespaces,
  withoutNamespacesCommand,
} from "./support/lab.ts";
import type { Event } from "./support/process.ts";
import { python } from "./support/python.ts";
import { CTRL_C, ENTER, terminal } from "./support/terminal.ts";
import { tempDir } from "./support/machine.ts";

Deno.test({
  name: "lab states walks plain sockets through ten states where there is no private network (needs Linux)",
  ignore: !HAS_PRIVATE_NETWORKS,
  async fn() {
    const outcome = await withoutNamespaces(["lab", "states", "--json", "--lang", "en"]);
    assertEquals([outcome.code, outcome.stderr], [0, ""]);
    assertMatch(
      outcome.stdout,
      /^\{"event":"notice".*user\.max_user_namespaces.* on plain sockets .*SYN_RECV/,
    );
    const events = eventsOf(outcome, "tcp_state");
    assertEquals(
      events.map(({ at, before, state }) => `${at} ${before ?? ""} ${state}`.replace("  ", " ")),
      [
        ...["client CLOSED", "server CLOSED", "server CLOSED LISTEN", "client CLOSED SYN_SENT"],
        ...["client SYN_SENT ESTABLISHED", "server LISTEN ESTABLISHED", "client ESTABLISHED FIN_WAIT_1"],
        ...["server ESTABLISHED CLOSE_WAIT", "client FIN_WAIT_1 FIN_WAIT_2", "server CLOSE_WAIT LAST_ACK"],
        ...["client FIN_WAIT_2 TIME_WAIT", "server LAST_ACK CLOSED"],
        ...["client CLOSED", "server CLOSED", "server CLOSED LISTEN", "client CLOSED ESTABLISHED"],
        ...["server LISTEN ESTABLISHED", "client ESTABLISHED FIN_WAIT_1", "server ESTABLISHED FIN_WAIT_1"],
        ...["client FIN_WAIT_1 CLOSING", "server FIN_WAIT_1 FIN_WAIT_2", "server FIN_WAIT_2 TIME_WAIT"],
        "client CLOSING TIME_WAIT",
      ],
    );
    // The numbers of the kernel's own table.
    const numbers: Record<string, string> = { SYN_SENT: "02", LAST_ACK: "09", CLOSING: "0B", LISTEN: "0A" };
    for (const { state, row } of events.filter(({ state }) => state in numbers)) {
      assertMatch(row ?? "", new RegExp(`^0100007F:[0-9A-F]{4} [0-9A-F:]{13} ${numbers[state]}$`));
    }
  },
});

Deno.test({
  name:
    "lab states on plain sockets is drawn in both languages in 80 columns, and says that nothing is recorded",
  ignore: !HAS_PRIVATE_NETWORKS,
  async fn() {
    await using dir = await tempDir();
    const file = `${dir.path}/x`;
    const [english, chinese] = await Promise.all([
      withoutNamespaces(["lab", "states", "--lang", "en", "--record", file]),
      withoutNamespaces(["lab", "states", "--lang", "zh"]),
    ]);
    assertMatch(english.stdout, /nothing\s+is\s+recorded\s+in\s+\S+\/x\)\. What\s+follows/);
    assertEquals([...Deno.readDirSync(dir.path)], []);
    assertMatch(
      english.stdout,
      /^SYN_SENT\n {19}connect\(\) has sent a SYN\. But the server's queue is full/m,
    );
    assertMatch(english.stdout, /\nThe eleventh is SYN_RECV: [^]*\nNext: pinwire lab \S+\n$/);
    assertMatch(chinese.stdout, /^CLOSING\n {19}对方的 FIN 先到了/m);
    for (const line of `${english.stdout}${chinese.stdout}`.replaceAll(file, "").split("\n")) {
      assert(displayWidth(line) <= 80, line);
    }
  },
});

Deno.test({
  name: "lab states shows what it has recorded where plain sockets can't connect either, and says why",
  ignore: !HAS_PRIVATE_NETWORKS,
  async fn() {
    // The loopback interface of a new network is down.
    const outcome = await withoutNamespaces(["lab", "states", "--lang", "en"], ["--net"]);
    assertEquals([outcome.code, outcome.stderr], [0, ""]);
    assertMatch(
      outcome.stdout,
      /on plain\s+sockets[^]*LISTEN[^]*gets no further here: [^]* is a recording\./,
    );
    assertMatch(outcome.stdout, /^CLOSING\n[^]*\/proc\/net\/tcp: 0100000A:[0-9A-F]{4} 0200000A:1F90 0B\n/m);
  },
});

if (HAS_PRIVATE_NETWORKS) {
  terminal(
    "lab states on plain sockets waits for Enter, and ends with Ctrl-C at whatever step it waits",
    async () => {
      const states = ["LISTEN", "SYN_SENT", "ESTABLISHED", "FIN_WAIT_1", "CLOSE_WAIT", "LAST_ACK"];
      for (const [step, last] of states.entries()) {
        const args = withoutNamespacesCommand(["lab", "states", "--step", "--json"]);
        await using child = python("terminal", args);
        for (let i = 0; i <= step; i++) {
          const has = (event: Event) => (event as TcpStateEvent).state === states[i];
          await child.until(states[i], () => child.events.some(has) || undefined);
          if (i < step) await child.write(ENTER);
        }
        await child.write(CTRL_C);
        const { code, stdout } = await child.outcome();
        assertEquals([code, stdout.includes("error")], [0, false], last);
      }
    },
  );
}
