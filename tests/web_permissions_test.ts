import { assertEquals } from "@std/assert";
import { pinwire, testUnless, whyNoFlags } from "./support.ts";
import { withPage } from "./support/page_server.ts";
import { addressOf, exchange, request, statusesIn } from "./support/http.ts";
import { PageSocket } from "./support/page_socket.ts";

const NET = ["--allow-net"];

testUnless(
  whyNoFlags,
  "a page is served with --allow-net alone, which doesn't tell the machine's name",
  async () => {
    const commands: [string[], "/ws" | "/events", RegExp][] = [
      [["led", "serve", "127.0.0.1:0"], "/ws", /^ok$/],
      [["chat", "serve", "127.0.0.1:0"], "/ws", /^\* pinwire chat 1/],
      [["echo", "serve", "127.0.0.1:0"], "/events", /"event":"listening"/],
      [["echo", "serve", "udp://127.0.0.1:0"], "/events", /"event":"listening"/],
      [["relay", "127.0.0.1:0", "127.0.0.1:1"], "/events", /"event":"listening"/],
    ];
    for (const [args, path, first] of commands) {
      await using server = await withPage(args, { flags: NET });
      await using page = await PageSocket.open(server.url, path);
      page.say("watch");
      await page.next(first);
      const named = request("POST /", { Host: `${Deno.hostname()}:${addressOf(server).port}` });
      assertEquals(statusesIn(await exchange(addressOf(server), named)), [421], args.join(" "));
      assertEquals((await server.stop()).code, 0);
      assertEquals(server.stderr, "", args.join(" "));
    }
  },
);

testUnless(
  whyNoFlags,
  "with --allow-sys a page answers to the machine's name, and says an address that others can reach",
  async () => {
    await using server = await pinwire(["led", "serve", "127.0.0.1:0", "--json", "--web", "0.0.0.0:0"], {
      flags: [...NET, "--allow-sys=hostname,networkInterfaces"],
    });
    const { url = "" } = await server.next("listening");
    const address = addressOf({ url });
    for (const name of [Deno.hostname(), `${Deno.hostname()}.local`]) {
      const named = request("POST /", { Host: `${name}:${address.port}` });
      assertEquals(statusesIn(await exchange(address, named)), [405], name);
    }
    const own = Deno.networkInterfaces().map(({ address }) => address);
    const { hostname } = new URL(url);
    assertEquals(own.includes(hostname), true, hostname);
  },
);

testUnless(
  whyNoFlags,
  "the address of a page leads to its own socket, not to another user's at the other address of localhost",
  async () => {
    for (const where of ["localhost:0", "0.0.0.0:0"]) {
      await using server = await withPage(["led", "serve", "127.0.0.1:0", "--web", where], { flags: NET });
      const { host, port } = addressOf(server);
      assertEquals(host, `127.0.0.1:${port}`, where);
      const asked = request("POST /", { Host: host });
      assertEquals(statusesIn(await exchange(addressOf(server), asked)), [405], where);
    }
  },
);
