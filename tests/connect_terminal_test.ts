import { assertEquals } from "@std/assert";
import { PullReader } from "../lib/net/_pull_reader.ts";
import { bytes, pinwire, type Process, tempDir } from "./support.ts";
import { tcpPeer } from "./support/bytes.ts";
import { pinwireCommand } from "./support/pinwire.ts";
import { python } from "./support/python.ts";
import { CTRL_D, ENTER, onTerminal, seen, shows, terminal } from "./support/terminal.ts";

/** `connect` on a terminal, and the peer that it has dialled, which the test plays. */
async function session(...options: string[]) {
  using peer = await tcpPeer();
  return await withPeer(onTerminal(["connect", peer.address, ...options]), peer);
}

async function withPeer(client: Process, peer: Awaited<ReturnType<typeof tcpPeer>>) {
  const connection = await peer.accept();
  const reader = new PullReader(connection);
  return {
    client,
    connection,
    hears: () => reader.text(),
    async [Symbol.asyncDispose]() {
      connection.close();
      await client[Symbol.asyncDispose]();
    },
  };
}

terminal("connect sends a typed line with its end, and shows what comes above the next", async () => {
  await using on = await session();
  await on.client.sees(/> /);
  await on.client.write(`hello${ENTER}`);
  assertEquals(await on.hears(), "hello\n");
  await on.connection.write(bytes("login: "));
  await on.client.sees(/login: /);
  await on.connection.write(bytes("two\r\nlines\n"));
  await shows(on.client, /^> hello\n(> )?login: \n(> )?two\nlines\n> $/);
  await on.client.write(CTRL_D);
  assertEquals(await on.hears(), undefined);
  await on.connection.closeWrite();
  assertEquals((await on.client.outcome()).code, 0);
});

terminal(
  "connect puts a character together that is cut over two reads, and shows control characters",
  async () => {
    await using on = await session();
    await on.client.sees(/> /);
    await on.connection.write(new Uint8Array([0x61, 0xe4]));
    await on.client.sees(/a/);
    await on.connection.write(new Uint8Array([0xbd, 0xa0, 0x1b, 0x5b, 0x33, 0x31, 0x6d, 0x0a]));
    await on.client.sees(/你\^\[\[31m/);
  },
);

for (
  const [options, sent] of [
    [["--newline", "crlf"], "hi\r\n"],
    [["--newline", "lf"], "hi\n"],
    [["--frame", "raw"], "hi"],
    [["--frame", "raw", "--newline", "crlf"], "hi\r\n"],
    [["--frame", "netstring"], "2:hi,"],
    [["--frame", "text", "--newline", "lf"], "hi\n"],
    [["-e", "gbk"], "hi\n"],
  ] as const
) {
  terminal(`connect ${options.join(" ")} sends a typed line as ${JSON.stringify(sent)}`, async () => {
    await using on = await session(...options);
    await on.client.sees(/> /);
    await on.client.write(`hi${ENTER}`);
    assertEquals(await on.hears(), sent);
  });
}

terminal("connect with another --frame shows a message a line", async () => {
  await using on = await session("--frame", "netstring");
  await on.client.sees(/> /);
  await on.connection.write(bytes("2:a"));
  await on.connection.write(bytes("b,3:cde,"));
  await shows(on.client, /^(> )?ab\n(> )?cde\n> $/);
});

terminal("connect decides for each side alone: typed lines and a file, a pipe and a screen", async () => {
  await using dir = await tempDir();
  const run = (peer: string, shell: string) => {
    return python("terminal", ["sh", "-c", shell, "sh", ...pinwireCommand(["connect", peer])]);
  };
  const raw = new Uint8Array([0xff, 0x00, 0x1b, 0x0d]);
  {
    using peer = await tcpPeer();
    await using on = await withPeer(run(peer.address, `exec "$@" >${dir.path}/out`), peer);
    await on.client.write("typed\n");
    assertEquals(await on.hears(), "typed\n");
    await on.connection.write(raw);
    await on.connection.closeWrite();
    await on.client.write(CTRL_D);
    assertEquals((await on.client.outcome()).code, 0);
    assertEquals(await Deno.readFile(`${dir.path}/out`), raw);
  }
  using peer = await tcpPeer();
  await Deno.writeFile(`${dir.path}/in`, raw);
  await using on = await withPeer(run(peer.address, `exec "$@" <${dir.path}/in`), peer);
  await on.connection.write(bytes("a\x1b[31m"));
  await on.connection.closeWrite();
  assertEquals((await on.client.outcome()).code, 0);
  assertEquals(seen(on.client), "a^[[31m\n");
  const got: number[] = [];
  await on.connection.receive((read) => void got.push(...read));
  assertEquals(got, [...raw]);
});

terminal("listen on a terminal waits for its peer, and keeps for it what was typed before", async () => {
  await using server = onTerminal(["listen", "127.0.0.1:0"]);
  const [, port] = await server.sees(/listening on tcp:\S+:(\d+)/);
  await server.write(`early${ENTER}`);
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  const buffer = new Uint8Array(99);
  const count = await conn.read(buffer);
  assertEquals(new TextDecoder().decode(buffer.subarray(0, count!)), "early\n");
  await conn.write(bytes("welcome\n"));
  await server.sees(/welcome/);
  conn.close();
});

terminal("send shows on a terminal what comes as it comes, safely", async () => {
  using peer = await tcpPeer();
  await using on = await withPeer(onTerminal(["send", peer.address, "hi"]), peer);
  assertEquals(await on.hears(), "hi");
  await on.connection.write(bytes("no newline\x07"));
  await on.client.sees(/no newline\^G/);
  await on.connection.closeWrite();
  assertEquals((await on.client.outcome()).code, 0);
  assertEquals(seen(on.client), "no newline^G\n");
});

terminal("connect over UDP sends a typed line without its end, and shows a datagram a line", async () => {
  await using echo = await pinwire(["echo", "serve", "udp://127.0.0.1:0", "--reply", "<{data}>", "--json"]);
  await using client = onTerminal(["connect", echo.address, "--wait", "0"]);
  await client.sees(/> /);
  await client.write(`hi${ENTER}`);
  assertEquals((await echo.next("message")).text, "hi");
  await client.sees(/<hi>/);
  await client.write(CTRL_D);
  assertEquals((await client.outcome()).code, 0);
});
