import { assertEquals, assertMatch } from "@std/assert";
import { withPage } from "./support/page_server.ts";
import { honestWorld } from "./support/honest_world.ts";
import { addressOf, exchange, type PageAddress, request, statusesIn, UPGRADE } from "./support/http.ts";
import type { LedEvent } from "./support/led.ts";

/** What the page's own browser sends to open its WebSocket, but for what is changed. */
function handshake({ host, token }: PageAddress, changes: Record<string, string | undefined> = {}): string {
  const fields = {
    Host: host,
    Origin: `http://${host}`,
    ...UPGRADE,
    "Sec-WebSocket-Protocol": `pinwire, ${token}`,
    ...changes,
  };
  // What an attacker would say if it were let in.
  return request("GET /ws", fields, "\x81\x87\0\0\0\0on lamp");
}

Deno.test("a page of another site opens no WebSocket, whatever of the origin its browser says", async () => {
  await using here = await honestWorld();
  const { address } = here;
  const origins: Record<string, string | undefined>[] = [
    { Origin: "http://evil.example" },
    { Origin: "https://evil.example" },
    { Origin: "null" },
    { Origin: "" },
    { Origin: `https://${address.host}` },
    { Origin: `http://localhost:${address.port}` },
    { Origin: `http://127.0.0.1:${address.port + 1}` },
    { Origin: `http://${address.host}.evil.example` },
    { Origin: undefined, "Sec-Fetch-Site": "cross-site" },
    { Origin: undefined, "Sec-Fetch-Site": "same-site" },
    { Origin: undefined, "Sec-Fetch-Site": "none" },
    { "Sec-Fetch-Site": "cross-site" },
  ];
  for (const fields of origins) {
    assertEquals(
      statusesIn(await exchange(address, handshake(address, fields))),
      [403],
      JSON.stringify(fields),
    );
  }
  await here.goesOn();
});

Deno.test("a name that was made to lead here is no name of ours", async () => {
  await using here = await honestWorld();
  const { address } = here;
  const { port } = address;
  const hosts = [
    "evil.example",
    `evil.example:${port}`,
    `127.0.0.1.evil.example:${port}`,
    `127.0.0.2:${port}`,
    `0.0.0.0:${port}`,
    `[::1]:${port}`,
    "127.0.0.1",
    `127.0.0.1:${port + 1}`,
    `localhost.evil.example:${port}`,
  ];
  for (const host of hosts) {
    const fields = { Host: host, Origin: `http://${host}` };
    assertEquals(statusesIn(await exchange(address, handshake(address, fields))), [421], host);
    assertEquals(statusesIn(await exchange(address, request("GET /", { Host: host }))), [421], host);
  }
  await here.goesOn();
  const told = here.server.events.filter(({ event }) => event === "error") as LedEvent[];
  for (const { message } of told) assertMatch(message!, /^refused a request over HTTP: /);
});

Deno.test("no token opens the page's WebSocket but its own", async () => {
  await using here = await honestWorld();
  const { address } = here;
  const { token } = address;
  const flipped = token.slice(0, -2) + (token.at(-2) === "A" ? "B" : "A") + token.at(-1);
  const offers = [
    undefined,
    "pinwire",
    "k.",
    token.slice(0, -1),
    `${token}A`,
    token.slice(2),
    flipped,
    "k.undefined",
  ];
  {
    // Each start has a token of its own: one that was seen before is worth nothing.
    await using other = await withPage(["led", "serve", "127.0.0.1:0"]);
    offers.push(addressOf(other).token);
  }
  for (const offer of offers) {
    const sent = handshake(address, { "Sec-WebSocket-Protocol": offer });
    assertEquals(statusesIn(await exchange(address, sent)), [401], offer);
  }
  // Elsewhere than in the sub-protocol it counts for nothing, so that it gets into no log on its way.
  for (const field of ["Cookie", "Authorization", "X-Token"]) {
    const sent = handshake(address, { "Sec-WebSocket-Protocol": "pinwire", [field]: token });
    assertEquals(statusesIn(await exchange(address, sent)), [401], field);
  }
  await here.goesOn();
});

Deno.test("what another reader might take for two requests, or for none, is refused", async () => {
  await using here = await honestWorld();
  const { address } = here;
  const { host } = address;
  const hidden = request("GET /ws", { Host: host, ...UPGRADE });
  const heads: [string, number][] = [
    [request("POST /", { Host: host, "Content-Length": "7" }, "on lamp"), 405],
    [
      request("POST /ws", { Host: host, "Content-Type": "text/plain", "Content-Length": "7" }, "on lamp"),
      405,
    ],
    [request("OPTIONS /", { Host: host }), 405],
    [request("CONNECT /", { Host: host }), 405],
    [request("GET /", { Host: host, "Content-Length": String(hidden.length) }, hidden), 400],
    [request("GET /", { Host: host, "Transfer-Encoding": "chunked" }, `0\r\n\r\n${hidden}`), 400],
    [request("GET /", { Host: host, "Content-Length": "0", "Transfer-Encoding": "chunked" }, hidden), 400],
    [request("GET /", { Host: host, "Content-Length": "+5" }, "hello"), 400],
    [request("GET /", { Host: host, "Content-Length": "5, 5" }, "hello"), 400],
    [request("GET /", { Host: host, "Transfer-Encoding ": "chunked" }), 400],
    [request("GET /", { Host: host, host }), 400],
    [request("GET /", {}), 400],
    [request("GET /", { Host: `${host}\r\n folded` }), 400],
    [request(`GET http://${host}/`, { Host: host }), 400],
    [request("GET /\x00", { Host: host }), 400],
    [`GET / HTTP/1.1\nHost: ${host}\n\n`, 400],
    [`GET / HTTP/2.0\r\nHost: ${host}\r\n\r\n`, 505],
    ["\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400],
    ["on lamp\r\n\r\n", 400],
    [request("GET /../../../etc/passwd", { Host: host }), 404],
    [request("GET /led/../led/files.ts", { Host: host }), 404],
    [request("GET /shared/files.ts", { Host: host }), 404],
    [request("GET /%2e%2e/deno.json", { Host: host }), 404],
    [request("GET /ws", { Host: host }), 426],
    [request("GET /ws", { Host: host, ...UPGRADE, "Sec-WebSocket-Version": "8" }), 426],
    [request("GET /ws", { Host: host, ...UPGRADE, "Sec-WebSocket-Key": "short" }), 400],
    [request("GET /events", { Host: host, ...UPGRADE }), 404],
  ];
  for (const [sent, status] of heads) {
    assertEquals(statusesIn(await exchange(address, sent)), [status], sent);
  }
  await here.goesOn();
});

Deno.test("requests that come together are answered one after the other, up to the first bad one", async () => {
  await using here = await honestWorld();
  const { address } = here;
  const { host } = address;
  const get = request("GET /shared/icon.svg", { Host: host });
  const head = request("HEAD /", { Host: host });
  const text = await exchange(address, get + head + get + request("POST /", { Host: host }) + get);
  assertEquals(statusesIn(text), [200, 200, 200, 405]);
  await here.goesOn();
});
