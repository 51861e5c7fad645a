import { assertEquals, assertMatch } from "@std/assert";
import { bytes, LOOPBACK, pinwire } from "./support.ts";

const UNTIL = ["--until", "nope"];

/** What a page in a browser can have sent, with a line of its own. */
const REQUEST = `POST / HTTP/1.1\r\nHost: ${LOOPBACK}\r\nContent-Length: 5\r\n\r\nnope\n`;

Deno.test("a browser's request can't say the word of --until", async () => {
  const servers = [["receive"], ["receive", "--frame", "line"], ["echo", "serve", "--frame", "line"]];
  for (const args of servers) {
    await using server = await pinwire([...args, `${LOOPBACK}:0`, ...UNTIL, "--json"]);
    using page = await Deno.connect({ hostname: LOOPBACK, port: server.port });
    await page.write(bytes(REQUEST));
    assertMatch((await server.next("error")).message!, /sent an HTTP request$/);
    using friend = await Deno.connect({ hostname: LOOPBACK, port: server.port });
    await friend.write(bytes("nope\n"));
    assertEquals((await server.next("message")).text, "nope");
    assertEquals((await server.outcome()).code, 0);
  }
});

Deno.test("receive without --until shows a browser's request as anything else", async () => {
  await using server = await pinwire(["receive", `${LOOPBACK}:0`, "--json"]);
  using page = await Deno.connect({ hostname: LOOPBACK, port: server.port });
  await page.write(bytes(REQUEST));
  assertEquals((await server.next("message")).text, "POST / HTTP/1.1");
});
