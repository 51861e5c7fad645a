import { assert, assertEquals, assertMatch, fail } from "@std/assert";
import { TYPE } from "../lib/shell/protocol.ts";
import { LOOPBACK, runPinwire } from "./support.ts";
import {
  helloOf,
  type Proven,
  ShellWire,
  type ShellWorld,
  textOf,
  trust,
  WRONG_KEY,
} from "./support/shell_wire.ts";
import { posix, shell } from "./support/shell.ts";

/** A client whose proof is wrong, or another's; the error that it gets, and after how many ms. */
async function wrongProof(on: ShellWorld, wrong: Partial<Proven> | string = {}, key = on.key) {
  using wire = await ShellWire.dial(on.server);
  await wire.greet();
  const begun = performance.now();
  // A command right behind it counts as little.
  const proof = typeof wrong === "string" ? wrong : await wire.proof(key, wrong);
  await wire.send(TYPE.proof, 0, { proof });
  await wire.exec(1, "echo evil").catch(() => {});
  return { refusal: await wire.refusal(), ms: performance.now() - begun };
}

trust("a wrong proof is slowed and cut off, the honest are let in meanwhile and afterwards", async (on) => {
  // Five of them would keep another machine out.
  const wrong = Array.from({ length: 20 }, () => wrongProof(on, {}, WRONG_KEY));
  const honest = ShellWire.enter(on.server, on.key);
  using wire: ShellWire = await Promise.race([
    honest,
    ...wrong.map((each) => each.then(() => fail("answered first"))),
  ]);
  assertEquals((await wire.run(1, "echo honest")).stdout, "honest\n");
  for (const each of wrong) {
    const { refusal, ms } = await each;
    assertEquals(refusal, [0, "bad_proof"]);
    assert(ms > 490, `${ms}`);
    assertMatch((await on.server.next("error")).message!, /^refused tcp:\S+: the proof is wrong$/);
  }
  assertEquals(await on.ran(), ["echo honest"]);
  const { code, stdout } = await runPinwire(["shell", "exec", on.server.address, "--", "echo", "again"], {
    env: on.env,
  });
  assertEquals([code, stdout, await on.ran()], [0, "again\n", ["echo again"]]);
  await on.isWell();
});

trust("shell exec and shell connect with another token say so, and nothing is run", async (on) => {
  const token = `${on.folder}/other`;
  await Deno.writeTextFile(token, WRONG_KEY, { mode: 0o600 });
  const message =
    `${on.server.address} says: the proof is wrong: both ends need the same token; if something stands in between, such as a relay, use tls://\n`;
  const connect = ["shell", "connect", on.server.address, "--token-file", token];
  const exec = ["shell", "exec", on.server.address, "--token-file", token, "--", "echo", "evil"];
  const [outcome, connected] = await Promise.all([
    runPinwire(exec),
    runPinwire(connect, { stdin: "echo evil\n" }),
  ]);
  assertEquals(outcome, { code: 255, stdout: "", stderr: `pinwire: ${message}` });
  assertEquals([connected.code, connected.stdout], [1, ""]);
  assert(connected.stderr.endsWith(message), connected.stderr);
  await on.isWell();
});

trust("a proof for another role, protocol, address or conversation is worth nothing", async (on) => {
  using first = await ShellWire.dial(on.server);
  await first.greet();
  const heard = await first.proof(on.key);
  await first.send(TYPE.proof, 0, { proof: heard });
  const ready = await first.frame();
  assertEquals(ready?.type, TYPE.ready);
  const { proof } = JSON.parse(textOf(ready!.body));
  const wrongs: (Partial<Proven> | string)[] = [
    { role: "server" },
    { role: "" },
    { protocol: "pinwire led 1" },
    { protocol: "pinwire shell 2" },
    { hello: helloOf({ nonce: "m".repeat(43) }) },
    { challenge: helloOf() },
    { address: on.server.address.replace(LOOPBACK, "127.0.0.2") },
    { address: on.server.address.replace(/\d+$/, "1") },
    { address: "tls:" },
    { address: "unix:" },
    // What was heard on another connection.
    heard,
    proof,
    "",
  ];
  const refusals = await Promise.all(wrongs.map((wrong) => wrongProof(on, wrong)));
  for (const [i, { refusal }] of refusals.entries()) {
    assertEquals(refusal, [0, "bad_proof"], JSON.stringify(wrongs[i]));
  }
  await on.isWell();
});

trust("another version than 1 is refused", async (on) => {
  for (const version of [0, 2, 1.5, -1, 1e308]) {
    using wire = await ShellWire.dial(on.server);
    await wire.send(TYPE.hello, 0, helloOf({ version }));
    assertEquals(await wire.refusal(), [0, "bad_version"]);
  }
  await on.isWell();
});

posix("a token file that others can read is refused at both ends, with the command that helps", async () => {
  await using remote = await shell();
  const path = `${remote.home.path}/pinwire/token`;
  await Deno.chmod(path, 0o640);
  const said = `pinwire: the token file ${path} can be read by others: chmod 600 ${path}, ` +
    "after making a new one if they may have\n";
  const lines: [string[], number][] = [
    [["serve", `${LOOPBACK}:0`], 1],
    [["exec", remote.server.address, "--", "true"], 255],
    [["connect", remote.server.address], 1],
  ];
  await Promise.all(lines.map(async ([args, code]) => {
    const outcome = await runPinwire(["shell", ...args], { env: remote.home.env });
    assertEquals(outcome, { code, stdout: "", stderr: said });
  }));
  // Nobody was dialled.
  assertEquals(remote.server.events.filter(({ event }) => event === "connected"), []);
});
