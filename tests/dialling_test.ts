import { assertEquals, assertMatch } from "@std/assert";
import {
  fullPort,
  isLinux,
  LOOPBACK,
  type Outcome,
  pinwire,
  refusal,
  run,
  runPinwire,
  tempDir,
  testUnless,
  whyOtherDeno,
} from "./support.ts";
import { pinwireCommand } from "./support/pinwire.ts";

/** Whether a process may have a hosts file of its own, in a namespace of mounts. */
const mayUnshare = isLinux &&
  await new Deno.Command("unshare", { args: ["-rm", "true"], stderr: "null" }).output()
    .then(({ success }) => success, () => false);

const HOSTS = "::1 twice.test\n127.0.0.1 twice.test\n127.0.0.2 thrice.test\n127.0.0.1 thrice.test\n";

/** Runs pinwire where these names have these addresses. */
async function runWithHosts(...args: string[]): Promise<Outcome> {
  await using folder = await tempDir();
  const hosts = `${folder.path}/hosts`;
  await Deno.writeTextFile(hosts, HOSTS);
  const mount = `mount --bind "$0" /etc/hosts && exec "$@"`;
  return await run("unshare", ["-rm", "sh", "-c", mount, hosts, ...pinwireCommand(args)]);
}

Deno.test({
  name: "a name with several addresses means the first at which somebody listens, over TCP, TLS and UDP",
  ignore: !mayUnshare,
  async fn() {
    await using folder = await tempDir();
    await runPinwire(["cert", "twice.test", "--out", folder.path]);
    const cert = `${folder.path}/pinwire-cert.pem`;
    const tls = ["--tls-cert", cert, "--tls-key", `${folder.path}/pinwire-key.pem`];
    for (
      const [scheme, host, serving, dialling] of [
        ["tcp", LOOPBACK, [], []],
        ["tcp", "[::1]", [], []],
        ["tls", LOOPBACK, tls, ["--ca", cert]],
        ["udp", LOOPBACK, [], ["--wait", "60"]],
      ] as const
    ) {
      const address = `${scheme === "udp" ? "udp" : "tcp"}://${host}:0`;
      await using server = await pinwire(["echo", "serve", address, "--reply", "{data}", ...serving]);
      const to = `${scheme}://twice.test:${server.port}`;
      assertEquals(await runWithHosts("send", to, "hi", ...dialling), {
        code: 0,
        stdout: "hi",
        stderr: "",
      });
    }
  },
});

Deno.test({
  name: "the error of a name with several addresses names each of them, with its own reason if they differ",
  ignore: !mayUnshare,
  async fn() {
    const alike = await runWithHosts("send", "twice.test:1", "hi");
    assertEquals(alike.code, 1);
    assertMatch(alike.stderr, /nobody is listening on tcp:\/\/twice\.test:1 \(::1, 127\.0\.0\.1\): start/);
    using full = await fullPort();
    const apart = await runWithHosts(
      "send",
      `thrice.test:${full.port}`,
      "hi",
      "--connect-timeout",
      "3",
    );
    assertEquals(apart.code, 1);
    const why = "127.0.0.1: no answer in time; 127.0.0.2: nobody is listening";
    assertMatch(
      apart.stderr,
      new RegExp(`tcp://thrice\\.test:\\d+ can't be reached \\(${why.replaceAll(".", "\\.")}\\)`),
    );
  },
});

Deno.test({
  name: "--connect-timeout ends an attempt that is not answered",
  ignore: !isLinux,
  async fn() {
    using full = await fullPort();
    const message = await refusal(["send", `${LOOPBACK}:${full.port}`, "hi", "--connect-timeout", "0.2"], 1);
    assertMatch(message, /did not answer in time/);
  },
});

const whyNoBind = whyOtherDeno("can't dial from an address");

testUnless(whyNoBind, "--bind is where a client comes from, over TCP and UDP", async () => {
  for (const scheme of ["tcp", "udp"]) {
    await using server = await pinwire(["echo", "serve", `${scheme}://${LOOPBACK}:0`, "--reply", "{peer}"]);
    const to = `${scheme}://${LOOPBACK}:${server.port}`;
    const { stdout } = await runPinwire(["send", to, "hi", "--bind", "127.0.0.2", "--wait", "60"]);
    assertMatch(stdout, /^127\.0\.0\.2:\d+$/);
  }
}, !isLinux);

testUnless(whyNoBind, "--bind of what can't be is refused in words", async () => {
  const cases: [string, string, 1 | 2, RegExp][] = [
    ["127.0.0.1:1", "localhost", 2, /"localhost" is no IP address: give --bind an address of this machine/],
    ["127.0.0.1:1", "127.0.0.1:x", 2, /the port "x" must be a number/],
    ["127.0.0.1:1", "::1", 2, /has no IPv6 address, and --bind is one/],
    ["127.0.0.1:1", "192.0.2.1", 1, /192\.0\.2\.1 is not an address of this machine: give --bind one/],
    ["udp://127.0.0.1:1", "192.0.2.1", 1, /192\.0\.2\.1:0 is not an address of this machine/],
    ["udp://127.0.0.1:1", "::1", 2, /has no IPv6 address, and --bind is one/],
    ["unix:/tmp/none", "127.0.0.1", 2, /unix:\/tmp\/none can't be dialled from an address: leave --bind out/],
  ];
  for (const [address, bind, code, message] of cases) {
    assertMatch(await refusal(["send", address, "hi", "--bind", bind], code), message);
  }
});
