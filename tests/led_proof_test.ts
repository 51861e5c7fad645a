import { assertEquals, assertMatch } from "@std/assert";
import { Token } from "../lib/session/token.ts";
import { isLinux, LOOPBACK, pinwire } from "./support.ts";
import { agent, list, next, Peer, reports, statesOf } from "./support/led.ts";
import { greet, guarded, helloOf, NOBODY, otherToken, trust } from "./support/led_token.ts";

/** The proof of an end that knows the token in this file. */
async function prove(path: string, role: string, hellos: [string, string], binding: string): Promise<string> {
  const token = await Token.from((await Deno.readTextFile(path)).trim());
  return `proof ${await token.prove(role, { protocol: "pinwire led 1", hellos, binding })}`;
}

trust("what is said before the proof doesn't count", async (folder) => {
  const { server, token } = await guarded(folder);
  await using _ = server;
  await using lamp = await agent(server.address, "lamp", ...token);
  await reports(server, "lamp", false);
  for (const line of ["on lamp", "state on", `proof ${"A".repeat(43)}`, "", "ping"]) {
    using peer = await Peer.dial(server);
    await peer.say(line, "on lamp");
    assertEquals(await peer.rest(), "refused a token is needed\n");
  }
  // In place of a proof, both in the same write as the hello and after it.
  const eager = ["control", "agent"].map(async (role) => {
    using peer = await Peer.dial(server);
    await peer.say(helloOf(role), "on lamp", "state on", "on lamp");
    assertMatch(await peer.rest(), /^hello [^\n]+\nrefused the proof is wrong\n$/);
  });
  await Promise.all(eager);
  const rows = await list(server);
  assertEquals([rows.length, statesOf(lamp)], [1, [false]]);
  assertMatch(rows[0], /^\d {2}lamp /);
});

trust("an agent obeys nobody before the proof", async (folder) => {
  using listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const token = await otherToken(folder);
  await using lamp = await agent(`${LOOPBACK}:${listener.addr.port}`, "lamp", ...token);
  using peer = new Peer(await listener.accept());
  assertMatch(await peer.line(), /^hello /);
  await peer.say("on", "toggle", "blink 50", "state?", helloOf("controller"), "on");
  assertMatch(await peer.line(), /^proof [\w-]{43}$/);
  await peer.say("on", `proof ${"A".repeat(43)}`, "on");
  assertEquals(await peer.rest(), "");
  assertEquals((await next(lamp, "error")).message, "the controller does not know the token");
  assertEquals(statesOf(lamp), [false]);
});

trust("a proof that was heard is worth nothing on the next connection", async (folder) => {
  const { server } = await guarded(folder);
  await using _ = server;
  const hello = helloOf("agent");
  using first = await Peer.dial(server);
  const answer = await greet(first, hello);
  const proof = await prove(`${folder}/token`, "agent", [hello, answer], server.address);
  await first.say(proof);
  assertMatch(await first.line(), /^proof [\w-]{43}$/);
  assertEquals((await next(server, "device")).device, "raw");
  using second = await Peer.dial(server);
  await greet(second, hello);
  await second.say(proof);
  assertEquals(await second.rest(), "refused the proof is wrong\n");
});

trust("a proof for another role, or of the other side, is worth nothing", async (folder) => {
  const { server } = await guarded(folder);
  await using _ = server;
  await Promise.all(["control", "controller"].map(async (role) => {
    using peer = await Peer.dial(server);
    const hello = helloOf("agent");
    const answer = await greet(peer, hello);
    await peer.say(await prove(`${folder}/token`, role, [hello, answer], server.address));
    assertEquals(await peer.rest(), "refused the proof is wrong\n");
  }));
});

trust("an agent takes its own proof, sent back to it, for none", async (folder) => {
  using listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const token = await otherToken(folder);
  await using lamp = await agent(`${LOOPBACK}:${listener.addr.port}`, "lamp", ...token);
  using peer = new Peer(await listener.accept());
  // Its challenge is sent back too.
  await peer.say((await peer.line()).replace('"agent"', '"controller"'));
  await peer.say(await peer.line(), "on");
  assertEquals(await peer.rest(), "");
  assertEquals((await next(lamp, "error")).message, "the controller does not know the token");
  assertEquals(statesOf(lamp), [false]);
});

trust(
  "a proof that somebody in between passes on is wrong, though both ends know the token",
  async (folder) => {
    const { server, token } = await guarded(folder);
    await using _ = server;
    await using between = await pinwire(["relay", "127.0.0.2:0", server.address]);
    await using lamp = await agent(between.address, "lamp", ...token);
    assertEquals(
      (await next(lamp, "error")).message,
      "the controller does not let us in (the proof is wrong)",
    );
    assertEquals([await list(server), statesOf(lamp)], [NOBODY, [false]]);
    // Elsewhere than on Linux, 127.0.0.2 is no address of a machine.
  },
  !isLinux,
);
