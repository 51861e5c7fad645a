import { assertEquals, assertMatch } from "@std/assert";
import { FakeClock, turn } from "../app/_testing.ts";
import { type DrainableConnection, pipe } from "../net/mod.ts";
import { serveBrowser } from "./browser.ts";
import { Door } from "./door.ts";
import { WebToken } from "./token.ts";

const encoder = new TextEncoder();
const END = { host: "127.0.0.1", port: 8000 };

/** A browser's end of a connection, what it got so far, and the time of the server. */
async function world() {
  const clock = new FakeClock();
  const [near, far] = pipe({ first: END, second: END });
  const token = await WebToken.from(undefined);
  const door = new Door({
    files: new Map([["/", { type: "text/html", body: encoder.encode("<p>") }]]),
    socketPath: "/ws",
    token,
    isEncrypted: false,
    names: [],
    given: [],
  });
  const refused: number[] = [];
  const served = serveBrowser(far, door, clock, ({ status }) => void refused.push(status));
  let got = "";
  const received = near.receive((bytes) => void (got += new TextDecoder().decode(bytes)));
  return {
    near,
    clock,
    token,
    refused,
    served,
    received,
    async says(text: string) {
      await near.write(encoder.encode(text));
      await turn();
    },
    /** The statuses of all responses. */
    statuses: () => [...got.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status)),
  };
}

const GET = "GET / HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n\r\n";

/** Nothing is left that waits for time. */
async function assertOver(
  { served, received, clock, near }: Awaited<ReturnType<typeof world>>,
): Promise<void> {
  assertEquals(await served, undefined);
  await received;
  assertEquals(clock.pending, 0);
  near.close();
}

Deno.test("serveBrowser closes a connection that asks for nothing within 5 s, without a word", async () => {
  const here = await world();
  here.clock.pass(4_999);
  await here.says(GET);
  assertEquals(here.statuses(), [200]);
  here.clock.pass(4_999);
  await here.says(GET);
  assertEquals(here.statuses(), [200, 200]);
  here.clock.pass(5_000);
  await assertOver(here);
  assertEquals([here.statuses(), here.refused], [[200, 200], []]);
});

Deno.test("serveBrowser ends the connection behind a request that asks for it", async () => {
  const here = await world();
  await here.says(GET.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
  await here.says(GET);
  here.clock.pass(1_000);
  await assertOver(here);
  assertEquals([here.statuses(), here.refused], [[200], []]);
});

Deno.test("serveBrowser refuses a request that isn't whole within 5 s, however slowly it comes", async () => {
  const here = await world();
  for (const letter of GET.slice(0, 10)) {
    await here.says(letter);
    here.clock.pass(499);
  }
  here.clock.pass(10);
  await turn();
  assertEquals([here.statuses(), here.refused], [[408], [408]]);
  // Who was refused may say what it likes, and has a second to leave.
  await here.says(GET);
  here.clock.pass(1_000);
  await assertOver(here);
  assertEquals(here.statuses(), [408]);
});

Deno.test("serveBrowser gives up a browser that doesn't take a response within 30 s", async () => {
  const clock = new FakeClock();
  const [near, far] = pipe({ first: END, second: END });
  const stuck: DrainableConnection = Object.assign(Object.create(far), {
    write: () => new Promise<void>(() => {}),
    receive: far.receive.bind(far),
    close: far.close,
  });
  const { token } = await world();
  const files = new Map([["/", { type: "text/html", body: encoder.encode("<p>") }]]);
  const door = new Door({ files, socketPath: "/ws", token, isEncrypted: false, names: [], given: [] });
  const served = serveBrowser(stuck, door, clock, () => {});
  await near.write(encoder.encode(GET));
  await turn();
  clock.pass(30_000);
  assertEquals(await served, undefined);
  near.close();
});

Deno.test("serveBrowser gives the stream of a WebSocket, from its first frame on", async () => {
  const here = await world();
  const fields = [
    "Upgrade: websocket",
    "Connection: keep-alive, Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    `Sec-WebSocket-Protocol: k.${here.token.text}`,
  ];
  const writing = here.near.write(
    encoder.encode(`GET /ws HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n${fields.join("\r\n")}\r\n\r\nframes`),
  );
  const stream = (await here.served)!;
  let got = "";
  const received = stream.receive((bytes) => void (got += new TextDecoder().decode(bytes)));
  await writing;
  await here.near.closeWrite();
  await received;
  assertEquals([got, here.statuses(), here.clock.pending], ["frames", [101], 0]);
  assertMatch(here.token.text, /^[\w-]{43}$/);
  stream.connection.close();
  await here.received;
});
