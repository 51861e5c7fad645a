import { assert, assertEquals, assertMatch } from "@std/assert";
import { ask, isLinux, LOOPBACK, Process } from "./support.ts";
import { pinwireCommand } from "./support/pinwire.ts";
import { posix, shell } from "./support/shell.ts";

posix(
  "a command of shell serve is handed no socket of the server's, and nothing that waits for them",
  async () => {
    await using remote = await shell();
    const { stdout } = await remote.exec("ls -l /proc/self/fd");
    assertMatch(stdout, / 1 -> pipe:/);
    assertEquals(stdout.match(/(socket|anon_inode):.*/g), null);
  },
  !isLinux,
);

Deno.test({
  name: "a server that has as many files open as it may says so, and goes on when some are closed",
  ignore: !isLinux,
  async fn() {
    const serve = pinwireCommand(["echo", "serve", `${LOOPBACK}:0`, "--json", "--reply", "{data}"]);
    await using server = new Process("sh", ["-c", 'ulimit -n 64; exec "$@"', "sh", ...serve]);
    const { address } = await server.next("listening");
    const port = Number(address!.match(/\d+$/)![0]);
    const connect = () => Deno.connect({ hostname: LOOPBACK, port });
    const crowd = await Promise.all(Array.from({ length: 64 }, connect));
    const { message } = await server.next("error");
    assert(message!.includes("too many files are open"), message);
    for (const conn of crowd) conn.close();
    using next = await connect();
    assertEquals(await ask(next, "hello"), "hello");
  },
});
