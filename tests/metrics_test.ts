import { assert, assertEquals, assertMatch } from "@std/assert";
import { has, LOOPBACK, pinwire, Process, refusal, run, tempDir } from "./support.ts";
import { connectAs } from "./support/chat.ts";
import { agent } from "./support/led.ts";

/** Where a server says that its metrics are. */
async function urlOf(server: Process): Promise<string> {
  const { url } = await server.next("listening");
  assertMatch(url!, /^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
  return url!;
}

const serve = (...words: string[]) => pinwire([...words, "--json", "--metrics", "0"]);

async function fetchText(url: string, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(url, { headers });
  assertEquals(response.status, 200);
  return await response.text();
}

/** The value of a metric, with its labels. */
const valueOf = (text: string, name: string): number => {
  const line = text.split("\n").find((line) => line.startsWith(`${name} `));
  assert(line, `${name} in ${text}`);
  return Number(line.split(" ")[1]);
};

Deno.test("--metrics of echo serve counts connections, messages, and bytes both ways", async () => {
  await using server = await serve("echo", "serve", `${LOOPBACK}:0`, "--reply", "{data}");
  const url = await urlOf(server);
  assertEquals(valueOf(await fetchText(url), "pinwire_connections"), 0);
  const conn = await Deno.connect({ hostname: LOOPBACK, port: server.port });
  await conn.write(new TextEncoder().encode("hello"));
  await conn.read(new Uint8Array(16));
  const text = await fetchText(url);
  assertEquals(
    ["pinwire_connections", "pinwire_connections_accepted_total", "pinwire_messages_total"].map((name) =>
      valueOf(text, name)
    ),
    [1, 1, 1],
  );
  for (const direction of ["in", "out"]) {
    assertEquals(valueOf(text, `pinwire_bytes_total{direction="${direction}"}`), 5);
  }
  conn.close();
  await server.next("disconnected");
  assertEquals(valueOf(await fetchText(url), "pinwire_connections"), 0);
});

Deno.test("--metrics over UDP counts datagrams", async () => {
  await using server = await serve("echo", "serve", `udp://${LOOPBACK}:0`, "--reply", "{data}");
  const url = await urlOf(server);
  const socket = Deno.listenDatagram({ transport: "udp", hostname: LOOPBACK, port: 0 });
  await socket.send(new Uint8Array(7), { transport: "udp", hostname: LOOPBACK, port: server.port });
  await socket.receive();
  socket.close();
  const text = await fetchText(url);
  assertEquals(valueOf(text, "pinwire_messages_total"), 1);
  assertEquals(valueOf(text, 'pinwire_bytes_total{direction="out"}'), 7);
});

Deno.test("--metrics of chat, LEDs and the shell have what is theirs, and errors by their code", async () => {
  await using chat = await serve("chat", "serve", `${LOOPBACK}:0`);
  const chatUrl = await urlOf(chat);
  await using _amy = await connectAs("amy", chat);
  assertEquals(valueOf(await fetchText(chatUrl), "pinwire_members"), 1);
  const browser = await Deno.connect({ hostname: LOOPBACK, port: chat.port });
  await browser.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
  const { message } = await chat.next("error");
  browser.close();
  assertMatch(await fetchText(chatUrl), /^pinwire_errors_total\{code="\w+"\} 1$/m, message);

  await using led = await serve("led", "serve", `${LOOPBACK}:0`);
  const ledUrl = await urlOf(led);
  await using _lamp = await agent(led.address, "lamp");
  await led.next("device");
  assertEquals(valueOf(await fetchText(ledUrl), "pinwire_devices"), 1);

  await using folder = await tempDir();
  const token = ["--token-file", `${folder.path}/token`];
  await using shell = await serve("shell", "serve", `${LOOPBACK}:0`, ...token);
  const shellUrl = await urlOf(shell);
  await using exec = await pinwire(["shell", "exec", shell.address, ...token, "--", "true"]);
  assertEquals((await exec.outcome()).code, 0);
  assertEquals(valueOf(await fetchText(shellUrl), "pinwire_commands_total"), 1);
});

Deno.test("--metrics is OpenMetrics to who asks for it, and tells nothing to a page of somebody else's", async () => {
  await using server = await serve("relay", `${LOOPBACK}:0`, `${LOOPBACK}:9`);
  const url = await urlOf(server);
  const open = await fetch(url, {
    headers: { accept: "application/openmetrics-text;version=1.0.0,*/*;q=0.1" },
  });
  assertMatch(open.headers.get("content-type")!, /^application\/openmetrics-text; version=1\.0\.0/);
  assertMatch(await open.text(), /^# TYPE pinwire_messages counter\n[^]*\n# EOF\n$/m);
  const plain = await fetch(url);
  assertMatch(plain.headers.get("content-type")!, /^text\/plain; version=0\.0\.4/);
  assertMatch(await plain.text(), /^# TYPE pinwire_messages_total counter$/m);
  const { port } = new URL(url);
  for (
    const [request, status] of [
      ["GET / HTTP/1.1\r\nHost: localhost:PORT", 404],
      ["POST /metrics HTTP/1.1\r\nHost: localhost:PORT", 405],
      ["GET /metrics HTTP/1.1\r\nHost: evil.example:PORT", 421],
    ] as const
  ) {
    const conn = await Deno.connect({ hostname: LOOPBACK, port: Number(port) });
    await conn.write(new TextEncoder().encode(`${request.replace("PORT", port)}\r\n\r\n`));
    const answer = new Uint8Array(64);
    await conn.read(answer);
    conn.close();
    assertMatch(new TextDecoder().decode(answer), new RegExp(`^HTTP/1\\.1 ${status} `), request);
  }
});

Deno.test("--metrics has no --workers and no --turns", async () => {
  const metrics = ["--metrics", "0"];
  assertMatch(
    await refusal(["echo", "serve", "0", "--workers", "2", ...metrics], 2),
    /--metrics has no --workers/,
  );
  assertMatch(await refusal(["chat", "serve", "0", "--turns", ...metrics], 2), /--turns has no --metrics/);
});

const whyNoPrometheus = has("promtool") && has("prometheus") ? "" : " (needs prometheus)";

Deno.test({
  name: `promtool accepts the metrics, and a Prometheus scrapes them${whyNoPrometheus}`,
  ignore: whyNoPrometheus !== "",
  async fn() {
    await using server = await serve("echo", "serve", `${LOOPBACK}:0`);
    const url = await urlOf(server);
    const checked = await run("promtool", ["check", "metrics"], { stdin: await fetchText(url) });
    assertEquals([checked.code, checked.stdout, checked.stderr], [0, "", ""]);
    await using folder = await tempDir();
    const { host } = new URL(url);
    await Deno.writeTextFile(
      `${folder.path}/prometheus.yml`,
      `scrape_configs: [{job_name: pinwire, scrape_interval: 1s, static_configs: [{targets: ["${host}"]}]}]\n`,
    );
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    await using prometheus = new Process("prometheus", [
      ...[`--config.file=${folder.path}/prometheus.yml`, `--storage.tsdb.path=${folder.path}/data`],
      `--web.listen-address=${LOOPBACK}:${port}`,
    ]);
    const query = `http://${LOOPBACK}:${port}/api/v1/query?query=pinwire_connections`;
    await prometheus.sees(/Server is ready to receive web requests/, "stderr");
    for (;;) {
      const { data } = await (await fetch(query)).json();
      if (!data.result.length) continue;
      assertEquals(data.result[0].value[1], "0");
      break;
    }
  },
});
