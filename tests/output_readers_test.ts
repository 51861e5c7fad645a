import { assert, assertEquals } from "@std/assert";
import {
  ask,
  bytes,
  echo,
  has,
  interrupt,
  isGone,
  isWindows,
  LOOPBACK,
  pinwireCommand,
  Process,
} from "./support.ts";

/** Runs pinwire with `| head -n 1` behind it; the exit code is pinwire's. */
function head(args: string[]): Process {
  return new Process("bash", [
    "-c",
    'set -o pipefail; "$@" | head -n 1',
    "bash",
    ...pinwireCommand(args),
  ]);
}

Deno.test({
  name: "serve --json | head -1 ends the server quietly (needs bash)",
  ignore: isWindows || !has("bash"),
  async fn() {
    await using server = head(["echo", "serve", "127.0.0.1:0", "--json"]);
    const { address } = await server.next("listening");
    using conn = await Deno.connect({ hostname: LOOPBACK, port: Number(address!.split(":").at(-1)) });
    // The server learns of it with the first event that nobody takes.
    try {
      while (await ask(conn, "ping"));
    } catch (error) {
      assert(isGone(error), `${error}`);
    }
    const { code, stdout, stderr } = await server.outcome();
    assertEquals([code, stdout.split("\n").length, stderr], [0, 2, ""]);
  },
});

Deno.test({
  name: "connect | head -1 ends the client quietly, and the server stays (needs bash)",
  ignore: isWindows || !has("bash"),
  async fn() {
    await using world = await echo(["--quiet"]);
    await using client = head(["echo", "connect", `127.0.0.1:${world.server.port}`]);
    try {
      for (;;) await client.write("more\n");
    } catch {
      // It has gone, and takes no more lines.
    }
    assertEquals(await client.outcome(), { code: 0, stdout: "more\n", stderr: "" });
    world.server.events.length = 0;
    await world.isWell();
  },
});

interrupt("a reader of --json that stops reading holds up neither other clients nor Ctrl-C", async () => {
  const serve = ["echo", "serve", "127.0.0.1:0", "--frame", "line", "--reply", "{data}", "--json"];
  const [program, ...args] = pinwireCommand(serve);
  const server = new Deno.Command(program, {
    args,
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = server.stdout.getReader();
  try {
    const { value } = await reader.read();
    const port = Number(new TextDecoder().decode(value).match(/:(\d+)"/)![1]);
    using busy = await Deno.connect({ hostname: LOOPBACK, port });
    // Their events are many times what pipes and buffers hold.
    const flooding = busy.write(bytes("x\n".repeat(100_000)));
    assert((await busy.read(new Uint8Array(1)))! > 0);
    using other = await Deno.connect({ hostname: LOOPBACK, port });
    assertEquals(await ask(other, "ping\n"), "ping\n");
    using third = await Deno.connect({ hostname: LOOPBACK, port });
    assertEquals(await ask(third, "ping\n"), "ping\n");
    server.kill("SIGINT");
    assertEquals((await server.status).code, 0);
    await flooding.catch(() => {});
  } finally {
    try {
      server.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await reader.cancel();
    await server.status;
  }
});
