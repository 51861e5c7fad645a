import { assertEquals, assertMatch } from "@std/assert";
import { networkNamespace } from "../lib/system/private_network.ts";
import { HAS_PRIVATE_NETWORKS } from "./support/lab.ts";
import { pinwireCommand } from "./support/pinwire.ts";
import { run } from "./support/process.ts";

const ignore = !HAS_PRIVATE_NETWORKS;

/** Runs lines of a shell, whose `"$@"` is pinwire, as root of a network that stands for a machine's own. */
async function inUsedNetwork(lines: string, args: string[], env: Record<string, string> = {}) {
  const flags = ["--user", "--map-root-user", "--net", "sh", "-c", `ip link set lo up\n${lines}`, "sh"];
  return await run("unshare", [...flags, ...pinwireCommand(args)], { env });
}

for (const [what, outside] of Object.entries({ "any word": "x", "another network": "net:[1]" })) {
  for (const words of [["lab", "handshake"], ["lab", "layers", "hello"]]) {
    Deno.test({
      name: `${words.join(" ")} makes no device in a network in use, if told it is private by ${what} ` +
        "(needs private networks)",
      ignore,
      async fn() {
        const env = { PINWIRE_LAB_OUTSIDE: outside };
        const { code, stdout, stderr } = await inUsedNetwork('"$@"', words, env);
        assertEquals([code, stdout], [1, ""]);
        assertMatch(stderr, /PINWIRE_LAB_OUTSIDE is set, and this network isn't a new one/);
      },
    });
  }
}

Deno.test({
  name: "the lab starts itself once, where unshare gives no network of its own (needs private networks)",
  ignore,
  async fn() {
    const lines =
      `fakes=$(mktemp -d) && printf '#!/bin/sh\\nwhile :; do case $1 in --*) shift ;; *) break ;; ` +
      `esac; done\\nexec "$@"\\n' >"$fakes/unshare" && chmod +x "$fakes/unshare"\n` +
      'PATH=$fakes:$PATH timeout 30 "$@"; code=$?; rm -r "$fakes"; exit $code';
    const { code, stderr } = await inUsedNetwork(lines, ["lab", "handshake"]);
    assertEquals(code, 1, stderr);
    assertMatch(stderr, /this network isn't a new one/);
  },
});

Deno.test({
  name: "the inner process of the lab ends without a word when nobody reads it (needs private networks)",
  ignore,
  async fn() {
    const env = { PINWIRE_LAB_OUTSIDE: networkNamespace() };
    // Its stdin stays open.
    const lines = 'pipe=$(mktemp -u); mkfifo "$pipe"; exec 3<>"$pipe"; rm "$pipe"; "$@" <&3 | head -n 1';
    const flags = ["--user", "--map-root-user", "--net", "sh", "-c", lines, "sh"];
    const { stdout, stderr } = await run("unshare", [...flags, ...pinwireCommand(["lab", "handshake"])], {
      env,
    });
    assertMatch(stdout, /"listen\(\)"/);
    assertEquals(stderr, "");
  },
});
