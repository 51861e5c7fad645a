import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { PinwireError } from "../errors.ts";
import { type Address, formatAddress, parseAddress, type Scheme, WEB_PORTS } from "./address.ts";

const WITH_WEB: Scheme[] = ["tcp", "udp", "tls", "unix", "ws", "wss"];

/** Checks that `text` is a wrong command line, and gives what is said of it. */
function refusal(text: string): string {
  const error = assertThrows(() => parseAddress(text, { port: 80, schemes: WITH_WEB }), PinwireError);
  assertEquals([error.code, error.exitCode], ["usage", 2], text);
  return error.sentence;
}

Deno.test({
  name: "parseAddress reads where a WebSocket is, with path and query, and where clients dial",
  permissions: "none",
  fn() {
    const at = (text: string) => parseAddress(text, { port: 7, webPorts: WEB_PORTS, schemes: WITH_WEB });
    const cases: [string, Address][] = [
      ["ws://pi.local", { scheme: "ws", hostname: "pi.local", port: 80 }],
      ["wss://pi.local/", { scheme: "wss", hostname: "pi.local", port: 443, path: "/" }],
      ["ws://8080", { scheme: "ws", hostname: "127.0.0.1", port: 8080 }],
      ["ws://[::1]:8080/a?b=c:d//@", { scheme: "ws", hostname: "::1", port: 8080, path: "/a?b=c:d//@" }],
      ["ws://a?token=x", { scheme: "ws", hostname: "a", port: 80, path: "/?token=x" }],
      ["ws://a/ü b", { scheme: "ws", hostname: "a", port: 80, path: "/%C3%BC%20b" }],
      ["8080", { scheme: "tcp", hostname: "127.0.0.1", port: 8080 }],
      ["pi.local", { scheme: "tcp", hostname: "pi.local", port: 7 }],
    ];
    for (const [text, address] of cases) assertEquals(at(text), address, text);
    assertEquals(parseAddress("ws://pi.local", { port: 7, schemes: WITH_WEB }).scheme, "ws");
    assertEquals(formatAddress(at("ws://[::1]:8080/a?token=x")), "ws://[::1]:8080/a");
    assertEquals(formatAddress(at("wss://pi.local/")), "wss://pi.local:443");
    assertStringIncludes(refusal("ws://a/#b"), "leave out what is behind #");
    assertStringIncludes(refusal("ws://user@a/"), "--header 'Authorization");
    assertStringIncludes(refusal("http://a/"), "http runs over TCP and https over TLS; use tcp://");
    assertStringIncludes(refusal("ws:8000"), "write ws://8000");
  },
});
