import { assertEquals, assertThrows } from "@std/assert";
import { checkPlainGet, formatRequest, formatResponse, parseRequest, parseResponse } from "./head.ts";
import { HeaderFields } from "./fields.ts";
import { HttpError } from "./http_error.ts";
import { utf8 } from "../_testing.ts";

const statusOf = (act: () => unknown) => assertThrows(act, HttpError).status;
const request = (...lines: string[]) => parseRequest(utf8(`${lines.join("\r\n")}\r\n\r\n`));

Deno.test({
  name: "parseRequest reads what formatRequest writes, whatever the case of a field's name",
  permissions: "none",
  fn() {
    const head = parseRequest(
      formatRequest("GET", "/chat?room=1", [["Host", "pi.local:8080"], ["X-List", "a, B"], ["x-list", "c"]]),
    );
    assertEquals([head.method, head.target, head.version], ["GET", "/chat?room=1", "1.1"]);
    assertEquals(head.fields.get("hOST"), "pi.local:8080");
    assertEquals(head.fields.list("X-LIST"), ["a", "B", "c"]);
    assertEquals([head.fields.has("x-list", "b"), head.fields.has("x-list", "d")], [true, false]);
    assertEquals(head.fields.get("cookie"), undefined);
  },
});

Deno.test({
  name: "parseResponse reads what formatResponse writes, with or without a reason",
  permissions: "none",
  fn() {
    const head = parseResponse(formatResponse(101, "Switching Protocols", [["Upgrade", "websocket"]]));
    assertEquals([head.status, head.reason, head.fields.get("upgrade")], [
      101,
      "Switching Protocols",
      "websocket",
    ]);
    assertEquals(parseResponse(utf8("HTTP/1.1 204\r\n\r\n")).reason, "");
    assertEquals(statusOf(() => parseResponse(utf8("SSH-2.0-OpenSSH\r\n\r\n"))), 400);
  },
});

Deno.test({
  name: "parseRequest refuses what another reader might take for another request",
  permissions: "none",
  fn() {
    const shapes: Record<string, string[]> = {
      "a line folded over two": ["GET / HTTP/1.1", "Host: a", "X: b", " c"],
      "a tab that folds": ["GET / HTTP/1.1", "Host: a", "\tb: c"],
      "white space before the colon": ["GET / HTTP/1.1", "Host : a"],
      "no colon": ["GET / HTTP/1.1", "Host: a", "Upgrade websocket"],
      "no name": ["GET / HTTP/1.1", "Host: a", ": b"],
      "two hosts": ["GET / HTTP/1.1", "Host: a", "Host: a"],
      "no host": ["GET / HTTP/1.1", "X: a"],
      "two lengths": ["GET / HTTP/1.1", "Host: a", "Content-Length: 1", "Content-Length: 1"],
      "two lengths in one": ["GET / HTTP/1.1", "Host: a", "Content-Length: 1, 1"],
      "a length with a sign": ["GET / HTTP/1.1", "Host: a", "Content-Length: +1"],
      "a length beside a coding": [
        "GET / HTTP/1.1",
        "Host: a",
        "Content-Length: 1",
        "Transfer-Encoding: chunked",
      ],
      "two codings": ["GET / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked", "Transfer-Encoding: x"],
      "a bare CR": ["GET / HTTP/1.1", "Host: a", "X: b\rY: c"],
      "a bare LF": ["GET / HTTP/1.1", "Host: a\nX: b"],
      "NUL": ["GET / HTTP/1.1", "Host: a\0"],
      "a whole URL": ["GET http://a/ HTTP/1.1", "Host: a"],
      "an authority": ["CONNECT a:80 HTTP/1.1", "Host: a"],
      "a star": ["OPTIONS * HTTP/1.1", "Host: a"],
      "a fragment": ["GET /#a HTTP/1.1", "Host: a"],
      "a byte beyond ASCII in the target": ["GET /ä HTTP/1.1", "Host: a"],
      "two spaces": ["GET  / HTTP/1.1", "Host: a"],
      "a space behind": ["GET / HTTP/1.1 ", "Host: a"],
      "lower case": ["GET / http/1.1", "Host: a"],
      "HTTP/0.9": ["GET /"],
      "a method that is no token": ["G(T / HTTP/1.1", "Host: a"],
    };
    for (const [shape, lines] of Object.entries(shapes)) {
      assertEquals(statusOf(() => request(...lines)), 400, shape);
    }
    assertEquals(statusOf(() => request("GET / HTTP/2.0", "Host: a")), 505);
  },
});

Deno.test({
  name: "checkPlainGet wants GET of HTTP/1.1 without a body",
  permissions: "none",
  fn() {
    checkPlainGet(request("GET / HTTP/1.1", "Host: a", "Content-Length: 0"));
    checkPlainGet(request("HEAD / HTTP/1.1", "Host: a"), ["GET", "HEAD"]);
    const refused: [number, string[]][] = [
      [405, ["POST / HTTP/1.1", "Host: a"]],
      [405, ["HEAD / HTTP/1.1", "Host: a"]],
      [505, ["GET / HTTP/1.0"]],
      [400, ["GET / HTTP/1.1", "Host: a", "Content-Length: 5"]],
      [400, ["GET / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked"]],
    ];
    for (const [status, lines] of refused) {
      assertEquals(statusOf(() => checkPlainGet(request(...lines))), status, lines.join(" | "));
    }
  },
});

Deno.test({
  name: "HeaderFields takes the spaces around a value away, and leaves those in it",
  permissions: "none",
  fn() {
    const fields = new HeaderFields();
    const inner = `b${" ".repeat(8_000)}c`;
    for (const line of ["a: \t x y \t ", `b:${inner}`, "c:", "d: \t"]) fields.add(line);
    assertEquals(["a", "b", "c", "d"].map((name) => fields.get(name)), ["x y", inner, "", ""]);
  },
});
