import { assert, assertEquals, fail } from "@std/assert";
import { TYPE } from "../lib/shell/protocol.ts";
import { bytes, LOOPBACK, restOf } from "./support.ts";
import { abuse, frameOf, helloOf, refusedAs } from "./support/shell_wire.ts";

const SIMPLE = ["--wire", "simple"];

for (
  const [wire, options, pattern] of [
    ["v1", [], /does not speak the shell's wire v1$/],
    ["simple", SIMPLE, /sent an HTTP request$|a command of more than 8192 bytes came$/],
  ] as const
) {
  abuse(
    `a page in a browser gets nothing run by a server of wire ${wire}`,
    async ({ server, folder, ...on }) => {
      const evil = `${folder}/evil`;
      const paths = ["/", `/;touch$IFS${evil};`, `/;touch$IFS${evil};${"x".repeat(1_000)}`];
      for (const length of [2_048, 3_000, 8_100, 9_000, 60_000]) {
        paths.push(`/;touch$IFS${evil};${"x".repeat(length)}`);
      }
      for (const path of paths) {
        for (const init of [{}, { method: "POST", body: `\ntouch ${evil}\n` }, { method: "touch|touch" }]) {
          const url = `http://${LOOPBACK}:${server.port}${path}`;
          const error = await fetch(url, init).then((answer) => answer.text(), (error) => error);
          assert(error instanceof TypeError, `${path.slice(0, 99)}: ${error}`);
          await refusedAs(server, pattern);
          assertEquals(await on.ran(), [], `${init.method} ${path.length}`);
        }
        const socket = new WebSocket(`ws://${LOOPBACK}:${server.port}${path}`);
        const opened = Promise.withResolvers<boolean>();
        socket.onopen = () => opened.resolve(true);
        socket.onerror = () => opened.resolve(false);
        assertEquals(await opened.promise, false);
        await refusedAs(server, pattern);
        assertEquals(await on.ran(), [], `WebSocket ${path.length}`);
      }
      await Deno.stat(evil).then(() => fail("it was run"), () => {});
    },
    [...options],
  );
}

abuse("a request is no command of wire simple, whatever its method", async ({ server, folder, ...on }) => {
  const evil = `${folder}/evil`;
  const heads = [`touch ${evil} HTTP/1.1`, `touch| ${evil} HTTP/1.0`, `touch ${evil} HTTP/2`];
  for (const head of heads) {
    for (const rest of ["", "\n", "\r\n\r\n", `\r\nHost: x\r\n\r\ntouch ${evil}\n`]) {
      using conn = await Deno.connect({ hostname: LOOPBACK, port: server.port });
      await conn.write(bytes(head + rest));
      assertEquals(await restOf(conn), "");
      await refusedAs(server, /sent an HTTP request$/);
    }
  }
  assertEquals(await on.ran(), []);
  await Deno.stat(evil).then(() => fail("it was run"), () => {});
}, SIMPLE);

abuse(
  "wire simple: the first part of a browser's request is no command",
  async ({ server, folder, ...on }) => {
    // What forwards a port cuts as it likes: socat after 8,192 bytes.
    const evil = `${folder}/evil`;
    for (const method of ["GET", "HEAD", "POST", "OPTIONS"]) {
      for (const length of [100, 4_096, 8_192]) {
        using conn = await Deno.connect({ hostname: LOOPBACK, port: server.port });
        await conn.write(bytes(`${method} /;touch$IFS${evil};`.padEnd(length, "x")));
        await conn.closeWrite();
        assertEquals(await restOf(conn), "");
        await refusedAs(server, /sent an HTTP request$/);
      }
    }
    assertEquals(await on.ran(), []);
    await Deno.stat(evil).then(() => fail("it was run"), () => {});
  },
  SIMPLE,
);

abuse("wire simple: a NUL byte, or more than 8 KiB, is no command, and no part of it is", async (on) => {
  const { server } = on;
  const notCommands: [Uint8Array, RegExp][] = [
    [bytes("echo evil\0"), /sent a NUL byte/],
    [bytes("\0"), /sent a NUL byte/],
    [bytes(`echo evil${" ".repeat(8_000)}\0`), /sent a NUL byte/],
    [bytes(`echo evil;${"x".repeat(8_183)}`), /more than 8192 bytes/],
    [bytes(`echo evil;${"x".repeat(60_000)}`), /more than 8192 bytes/],
    [frameOf(TYPE.hello, 0, helloOf()), /sent a NUL byte/],
  ];
  for (const [sent, pattern] of notCommands) {
    using conn = await Deno.connect({ hostname: LOOPBACK, port: server.port });
    await conn.write(sent);
    assertEquals(await restOf(conn), "");
    await refusedAs(server, pattern);
    assertEquals(await on.ran(), [], `${sent.length} bytes`);
  }
}, SIMPLE);

abuse("wire simple: a command of 8,192 bytes is one command", async ({ server, ...on }) => {
  for (const length of [2_048, 2_049, 8_192]) {
    const command = `echo ${"x".repeat(length - 5)}`;
    using conn = await Deno.connect({ hostname: LOOPBACK, port: server.port });
    await conn.write(bytes(command));
    await conn.closeWrite();
    assertEquals((await restOf(conn)).slice(4), `${command.slice(5)}\n`, `${length}`);
    assertEquals((await on.ran()).length, 1);
  }
}, SIMPLE);

abuse("wire simple: a request that comes in pieces is no command", async ({ server, ...on }) => {
  for (const pieces of [["POS", "T", " /x HTTP/1.1\r\n"], ["GET", " ", "/ HTTP/1.1\r\n"]]) {
    using conn = await Deno.connect({ hostname: LOOPBACK, port: server.port });
    conn.setNoDelay(true);
    for (const piece of pieces) {
      await conn.write(bytes(piece));
      // Another client's command is run meanwhile, so the piece has been read.
      assertEquals(await on.ran(), []);
    }
    assertEquals(await restOf(conn), "");
    await refusedAs(server, /sent an HTTP request$/);
  }
}, SIMPLE);
