import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { utf8 } from "../_testing.ts";
import { HeadDecoder, MAX_HEAD } from "./head_decoder.ts";
import { parseRequest } from "./head.ts";
import { HttpError } from "./http_error.ts";

/** What comes of a stream in chunks of these sizes: the head and the number of bytes behind it, or a status. */
function outcome(stream: Uint8Array, sizes: number[] = []): string {
  const decoder = new HeadDecoder();
  try {
    for (let at = 0, i = 0; at < stream.length; i++) {
      const chunk = stream.slice(at, at + (sizes[i] ?? stream.length));
      at += chunk.length;
      decoder.feed(chunk);
      const head = decoder.next();
      if (head) return `${head.toHex()} and ${decoder.rest.length + stream.length - at}`;
    }
    return "more";
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return `${error.status}`;
  }
}

const anySizes = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 40 });
const anyHead = fc.array(
  fc.constantFrom("GET / HTTP/1.1", "\r\n", "\r\n\r\n", "\r", "\n", "a: b", "Host: x", " ", "\0"),
  {
    maxLength: 12,
  },
);

Deno.test({
  name: "HeadDecoder gives the same head, or the same refusal, however it is cut",
  permissions: "none",
  fn() {
    fc.assert(fc.property(fc.oneof(anyHead.map((parts) => utf8(parts.join(""))), fc.uint8Array()), anySizes, (
      stream,
      sizes,
    ) => assertEquals(outcome(stream, sizes), outcome(stream))));
  },
});

Deno.test({
  name: "HeadDecoder and parseRequest make a head or an HttpError of anything",
  permissions: "none",
  fn() {
    const mutated = fc.tuple(fc.nat(), fc.nat(255)).map(([at, byte]) => {
      const bytes = utf8("GET /a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nUpgrade: websocket\r\n\r\n");
      bytes[at % bytes.length] = byte;
      return bytes;
    });
    fc.assert(
      fc.property(mutated, (bytes) => {
        try {
          const decoder = new HeadDecoder();
          decoder.feed(bytes);
          const head = decoder.next();
          if (head) parseRequest(head);
        } catch (error) {
          assertEquals(error instanceof HttpError, true, String(error));
        }
      }),
      { numRuns: 2000 },
    );
  },
});

Deno.test({
  name: "HeadDecoder takes 8 KiB and no byte more",
  permissions: "none",
  fn() {
    const fitting = utf8(`GET / HTTP/1.1\r\nX: ${"a".repeat(MAX_HEAD - 23)}\r\n\r\n`);
    assertEquals(fitting.length, MAX_HEAD);
    assertEquals(outcome(fitting), `${fitting.toHex()} and 0`);
    assertEquals(outcome(utf8(`GET / HTTP/1.1\r\nX: ${"a".repeat(MAX_HEAD)}`)), "431");
  },
});

Deno.test({
  name: "HeadDecoder knows at the first byte what is no HTTP",
  permissions: "none",
  fn() {
    for (const first of ["\x16\x03\x01", "\0", "\r\n", "\n", " GET"]) {
      assertThrows(() => new HeadDecoder().feed(utf8(first)), HttpError, "this is no HTTP");
    }
  },
});
