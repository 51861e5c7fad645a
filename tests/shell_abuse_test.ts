import { assert, assertEquals, assertMatch } from "@std/assert";
import { TYPE } from "../lib/shell/protocol.ts";
import { isWindows, runPinwire, tempDir } from "./support.ts";
import {
  abuse,
  type Body,
  frameOf,
  helloOf,
  ShellWire,
  shellWorld,
  textOf,
  windowOf,
} from "./support/shell_wire.ts";

/** Sends it all, or as much as the server takes before it closes; the stream and the code of its error. */
async function throwAt(wire: ShellWire, ...frames: Uint8Array[]): Promise<[number, string]> {
  const [refusal] = await Promise.all([wire.refusal(), wire.write(...frames).catch(() => {})]);
  return refusal;
}

const EXEC = frameOf(TYPE.exec, 1, { argv: ["echo evil"] });

abuse("no frame but the opening's counts before the proof", async ({ server, key }) => {
  const others = [...Object.values(TYPE).filter((type) => type !== TYPE.hello), 0, 17, 128, 255];
  for (const type of others) {
    using wire = await ShellWire.dial(server);
    assertEquals(await throwAt(wire, frameOf(type, 0, "{}"), EXEC), [0, "bad_frame"], `type ${type}`);
  }
  for (const type of [...others.filter((type) => type !== TYPE.proof), TYPE.hello]) {
    using wire = await ShellWire.dial(server);
    await wire.greet();
    assertEquals(await throwAt(wire, frameOf(type, 0, helloOf()), EXEC), [0, "bad_frame"], `type ${type}`);
  }
  for (const stream of [1, 2 ** 32 - 1]) {
    using wire = await ShellWire.dial(server);
    assertEquals(await throwAt(wire, frameOf(TYPE.hello, stream, helloOf()), EXEC), [0, "bad_frame"]);
    using late = await ShellWire.dial(server);
    await late.greet();
    const proof = { proof: await late.proof(key) };
    assertEquals(await throwAt(late, frameOf(TYPE.proof, stream, proof), EXEC), [0, "bad_frame"]);
  }
});

abuse("what comes in one write with a right proof counts only behind it", async ({ server, key, ...on }) => {
  using wire = await ShellWire.dial(server);
  await wire.greet();
  const proof = { proof: await wire.proof(key) };
  await wire.write(frameOf(TYPE.proof, 0, proof), frameOf(TYPE.exec, 1, { argv: ["echo early"] }));
  assertEquals((await wire.frame())?.type, TYPE.ready);
  const { type, body } = (await wire.frame())!;
  assertEquals([type, textOf(body)], [TYPE.stdout, "early\n"]);
  await server.sees(/ran echo early/);
  assertEquals(await on.ran(), ["echo early"]);
});

abuse("a hello or a proof that is none is refused", async ({ server }) => {
  const hellos: Body[] = ["", "{", "null", "[]", "7", "{}", new Uint8Array([0x22, 0xff, 0x22])];
  hellos.push({ version: 1 }, { nonce: "x" }, { version: "1", nonce: "x" }, { version: 1, nonce: 1 });
  hellos.push(helloOf().replace(",", ",\n"), `${helloOf()}\0`);
  for (const hello of hellos) {
    using wire = await ShellWire.dial(server);
    assertEquals(await throwAt(wire, frameOf(TYPE.hello, 0, hello), EXEC), [0, "bad_frame"], String(hello));
  }
  for (const proof of ["", "{", "{}", { proof: 1 }, { proof: null }, { proof: ["A".repeat(43)] }]) {
    using wire = await ShellWire.dial(server);
    await wire.greet();
    assertEquals(await throwAt(wire, frameOf(TYPE.proof, 0, proof), EXEC), [0, "bad_frame"]);
  }
});

abuse("a length that no frame has closes the connection, before the proof and behind it", async (on) => {
  const { server, key } = on;
  const header = (length: number, type: number) => frameOf(type, 0, "", length);
  for (const length of [0, 1, 4, 1_025, 2 ** 20, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]) {
    using wire = await ShellWire.dial(server);
    // It waits for no more of it.
    assertEquals(await throwAt(wire, header(length, TYPE.hello)), [0, "bad_frame"], `${length}`);
    using late = await ShellWire.dial(server);
    await late.greet();
    assertEquals(await throwAt(late, header(length, TYPE.proof)), [0, "bad_frame"], `${length}`);
  }
  for (const length of [0, 1, 4, 2 ** 20 + 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]) {
    using wire = await ShellWire.enter(server, key);
    const [stream] = await throwAt(wire, header(length, TYPE.exec));
    assertEquals(stream, 0, `${length}`);
  }
});

abuse("1 KiB is the longest frame before the proof, 1 MiB behind it", async ({ server, key, ...on }) => {
  const longest = helloOf({ much: "" });
  const hello = helloOf({ much: "x".repeat(1_024 - 5 - longest.length) });
  using wire = await ShellWire.dial(server);
  await wire.greet(hello);
  await wire.prove(key);
  assertEquals((await wire.frame())?.type, TYPE.ready);
  const much = "x".repeat(2 ** 20 - 5 - '{"argv":["echo big"],"much":""}'.length);
  await wire.exec(1, "echo big", { much });
  assertEquals(textOf((await wire.frame())!.body), "big\n");
  await server.sees(/ran echo big/);
  assertEquals(await on.ran(), ["echo big"]);
  using other = await ShellWire.dial(server);
  const over = frameOf(TYPE.hello, 0, helloOf({ much: "x".repeat(1_024 - 4 - longest.length) }));
  assertEquals(await throwAt(other, over, EXEC), [0, "bad_frame"]);
});

Deno.test({
  name: "a server whose folder has a name of more than 1 KiB lets clients in",
  ignore: isWindows,
  async fn() {
    await using folder = await tempDir();
    const deep = `${folder.path}/${`${"d".repeat(200)}/`.repeat(6)}`;
    await Deno.mkdir(deep, { recursive: true });
    await using on = await shellWorld("--cwd", deep);
    const exec = ["shell", "exec", on.server.address, "--", "echo", "deep"];
    const { code, stdout, stderr } = await runPinwire(exec, { env: on.env });
    assertEquals([code, stdout], [0, "deep\n"], stderr);
  },
});

abuse(
  "types below 128 that are not a client's get an error on their stream, those from 128 none",
  async (on) => {
    using wire = await ShellWire.enter(on.server, on.key);
    let stream = 0;
    const types = [
      0,
      TYPE.hello,
      TYPE.challenge,
      TYPE.proof,
      TYPE.ready,
      TYPE.stdout,
      TYPE.stderr,
      TYPE.exit,
    ];
    for (const type of [...types, 17, 42, 127]) {
      await wire.send(type, ++stream, "{}");
      const frame = (await wire.frame())!;
      assertEquals([frame.type, frame.stream], [TYPE.error, stream], `type ${type}`);
      assertEquals(JSON.parse(textOf(frame.body)).code, "bad_frame");
    }
    for (const type of [128, 200, 255]) for (const at of [0, 7, 2 ** 32 - 1]) await wire.send(type, at, "{");
    assertEquals((await wire.run(++stream, "echo still here")).stdout, "still here\n");
    await on.server.sees(/ran echo still here/);
    assertEquals(await on.ran(), ["echo still here"]);
    assertEquals(await throwAt(wire, frameOf(17), frameOf(TYPE.exec, 99, { argv: ["echo evil"] })), [
      0,
      "bad_frame",
    ]);
  },
);

abuse(
  "an unknown type on the stream of a command ends it, and nothing comes behind the error",
  async (on) => {
    using wire = await ShellWire.enter(on.server, on.key);
    await wire.exec(1, "echo on; exec sleep 1000");
    assertEquals(textOf((await wire.frame())!.body), "on\n");
    await wire.send(17, 1);
    assertEquals((await wire.frame())?.type, TYPE.error);
    await on.server.sees(/ran echo on; exec sleep 1000/);
    await on.ran();
    // Another's frames are the next.
    await wire.exec(2, "echo two");
    const { type, stream } = (await wire.frame())!;
    assertEquals([type, stream], [TYPE.stdout, 2]);
    await on.server.sees(/ran echo two/);
    await on.ran();
  },
);

abuse("a body that is none closes the connection", async ({ server, key }) => {
  const execs: Body[] = ["", "{", "null", "{}", { argv: [] }, { argv: "ls" }, { argv: [1] }, {
    argv: [["ls"]],
  }];
  execs.push({ argv: ["echo a\0b"] }, { argv: ["ls"], cwd: 7 }, { argv: ["ls"], cwd: "/\0" });
  execs.push({ argv: ["ls"], pty: true }, { argv: ["ls"], pty: { rows: 24, cols: 80, term: "\x1b[2J" } });
  execs.push({ argv: ["ls"], pty: { rows: -1, cols: 80, term: "xterm" } });
  execs.push({ argv: ["ls"], pty: { rows: 65_536, cols: 80, term: "xterm" } });
  execs.push('{"argv":' + "[".repeat(500_000), new Uint8Array([0x22, 0xff, 0x22]));
  for (const body of execs) {
    using wire = await ShellWire.enter(server, key);
    assertEquals(
      await throwAt(wire, frameOf(TYPE.exec, 1, body)),
      [0, "bad_frame"],
      String(body).slice(0, 99),
    );
  }
  const others: [number, Body][] = [[TYPE.window, "abc"], [TYPE.window, ""], [TYPE.resize, "abcde"]];
  others.push([TYPE.signal, "SIGSTOP"], [TYPE.signal, ""], [TYPE.signal, "9"], [
    TYPE.window,
    windowOf(2 ** 31),
  ]);
  for (const [type, body] of others) {
    using wire = await ShellWire.enter(server, key);
    await wire.exec(1, "exec sleep 1000");
    assertEquals(await throwAt(wire, frameOf(type, 1, body)), [0, "bad_frame"], `${type} ${body}`);
  }
  await server.sees(/(ran exec sleep 1000[^]*){7}/);
  server.events.splice(0);
});

abuse("a stream number that is not higher than those before closes the connection", async (on) => {
  const { server, key } = on;
  for (const [first, second] of [[1, 1], [7, 7], [7, 6], [7, 0], [2 ** 32 - 1, 1], [1, 0]]) {
    using wire = await ShellWire.enter(server, key);
    await wire.run(first, "echo first");
    const again = frameOf(TYPE.exec, second, { argv: ["echo second"] });
    assertEquals(await throwAt(wire, again), [0, "bad_frame"], `${second} behind ${first}`);
    using both = await ShellWire.enter(server, key);
    const running = frameOf(TYPE.exec, first, { argv: ["exec sleep 1000"] });
    assertEquals(await throwAt(both, running, again), [0, "bad_frame"]);
  }
  await server.sees(/(ran exec sleep 1000[^]*){6}/);
  assert(!(await on.ran()).includes("echo second"));
});

abuse("frames about a command that is over, or never was, harm nobody", async (on) => {
  using wire = await ShellWire.enter(on.server, on.key);
  await wire.run(5, "echo first");
  const frames: [number, Body][] = [[TYPE.stdin, "x"], [TYPE.stdinEnd, ""], [TYPE.signal, "SIGKILL"]];
  frames.push([TYPE.window, windowOf(2 ** 31 - 1)], [TYPE.resize, windowOf(7)], [TYPE.error, "{}"]);
  for (const stream of [5, 3]) for (const [type, body] of frames) await wire.send(type, stream, body);
  assertEquals((await wire.run(6, "echo second")).stdout, "second\n");
  await wire.send(TYPE.stdin, 99, "x");
  const { type, stream } = (await wire.frame())!;
  assertEquals([type, stream], [TYPE.error, 99]);
  assertEquals((await wire.run(100, "echo third")).stdout, "third\n");
  await on.server.sees(/ran echo third/);
  assertEquals(await on.ran(), ["echo first", "echo second", "echo third"]);
});

abuse("one byte of stdin beyond its window closes the connection and ends the command", async (on) => {
  using wire = await ShellWire.enter(on.server, on.key);
  // It reads nothing, and holds a pipe's worth.
  await wire.exec(1, "echo on; exec sleep 1000");
  assertEquals(textOf((await wire.frame())!.body), "on\n");
  for (let i = 0; i < 4; i++) await wire.send(TYPE.stdin, 1, new Uint8Array(65_536));
  await wire.send(TYPE.ping);
  const next = await wire.frame();
  // What the pipe took may be given back.
  const more = next?.type === TYPE.window ? new DataView(next.body.buffer).getUint32(0) : 0;
  assertEquals(await throwAt(wire, frameOf(TYPE.stdin, 1, new Uint8Array(more + 131_073))), [0, "bad_frame"]);
  await on.server.sees(/ran echo on; exec sleep 1000/);
  await on.ran();
});

abuse("what no process can be given is an error on its stream, and the next command runs", async (on) => {
  using wire = await ShellWire.enter(on.server, on.key);
  const long = "x".repeat(500_000);
  const execs = [{ argv: [`: ${long}`] }, { argv: ["ls"], cwd: `/${long}` }, {
    argv: ["ls"],
    cwd: "nowhere/at/all",
  }];
  for (const [i, exec] of execs.entries()) {
    await wire.send(TYPE.exec, i + 1, exec);
    const { type, stream, body } = (await wire.frame())!;
    assertEquals([type, stream], [TYPE.error, i + 1]);
    assertMatch(JSON.parse(textOf(body)).code, /^(not_run|no_folder)$/);
  }
  assertEquals((await wire.run(9, "echo \ud800 \u202e")).code, 0);
  await on.server.sees(/ran echo [^\w]/);
  await on.ran();
});
