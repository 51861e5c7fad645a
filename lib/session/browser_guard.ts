import { PinwireError } from "../errors.ts";
import type { Codec } from "../framing/mod.ts";
import { type Connection, wrapConnection } from "../net/mod.ts";

/** How far a first line has come that may be an HTTP request; one that can't be is `passed`. */
type Place = "start" | "method" | "target" | "version" | "passed";

const LF = 0x0a;
const SPACE = 0x20;
/** A page may choose any token for its method, in any case (RFC 9110, section 5.6.2). */
const METHOD = /[!#$%&'*+.^_`|~\w-]/;
const IS_TOKEN = Uint8Array.from(
  { length: 256 },
  (_, byte) => METHOD.test(String.fromCharCode(byte)) ? 1 : 0,
);
const VERSION = [..."HTTP/"].map((letter) => letter.charCodeAt(0));

/**
 * Watches a server's input for what only a browser or another protocol sends: any page that somebody looks at
 * can post lines to any port of that machine, and a body of `hello …` must not count.
 *
 * Bytes are looked at as they come, however the stream was cut and however long the first line is.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const guard = new LineGuard();
 * const bytes = (text: string) => new TextEncoder().encode(text);
 * assertEquals(guard.refuses(bytes("POST /x HT")), undefined);
 * assertEquals(guard.refuses(bytes("TP/1.1\r\n")), "an HTTP request");
 * ```
 */
export class LineGuard {
  #mayHoldNul: boolean;
  #place: Place = "start";
  #matched = 0;

  /** @param mayHoldNul whether the frames have NUL bytes of their own, as lengths do */
  constructor(mayHoldNul = false) {
    this.#mayHoldNul = mayHoldNul;
  }

  /** What these bytes, behind those before, turn out to be; `undefined` while they may be lines. */
  refuses(bytes: Uint8Array): string | undefined {
    if (!this.#mayHoldNul && bytes.includes(0)) return "a NUL byte, so no text";
    for (let i = 0; i < bytes.length && this.#place !== "passed"; i++) {
      if (this.#isRequest(bytes[i])) return "an HTTP request";
    }
    return undefined;
  }

  #isRequest(byte: number): boolean {
    if (byte === LF) this.#place = "passed";
    const isToken = IS_TOKEN[byte] === 1;
    switch (this.#place) {
      case "start":
        this.#place = isToken ? "method" : "passed";
        break;
      case "method":
        if (byte === SPACE) this.#place = "target";
        else if (!isToken) this.#place = "passed";
        break;
      case "target":
        if (byte === SPACE) this.#place = "version";
        break;
      case "version":
        // HTTP/ and a digit (RFC 9112, section 3).
        if (this.#matched === VERSION.length) {
          if (byte >= 0x30 && byte <= 0x39) return true;
          this.#place = "passed";
        } else if (byte !== VERSION[this.#matched++]) this.#place = "passed";
    }
    return false;
  }
}

/** The same connection, which ends with `not_for_us` at a browser's request, and at a NUL byte in text. */
export function guardLines(connection: Connection, codec: Codec): Connection {
  return guardBy(new LineGuard(!codec.isLineBased && !codec.isPerRead), connection);
}

/** The same for a server that takes bytes of any kind: it ends with `not_for_us` at a browser's request alone. */
export function guardRequests(connection: Connection): Connection {
  return guardBy(new LineGuard(true), connection);
}

function guardBy(guard: LineGuard, connection: Connection): Connection {
  const { name } = connection.peer;
  return wrapConnection(connection, {
    receive: (sink, options) =>
      connection.receive((bytes) => {
        const what = guard.refuses(bytes);
        if (what === undefined) return sink(bytes);
        throw new PinwireError("not_for_us", `${name} sent ${what}`, {
          hint: "this port is for other programs; the connection was closed",
        });
      }, options),
  });
}
