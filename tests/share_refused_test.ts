import { assertEquals, assertMatch } from "@std/assert";
import { LOOPBACK, refusal, runPinwire, tempDir } from "./support.ts";
import { chatServe, connectAs, heard, next, noticed } from "./support/chat.ts";
import { Store, storeTest } from "./support/redis.ts";
import { makeCertificate } from "../lib/tools/cert.ts";

const serve = (
  url: string,
  ...options: string[]
) => ["chat", "serve", `${LOOPBACK}:0`, "--share", url, ...options];

Deno.test("--share refuses what is no store, what has no place beside it, and a password that everybody sees", async () => {
  const cases: [words: string[], sentence: RegExp][] = [
    [serve("redis:127.0.0.1"), /write redis:\/\/HOST or rediss:\/\/USER@HOST/],
    [serve("redis://127.0.0.1/x"), /the number of its database/],
    [
      serve("redis://amy:secret@127.0.0.1"),
      /redis:\/\/…@127\.0\.0\.1.* PINWIRE_REDIS_PASSWORD or --password-file/,
    ],
    [serve("redis://127.0.0.1", "--history-file", "x"), /--share has no --history-file/],
    [serve("redis://127.0.0.1", "--turns"), /--turns has no --share/],
    [serve("redis://127.0.0.1", "--ca", "x"), /--ca is for rediss:\/\/ stores/],
    [["chat", "serve", "--password-file", "x"], /--password-file is for a store: name one with --share/],
  ];
  for (const [words, sentence] of cases) assertMatch(await refusal(words, 2), sentence);
});

Deno.test("--share without a store, or with something else at its port, ends with 1 and says what is there", async () => {
  const free = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const { port } = free.addr as Deno.NetAddr;
  free.close();
  assertMatch(
    await refusal(serve(`redis://${LOOPBACK}:${port}`), 1),
    /nobody is listening on tcp:\/\/127\.0\.0\.1:\d+/,
  );
  using web = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const answering = (async () => {
    using conn = await web.accept();
    await conn.read(new Uint8Array(512));
    await conn.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n"));
    await conn.read(new Uint8Array(512)).catch(() => {});
  })();
  const { port: other } = web.addr as Deno.NetAddr;
  assertMatch(
    await refusal(serve(`redis://${LOOPBACK}:${other}`), 1),
    /what listens at \S+ is no Redis: check the address/,
  );
  await answering;
});

storeTest(
  "a store takes who knows its password, from a file or from the environment, and nobody else",
  async () => {
    await using store = await Store.start(["--requirepass", "correct horse"]);
    await using folder = await tempDir();
    await Deno.writeTextFile(`${folder.path}/password`, "correct horse\n");
    assertMatch(
      await refusal(serve(store.url), 1),
      /wants a password: give it in PINWIRE_REDIS_PASSWORD or --password-file/,
    );
    const wrong = await runPinwire(serve(store.url), { env: { PINWIRE_REDIS_PASSWORD: "wrong" } });
    assertEquals(wrong.code, 1);
    assertMatch(wrong.stderr, /^pinwire: the store at \S+ refuses our name or password: [^\n]+\n$/);
    await using _server = await chatServe("--share", store.url, "--password-file", `${folder.path}/password`);
  },
);

storeTest("a store that may throw away what was said, or has no such database, is refused", async () => {
  await using store = await Store.start(["--maxmemory-policy", "allkeys-lru"]);
  assertMatch(
    await refusal(serve(store.url), 1),
    /may throw away what was said \(maxmemory-policy is allkeys-lru\)/,
  );
  await store.cli("CONFIG", "SET", "maxmemory-policy", "noeviction");
  assertMatch(await refusal(serve(`${store.url}/99`), 1), /has no such database/);
});

storeTest("rediss:// wants a certificate that is trusted, and --ca trusts one", async () => {
  await using folder = await tempDir();
  const { cert, key } = await makeCertificate([LOOPBACK]);
  await Deno.writeTextFile(`${folder.path}/cert.pem`, cert);
  await Deno.writeTextFile(`${folder.path}/key.pem`, key);
  await using store = await Store.start([
    ...["--tls-port", "NEXT", "--tls-auth-clients", "no"],
    ...["--tls-cert-file", `${folder.path}/cert.pem`, "--tls-key-file", `${folder.path}/key.pem`],
  ]);
  const url = `rediss://${LOOPBACK}:${store.port + 1}`;
  assertMatch(await refusal(serve(url), 1), /name the server's certificate with --ca FILE/);
  await using server = await chatServe("--share", url, "--ca", `${folder.path}/cert.pem`);
  await using amy = await connectAs("amy", server);
  await amy.write("hi\n");
  await amy.write("/history\n");
  assertEquals(await heard(amy), "amy: hi");
});

storeTest(
  "a store that is full refuses each line with a notice, and whoever runs the server is told once why",
  async () => {
    await using store = await Store.start();
    await using server = await chatServe("--share", store.url, "--json");
    await using amy = await connectAs("amy", server);
    await store.cli("CONFIG", "SET", "maxmemory", "1");
    await amy.write("one\ntwo\n");
    for (let i = 0; i < 2; i++) await noticed(amy, /^the store of this chat does not take that: /);
    const { message, hint } = await next(server, "error") as { message?: string; hint?: string };
    assertMatch(message!, /^the store at tcp:\S+ is full$/);
    assertEquals(hint, "give it more maxmemory");
    await store.cli("CONFIG", "SET", "maxmemory", "0");
    await amy.write("three\n");
    assertEquals((await next(server, "message")).text, "three");
    assertEquals(server.events.filter(({ event }) => event === "error").length, 0);
  },
);

storeTest(
  "entries that were not numbered are, so that they are told and keep nobody from writing",
  async () => {
    await using store = await Store.start();
    await using server = await chatServe("--share", store.url, "--json");
    await using amy = await connectAs("amy", server);
    await store.cli("XADD", "pinwire:room:lobby", "*", "nick", "ops", "text", "first of all");
    assertEquals(await heard(amy), "ops: first of all");
    await amy.write("one\n");
    await next(server, "message");
    const id = await store.cli("XADD", "pinwire:room:lobby", "5-5", "nick", "ops", "text", "in between");
    assertEquals([id, await heard(amy)], ["5-5", "ops: in between"]);
    await amy.write("two\n");
    await next(server, "message");
    const { numbers, texts } = await store.lines();
    assertEquals([numbers, texts], [[1, 2, 3, 4], ["first of all", "one", "in between", "two"]]);
    assertEquals(server.events.filter(({ event }) => event === "error"), []);
  },
);

storeTest("a key of ours that holds something else is said to be in the way", async () => {
  await using store = await Store.start();
  await store.cli("SET", "pinwire:room:lobby", "x");
  assertMatch(
    await refusal(serve(store.url), 1),
    /has something else under a key of ours: choose another database/,
  );
});

storeTest("a store whose rights forbid what we need is no store to begin with, and says so", async () => {
  await using store = await Store.start();
  await store.cli("ACL", "SETUSER", "chat", "on", "nopass", "~pinwire:*", "+@all", "-eval");
  const sentence = await refusal(serve(store.url.replace("//", "//chat@")), 1);
  assertMatch(sentence, /does not let us do what we need: its log says what/);
});

storeTest("a server stops in time while its store is away, and while it comes back", async () => {
  await using store = await Store.start();
  await using server = await chatServe("--share", store.url, "--json");
  store.signal("SIGSTOP");
  await server.until(
    "the end of its patience",
    () => server.events.some(({ message }) => /has not answered/.test(message ?? "")) || undefined,
  );
  assertEquals((await server.stop()).code, 0);
});
