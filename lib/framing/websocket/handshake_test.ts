import { assertEquals, assertThrows } from "@std/assert";
import { utf8 } from "../_testing.ts";
import { HttpError, parseRequest, parseResponse } from "../http/mod.ts";
import { acceptFor, checkAgreement, checkUpgrade, makeKey } from "./handshake.ts";

const GOOD = {
  Host: "pi.local",
  Upgrade: "websocket",
  Connection: "keep-alive, Upgrade",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version": "13",
};

/** A request with these fields changed; those that are undefined are left out. */
function request(changes: Record<string, string | undefined> = {}, line = "GET / HTTP/1.1") {
  const fields = Object.entries({ ...GOOD, ...changes }).filter(([, value]) => value !== undefined);
  return parseRequest(
    utf8([line, ...fields.map(([name, value]) => `${name}: ${value}`), "", ""].join("\r\n")),
  );
}

Deno.test({
  name: "acceptFor gives the answer of RFC 6455, section 1.3",
  permissions: "none",
  async fn() {
    assertEquals(await acceptFor(GOOD["Sec-WebSocket-Key"]), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  },
});

Deno.test({
  name: "checkUpgrade takes a request for a WebSocket, and gives what is offered",
  permissions: "none",
  fn() {
    assertEquals(checkUpgrade(request({ "Sec-WebSocket-Protocol": "pinwire, k.abc" })), {
      key: GOOD["Sec-WebSocket-Key"],
      protocols: ["pinwire", "k.abc"],
    });
    assertEquals(
      checkUpgrade(request({ Upgrade: "WebSocket", "Sec-WebSocket-Key": makeKey() })).protocols,
      [],
    );
  },
});

Deno.test({
  name: "checkUpgrade refuses all else, with the status of RFC 6455, section 4.2.1",
  permissions: "none",
  fn() {
    const refused: [number, Record<string, string | undefined>, string?][] = [
      [426, { Upgrade: undefined }],
      [426, { Upgrade: "h2c" }],
      [426, { Connection: "keep-alive" }],
      [426, { Connection: undefined }],
      [426, { "Sec-WebSocket-Version": "8" }],
      [426, { "Sec-WebSocket-Version": undefined }],
      [400, { "Sec-WebSocket-Key": undefined }],
      [400, { "Sec-WebSocket-Key": "short" }],
      [400, { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ" }],
      [400, { "Sec-WebSocket-Protocol": "a b" }],
      [400, { "Sec-WebSocket-Protocol": "a, a" }],
      [400, { "Content-Length": "3" }],
      [405, {}, "POST / HTTP/1.1"],
      [505, {}, "GET / HTTP/1.0"],
    ];
    for (const [status, changes, line] of refused) {
      const error = assertThrows(() => checkUpgrade(request(changes, line)), HttpError);
      assertEquals(error.status, status, JSON.stringify(changes));
    }
    const { fields } = assertThrows(() => checkUpgrade(request({ "Sec-WebSocket-Version": "8" })), HttpError);
    assertEquals(fields, [["Sec-WebSocket-Version", "13"]]);
  },
});

Deno.test({
  name: "checkAgreement takes a server's word, and refuses what was not offered",
  permissions: "none",
  fn() {
    const answer = (changes: Record<string, string> = {}, line = "HTTP/1.1 101 Switching Protocols") => {
      const fields = { Upgrade: "websocket", Connection: "Upgrade", "Sec-WebSocket-Accept": "x", ...changes };
      const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
      return () => checkAgreement(parseResponse(utf8([line, ...lines, "", ""].join("\r\n"))), "x", ["a"]);
    };
    answer()();
    answer({ "Sec-WebSocket-Protocol": "a" })();
    const refused: [ReturnType<typeof answer>, string][] = [
      [answer({}, "HTTP/1.1 200 OK"), "no handshake"],
      [answer({ Upgrade: "h2c" }), "no handshake"],
      [answer({ Connection: "close" }), "no handshake"],
      [answer({ "Sec-WebSocket-Accept": "y" }), "another handshake"],
      [answer({ "Sec-WebSocket-Protocol": "b" }), "the sub-protocol b"],
      [answer({ "Sec-WebSocket-Extensions": "permessage-deflate" }), "permessage-deflate"],
    ];
    for (const [act, what] of refused) assertThrows(act, HttpError, what);
  },
});
