import { assert, assertEquals, assertMatch } from "@std/assert";
import { errorsOf, LOOPBACK, pinwire, type Process, refusal, runPinwire } from "./support.ts";
import { agent, controller, list, next, Peer, reports, statesOf } from "./support/led.ts";
import { greet, guarded, helloOf, NOBODY, otherToken, trust } from "./support/led_token.ts";

trust("a token that both know lets an agent in, and a command with --via", async (folder) => {
  const { server, token } = await guarded(folder);
  await using _ = server;
  await using lamp = await agent(server.address, "lamp", ...token);
  assertEquals((await next(server, "device")).device, "lamp");
  await server.write("on lamp\n");
  await reports(server, "lamp", true);
  const { code, stdout, stderr } = await runPinwire([
    "led",
    "off",
    "lamp",
    "--via",
    server.address,
    ...token,
  ]);
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^\d {2}lamp {2}.* off /);
  for (const on of [false, true, false]) assertEquals((await next(lamp, "state")).on, on);
  assertEquals([errorsOf(lamp), errorsOf(server)], [[], []]);
});

trust("a token works over TLS too", async (folder) => {
  await runPinwire(["cert", "127.0.0.1", "--out", folder]);
  const cert = `${folder}/pinwire-cert.pem`;
  const { server, token } = await guarded(
    folder,
    "--tls-cert",
    cert,
    "--tls-key",
    `${folder}/pinwire-key.pem`,
  );
  await using _ = server;
  await using _lamp = await agent(server.address, "lamp", "--ca", cert, ...token);
  assertMatch((await next(server, "device")).peer!, /^tls:/);
  await server.write("on lamp\n");
  await reports(server, "lamp", true);
});

trust(
  "an agent with a wrong token is told so and obeys nobody, and locks no other out on this machine",
  async (folder) => {
    const { server, token } = await guarded(folder);
    await using _ = server;
    const wrong = await otherToken(folder);
    await using stranger = await agent(server.address, "stranger", ...wrong);
    const { message, hint } = await next(stranger, "error");
    assertEquals(message, "the controller does not let us in (the proof is wrong)");
    assertEquals(
      hint,
      "both ends need the same --token-file; if something stands in between, such as a relay, use tls://; it is dialled again and again",
    );
    assertMatch((await next(server, "error")).message!, /^refused tcp:.*, the proof is wrong$/);
    // As many wrong proofs as would keep another machine out.
    const peers = await Promise.all(Array.from({ length: 6 }, () => Peer.dial(server)));
    await Promise.all(peers.map(async (peer) => {
      using _ = peer;
      await greet(peer, helloOf("agent"));
      await peer.say(`proof ${"A".repeat(43)}`);
      assertEquals(await peer.rest(), "refused the proof is wrong\n");
    }));
    await using lamp = await agent(server.address, "lamp", ...token);
    assertEquals((await next(server, "device")).device, "lamp");
    await server.write("on all\n");
    await reports(server, "lamp", true);
    assertEquals((await list(server)).length, 1);
    for (const on of [false, true]) assertEquals((await next(lamp, "state")).on, on);
    assertEquals(statesOf(stranger), [false]);
  },
);

trust("an agent with a token obeys no controller without one", async (folder) => {
  await using server = await controller();
  const token = await otherToken(folder);
  await server.write("on all\n");
  await using lamp = await agent(server.address, "lamp", ...token);
  const { message } = await next(lamp, "error");
  assertEquals(message, "the controller has no token, so anybody may switch its devices");
  await next(server, "device");
  await server.write("on lamp\n");
  // It dials again, and gives it up again.
  for (let i = 0; i < 2; i++) assertEquals((await next(lamp, "disconnected")).reason, "no token");
  assertEquals(statesOf(lamp), [false]);
  const via = ["led", "on", "lamp", "--via", server.address, ...token];
  assertMatch(await refusal(via, 1), /^pinwire: the controller has no token/);
});

trust("a controller with a token lets nobody in without one", async (folder) => {
  const { server } = await guarded(folder);
  await using _ = server;
  await using lamp = await agent(server.address, "lamp");
  assertEquals((await next(lamp, "error")).message, "the controller does not let us in (a token is needed)");
  for (const args of [["status"], ["on", "all"], ["toggle", "lamp"]]) {
    assertEquals(
      await refusal(["led", ...args, "--via", server.address], 1),
      "pinwire: the controller does not let us in (a token is needed): name its --token-file\n",
    );
  }
  const wrong = await otherToken(folder);
  assertEquals(
    await refusal(["led", "status", "--via", server.address, ...wrong], 1),
    "pinwire: the controller does not let us in (the proof is wrong): both ends need the same --token-file; " +
      "if something stands in between, such as a relay, use tls://\n",
  );
  assertEquals([await list(server), statesOf(lamp)], [NOBODY, [false]]);
});

trust("a token file that others can read is refused at both ends", async (folder) => {
  await Deno.writeTextFile(`${folder}/token`, "x".repeat(43));
  await Deno.chmod(`${folder}/token`, 0o640);
  const token = ["--token-file", `${folder}/token`];
  const commands = [
    ["serve", `${LOOPBACK}:0`],
    ["agent", `${LOOPBACK}:1`, "--gpio", "simulated", "--name", "x"],
    ["on", "x", "--via", `${LOOPBACK}:1`],
  ];
  for (const args of commands) {
    const said = await refusal(["led", ...args, ...token], 1);
    assertEquals(
      said,
      `pinwire: the token file ${folder}/token can be read by others: chmod 600 ${folder}/token, ` +
        "after making a new one if they may have\n",
    );
  }
});

trust("an agent makes no token file, and the controller makes it for its owner alone", async (folder) => {
  const path = `${folder}/token`;
  const args = ["led", "agent", `${LOOPBACK}:1`, "--gpio", "simulated", "--name", "x", "--token-file", path];
  assertMatch(await refusal(args, 1), /does not exist: copy it from the other end/);
  const { server, token } = await guarded(folder);
  await using _ = server;
  assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
  assertMatch(await Deno.readTextFile(path), /^[\w-]{43}\n$/);
  assertEquals((await next(server, "notice")).text, `made ${path}: copy it to the agents`);
  // A file that exists already is not made again.
  await using another = await controller(...token);
  await another.write("quit\n");
  assertMatch((await another.outcome()).stdout, /^\{"event":"listening",[^\n]+\n$/);
});

trust("who says nothing is given up: by a controller, by an agent and by --via", async (folder) => {
  const { server } = await guarded(folder);
  await using _ = server;
  using silent = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const address = `tcp://${LOOPBACK}:${silent.addr.port}`;
  await using lamp = await agent(address, "lamp", ...await otherToken(folder));
  using lampsConn = await silent.accept();
  const asking = refusal(["led", "status", "--via", address], 1);
  using askersConn = await silent.accept();
  using mute = await Peer.dial(server);

  assertEquals(await mute.rest(), "");
  const { peer } = await next(server, "connected");
  assertEquals((await next(server, "disconnected")).peer, peer);

  assertEquals((await next(lamp, "disconnected")).reason, "no proof");
  assertEquals((await next(lamp, "error")).message, `${address} has not proven that it knows the token`);
  assertEquals(
    await asking,
    `pinwire: ${address} does not answer: check that a pinwire controller listens there, ` +
      "and whether it needs tls://\n",
  );
  for (const conn of [lampsConn, askersConn]) await new Peer(conn).rest();
});

trust("300 connections that say nothing keep no agent out", async (folder) => {
  const { server, token } = await guarded(folder);
  await using _ = server;
  const silent = await Promise.all(Array.from({ length: 300 }, () => Peer.dial(server)));
  for (const _ of silent) await next(server, "connected");
  await using _lamp = await agent(server.address, "lamp", ...token);
  assertEquals((await next(server, "device")).device, "lamp");
  await server.write("on lamp\n");
  await reports(server, "lamp", true);
  assertEquals((await list(server)).length, 1);
  // The oldest had to go, which is told once.
  assertEquals(await silent[0].rest(), "");
  assertEquals(errorsOf(server).map(({ message }) => message), [
    "more than 256 connections have proven nothing yet",
  ]);
  for (const peer of silent) peer[Symbol.dispose]();
});

trust("the ready line warns where everybody can reach a controller without a token", async (folder) => {
  const token = ["--token-file", `${folder}/token`];
  const warned: [string[], boolean][] = [
    [["0.0.0.0:0"], true],
    [["[::]:0"], true],
    [["0.0.0.0:0", ...token], false],
    [[`${LOOPBACK}:0`], false],
    [["localhost:0"], false],
  ];
  for (const [args, isWarned] of warned) {
    const { code, stderr } = await runPinwire(["led", "serve", ...args], { stdin: "quit\n" });
    const lines = stderr.trimEnd().split("\n");
    const line = lines.pop()!;
    const made = args.includes("--token-file")
      ? [`pinwire led: made ${folder}/token: copy it to the agents`]
      : [];
    assertEquals([code, lines], [0, made], args.join(" "));
    const pattern =
      /^pinwire led: listening on tcp:\/\/\S+:\d+( \(whoever reaches it .*use --token-file\))?$/;
    assertEquals(line.match(pattern)?.[1] !== undefined, isWarned, line);
  }
  await using server = await pinwire(["led", "serve", "0.0.0.0:0", "--json"]);
  assertMatch(server.stdout, /^\{"event":"listening",.*"warning":"whoever reaches it /);
});

/** The text that crossed the wire, from the hexdumps of `--trace`. */
function traced({ stderr }: Process): string {
  const rows = [...stderr.matchAll(/^ {2}[\da-f]{8} {2}((?:[\da-f]{2} {1,2})+)/gm)];
  const hex = rows.map(([, bytes]) => bytes.replaceAll(" ", "")).join("");
  return new TextDecoder().decode(Uint8Array.fromHex(hex));
}

trust("the token never crosses the wire, and no end shows it", async (folder) => {
  const { server, token } = await guarded(folder, "--trace");
  await using _ = server;
  await using lamp = await agent(server.address, "lamp", "--trace", ...token);
  await reports(server, "lamp", false);
  await server.write("on lamp\n");
  await reports(server, "lamp", true);
  const secret = (await Deno.readTextFile(`${folder}/token`)).trim();
  for (const end of [server, lamp]) {
    await end.sees(/state on|6f 6e/, "stderr");
    const text = traced(end);
    assertMatch(text, /hello \{[^]*proof [\w-]{43}\n[^]*proof [\w-]{43}\n/);
    for (const shown of [text, end.stdout, end.stderr]) assert(!shown.includes(secret));
  }
});
