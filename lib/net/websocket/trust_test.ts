import { assertEquals } from "@std/assert";
import { HttpError, parseRequest } from "../../framing/http/mod.ts";
import { checkHost, checkOrigin, type Home } from "./trust.ts";

const HOME: Home = {
  host: "192.168.1.5",
  port: 8080,
  isEncrypted: false,
  names: ["pi", "pi.local"],
  given: ["lamp.example", "proxy.example:8443"],
};

/** What becomes of a request: 200, or the status of its refusal. */
function statusOf(host: string, origin?: string, home: Partial<Home> = {}): number {
  const lines = [`GET / HTTP/1.1`, `Host: ${host}`, ...origin === undefined ? [] : [`Origin: ${origin}`]];
  const head = parseRequest(new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`));
  try {
    checkHost(head, { ...HOME, ...home });
    checkOrigin(head, { ...HOME, ...home });
    return 200;
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return error.status;
  }
}

Deno.test({
  name: "checkHost takes our address, localhost, our names and those that were given, with our port",
  permissions: "none",
  fn() {
    const cases: [number, string, Partial<Home>?][] = [
      [200, "192.168.1.5:8080"],
      [200, "localhost:8080"],
      [200, "PI.local.:8080"],
      [200, "lamp.example:8080"],
      [200, "lamp.example"],
      [200, "proxy.example:8443"],
      [421, "proxy.example:8080"],
      [421, "evil.example:8080"],
      [421, "192.168.1.5.evil.example:8080"],
      [421, "192.168.1.6:8080"],
      [421, "192.168.1.5:8081"],
      [421, "192.168.1.5"],
      [421, "127.1:8080", { host: "127.0.0.1" }],
      [200, "[0:0::1]:8080", { host: "::1" }],
      [200, "[fe80::1]:8080", { host: "fe80::1%eth0" }],
      [200, "192.168.1.5", { port: 80 }],
      [200, "192.168.1.5", { port: 443, isEncrypted: true }],
      [400, "a b"],
      [400, "user@192.168.1.5:8080"],
      [400, "[::1:8080"],
    ];
    for (const [status, host, home] of cases) {
      assertEquals(statusOf(host, undefined, home), status, host);
    }
  },
});

Deno.test({
  name: "checkOrigin takes none, and that of a page of this server",
  permissions: "none",
  fn() {
    const cases: [number, string, string, Partial<Home>?][] = [
      [200, "192.168.1.5:8080", "http://192.168.1.5:8080"],
      [200, "pi.local:8080", "http://PI.LOCAL:8080"],
      [200, "192.168.1.5", "http://192.168.1.5", { port: 80 }],
      [200, "192.168.1.5:443", "https://192.168.1.5", { port: 443, isEncrypted: true }],
      [200, "lamp.example", "https://lamp.example"],
      [200, "lamp.example", "http://lamp.example"],
      [200, "proxy.example:8443", "https://proxy.example:8443"],
      [403, "lamp.example", "https://lamp.example:9999"],
      [403, "proxy.example:8443", "https://proxy.example"],
      [403, "lamp.example", "https://evil.example"],
      [403, "192.168.1.5:8080", "null"],
      [403, "192.168.1.5:8080", ""],
      [403, "192.168.1.5:8080", "http://evil.example"],
      [403, "192.168.1.5:8080", "http://192.168.1.5"],
      [403, "192.168.1.5:8080", "http://192.168.1.5:8081"],
      [403, "192.168.1.5:8080", "https://192.168.1.5:8080"],
      [403, "192.168.1.5:8080", "http://localhost:8080"],
      [403, "192.168.1.5:8080", "file://"],
      [403, "192.168.1.5:8080", "http://192.168.1.5:8080, http://evil.example"],
      [403, "192.168.1.5:8080", "http://192.168.1.5:8080@evil.example"],
      [421, "evil.example:8080", "http://evil.example:8080"],
    ];
    for (const [status, host, origin, home] of cases) {
      assertEquals(statusOf(host, origin, home), status, `${host} ${origin}`);
    }
  },
});
