import { assert, assertEquals, assertMatch } from "@std/assert";
import { LOOPBACK, pinwire, refusal, runPinwire, tempDir } from "./support.ts";
import { withPage } from "./support/page_server.ts";
import { addressOf, exchange, request, statusesIn } from "./support/http.ts";
import { agent, controller, next, through } from "./support/led.ts";
import { PageSocket } from "./support/page_socket.ts";

const SERVE = ["led", "serve", "127.0.0.1:0"];

Deno.test("a page is told of each device, of what it is told and of what becomes of it", async () => {
  await using server = await withPage(SERVE);
  await using page = await PageSocket.open(server.url);
  page.say("watch");
  await page.next(/^ok$/);
  {
    await using _lamp = await agent(server.address, "lamp");
    await page.next(/^device \{"index":0,"device":"lamp","on":false,"blink":null,"away":false\}$/);
    page.say("blink lamp 5");
    await page.next(/"on":true,"blink":5,"away":false/);
    page.say("name lamp kitchen");
    await page.next(/"device":"kitchen","on":true,"blink":5/);
    assertEquals((await through(server, "off", "kitchen")).code, 0);
    await page.next(/"device":"kitchen","on":false,"blink":null,"away":false/);
  }
  await page.next(/"device":"kitchen","on":false,"blink":null,"away":true/);
  page.say("on kitchen");
  assertEquals(
    await page.next(/^error/),
    'error {"message":"kitchen is away","hint":"it will be told when it comes back"}',
  );
  page.say("on nobody");
  assertMatch(await page.next(/^error/), /there is no device nobody/);
});

Deno.test("a control over TCP may watch, too", async () => {
  await using server = await controller();
  await using lamp = await agent(server.address, "lamp");
  await next(lamp, "state");
  await next(server, "state");
  const lines = 'hello {"role":"control"}\nwatch\non lamp\nname lamp kitchen\n';
  const sent = await runPinwire(["send", server.address, lines, "--no-half-close", "--wait", "1"]);
  const said = sent.stdout.split("\n").filter((line) => line.startsWith("device"));
  assertEquals(said[0], 'device {"index":0,"device":"lamp","on":false,"blink":null,"away":false}');
  assertEquals(said.at(-1), 'device {"index":0,"device":"kitchen","on":true,"blink":null,"away":false}');
});

Deno.test("a page's secret outlasts a restart where there is a token file, and isn't in it, nor in what is traced", async () => {
  await using dir = await tempDir();
  const args = [
    ...SERVE,
    "--token-file",
    `${dir.path}/token`,
    "--trace",
    "--record",
    `${dir.path}/talk.pcapng`,
  ];
  const tokens: string[] = [];
  for (let i = 0; i < 2; i++) {
    await using server = await withPage([...args, "--force"]);
    await using page = await PageSocket.open(server.url);
    page.say("watch");
    await page.next(/^ok$/);
    tokens.push(addressOf(server).token.slice(2));
    await server.stop();
    assertMatch(server.stderr, /watch/);
    const recorded = new TextDecoder("latin1").decode(await Deno.readFile(`${dir.path}/talk.pcapng`));
    assertEquals([server.stderr.includes(tokens[0]), recorded.includes(tokens[0])], [false, false]);
    assert(recorded.includes("watch"));
  }
  assertEquals(tokens[0], tokens[1]);
  const secret = await Deno.readTextFile(`${dir.path}/token`);
  assert(!secret.includes(tokens[0]) && !tokens[0].includes(secret.trim()));
});

Deno.test("a page is a client as any other: it counts, ends with the server, and ends no server that waits for a message", async () => {
  await using server = await withPage([...SERVE, "--max-clients", "1", "--once"]);
  const page = await PageSocket.open(server.url);
  page.say("watch");
  await page.next(/^ok$/);
  await using crowded = await PageSocket.open(server.url);
  await crowded.closed;
  assertMatch((await server.next("error")).hint!, /--max-clients/);
  assertEquals((await server.stop()).code, 0);
  assertEquals(await page.closed, 1001);
});

Deno.test("a page over TLS is at https://, and where it can be read by others on the way the ready line says so", async () => {
  await using dir = await tempDir();
  await runPinwire(["cert", "localhost", LOOPBACK, "--out", dir.path]);
  const cert = `${dir.path}/pinwire-cert.pem`;
  const tls = ["--tls-cert", cert, "--tls-key", `${dir.path}/pinwire-key.pem`];
  await using server = await withPage([...SERVE, ...tls]);
  assertMatch(server.url, /^https:\/\/127\.0\.0\.1:\d+\/#k=/);
  using client = Deno.createHttpClient({ caCerts: [await Deno.readTextFile(cert)] });
  const page = await fetch(server.url, { client });
  assertEquals([page.status, (await page.text()).includes("LED")], [200, true]);
  await using open = await pinwire([...SERVE, "--web", "0.0.0.0:0"]);
  await open.sees(
    /^pinwire led: listening on http:\/\/\S+\/#k=\S{43} \(whoever is on the way can read .*--tls-cert/m,
    "stderr",
  );
});

Deno.test("--web-host names the hosts under which a page may be asked for besides", async () => {
  await using server = await withPage([...SERVE, "--web-host", "lamp.test", "--web-host", "proxy.test:8443"]);
  const address = addressOf(server);
  const { port } = address;
  const cases: [string, number][] = [
    [`lamp.test:${port}`, 200],
    [`LAMP.test:${port}`, 200],
    ["proxy.test:8443", 200],
    [`localhost:${port}`, 200],
    [`proxy.test:${port}`, 421],
    [`other.test:${port}`, 421],
  ];
  for (const [host, status] of cases) {
    const sent = request("GET /", { Host: host }) + request("POST /", { Host: host });
    assertEquals(statusesIn(await exchange(address, sent))[0], status, host);
  }
  assertMatch(
    await refusal([...SERVE, "--web-host", "lamp.test"], 2),
    /--web-host is for a page: add --web ADDRESS/,
  );
  assertMatch(
    await refusal(["chat", "serve", "8888", "--web", "8888"], 2),
    /--web 8888 is the server's own port/,
  );
  assertMatch(await refusal([...SERVE, "--web", "0", "--web-host", "http://x"], 2), /is no host/);
});

Deno.test("a page's port that is taken keeps the server from beginning", async () => {
  using taken = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const said = await refusal([...SERVE, "--web", String(taken.addr.port)], 1);
  assertMatch(said, new RegExp(`127\\.0\\.0\\.1:${taken.addr.port} is taken`));
});
