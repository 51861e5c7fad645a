import type { Token } from "../session/token.ts";

/** What the web token is made of the server's own secret for. */
const PURPOSE = "pinwire web 1";
/** How the sub-protocol begins that carries it. */
const PREFIX = "k.";

/**
 * What a page shows to its server: a secret of its own, never that of `--token-file`, which neither crosses the wire nor
 * lies in a browser's memory.
 */
export class WebToken {
  /** As it stands in the page's address. */
  readonly text: string;

  private constructor(text: string) {
    this.text = text;
  }

  /** @param secret what it is made of, so that it outlasts a restart; without it it is another one each time */
  static async from(secret: Token | undefined): Promise<WebToken> {
    if (secret) return new WebToken(await secret.derive(PURPOSE));
    const bytes = crypto.getRandomValues(new Uint8Array(32));
    return new WebToken(bytes.toBase64({ alphabet: "base64url", omitPadding: true }));
  }

  /** Which of the sub-protocols that a page offers carries this token. */
  carrier(protocols: readonly string[]): string | undefined {
    return protocols.find((protocol) => isSame(protocol, PREFIX + this.text));
  }
}

/** Compares in a time that tells nothing of where the two differ. */
function isSame(given: string, wanted: string): boolean {
  let difference = given.length ^ wanted.length;
  for (let i = 0; i < wanted.length; i++) difference |= given.charCodeAt(i) ^ wanted.charCodeAt(i);
  return difference === 0;
}
