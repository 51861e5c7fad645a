import { assertEquals, assertMatch } from "@std/assert";
import { isLinux, pinwire, Process, PYTHON, refusal, run, runPinwire } from "./support.ts";
import { pinwireCommand } from "./support/pinwire.ts";

/**
 * Gives a network of its own an interface with addresses of both families, which takes part in multicast, and then runs a
 * program there.
 */
const NETWORK = `
import fcntl, os, struct, subprocess, sys
tap = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tap, 0x400454ca, struct.pack("16sH22x", b"tap0", 0x1002))
os.set_inheritable(tap, True)
for line in ("link set lo up", "link set tap0 addrgenmode none", "link set tap0 up", "addr add 10.9.0.1/24 dev tap0",
             "addr add fe80::5/64 dev tap0 nodad", "route add 224.0.0.0/4 dev tap0"):
    subprocess.run(["ip", *line.split()], check=True)
os.execvp(sys.argv[1], sys.argv[1:])
`;

const apartArgs = (program: string[]) => ["-rn", PYTHON, "-c", NETWORK, ...program];

const mayUnshare = isLinux &&
  await new Deno.Command("unshare", { args: apartArgs(["true"]), stderr: "null" }).output()
    .then(({ success }) => success, () => false);

/** A server in a network of its own. */
async function apart(args: string[]): Promise<Process> {
  const server = new Process("unshare", apartArgs(pinwireCommand(args)));
  await server.next("listening");
  return server;
}

/** What another, in the same network, comes to. */
const beside = ({ pid }: Process, args: string[]) =>
  run("nsenter", [
    "-t",
    `${pid}`,
    "-U",
    "-n",
    "--preserve-credentials",
    ...pinwireCommand(args),
  ]);

Deno.test({
  name: "two that receive from one group at an interface hear each datagram, and who sent it",
  ignore: !isLinux,
  async fn() {
    const on = ["--interface", "127.0.0.1"];
    await using first = await pinwire(["receive", "udp://239.1.2.3:0", "--json", ...on]);
    await using second = await pinwire(["receive", first.address, "--json", ...on]);
    assertEquals(second.address, first.address);
    const sent = await runPinwire(["send", first.address, "hello", "--interface", "lo"]);
    assertEquals([sent.code, sent.stderr], [0, ""]);
    for (const one of [first, second]) {
      const { text, peer } = await one.next("message");
      assertEquals(text, "hello");
      assertMatch(peer!, /^udp:\/\/127\.0\.0\.1:\d+$/);
    }
  },
});

for (const [group, options] of [["239.1.2.3", []], ["[ff12::1234]", ["--interface", "tap0"]]] as const) {
  Deno.test({
    name: `a server joins ${group}, and who asks the group hears the answer, whoever gives it`,
    ignore: !mayUnshare,
    async fn() {
      await using server = await apart(["receive", `udp://${group}:4568`, "--json", ...options]);
      const sent = await beside(server, ["send", `udp://${group}:4568`, "hello", ...options]);
      assertEquals([sent.code, sent.stderr], [0, ""]);
      assertEquals((await server.next("message")).text, "hello");
      const zoned = group.replace("]", "%tap0]");
      await using echo = await apart(["echo", "serve", `udp://${zoned}:4568`, "--json", "--reply", "{data}"]);
      const asked = await beside(echo, ["send", `udp://${group}:4568`, "who?", "--wait", "60", ...options]);
      assertEquals(asked, { code: 0, stdout: "who?", stderr: "" });
    },
  });
}

Deno.test("a broadcast address may be sent to", async () => {
  await using server = await pinwire(["receive", "udp://0.0.0.0:0", "--once"]);
  const { code } = await runPinwire(["send", `udp://127.255.255.255:${server.port}`, "all"]);
  assertEquals(code, 0);
  assertMatch((await server.outcome()).stdout, /^127\.0\.0\.1:\d+: all\n$/);
});

Deno.test("--interface is refused where there is none, and where it makes no sense", async () => {
  const cases: [string[], 1 | 2, RegExp][] = [
    [
      ["send", "udp://239.1.2.3:9", "hi", "--interface", "none0"],
      2,
      /this machine has no interface none0: use one/,
    ],
    [
      ["send", "127.0.0.1:9", "hi", "--interface", "lo"],
      2,
      /--interface is for UDP, and tcp:\/\/127\.0\.0\.1:9/,
    ],
    [["receive", "127.0.0.1:0", "--interface", "lo"], 2, /--interface is for UDP/],
    [["receive", "udp://[ff12::1]:4568"], 2, /ff12::1 is an address on one link: name its interface/],
    [
      ["receive", "udp://239.1.2.3:0", "--interface", "192.0.2.77"],
      1,
      /no interface has 192\.0\.2\.77: name one/,
    ],
  ];
  for (const [args, code, message] of cases) assertMatch(await refusal(args, code), message);
});
