import { assertEquals, assertMatch, fail } from "@std/assert";
import { deafPort, has, isWindows, LOOPBACK, type Outcome, Process, PYTHON } from "./support.ts";
import type { ProcessOptions } from "./support/process.ts";
import { posix, type Shell, shell } from "./support/shell.ts";
import { ShellWire } from "./support/shell_wire.ts";

/** A test of the client of docs/protocol.md alone. */
const example = (name: string, fn: () => Promise<void>) =>
  posix(
    `examples/shell_client.py ${name} (needs ${PYTHON})`,
    fn,
    isWindows || !has(PYTHON),
  );

/** Without `stdin` in the options it stays open. */
function begin(address: string, token: string, command: string[], options?: ProcessOptions): Process {
  const program = `${import.meta.dirname}/../examples/shell_client.py`;
  return new Process(PYTHON, [program, address, token, ...command], options);
}

const addressOf = ({ server }: Shell) => `${LOOPBACK}:${server.port}`;
const tokenOf = ({ home }: Shell) => `${home.path}/pinwire/token`;

/** Runs a command to its end. */
async function run(on: Shell, command: string[], stdin: string = ""): Promise<Outcome> {
  await using client = begin(addressOf(on), tokenOf(on), command, { stdin });
  return await client.outcome();
}

example("ends as the command did, and keeps stdout and stderr apart", async () => {
  await using on = await shell();
  const cases: [string[], Outcome][] = [
    [["echo", "hello"], { code: 0, stdout: "hello\n", stderr: "" }],
    [["exit 7"], { code: 7, stdout: "", stderr: "" }],
    [["kill -9 $$"], { code: 137, stdout: "", stderr: "" }],
    [["echo out; echo err >&2; exit 3"], { code: 3, stdout: "out\n", stderr: "err\n" }],
  ];
  await Promise.all(cases.map(async ([command, ended]) => {
    assertEquals(await run(on, command), ended);
  }));
});

example("carries many windows of bytes each way", async () => {
  await using on = await shell();
  const stdin = Array.from({ length: 500_000 }, (_, i) => `${i}\n`).join("");
  const { code, stdout, stderr } = await run(on, ["cat"], stdin);
  assertEquals([code, stderr, stdout.length, stdout === stdin], [0, "", 3_388_890, true]);
  // What the command leaves unread doesn't keep its exit code back.
  assertEquals(await run(on, ["head -c 2; exit 5"], stdin), { code: 5, stdout: "0\n", stderr: "" });
});

example("ends with the command though its own stdin is still open", async () => {
  await using on = await shell();
  await using client = begin(addressOf(on), tokenOf(on), ["read line; echo got $line; exit 4"]);
  await client.write("a line\n");
  assertEquals(await client.outcome(), { code: 4, stdout: "got a line\n", stderr: "" });
});

example("says why, when the server ended the command or did not run it", async () => {
  await using on = await shell("--allow-command", "yes", "--max-output", "100");
  const cut = await run(on, ["yes"]);
  assertEquals([cut.code, cut.stdout.length], [143, 100]);
  assertMatch(cut.stderr, /^shell_client: .+--max-output.+\n$/);
  const refused = await run(on, ["date"]);
  assertEquals([refused.code, refused.stdout], [255, ""]);
  assertMatch(refused.stderr, /^shell_client: .+date.+\n$/);
});

example("says 255 and why, with a wrong token, without one, and without a server", async () => {
  await using on = await shell();
  const wrong = `${on.home.path}/wrong`;
  await Deno.writeTextFile(wrong, "x".repeat(43));
  using deaf = await deafPort();
  const cases: [string, string, RegExp][] = [
    [addressOf(on), wrong, /^shell_client: .+token.*\n$/],
    [addressOf(on), `${wrong}er`, /^shell_client: .+wronger: No such file or directory\n$/],
    [`${LOOPBACK}:${deaf.port}`, tokenOf(on), /^shell_client: .+refused\n$/],
  ];
  await Promise.all(cases.map(async ([address, token, said]) => {
    await using client = begin(address, token, ["echo ran"], { stdin: "" });
    const { code, stdout, stderr } = await client.outcome();
    assertEquals([code, stdout], [255, ""]);
    assertMatch(stderr, said);
  }));
});

example("gives a server up that doesn't know the token, before it has sent it the command", async () => {
  await using on = await shell();
  using listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const address = `${LOOPBACK}:${listener.addr.port}`;
  await using client = begin(address, tokenOf(on), ["echo", "secret"]);
  using wire = new ShellWire(await listener.accept(), `tcp://${address}`);
  const [hello, challenge, proof, ready] = [1, 2, 3, 4];
  assertEquals((await wire.frame() ?? fail("no hello")).type, hello);
  await wire.send(challenge, 0, { version: 1, nonce: "n".repeat(43) });
  const { type, body } = await wire.frame() ?? fail("no proof");
  assertEquals(type, proof);
  await wire.send(ready, 0, { ...JSON.parse(new TextDecoder().decode(body)), shell: true });
  assertEquals(await wire.rest(), []);
  const { code, stderr } = await client.outcome();
  assertEquals([code, stderr], [255, `shell_client: ${address}: the server doesn't know the token\n`]);
});
