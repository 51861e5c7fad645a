import { assert, assertEquals, assertMatch } from "@std/assert";
import type { LabEvent } from "../lib/app/mod.ts";
import { eventsOf } from "./support/lab.ts";
import { has, isLinux } from "./support/machine.ts";
import { pinwire, refusal, runPinwire } from "./support/pinwire.ts";
import { type Process, run } from "./support/process.ts";
import { emulated, Emulator } from "./support/tmux.ts";

const ignore = !isLinux;

/** A listener and a connection to it, both ends in this process. */
async function connection() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = listener.accept();
  const client = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  const server = await accepting;
  return {
    listener,
    client,
    server,
    port: listener.addr.port,
    [Symbol.dispose]() {
      for (const one of [listener, client, server]) {
        try {
          one.close();
        } catch {
          // The test has closed it.
        }
      }
    },
  };
}

/** Done when a lesson has told of this change. */
async function changes(child: Process, change: string): Promise<void> {
  await child.until(change, () => {
    const told = (child.events as unknown as LabEvent[]).flatMap((event) =>
      event.event === "tcp_state" ? [`${event.at} ${event.before} ${event.state}`] : []
    );
    return told.includes(change) || undefined;
  });
}

Deno.test({
  name: "lab states PORT tells of each state that a connection goes through, until Ctrl-C",
  ignore,
  async fn() {
    using ends = await connection();
    await using child = await pinwire(["lab", "states", String(ends.port), "--json"]);
    await child.until("both ends and the listener", () => child.events.length >= 3 || undefined);
    await ends.client.closeWrite();
    await changes(child, "client ESTABLISHED FIN_WAIT_2");
    await changes(child, "server ESTABLISHED CLOSE_WAIT");
    ends.server.close();
    await changes(child, "client FIN_WAIT_2 TIME_WAIT");
    ends.listener.close();
    await changes(child, "server LISTEN CLOSED");
    assertEquals((await child.stop()).code, 0);
  },
});

Deno.test({
  name: "lab states PORT --once has the sockets and queues that ss has (needs ss)",
  ignore: ignore || !has("ss"),
  async fn() {
    using ends = await connection();
    await ends.client.write(new Uint8Array(5000));
    const outcome = await runPinwire(["lab", "states", String(ends.port), "--once", "--json"]);
    const told = eventsOf(outcome, "tcp_socket").map(({ state, receive_queue, send_queue, local, remote }) =>
      [
        state === "ESTABLISHED" ? "ESTAB" : state.replaceAll("_", "-"),
        receive_queue,
        send_queue,
        local,
        remote,
      ].join(" ")
    );
    const { stdout } = await run("ss", ["-Htan", `sport = ${ends.port} or dport = ${ends.port}`]);
    // Of a listener ss has the longest queue there may be, in place of bytes.
    const rows = stdout.trim().split("\n").map((line) =>
      line.replace(/^(LISTEN +\d+ +)\d+/, "$10").replace("0.0.0.0:*", "*").trim().split(/\s+/).join(" ")
    );
    assertEquals(told.toSorted(), rows.toSorted());
    assert(told.some((row) => row.startsWith("ESTAB 5000 0 ")));
  },
});

Deno.test({
  name: "lab states PORT --once draws a table, says what each state means, and what to do where nobody is",
  ignore,
  async fn() {
    using ends = await connection();
    const { stdout } = await runPinwire(["lab", "states", String(ends.port), "--once", "--lang", "en"]);
    assertMatch(stdout, /^local +peer +state +send-q +recv-q +timer\n/);
    assertMatch(stdout, new RegExp(`^127\\.0\\.0\\.1:${ends.port} +\\* +LISTEN +0 +0$`, "m"));
    assertMatch(stdout, /\n\nLISTEN: listen\(\): [^]*\n\nESTABLISHED: [^]*\nNext: pinwire lab \S+\n$/);
    const chinese = await runPinwire(["lab", "states", String(ends.port), "--once", "--lang", "zh"]);
    assertMatch(chinese.stdout, /^本地 +对端 +状态 +待确认 +待读 +定时器\n/);
    const { stdout: nobody } = await runPinwire(["lab", "states", "1", "--once", "--lang", "en"]);
    assertMatch(nobody, /^No socket of TCP has port 1 here\. Start a server: /);
  },
});

Deno.test("lab states says which options go with a port, and which don't", async () => {
  assertMatch(await refusal(["lab", "states", "8080", "--step"], 2), /--step is for the walk/);
  assertMatch(await refusal(["lab", "states", "8080", "--record", "x"], 2), /--record is for the walk/);
  assertMatch(await refusal(["lab", "states", "--once"], 2), /--once is for a PORT/);
  assertMatch(await refusal(["lab", "states", "99999"], 2), /out of range/);
});

if (isLinux) {
  emulated("lab states PORT keeps the table below what has changed, and counts its timers down", async () => {
    using ends = await connection();
    await using screen = new Emulator(["lab", "states", String(ends.port), "--lang", "en"], 80);
    await screen.shows(/^local +peer[^]*\d +ESTABLISHED/m);
    await ends.client.closeWrite();
    await screen.shows(/ESTABLISHED → CLOSE_WAIT\n {4}the other's FIN came[^]*\nlocal +peer [^]*CLOSE_WAIT/);
    ends.server.close();
    const rows = await screen.shows(/ wait 5[0-8] s/);
    assertEquals(rows.filter((row) => /^local +peer /.test(row)).length, 1, rows.join("\n"));
    assert(rows.some((row) => row.includes("FIN_WAIT_2 → TIME_WAIT")), rows.join("\n"));
  });
}
