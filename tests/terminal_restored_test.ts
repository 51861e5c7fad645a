import { assertEquals } from "@std/assert";
import { tempDir } from "./support.ts";
import { consoles } from "./support/consoles.ts";
import { CTRL_D, onTerminal, terminal } from "./support/terminal.ts";

/** Says who runs, and, once that has ended, whether the terminal is as it was. */
const COMPARING = `stty -a >"$0"
sh -c 'echo pid $$; exec "$@"' sh "$@"
echo code $?
stty -a | cmp - "$0" && echo same`;

/** Starts a console on a terminal, ends it once it has shown its prompt, and gives its exit code. */
async function codeOf(args: string[], end: Deno.Signal | "Ctrl-D", home: string): Promise<number> {
  await using folder = await tempDir();
  const before = ["sh", "-c", COMPARING, `${folder.path}/stty`, "env", `XDG_CONFIG_HOME=${home}`];
  await using client = onTerminal(args, undefined, before);
  const [, pid] = await client.sees(/^pid (\d+)\r\n[^]*(> ?|: )/);
  if (end === "Ctrl-D") await client.write(CTRL_D);
  else Deno.kill(Number(pid), end);
  const [, code] = await client.sees(/code (\d+)\r\n[^]*same\r\n/);
  return Number(code);
}

const ENDS = [["SIGHUP", 129], ["SIGQUIT", 131], ["SIGTERM", 0], ["SIGINT", 0]] as const;

for (const [signal, wanted] of ENDS) {
  terminal(`${signal} leaves the terminal of every console as it was`, async () => {
    await using all = await consoles();
    for (const args of all.commands) {
      assertEquals([args[0], args[1], await codeOf(args, signal, all.home)], [args[0], args[1], wanted]);
    }
  });
}

terminal("Ctrl-D leaves the terminal of a client as it was", async () => {
  await using all = await consoles();
  for (const args of all.commands.filter(([, word]) => word === "connect" || word === undefined)) {
    assertEquals(await codeOf(args, "Ctrl-D", all.home), 0, args.join(" "));
  }
});
