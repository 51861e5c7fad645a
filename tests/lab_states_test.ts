import { assert, assertEquals, assertMatch } from "@std/assert";
import { displayWidth } from "../lib/text/width.ts";
import { has, isRoot } from "./support/machine.ts";
import type { LabEvent } from "../lib/app/mod.ts";
import { asUser, eventsOf, HAS_PRIVATE_NETWORKS } from "./support/lab.ts";
import { type Outcome, run } from "./support/process.ts";
import { ENTER, onTerminal } from "./support/terminal.ts";
import { PYTHON } from "./support/python.ts";

const ignore = !HAS_PRIVATE_NETWORKS;

/** The states of client and server whenever a segment waits, and at the end. */
const STEPS = [
  "SYN_SENT LISTEN",
  "SYN_SENT SYN_RECV",
  "ESTABLISHED SYN_RECV",
  "FIN_WAIT_1 ESTABLISHED",
  "FIN_WAIT_1 CLOSE_WAIT",
  "FIN_WAIT_2 LAST_ACK",
  "TIME_WAIT LAST_ACK",
  "SYN_SENT LISTEN",
  "SYN_SENT SYN_RECV",
  "ESTABLISHED SYN_RECV",
  "FIN_WAIT_1 FIN_WAIT_1",
  "FIN_WAIT_1 CLOSING",
  "CLOSING CLOSING",
  "CLOSING TIME_WAIT",
];

const statesOf = (outcome: Outcome) =>
  eventsOf(outcome, "tcp_state").map(({ at, state }) => `${at} ${state}`);

Deno.test({
  name: "lab states walks both ends through all eleven states, in both languages (needs private networks)",
  ignore,
  async fn() {
    const outcome = await asUser(["lab", "states", "--json"]);
    assertEquals([outcome.code, outcome.stderr], [0, ""]);
    const states = new Set(statesOf(outcome).map((one) => one.split(" ")[1]));
    assertEquals(states, new Set(["CLOSED", ...STEPS.flatMap((step) => step.split(" "))]));
    assertEquals(states.size, 11);
    const english = await asUser(["lab", "states", "--lang", "en"]);
    assertMatch(
      english.stdout,
      /^CLOSING\n {19}\/proc\/net\/tcp: 0100000A:[0-9A-F]{4} 0200000A:1F90 0B\n/m,
    );
    assertMatch(english.stdout, /\n {65}CLOSE_WAIT\n {19}the other's FIN came: read\(\) gives 0\. /);
    assertMatch(english.stdout, /\nNext: pinwire lab \S+\n$/);
    const chinese = await asUser(["lab", "states", "--lang", "zh"]);
    assertMatch(chinese.stdout, /\n {65}CLOSE_WAIT\n {19}收到对方的 FIN：read\(\) 返回 0。/);
    for (const line of `${english.stdout}${chinese.stdout}`.split("\n")) {
      assert(displayWidth(line) <= 80, line);
    }
  },
});

Deno.test({
  name: "lab states tells at every step what ss says inside (needs private networks, ss, Python)",
  ignore: ignore || !has("ss") || !has("nsenter") || !has(PYTHON),
  async fn() {
    await using child = onTerminal(["lab", "states", "--step", "--json"]);
    const told = () => (child.events as unknown as LabEvent[]).filter((event) => event.event === "tcp_state");
    const now = (at: string) => told().findLast((one) => one.at === at)?.state;
    let inside = 0;
    for (const [i, step] of STEPS.entries()) {
      await child.until(
        `step ${i}: ${step}`,
        () => `${now("client")} ${now("server")}` === step || undefined,
      );
      inside ||= await innerProcess(child.pid);
      const port = told().findLast(({ at, row }) =>
        at === "client" && row
      )!.row!.match(/:([0-9A-F]{4}) /)![1];
      assertEquals(await statesBySs(inside, parseInt(port, 16)), step);
      await child.write(ENTER);
    }
    assertEquals((await child.outcome()).code, 0);
    assertEquals([now("client"), now("server")], ["TIME_WAIT", "TIME_WAIT"]);
  },
});

/** The process that has a network of its own, somewhere below another one. */
async function innerProcess(pid: number): Promise<number> {
  const network = (pid: number | string) => Deno.readLink(`/proc/${pid}/ns/net`);
  const outside = await network("self");
  for (let found = [pid]; found.length;) {
    for (const one of found) if (await network(one) !== outside) return one;
    found = found.flatMap(childrenOf);
  }
  throw new Error(`none below ${pid} has a network of its own`);
}

function childrenOf(pid: number): number[] {
  return [...Deno.readDirSync(`/proc/${pid}/task`)].flatMap(({ name }) =>
    Deno.readTextFileSync(`/proc/${pid}/task/${name}/children`).split(" ").filter(Boolean).map(Number)
  );
}

/** What ss says of the two ends of a connection, by the names of /proc. */
async function statesBySs(pid: number, clientPort: number): Promise<string> {
  const into = isRoot ? ["-n"] : ["-U", "--preserve-credentials", "-n"];
  const { stdout } = await run("nsenter", ["-t", String(pid), ...into, "ss", "-Htan"]);
  const rows = stdout.trim().split("\n").map((line) => line.split(/\s+/));
  const state = (local: string, remote: string) =>
    rows.find((row) => row[3] === local && row[4] === remote)?.[0] ?? "CLOSED";
  const [client, server] = [
    state(`10.0.0.1:${clientPort}`, "10.0.0.2:8080"),
    state("10.0.0.1:8080", `10.0.0.2:${clientPort}`),
  ];
  const listens = rows.some((row) => row[0] === "LISTEN" && row[3] === "10.0.0.1:8080");
  const names = [client, server === "CLOSED" && listens ? "LISTEN" : server];
  return names.map((name) => name === "ESTAB" ? "ESTABLISHED" : name.replaceAll("-", "_")).join(" ");
}
