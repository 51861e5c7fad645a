import { assert, assertEquals } from "@std/assert";
import { Token } from "../session/token.ts";
import { WebToken } from "./token.ts";

Deno.test({
  name: "WebToken made of a secret is the same at each start, and not that secret; without one it is another",
  permissions: "none",
  async fn() {
    const secret = "xK3vQ0m1pB7nR5sT9uW2yZ4aC6dE8fGh";
    const { text } = await WebToken.from(await Token.from(secret));
    // As docs/protocol.md has it.
    assertEquals(text, "eQgiunr61tXWBCFkCQg5OuAopptVycSfcTbvbrgA5E4");
    assertEquals((await WebToken.from(await Token.from(secret))).text, text);
    const others = await Promise.all(Array.from({ length: 10 }, () => WebToken.from(undefined)));
    assertEquals(new Set(others.map(({ text }) => text)).size, 10);
    for (const other of others) {
      assertEquals(Uint8Array.fromBase64(other.text, { alphabet: "base64url" }).length, 32);
    }
  },
});

Deno.test({
  name: "WebToken is carried by one sub-protocol, wholly",
  permissions: "none",
  async fn() {
    const token = await WebToken.from(undefined);
    const right = `k.${token.text}`;
    assertEquals(token.carrier(["pinwire", right]), right);
    for (
      const wrong of [
        "",
        "k.",
        token.text,
        right.slice(0, -1),
        `${right}A`,
        right.toUpperCase(),
        `k.${right}`,
      ]
    ) {
      assert(token.carrier(["pinwire", wrong]) === undefined, wrong);
    }
    assertEquals(token.carrier([]), undefined);
  },
});
