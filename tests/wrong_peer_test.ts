import { assertEquals, assertMatch } from "@std/assert";
import { bytes, isWindows, LOOPBACK, pinwire, type Process, runPinwire, tempDir } from "./support.ts";

/** A client, the server that it takes for its own, and what it says of it. */
interface Pair {
  client: (at: string, ca: string) => string[];
  server: keyof typeof SERVERS;
  says: RegExp;
  code: number;
  /** What is said at the server's end. */
  told?: RegExp;
}

const SERVERS = {
  "echo serve": ["echo", "serve", "127.0.0.1:0"],
  "chat serve": ["chat", "serve", "127.0.0.1:0"],
  "led serve": ["led", "serve", "127.0.0.1:0"],
  "shell serve": ["shell", "serve", "127.0.0.1:0"],
  "shell serve --wire simple": ["shell", "serve", "127.0.0.1:0", "--wire", "simple", "--json"],
  "echo serve over ws": ["echo", "serve", "ws://127.0.0.1:0", "--json"],
  "echo serve over wss": [
    "echo",
    "serve",
    "wss://127.0.0.1:0",
    "--tls-cert",
    "CERT",
    "--tls-key",
    "KEY",
    "--json",
  ],
  "echo serve over TLS": ["echo", "serve", "127.0.0.1:0", "--tls-cert", "CERT", "--tls-key", "KEY"],
};

const TLS = /speaks TLS: write tls:\/\/ in front of the address/;
const NO_TLS = /does not speak TLS; use tls:\/\/ on both sides or on none/;
const NO_WSS = /does not speak TLS; use wss:\/\/ on both sides or on none/;
const NO_WEBSOCKET = /does not speak WebSocket: use tcp:\/\/ for a plain server/;
const HUNG_UP = /ended the connection in place of an answer: it may be no WebSocket: use tcp:\/\//;
const NOT_SHELL =
  /(does not speak the shell's wire v1|closed the connection before it let us in): is it pinwire shell serve\? A tutorial's server needs --wire simple/;

const send = (at: string) => ["send", at, "hi", "--wait", "5"];
const piped = (at: string) => ["send", at];
const connect = (at: string) => ["connect", at];
const sendTls = (at: string, ca: string) => ["send", `tls://${at}`, "hi", "--ca", ca];
const sendWeb = (at: string) => ["send", `ws://${at}`, "hi", "--wait", "5"];
const sendWss = (at: string, ca: string) => ["send", `wss://${at}`, "hi", "--ca", ca];
const chat = (at: string) => ["chat", "connect", at, "--no-reconnect"];
const agent = (at: string) => ["led", "agent", at, "--gpio", "simulated", "--name", "x", "--no-reconnect"];
const exec = (at: string) => ["shell", "exec", at, "--", "echo hi"];
const simple = (at: string) => ["shell", "exec", at, "--wire", "simple", "--", "echo hi"];

const PAIRS: Record<string, Pair> = {
  "send to TLS": { client: send, server: "echo serve over TLS", says: TLS, code: 1 },
  "chat connect to TLS": { client: chat, server: "echo serve over TLS", says: TLS, code: 1 },
  "led agent to TLS": { client: agent, server: "echo serve over TLS", says: TLS, code: 1 },
  "shell exec to TLS": { client: exec, server: "echo serve over TLS", says: TLS, code: 255 },
  "shell exec, wire simple, to TLS": { client: simple, server: "echo serve over TLS", says: TLS, code: 255 },
  "TLS to plain echo": { client: sendTls, server: "echo serve", says: NO_TLS, code: 1 },
  "TLS to plain shell": { client: sendTls, server: "shell serve", says: NO_TLS, code: 1 },
  "ws to plain echo": { client: sendWeb, server: "echo serve", says: NO_WEBSOCKET, code: 1 },
  "ws to plain chat": { client: sendWeb, server: "chat serve", says: NO_WEBSOCKET, code: 1 },
  "ws to plain led": { client: sendWeb, server: "led serve", says: HUNG_UP, code: 1 },
  "ws to TLS": {
    client: sendWeb,
    server: "echo serve over TLS",
    says: /speaks TLS: write wss:\/\/ in front of the address/,
    code: 1,
  },
  "ws to wss": {
    client: sendWeb,
    server: "echo serve over wss",
    says: /speaks TLS: write wss:\/\/ in front of the address/,
    code: 1,
    told: /does not speak TLS/,
  },
  "wss to ws": {
    client: sendWss,
    server: "echo serve over ws",
    says: NO_WSS,
    code: 1,
    told: /speaks TLS: use wss:\/\/ on both sides/,
  },
  "wss to plain echo": { client: sendWss, server: "echo serve", says: NO_WSS, code: 1 },
  "plain lines to ws": {
    client: send,
    server: "echo serve over ws",
    says: /HTTP\/1\.1 400 Bad Request/,
    code: 0,
    told: /does not speak WebSocket: use ws:\/\/ on both sides/,
  },
  "piped lines to TLS": { client: piped, server: "echo serve over TLS", says: TLS, code: 1 },
  "connect to TLS": { client: connect, server: "echo serve over TLS", says: TLS, code: 1 },
  "chat connect to ws": {
    client: chat,
    server: "echo serve over ws",
    says: /this server speaks HTTP: write ws:\/\//,
    code: 0,
  },
  "TLS to wss": {
    client: sendTls,
    server: "echo serve over wss",
    says: /HTTP\/1\.1 400 Bad Request|^$/,
    code: 0,
  },
  "shell exec to echo": { client: exec, server: "echo serve", says: NOT_SHELL, code: 255 },
  "shell exec to chat": { client: exec, server: "chat serve", says: NOT_SHELL, code: 255 },
  "shell exec to led": { client: exec, server: "led serve", says: NOT_SHELL, code: 255 },
  "shell exec, wire v1 to simple": {
    client: exec,
    server: "shell serve --wire simple",
    says: NOT_SHELL,
    code: 255,
  },
  "shell exec, wire simple to v1": {
    client: simple,
    server: "shell serve",
    says: /it may be pinwire's own: leave --wire simple out/,
    code: 255,
  },
  "chat connect to echo": {
    client: chat,
    server: "echo serve",
    says: /this server says your own words back: is it an echo server\?/,
    code: 0,
  },
};

for (const [title, { client, server, says, code, told }] of Object.entries(PAIRS)) {
  Deno.test({
    name: `${title}: each end that speaks something else is told what it is`,
    ignore: isWindows && title.includes("shell"),
    async fn() {
      await using dir = await tempDir();
      const env = { XDG_CONFIG_HOME: dir.path };
      await runPinwire(["cert", "localhost", LOOPBACK, "--out", dir.path]);
      await Deno.mkdir(`${dir.path}/pinwire`, { mode: 0o700 });
      await Deno.writeTextFile(`${dir.path}/pinwire/token`, "a token of more than 32 characters", {
        mode: 0o600,
      });
      const files: Record<string, string> = {
        CERT: `${dir.path}/pinwire-cert.pem`,
        KEY: `${dir.path}/pinwire-key.pem`,
      };
      await using process = await pinwire(SERVERS[server].map((arg) => files[arg] ?? arg), { env });
      const at = `${LOOPBACK}:${process.port}`;
      const outcome = await runPinwire(client(at, files.CERT), { env, stdin: "hello\n" });
      assertMatch(outcome.stdout + outcome.stderr, says);
      assertEquals(outcome.code, code);
      if (!told) return;
      const { message, hint } = await process.next("error");
      assertMatch(`${message}: ${hint}`, told);
    },
  });
}

for (const server of ["led serve", "chat serve", "shell serve --wire simple"] as const) {
  Deno.test({
    name: `${server} tells of a browser at its port`,
    ignore: isWindows && server.includes("shell"),
    async fn() {
      await using dir = await tempDir();
      await using process: Process = await pinwire([...new Set([...SERVERS[server], "--json"])], {
        env: { XDG_CONFIG_HOME: dir.path },
      });
      // fetch() would go at once, and say nothing, if a greeting came before its request.
      using conn = await Deno.connect({ hostname: LOOPBACK, port: process.port });
      await conn.write(bytes(`GET / HTTP/1.1\r\nHost: ${LOOPBACK}:${process.port}\r\n\r\n`));
      assertMatch(`${(await process.next("error")).message}`, /sent an HTTP request/);
    },
  });
}
