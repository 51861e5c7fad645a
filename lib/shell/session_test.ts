import { assert, assertEquals, assertRejects } from "@std/assert";
import { PinwireError } from "../errors.ts";
import { turn } from "../app/_testing.ts";
import { bytes, codeOf, type FarEnd, posix, world } from "./_session_testing.ts";
import { TYPE } from "./protocol.ts";
import { makeFrame, makeJsonFrame, makeWindow } from "./wire/frame.ts";
import { WINDOW } from "./wire/window.ts";

const giveUp = (stream: number) => makeJsonFrame(TYPE.error, stream, { code: "x", message: "y" });

posix("ShellSession sends no more than the window, and then as many bytes as it is given", async () => {
  await using on = await world();
  const peer = await on.peer().enter();
  peer.exec(1, "head -c 300000 /dev/zero; printf x >&2");
  let got = 0;
  while (got < WINDOW) got += (await peer.next()).slice("stdout 1 ".length).length;
  assertEquals([got, await peer.ping()], [WINDOW, []]);
  peer.send(makeWindow(1, 2));
  assertEquals([await peer.next(), await peer.ping()], ["stdout 1 \0\0", []]);
  peer.send(makeWindow(1, 100_000));
  const exit = (await peer.until("exit")).at(-1);
  assertEquals(exit, 'exit 1 {"code":0,"signal":null,"cwd":null}');
});

posix("ShellSession ends a connection with an error on stream 0 at what breaks the rules", async () => {
  const stdin = makeFrame(TYPE.stdin, 3, new Uint8Array(WINDOW / 2 + 1));
  const wrong: Record<string, Uint8Array[]> = {
    "more than the window": [stdin, stdin],
    "a window of 2^31": [makeWindow(3, 2 ** 31 - WINDOW)],
    "a window of three bytes": [makeFrame(TYPE.window, 3, bytes("abc"))],
    "an unknown signal": [makeFrame(TYPE.signal, 3, bytes("SIGSTOP"))],
    "the number of another command": [makeJsonFrame(TYPE.exec, 3, { argv: ["true"] })],
    "an error without a message": [makeJsonFrame(TYPE.error, 3, {})],
    "an exec without argv": [makeJsonFrame(TYPE.exec, 4, {})],
    "a lower number": [makeJsonFrame(TYPE.exec, 2, { argv: ["true"] })],
    "a command on stream 0": [makeJsonFrame(TYPE.exec, 0, { argv: ["true"] })],
    "an unknown type on stream 0": [makeFrame(77, 0)],
    "a second hello": [makeFrame(TYPE.hello, 0, bytes("{}"))],
    "a frame without a stream": [Uint8Array.of(0, 0, 0, 1, TYPE.ping)],
    "a frame of 2^31 bytes": [Uint8Array.of(0x80, 0, 0, 0, TYPE.ping)],
    "a frame of no bytes": [Uint8Array.of(0, 0, 0, 0)],
  };
  await using on = await world();
  await Promise.all(
    Object.entries(wrong).map(async ([name, frames]) => {
      const peer = await on.peer().enter();
      peer.exec(3, "exec sleep 1000");
      peer.send(...frames, makeFrame(TYPE.ping, 0));
      assertEquals(await peer.next(), "error 0 bad_frame", name);
      // Nothing follows: neither an answer to the ping nor how the command ended.
      assertEquals(await peer.next(), "end", name);
      const { code, sentence } = await assertRejects(() => peer.served, PinwireError);
      assertEquals(code, "bad_frame", name);
      // Frames are the wire's own here.
      assert(!sentence.includes("--"), sentence);
    }),
  );
  assertEquals(on.count.ran, Object.keys(wrong).length);
});

posix("ShellSession ignores stdin after its end, and a second end", async () => {
  await using on = await world();
  const peer = await on.peer().enter();
  const stdin = (text: string) => makeFrame(TYPE.stdin, 1, bytes(text));
  const end = makeFrame(TYPE.stdinEnd, 1);
  peer.exec(1, "cat");
  // More than a window, were it counted.
  const late = Array.from({ length: 5 }, () => makeFrame(TYPE.stdin, 1, new Uint8Array(WINDOW / 4)));
  peer.send(stdin("one"), end, end, ...late, end);
  const frames = await peer.until("exit 1");
  assertEquals(frames, ["stdout 1 one", 'exit 1 {"code":0,"signal":null,"cwd":null}']);
});

posix("ShellSession gives no window back for stdin that its command doesn't read any more", async () => {
  await using on = await world();
  const peer = await on.peer().enter();
  peer.exec(1, "exec <&-; echo closed; exec sleep 1000");
  assertEquals(await peer.next(), "stdout 1 closed");
  for (let i = 0; i < 4; i++) {
    peer.send(makeFrame(TYPE.stdin, 1, new Uint8Array(WINDOW / 4)));
    assertEquals(await peer.ping(), []);
  }
});

posix("ShellSession ignores types from 128 on, and frames about a command that is over", async () => {
  await using on = await world();
  const peer = await on.peer().enter();
  peer.exec(5, "true");
  await peer.until("exit 5");
  const types = [TYPE.stdin, TYPE.stdinEnd, TYPE.signal, TYPE.window, TYPE.resize, TYPE.error, TYPE.pong];
  for (const stream of [0, 3, 5]) peer.send(...[128, 255].map((type) => makeFrame(type, stream)));
  for (const stream of [3, 5]) peer.send(...types.map((type) => makeFrame(type, stream, bytes("?"))));
  peer.send(makeFrame(200, 99));
  assertEquals(await peer.ping(), []);
});

posix(
  "ShellSession answers an unknown type, or a frame about no command, by an error on its stream",
  async () => {
    await using on = await world();
    const peer = await on.peer().enter();
    const types = [0, 17, 127, TYPE.stdout, TYPE.exit, TYPE.ready, TYPE.stdin, TYPE.window];
    for (const type of types) {
      peer.send(makeFrame(type, 7));
      assertEquals(await peer.ping(), ["error 7 bad_frame"], `${type}`);
    }
  },
);

posix("ShellSession sends nothing on a stream after an error", async () => {
  await using on = await world();
  const peer = await on.peer().enter();
  peer.exec(1, "exec sleep 1000");
  peer.send(makeFrame(77, 1));
  peer.exec(2, "true");
  const said = await peer.until("exit 2");
  while (on.count.ran < 2) await turn();
  said.push(...await peer.ping());
  assertEquals(said.filter((frame) => / 1\b/.test(frame.slice(0, 8))), ["error 1 bad_frame"]);
});

posix("ShellSession answers a command that never runs on its stream, and goes on", async () => {
  await using on = await world({ maxSessions: 1 });
  const peer = await on.peer().enter();
  peer.send(makeJsonFrame(TYPE.exec, 2, { argv: ["true"], cwd: "/nowhere" }));
  assertEquals(await peer.ping(), ["error 2 no_folder"]);
  peer.exec(3, "cat");
  peer.exec(4, "true");
  assertEquals(await peer.next(), "error 4 too_many_sessions");
  peer.send(makeFrame(TYPE.stdinEnd, 3));
  assertEquals(await peer.next(), 'exit 3 {"code":0,"signal":null,"cwd":null}');
});

posix("ShellSession ends a command that its client gives up, and sends nothing about it", async () => {
  await using on = await world();
  const peer = await on.peer().enter();
  peer.exec(1, "exec sleep 1000");
  peer.send(giveUp(1));
  while (on.count.ran < 1) await turn();
  assertEquals(await peer.ping(), []);
});

posix("ShellSession ends all commands of a client that gives up the connection, or has gone", async () => {
  await using on = await world();
  for (const leave of [(peer: FarEnd) => peer.send(giveUp(0)), (peer: FarEnd) => peer.close()]) {
    const peer = await on.peer().enter();
    for (const stream of [1, 2]) peer.exec(stream, "exec sleep 1000");
    await peer.ping();
    leave(peer);
    await peer.served;
  }
  assertEquals([on.count.ran, on.errors()], [4, []]);
});

posix("ShellSession tells its clients that it stops, and ends their commands", async () => {
  await using on = await world();
  const client = await on.client();
  const { exited } = client.start({ argv: ["exec sleep 1000"] }, () => {});
  const peer = await on.peer().enter();
  const quick = client.start({ argv: ["true"] }, () => {});
  await quick.exited;
  on.context.stop.now();
  assertEquals(await peer.next(), "error 0 stopping");
  assertEquals([await codeOf(exited), await codeOf(client.lost)], ["stopping", "stopping"]);
  while (on.count.ran < 2) await turn();
});

posix("ShellSession that stops still tells how its commands ended", async () => {
  await using on = await world();
  const peer = await on.peer().enter();
  peer.exec(1, "trap 'exit 3' TERM; echo on; while :; do sleep 0.01; done");
  assertEquals(await peer.until("stdout"), ["stdout 1 on"]);
  on.context.stop.now();
  assertEquals(await peer.next(), "error 0 stopping");
  assert((await peer.next()).startsWith("exit 1 {"));
});

posix("ShellSession reports nothing when its client goes inside a frame", async () => {
  await using on = await world();
  const frame = makeFrame(TYPE.ping, 0, bytes("ab"));
  for (const length of frame.keys()) {
    for (const peer of [on.peer(), await on.peer().enter()]) {
      peer.send(frame.subarray(0, length));
      peer.close();
      await peer.served;
    }
  }
  assertEquals(on.errors(), []);
});

posix("ShellSession reports no foreign wire when a stop cuts a client's frame", async () => {
  await using on = await world();
  const peer = await on.peer().enter();
  peer.send(makeFrame(TYPE.stdin, 1, new Uint8Array(9)).subarray(0, 12));
  on.context.stop.now();
  await peer.until("error 0");
  peer.close();
  const code = await peer.served.then(() => "none", (error) => (error as PinwireError).code);
  assert(code !== "not_shell", code);
});

posix("ShellSession whose server fails with a command ends that command, and no other", async () => {
  await using on = await world();
  const { jobs } = on;
  const start = jobs.start.bind(jobs);
  jobs.start = async (exec, peer) => {
    const started = await start(exec, peer);
    if (exec.argv[0] === "cat") return started;
    const finish: typeof started.finish = (stdout, stderr) =>
      Promise.race([started.finish(stdout, stderr), Promise.reject(new Error("it broke"))]);
    return { ...started, finish };
  };
  const peer = await on.peer().enter();
  peer.exec(1, "cat");
  peer.exec(2, "exec sleep 1000");
  assertEquals(await peer.until("error 2"), ["error 2 command_failed"]);
  assertEquals(on.errors().map((event) => "message" in event && event.message), ["it broke"]);
  peer.send(makeFrame(TYPE.stdin, 1, bytes("on")), makeFrame(TYPE.stdinEnd, 1));
  const rest = await peer.until("exit 1");
  assertEquals(rest, ["stdout 1 on", 'exit 1 {"code":0,"signal":null,"cwd":null}']);
});
