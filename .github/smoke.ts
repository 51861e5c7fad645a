/**
 * smoke.ts PINWIRE [VERSION]
 *
 * Tries a binary where it will be used: it has this version (without one, that of deno.json), its demo runs, and its
 * echo answers through a socket, and through nc where there is one.
 */
import { assertEquals, assertMatch } from "@std/assert";
import { LOOPBACK } from "../tests/support/connection.ts";
import { has, isWindows } from "../tests/support/machine.ts";
import { Process, run } from "../tests/support/process.ts";
import { VERSION } from "../tests/support/release.ts";

const ANSWER = /^\[[^\]]+\] hello\r?\n$/;

/** Fails with what is wrong. */
export async function smoke(pinwire: string, version = VERSION): Promise<void> {
  const told = await run(pinwire, ["--version"]);
  assertEquals([told.code, ...told.stdout.split(/\s/, 2)], [0, "pinwire", version], told.stderr);
  console.log(told.stdout.trimEnd());

  const demo = await run(pinwire, ["demo"]);
  assertEquals([demo.code, demo.stderr], [0, ""]);
  console.log(`demo: ${demo.stdout.split("\n").length} lines`);

  await using server = new Process(pinwire, ["echo", "serve", `${LOOPBACK}:0`, "--json"]);
  server.address = (await server.next("listening")).address!;
  using conn = await Deno.connect({ hostname: LOOPBACK, port: server.port });
  await conn.write(new TextEncoder().encode("hello\n"));
  const buffer = new Uint8Array(1024);
  assertMatch(new TextDecoder().decode(buffer.subarray(0, (await conn.read(buffer))!)), ANSWER);
  console.log("echo: answers through a socket");
  if (has("nc")) {
    const { stdout } = await run("nc", ["-w", "2", LOOPBACK, `${server.port}`], { stdin: "hello\n" });
    assertMatch(stdout, ANSWER);
    console.log("echo: answers through nc");
  }
  if (!isWindows) assertEquals((await server.stop()).code, 0);
}

if (import.meta.main) {
  await smoke(Deno.args[0], Deno.args[1]);
  // The deadlines of processes that have ended would be waited for.
  Deno.exit();
}
