import { assertEquals } from "@std/assert";
import { CTRL_C, onTerminal, seen, terminal } from "./support/terminal.ts";

const SERVE = ["led", "serve", "127.0.0.1:0"];

/** Whether a server with a page shows a QR code on a terminal. */
async function showsCode(args: string[], ...before: string[]): Promise<boolean> {
  await using server = onTerminal([...SERVE, ...args], undefined, before);
  const [, port] = await server.sees(/listening on http:\/\/[^/]+:(\d+)\//);
  // It serves once it has said all that it has to say.
  const page = await fetch(`http://127.0.0.1:${port}/`);
  assertEquals(page.status, 200);
  await page.body!.cancel();
  await server.write("help\r");
  await server.sees(/call number 3 kitchen/);
  await server.write(CTRL_C);
  await server.outcome();
  return /^(?:\S*[█▀▄ ]{33,}\S*\n){15,}/m.test(seen(server));
}

terminal("the address of a page that a phone can get to stands on a terminal as a QR code, too", async () => {
  const open = ["--web", "0.0.0.0:0"];
  assertEquals(await showsCode(open), true);
  assertEquals(await showsCode(open, "env", "NO_COLOR=1"), true);
  assertEquals(await showsCode(["--web", "127.0.0.1:0"]), false);
  assertEquals(await showsCode([...open, "--quiet"]), false);
});

terminal("with TERM=dumb there is no QR code, which such a terminal may not know how to draw", async () => {
  assertEquals(await showsCode(["--web", "0.0.0.0:0"], "env", "TERM=dumb"), false);
});
