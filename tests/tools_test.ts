import { assertEquals, assertMatch } from "@std/assert";
import { has, pinwire, Process, run, runPinwire, tempDir } from "./support.ts";

/** A pure echo, so that what comes back can be compared byte by byte. */
const ECHO = ["--reply", "{data}"];

const TWO_LINES = "one\ntwo\n";

/** Far more than one read or a socket buffer holds. */
const MEGABYTE = "0123456789abcde\n".repeat(65_536);

function tool(program: string, name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${name} (needs ${program})`, ignore: !has(program), fn });
}

/** All input answered, the server closed, the tool content. */
async function assertEcho(program: string, args: string[], stdin = TWO_LINES): Promise<void> {
  const { code, stdout, stderr } = await run(program, args, { stdin });
  assertEquals([code, stderr, stdout.length], [0, "", stdin.length]);
  assertEquals(stdout, stdin);
}

/** A tool without half-close over datagrams: it stays until its answer is here, then its stdin ends. */
async function assertDatagramEcho(program: string, args: string[]): Promise<void> {
  await using child = new Process(program, args);
  await child.write("hello");
  await child.sees(/^hello$/);
  await child.end();
  assertEquals(await child.outcome(), { code: 0, stdout: "hello", stderr: "" });
}

interface TlsServer extends AsyncDisposable {
  server: Process;
  port: number;
  cert: string;
}

async function tlsServer(...options: string[]): Promise<TlsServer> {
  const dir = await tempDir();
  const made = await runPinwire(["cert", "localhost", "127.0.0.1", "--out", dir.path]);
  assertEquals([made.code, made.stderr], [0, ""]);
  const cert = `${dir.path}/pinwire-cert.pem`;
  const files = ["--tls-cert", cert, "--tls-key", `${dir.path}/pinwire-key.pem`];
  const server = await pinwire(["echo", "serve", "127.0.0.1:0", ...ECHO, ...files, ...options]);
  return {
    server,
    port: server.port,
    cert,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
}

tool("nc.openbsd", "nc gets a timestamp", async () => {
  await using server = await pinwire(["echo", "serve", "127.0.0.1:0"]);
  const { code, stdout } = await run("nc.openbsd", ["-N", "127.0.0.1", `${server.port}`], { stdin: "hello" });
  assertMatch(stdout, /^\[\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}\] hello$/);
  assertEquals(code, 0);
});

tool("nc.openbsd", "nc over TCP: all that came before its half-close is answered", async () => {
  await using server = await pinwire(["echo", "serve", "127.0.0.1:0", ...ECHO]);
  await assertEcho("nc.openbsd", ["-N", "127.0.0.1", `${server.port}`]);
  await assertEcho("nc.openbsd", ["-N", "127.0.0.1", `${server.port}`], MEGABYTE);
});

tool("nc.openbsd", "nc: an unfinished line is a message of --frame text", async () => {
  const reply = ["--frame", "text", "--reply", "{n}:{data}"];
  await using server = await pinwire(["echo", "serve", "127.0.0.1:0", ...reply]);
  const args = ["-N", "127.0.0.1", `${server.port}`];
  assertEquals((await run("nc.openbsd", args, { stdin: TWO_LINES })).stdout, "1:one\n2:two\n");
  assertEquals((await run("nc.openbsd", args, { stdin: "one\ntwo" })).stdout, "1:one\n2:two\n");
  assertEquals((await run("nc.openbsd", args, { stdin: "one" })).stdout, "1:one");
});

tool("nc.openbsd", "nc over TCP, line by line", async () => {
  await using server = await pinwire(["echo", "serve", "127.0.0.1:0", "-f", "line", "--reply", "{n}:{data}"]);
  await using nc = new Process("nc.openbsd", ["-N", "127.0.0.1", `${server.port}`]);
  await nc.write("one\n");
  assertEquals(await nc.line(), "1:one");
  await nc.write("two\r\n");
  assertEquals(await nc.line(), "2:two");
  await nc.end();
  assertEquals(await nc.outcome(), { code: 0, stdout: "1:one\n2:two\n", stderr: "" });
});

tool("nc.openbsd", "nc stays connected until Ctrl-C ends the server", async () => {
  await using server = await pinwire(["echo", "serve", "127.0.0.1:0", "--json", ...ECHO]);
  await using nc = new Process("nc.openbsd", ["127.0.0.1", `${server.port}`]);
  await nc.write("hello\n");
  const { peer } = await server.next("connected");
  const message = await server.next("message");
  assertEquals([message.peer, message.bytes], [peer, 6]);
  assertEquals(await nc.line(), "hello");
  assertEquals((await server.stop()).code, 0);
  // Without -N it waits on both sides; the server's end closes one, its stdin the other.
  await nc.end();
  assertEquals((await nc.outcome()).code, 0);
});

tool("nc.openbsd", "nc over UDP", async () => {
  await using server = await pinwire(["echo", "serve", "udp://127.0.0.1:0", ...ECHO]);
  await assertEcho("nc.openbsd", ["-u", "-W", "1", "127.0.0.1", `${server.port}`], "hello");
});

tool("nc.openbsd", "nc over a Unix socket", async () => {
  await using dir = await tempDir();
  await using _server = await pinwire(["echo", "serve", `unix:${dir.path}/echo`, ...ECHO]);
  await assertEcho("nc.openbsd", ["-N", "-U", `${dir.path}/echo`]);
});

tool("ncat", "ncat over TCP: all that came before its half-close is answered", async () => {
  await using server = await pinwire(["echo", "serve", "127.0.0.1:0", ...ECHO]);
  await assertEcho("ncat", ["127.0.0.1", `${server.port}`]);
  await assertEcho("ncat", ["127.0.0.1", `${server.port}`], MEGABYTE);
});

tool("ncat", "ncat over UDP", async () => {
  await using server = await pinwire(["echo", "serve", "udp://127.0.0.1:0", ...ECHO]);
  await using ncat = new Process("ncat", ["-u", "127.0.0.1", `${server.port}`]);
  await ncat.write("hello");
  await ncat.sees(/^hello$/);
});

tool("ncat", "ncat --ssl, which trusts anybody", async () => {
  await using tls = await tlsServer();
  await assertEcho("ncat", ["--ssl", "127.0.0.1", `${tls.port}`]);
});

tool("ncat", "ncat --ssl --ssl-verify, which trusts our certificate alone", async () => {
  await using tls = await tlsServer();
  const verify = ["--ssl-verify", "--ssl-trustfile", tls.cert];
  await assertEcho("ncat", ["--ssl", ...verify, "localhost", `${tls.port}`]);
});

tool("ncat", "ncat --ssl goes without close_notify, and that is an end like any other", async () => {
  await using tls = await tlsServer("--json");
  await using ncat = new Process("ncat", ["--ssl", "127.0.0.1", `${tls.port}`]);
  await ncat.write("hello\n");
  assertEquals(await ncat.line(), "hello");
  const { peer } = await tls.server.next("connected");
  await ncat.end();
  assertEquals((await tls.server.next("disconnected")).peer, peer);
  assertEquals((await ncat.outcome()).code, 0);
  assertEquals((await tls.server.stop()).code, 0);
  assertEquals(tls.server.events.filter(({ event }) => event === "error"), []);
});

tool("socat", "socat TCP6", async () => {
  await using server = await pinwire(["echo", "serve", "[::1]:0", ...ECHO]);
  assertMatch(server.address, /^tcp:\/\/\[::1\]:\d+$/);
  await assertEcho("socat", ["-t", "5", "-", `TCP6:[::1]:${server.port}`]);
  await assertEcho("socat", ["-t", "5", "-", `TCP6:[::1]:${server.port}`], MEGABYTE);
});

tool("socat", "socat UDP", async () => {
  await using server = await pinwire(["echo", "serve", "udp://127.0.0.1:0", ...ECHO]);
  await assertDatagramEcho("socat", ["-t", "0", "-", `UDP:127.0.0.1:${server.port}`]);
});

tool("socat", "socat UDP6", async () => {
  await using server = await pinwire(["echo", "serve", "udp://[::1]:0", ...ECHO]);
  await assertDatagramEcho("socat", ["-t", "0", "-", `UDP6:[::1]:${server.port}`]);
});

tool("socat", "socat UNIX-CONNECT, and the path goes with the server", async () => {
  await using dir = await tempDir();
  const path = `${dir.path}/echo`;
  await using server = await pinwire(["echo", "serve", `unix:${path}`, ...ECHO]);
  assertEquals(server.address, `unix:${path}`);
  await assertEcho("socat", ["-t", "5", "-", `UNIX-CONNECT:${path}`]);
  assertEquals((await server.stop()).code, 0);
  assertEquals([...Deno.readDirSync(dir.path)], []);
});

tool("socat", "socat OPENSSL with our certificate as cafile", async () => {
  await using tls = await tlsServer();
  const address = (host: string) => `OPENSSL:${host}:${tls.port},cafile=${tls.cert}`;
  await assertEcho("socat", ["-t", "5", "-", address("localhost")]);
  await assertEcho("socat", ["-t", "5", "-", address("127.0.0.1")], MEGABYTE);
});
