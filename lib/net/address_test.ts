import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { PinwireError } from "../errors.ts";
import {
  type Address,
  formatAddress,
  hostPort,
  isHost,
  isLoopback,
  parseAddress,
  type Scheme,
} from "./address.ts";
import { canonicalIp } from "./ip.ts";

const ALL: Scheme[] = ["tcp", "udp", "tls", "unix"];

const parse = (text: string, port?: number, schemes = ALL) => parseAddress(text, { port, schemes });

/** Checks that `text` is a wrong command line, and gives what is said of it. */
function refusal(text: string, port?: number, schemes = ALL): string {
  const error = assertThrows(() => parse(text, port, schemes), PinwireError);
  assertEquals([error.code, error.exitCode], ["usage", 2], text);
  return error.sentence;
}

Deno.test({
  name: "parseAddress reads every form, loopback where no host is named",
  permissions: "none",
  fn() {
    const cases: [string, Address][] = [
      ["10.0.0.5:80", { scheme: "tcp", hostname: "10.0.0.5", port: 80 }],
      ["pi.local:80", { scheme: "tcp", hostname: "pi.local", port: 80 }],
      ["8080", { scheme: "tcp", hostname: "127.0.0.1", port: 8080 }],
      [":80", { scheme: "tcp", hostname: "127.0.0.1", port: 80 }],
      ["0", { scheme: "tcp", hostname: "127.0.0.1", port: 0 }],
      ["65535", { scheme: "tcp", hostname: "127.0.0.1", port: 65535 }],
      ["0.0.0.0:80", { scheme: "tcp", hostname: "0.0.0.0", port: 80 }],
      ["[::]:80", { scheme: "tcp", hostname: "::", port: 80 }],
      ["[::1]:80", { scheme: "tcp", hostname: "::1", port: 80 }],
      ["[fe80::1%eth0]:80", { scheme: "tcp", hostname: "fe80::1%eth0", port: 80 }],
      ["tcp://8080", { scheme: "tcp", hostname: "127.0.0.1", port: 8080 }],
      ["udp://8002", { scheme: "udp", hostname: "127.0.0.1", port: 8002 }],
      ["udp://:8002", { scheme: "udp", hostname: "127.0.0.1", port: 8002 }],
      ["udp://[::1]:7", { scheme: "udp", hostname: "::1", port: 7 }],
      ["tls://pi.local:443", { scheme: "tls", hostname: "pi.local", port: 443 }],
      ["unix:/run/x.sock", { scheme: "unix", path: "/run/x.sock" }],
      ["unix:x", { scheme: "unix", path: "x" }],
      ["unix:@x", { scheme: "unix", path: "\0x" }],
      ["unix:@@ y", { scheme: "unix", path: "\0@ y" }],
      ["unix:./@x", { scheme: "unix", path: "./@x" }],
      ["unix:a b:80", { scheme: "unix", path: "a b:80" }],
    ];
    for (const [text, address] of cases) assertEquals(parse(text), address, text);
  },
});

Deno.test({
  name: "parseAddress takes the default port where one is missing",
  permissions: "none",
  fn() {
    const cases: [string, string][] = [
      ["pi.local", "tcp://pi.local:21567"],
      ["pi.local:", "tcp://pi.local:21567"],
      ["[::1]", "tcp://[::1]:21567"],
      ["tls://pi.local", "tls://pi.local:21567"],
      ["udp://", "udp://127.0.0.1:21567"],
      ["", "tcp://127.0.0.1:21567"],
      ["80", "tcp://127.0.0.1:80"],
    ];
    for (const [text, address] of cases) assertEquals(formatAddress(parse(text, 21567)), address, text);
  },
});

Deno.test({
  name: "parseAddress asks for the port where there is no default",
  permissions: "none",
  fn() {
    for (const text of ["pi.local", "pi.local:", "[::1]", "udp://", "", "tls://pi.local"]) {
      assertEquals(refusal(text), `"${text}" is not an address: the port is missing; write HOST:PORT`);
    }
  },
});

Deno.test({
  name: "parseAddress refuses a port that is none",
  permissions: "none",
  fn() {
    for (const port of ["99999", "65536"]) {
      assertEquals(
        refusal(port),
        `"${port}" is not an address: the port "${port}" must be a number from 0 to 65535`,
      );
    }
    for (const text of ["a:99999", "a:http", "a:-1", "a:1.5", "a: 80", "a:0x50", "[::1]:x", "a:80/"]) {
      assertStringIncludes(refusal(text, 80), "must be a number from 0 to 65535");
    }
  },
});

Deno.test({
  name: "parseAddress refuses IPv6 without brackets and says where they go",
  permissions: "none",
  fn() {
    for (const text of ["::1", "fe80::1", "::", "udp://::1", "[::1", "::1]:80", "[::1]80"]) {
      assertStringIncludes(refusal(text, 80), "[ADDRESS]:PORT", text);
    }
  },
});

Deno.test({
  name: "parseAddress refuses unix: without a path",
  permissions: "none",
  fn() {
    assertEquals(refusal("unix:"), '"unix:" is not an address: the path is missing; write unix:PATH');
    assertEquals(
      refusal("unix:@"),
      '"unix:@" is not an address: the name is missing; write unix:@NAME, or unix:./@ for a file',
    );
    assertEquals(
      refusal("unix:@a\nb"),
      '"unix:@a\nb" is not an address: a name has no control characters',
    );
  },
});

Deno.test({
  name: "parseAddress refuses a host with spaces",
  permissions: "none",
  fn() {
    for (const text of ["a b:80", " a:80", "a\n:80"]) assertStringIncludes(refusal(text), "has no spaces");
  },
});

Deno.test({
  name: "parseAddress gives an IP address in its one form, and a name as the resolver knows it",
  permissions: "none",
  fn() {
    const cases: [string, string][] = [
      ["[0:0:0:0:0:0:0:1]:80", "tcp://[::1]:80"],
      ["[::0001]:80", "tcp://[::1]:80"],
      ["[::FFFF:127.0.0.1]:80", "tcp://127.0.0.1:80"],
      ["[::ffff:7f00:1]:80", "tcp://127.0.0.1:80"],
      ["[FE80:0::1%eth0]:80", "tcp://[fe80::1%eth0]:80"],
      ["bücher.example:80", "tcp://xn--bcher-kva.example:80"],
      ["host.example.:80", "tcp://host.example.:80"],
    ];
    for (const [text, address] of cases) assertEquals(formatAddress(parse(text)), address, text);
  },
});

Deno.test({
  name: "parseAddress refuses what no host can be called, and says what is right",
  permissions: "none",
  fn() {
    const cases: [string, string][] = [
      ["*:18013", "write 0.0.0.0 for all interfaces"],
      ["[pi.local]:80", "in brackets stands an IPv6 address, as in [::1]:PORT"],
      ["[127.0.0.1]:80", "in brackets stands an IPv6 address, as in [::1]:PORT"],
      ["[::1%]:80", "in brackets stands an IPv6 address, as in [::1]:PORT"],
      ["127.0.0.1：80", "write 127.0.0.1:80"],
      ["１８０１３", "write 18013"],
      ["udp：//pi。local:80", "write udp://pi.local:80"],
    ];
    for (const [text, hint] of cases) assertEquals(refusal(text), `"${text}" is not an address: ${hint}`);
    for (const text of ["127.1:80", "256.1.1.1:80", "010.0.0.1:80", "0x7f.1:80", "1:80"]) {
      assertStringIncludes(refusal(text), "four numbers from 0 to 255");
    }
    for (const host of ["a,b", "-a", "a..b", "'a'", "*.a", "a%b", "a/b", "(a)", "\u{202e}a", "厨 房"]) {
      assertStringIncludes(refusal(`${host}:80`), "is not an address: ");
    }
  },
});

Deno.test({
  name: "parseAddress takes the host that it is given where none is named",
  permissions: "none",
  fn() {
    assertEquals(parseAddress("80", { host: "", schemes: ["udp"] }), {
      scheme: "udp",
      hostname: "",
      port: 80,
    });
    assertEquals(parseAddress("a:80", { host: "", schemes: ["udp"] }), {
      scheme: "udp",
      hostname: "a",
      port: 80,
    });
  },
});

Deno.test({
  name: "parseAddress takes the first scheme where none is given, and refuses those that make no sense",
  permissions: "none",
  fn() {
    assertEquals(parse("80", undefined, ["udp"]), { scheme: "udp", hostname: "127.0.0.1", port: 80 });
    assertEquals(refusal("tcp://80", undefined, ["udp"]), "tcp:// can't be used here: use udp://");
    assertEquals(
      refusal("unix:x", undefined, ["tcp", "udp"]),
      "unix: can't be used here: use tcp://, udp://",
    );
    assertEquals(
      refusal("http://x", 80, ["tcp", "unix"]),
      '"http://x" is not an address: http runs over TCP and https over TLS; use tcp://, unix:',
    );
    for (const text of ["ws://x:80", "TCP://80", "tcp://udp://80"]) refusal(text, 80);
  },
});

Deno.test({
  name: "formatAddress writes what parseAddress reads",
  permissions: "none",
  fn() {
    const hostname = fc.oneof(
      fc.ipV4(),
      fc.ipV6().map((ip) => canonicalIp(ip)!),
      fc.domain(),
      fc.constantFrom("localhost", "::", "0.0.0.0", "pi1", "host.example.", "fe80::1%lo"),
    );
    const internet = fc.record({
      scheme: fc.constantFrom<"tcp" | "udp" | "tls">("tcp", "udp", "tls"),
      hostname,
      port: fc.integer({ min: 0, max: 65535 }),
    });
    const unix = fc.record({
      scheme: fc.constant<"unix">("unix"),
      path: fc.string({ minLength: 1 }).filter((path) => !/^[\0@]/.test(path)),
    });
    fc.assert(fc.property(fc.oneof(internet, unix), (address) => {
      assertEquals(parse(formatAddress(address)), address);
    }));
  },
});

Deno.test({
  name: "parseAddress takes any path, even one that looks like a URL",
  permissions: "none",
  fn() {
    for (const path of ["a://b", "tcp://80", "unix:", "\n"]) {
      assertEquals(parse(`unix:${path}`), { scheme: "unix", path });
    }
  },
});

Deno.test({
  name: "hostPort puts brackets around IPv6 and shows a mapped IPv4 address as IPv4",
  permissions: "none",
  fn() {
    assertEquals(hostPort({ hostname: "127.0.0.1", port: 80 }), "127.0.0.1:80");
    assertEquals(hostPort({ hostname: "::1", port: 80 }), "[::1]:80");
    assertEquals(hostPort({ hostname: "::ffff:127.0.0.1", port: 80 }), "127.0.0.1:80");
    assertEquals(hostPort({ hostname: "::ffff:a", port: 80 }), "[::ffff:a]:80");
    assertEquals(formatAddress({ scheme: "tcp", hostname: "::ffff:10.0.0.1", port: 1 }), "tcp://10.0.0.1:1");
  },
});

Deno.test({
  name: "isLoopback knows what stays on this machine",
  permissions: "none",
  fn() {
    for (const host of ["127.0.0.1", "127.9.9.9", "::1", "localhost", "::ffff:127.0.0.1"]) {
      assert(isLoopback(host), host);
    }
    for (const host of ["0.0.0.0", "::", "10.0.0.1", "128.0.0.1", "127.evil.com", "127.0.0.1.evil.com", ""]) {
      assert(!isLoopback(host), host);
    }
  },
});

Deno.test({
  name: "isHost knows names and IP addresses from whole addresses and other text",
  permissions: "none",
  fn() {
    for (const host of ["localhost", "pi.local", "*.a.test", "127.0.0.1", "::1", "fe80::1", "a_b.c-d"]) {
      assertEquals(isHost(host), true, host);
    }
    for (
      const text of [
        "localhost:80",
        "tls://a",
        "bad host",
        "",
        "-a",
        "a..b",
        "1::2::3",
        "a/b",
        "a\n",
        "127.1",
        "256.1.1.1",
      ]
    ) {
      assertEquals(isHost(text), false, text);
    }
  },
});
