import { assert, assertEquals } from "@std/assert";
import { has, LOOPBACK, pinwire, Process, PYTHON, run, runPinwire, tempDir } from "./support.ts";
import { WEB_SOCKET_PEERS, works } from "./support/web_socket_peers.ts";

const PURE = ["--reply", "{data}"];

for (const { needs, isThere, client, server } of WEB_SOCKET_PEERS) {
  Deno.test({
    name: `a client speaks with echo serve over ws:// (needs ${needs})`,
    ignore: !isThere,
    async fn() {
      await using echo = await pinwire(["echo", "serve", "ws://127.0.0.1:0", ...PURE]);
      await using peer = client(`ws://${LOOPBACK}:${echo.port}/any/path?x=1`);
      const { code, stdout, stderr } = await peer.outcome();
      assertEquals([code, stdout.trim(), stderr], [0, "ok", ""]);
    },
  });

  Deno.test({
    name: `echo connect, send and connect speak with a server (needs ${needs})`,
    ignore: !isThere,
    async fn() {
      await using peer = server();
      const [port] = await peer.sees(/^\d+$/m);
      const url = `ws://${LOOPBACK}:${port}/`;
      const offered = ["--subprotocol", "other", "--subprotocol", "chat"];
      const typed = await runPinwire(["echo", "connect", url, ...offered], { stdin: "one\n二\n" });
      assertEquals([typed.code, typed.stdout], [0, "one\n二\n"]);
      const fragments = await runPinwire(["send", url, "fragments", "--wait", "1", ...offered]);
      assertEquals([fragments.code, fragments.stdout], [0, "one, two"]);
      const bytes = await runPinwire(["connect", url, "--wait", "1", ...offered], { stdin: "a\nb" });
      assertEquals(bytes.stdout, "a\nb");
      await peer.sees(/closed with 1000/);
    },
  });
}

const [python, node] = WEB_SOCKET_PEERS;

Deno.test({
  name: `a server that leaves with a code ends its client (needs ${python.needs})`,
  ignore: !python.isThere,
  async fn() {
    await using peer = python.server();
    const [port] = await peer.sees(/^\d+$/m);
    const said = ["send", `ws://${LOOPBACK}:${port}`, "--subprotocol", "chat"];
    const pings = await runPinwire([...said, "ping", "--wait", "1"]);
    assertEquals(pings.stdout, "pong");
    const { code, stdout } = await runPinwire([...said, "leave", "--json"]);
    assertEquals([code, /"event":"disconnected"/.test(stdout)], [0, true]);
  },
});

Deno.test({
  name: `what a server says to whom it refuses is told (needs ${python.needs})`,
  // Before its version 13 it lets them in.
  ignore: !works(PYTHON, ["-c", "import websockets.asyncio.server"]),
  async fn() {
    await using peer = python.server();
    const [port] = await peer.sees(/^\d+$/m);
    const { code, stderr } = await runPinwire(["send", `ws://${LOOPBACK}:${port}`, "hi"]);
    assertEquals(
      [code, /answered 400 Bad Request \(.*missing subprotocol.*--subprotocol chat/.test(stderr)],
      [1, true],
      stderr,
    );
  },
});

Deno.test({
  name: `path, query, fields and origin reach the server (needs ${node.needs})`,
  ignore: !node.isThere,
  async fn() {
    await using peer = node.server();
    const [port] = await peer.sees(/^\d+$/m);
    const url = `ws://${LOOPBACK}:${port}/a/b?c=d`;
    const asked = await runPinwire(
      ["send", url, "hi", "--wait", "1", "--header", "X-Test: yes", "--origin", "https://page.example"],
    );
    assertEquals(asked.stdout, "hi");
    await peer.sees(/asked for \/a\/b\?c=d yes https:\/\/page\.example/);
  },
});

Deno.test({
  name: "websocat speaks with echo serve (needs websocat)",
  ignore: !has("websocat"),
  async fn() {
    await using echo = await pinwire(["echo", "serve", "ws://127.0.0.1:0", "--frame", "line", ...PURE]);
    const talked = await run("websocat", ["-t", `ws://${LOOPBACK}:${echo.port}`], {
      stdin: "one\ntwo\n",
    });
    assertEquals([talked.code, talked.stdout], [0, "one\ntwo\n"]);
  },
});

Deno.test({
  name: "a proxy that lets only HTTP pass lets ws:// pass (needs haproxy)",
  ignore: !has("haproxy"),
  async fn() {
    await using dir = await tempDir();
    await using echo = await pinwire(["echo", "serve", "ws://127.0.0.1:0", ...PURE]);
    const socket = `${dir.path}/proxy`;
    await Deno.writeTextFile(
      `${dir.path}/haproxy.cfg`,
      `defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
  timeout tunnel 30s
frontend in
  bind unix@${socket}
  http-request set-header Host ${LOOPBACK}:${echo.port}
  default_backend out
backend out
  server echo ${LOOPBACK}:${echo.port}
`,
    );
    await using proxy = new Process("haproxy", ["-db", "-f", `${dir.path}/haproxy.cfg`]);
    await using relay = await pinwire(["relay", "127.0.0.1:0", `unix:${socket}`, "--retry", "10"]);
    const { stdout } = await runPinwire([
      "echo",
      "bench",
      `ws://${LOOPBACK}:${relay.port}/x`,
      "-n",
      "2000",
      "--json",
    ]);
    assert(proxy.pid > 0);
    assertEquals(JSON.parse(stdout).messages, 2000);
  },
});
