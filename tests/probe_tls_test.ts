import { assert, assertEquals, assertMatch } from "@std/assert";
import { bytes, LOOPBACK, pythonServer, runPinwire, tempDir, testUnless, whyOtherDeno } from "./support.ts";
import { forge, makePair, type Pair } from "./support/certificates.ts";
import { plainServer, probed, type Row, serverOf } from "./support/probe.ts";

/** A server of TLS alone, which says nothing. */
const tlsServer = ({ cert, key }: Pair) =>
  serverOf(
    Deno.listenTls({ hostname: LOOPBACK, port: 0, cert, key }),
    (conn) => void conn.handshake().catch(() => {}),
  );

/** What is found of a certificate by a client that trusts `ca`. */
async function look(pair: Pair, ca?: string): Promise<Row> {
  await using server = tlsServer(pair);
  await using dir = await tempDir();
  await Deno.writeTextFile(`${dir.path}/ca.pem`, ca ?? pair.cert);
  const trust = ca === "" ? [] : ["--ca", `${dir.path}/ca.pem`];
  const { code, rows } = await probed([`tls://localhost:${server.port}`, ...trust]);
  assertEquals([code, rows.length, rows[0].state], [0, 1, "open"]);
  return rows[0];
}

testUnless(
  whyOtherDeno("tells no version and no cipher"),
  "probe tells TLS's version and cipher",
  async () => {
    const { tls } = await look(await makePair("me", { names: ["localhost"] }));
    assertEquals(tls?.version, "TLSv1.3");
    assertMatch(tls!.cipher!, /^TLS_/);
  },
);

Deno.test("probe tells of a certificate that is trusted: names, issuer, days left", async () => {
  const { tls, reason, ms } = await look(await makePair("me", { names: ["localhost", "*.example.org"] }));
  const { version: _version, cipher: _cipher, ...certificate } = tls!;
  assertEquals(certificate, {
    trusted: true,
    alpn: null,
    names: ["localhost", "*.example.org"],
    issuer: "CN=me",
    days_left: 30,
  });
  assertEquals([reason, ms! > 0], [undefined, true]);
});

Deno.test("probe says why a certificate isn't trusted, and counts it as open", async () => {
  const names = ["localhost"];
  const ca = await makePair("My CA", { isCa: true });
  const cases: [why: string, hint: RegExp, found: Row][] = [
    ["self-signed", /--ca FILE/, await look(await makePair("me", { names }), "")],
    ["unknown issuer", /--ca FILE/, await look(await makePair("me", { names, issuer: ca }), "")],
    ["expired", /make a new certificate/, await look(await makePair("me", { names, days: [-9, -2.5] }))],
    ["not valid yet", /check the clock/, await look(await makePair("me", { names, days: [2, 9] }))],
    ["wrong name", /by a name in the certificate/, await look(await makePair("me", { names: ["other"] }))],
    ["wrong name", /by a name in the certificate/, await look(await makePair("localhost", {}))],
    ["certificate of a CA", /pinwire cert HOST/, await look(await makePair("me", { names, isCa: true }))],
  ];
  for (const [why, hint, { tls, reason, hint: said }] of cases) {
    assertEquals([reason, tls?.trusted], [why, false]);
    assertMatch(said!, hint);
  }
  const [, , expired] = cases[2];
  const [, , nameless] = cases[5];
  assertEquals([expired.tls?.days_left, nameless.tls?.names], [-3, []]);
});

Deno.test("probe trusts a chain whose end is in --ca, and only with the certificate between", async () => {
  const root = await makePair("My CA", { isCa: true });
  const between = await makePair("Between", { isCa: true, issuer: root });
  const leaf = await makePair("me", { names: ["localhost"], issuer: between });
  const whole = await look({ cert: `${leaf.cert}\n${between.cert}`, key: leaf.key }, root.cert);
  assertEquals([whole.tls?.trusted, whole.tls?.issuer, whole.reason], [true, "CN=Between", undefined]);
  const alone = await look(leaf, root.cert);
  assertEquals([alone.tls?.trusted, alone.reason], [false, "unknown issuer"]);
});

Deno.test("probe tells what ALPN chose, and that a client certificate is asked for", async () => {
  const { cert, key } = await makePair("me", { names: ["localhost"] });
  await using dir = await tempDir();
  const files = [`${dir.path}/cert.pem`, `${dir.path}/key.pem`];
  await Deno.writeTextFile(files[0], cert);
  await Deno.writeTextFile(files[1], key);
  await using open = await pythonServer("tls_server", ...files);
  await using strict = await pythonServer("tls_server", ...files, "strict");
  const addresses = [open, strict].map(({ port }) => `tls://localhost:${port}`);
  const { code, rows } = await probed([...addresses, "--ca", files[0]]);
  assertEquals(code, 0);
  assertEquals(rows.map(({ state, reason, tls }) => [state, tls?.trusted, tls?.alpn, reason]), [
    ["open", true, "h2", undefined],
    ["open", true, "h2", "client certificate required"],
  ]);
});

Deno.test("what speaks no TLS, or one too old, gets a row of its own", async () => {
  const alert = new Uint8Array([21, 3, 1, 0, 2, 2, 70]);
  await using old = plainServer((conn) => conn.write(alert));
  await using text = plainServer((conn) => conn.write(bytes("220 hello\r\n")));
  await using closing = plainServer((conn) => conn.closeWrite());
  await using silent = plainServer(() => {});
  const addresses = [old, text, closing, silent].map(({ port }) => `tls://localhost:${port}`);
  const { code, rows } = await probed([...addresses, "--connect-timeout", "1"]);
  assertEquals(code, 1);
  assertEquals(rows.map(({ state, reason, tls }) => [state, reason, tls?.trusted]), [
    ["open", "no common version", false],
    ["closed", "no TLS", undefined],
    ["closed", "it hung up", undefined],
    ["no answer", undefined, undefined],
  ]);
});

Deno.test("what a certificate says moves no cursor", async () => {
  const pair = await makePair("a\x1b[2Jb\u202e", { names: ["localhost"] });
  await using server = tlsServer(pair);
  for (const json of [[], ["--json"]]) {
    const { stdout } = await runPinwire(["probe", `tls://localhost:${server.port}`, ...json]);
    assert(!stdout.includes("\x1b") && !stdout.includes("\u202e"), stdout);
    assertMatch(stdout, json.length ? /a\\u001b\[2Jb\\u202e/ : /by CN=a\^\[\[2Jb<U\+202E>;/);
  }
});

Deno.test("a certificate with an impossible date gets a row, and the addresses after it theirs", async () => {
  const good = await makePair("me", { names: ["localhost"] });
  const bad = forge(good, (der) => der.replace(/\d{12}Z(?=0)/, "999999999999Z"));
  await using hostile = tlsServer(bad);
  await using honest = tlsServer(good);
  const addresses = [hostile, honest].map(({ port }) => `tls://localhost:${port}`);
  const { code, rows: [first, second], stderr } = await probed(addresses);
  assertEquals([code, stderr], [0, ""]);
  const { trusted, names } = first.tls!;
  assertEquals([first.state, first.reason], ["open", "bad certificate"]);
  assertEquals([trusted, names], [false, undefined]);
  assertEquals([second.state, second.reason, second.tls?.names], ["open", "self-signed", ["localhost"]]);
});

Deno.test("a mail address in a certificate passes for no name of a host", async () => {
  const honest = await makePair("me", { names: ["a@b, DNS:fake", "localhost"] });
  const mail = forge(honest, (der) => der.replace("\x82\x0da@b", "\x81\x0da@b"));
  await using server = tlsServer(mail);
  const { rows: [{ tls }] } = await probed([`tls://localhost:${server.port}`]);
  assertEquals(tls?.names, ["localhost"]);
});
