import { assert, assertEquals, assertRejects } from "@std/assert";
import { contextOf, FakeClock, pure } from "../../app/_testing.ts";
import { PinwireError } from "../../errors.ts";
import { parseSpec } from "../../framing/mod.ts";
import { PullReader } from "../../net/_pull_reader.ts";
import { pipe } from "../../net/mod.ts";
import { Token } from "../../session/token.ts";
import { bytes, tcpEnd } from "../_session_testing.ts";
import { FRAME_SPEC, LONGEST_FRAME, TYPE } from "../protocol.ts";
import { parseWindow } from "../wire/bodies.ts";
import { post } from "../wire/flow.ts";
import { makeFrame, splitFrame } from "../wire/frame.ts";
import { ServerHandshake } from "../wire/handshake.ts";
import { WINDOW } from "../wire/window.ts";
import { ShellClient } from "./client.ts";

/** A client, and the server's end of its connection, which sends what a test wants. */
async function world() {
  const server = tcpEnd(8080);
  const [here, there] = pipe({ second: server });
  const clock = new FakeClock();
  const token = await Token.from("k".repeat(43));
  const handshake = new ServerHandshake(token, server.name);
  const opening = ShellClient.open(here, () => Promise.resolve(token), contextOf(FRAME_SPEC, { clock }));
  const reader = new PullReader(there);
  const buffer = new Uint8Array(100_000);
  /** The frames that one read gives. */
  const hear = async () => {
    const { decoder } = parseSpec(FRAME_SPEC).open();
    decoder.feed(buffer.slice(0, await reader.read(buffer) ?? 0));
    const frames = [];
    for (let frame; (frame = decoder.next());) frames.push(splitFrame(frame.slice()));
    return frames;
  };
  await there.write(handshake.challenge((await hear())[0].body));
  const ready = await handshake.check((await hear())[0].body, { host: "pi", cwd: "/", shell: true });
  await there.write(ready!);
  const say = (frame: Uint8Array) => post(there, frame);
  return { client: await opening, clock, hear, say, end: () => there.close() };
}

function wire(name: string, fn: (on: Awaited<ReturnType<typeof world>>) => Promise<void>): void {
  pure(name, async () => {
    const on = await world();
    await fn(on);
    on.client.close();
    assertEquals(on.clock.pending, 0);
  });
}

wire("ShellClient.start sends a command and its window in one write", async ({ client, hear }) => {
  client.start({ argv: ["ls"] }, () => {});
  const [exec, window, ...rest] = await hear();
  assertEquals([exec.type, window.type, exec.stream, window.stream], [TYPE.exec, TYPE.window, 1, 1]);
  const size = parseWindow(window.body);
  // The way is short.
  assert(size >= WINDOW / 2 && size < 4 * 1024 * 1024, `${size}`);
  assertEquals(rest, []);
});

wire(
  "ShellClient leaves a server that sends no frames, and its error names no option",
  async ({ client, say }) => {
    say(Uint8Array.of(0x7f, 0xff, 0xff, 0xff, TYPE.stdout));
    const { code, sentence } = await assertRejects(() => client.lost, PinwireError);
    assertEquals(code, "bad_frame");
    assert(!sentence.includes("--"), sentence);
  },
);

pure("ShellClient tells a link that was cut inside a frame as lost, wherever that was", async () => {
  const exit = makeFrame(TYPE.exit, 1, bytes('{"code":0}'));
  for (const length of exit.keys()) {
    const { client, hear, say, end } = await world();
    const { exited } = client.start({ argv: ["ls"] }, () => {});
    await hear();
    say(exit.subarray(0, length));
    end();
    const { code, sentence } = await assertRejects(() => exited, PinwireError);
    assertEquals(
      [code, sentence],
      ["link_lost", "tcp://127.0.0.1:8080 closed the connection: the server ends the command with it"],
    );
  }
});

pure("ShellClient.open tells a link that was cut inside a frame as closed before we were in", async () => {
  const challenge = makeFrame(TYPE.challenge, 0, bytes("{}"));
  for (const length of challenge.keys()) {
    const [here, there] = pipe({ second: tcpEnd(8080) });
    const opening = ShellClient.open(here, () => Token.from("k".repeat(43)), contextOf(FRAME_SPEC));
    const failing = assertRejects(() => opening, PinwireError);
    await new PullReader(there).read(new Uint8Array(1_000));
    post(there, challenge.subarray(0, length));
    there.close();
    const { code, message } = await failing;
    assertEquals(
      [code, message],
      ["connection_closed", "tcp://127.0.0.1:8080 closed the connection before it let us in"],
    );
  }
});

wire(
  "ShellClient.start sends no command that is too long for a frame, and takes the next one",
  async (on) => {
    const { exited } = on.client.start({ argv: ["x".repeat(LONGEST_FRAME)] }, () => {});
    assertEquals((await assertRejects(() => exited, PinwireError)).code, "command_too_long");
    const next = on.client.start({ argv: ["ls"] }, () => {});
    const [{ stream }] = await on.hear();
    on.say(makeFrame(TYPE.exit, stream, bytes('{"code":7}')));
    assertEquals((await next.exited).code, 7);
  },
);

wire("ShellClient asks a server that is silent for 5 s, and leaves it after 15 s", async (on) => {
  const { exited } = on.client.start({ argv: ["ls"] }, () => {});
  await on.hear();
  on.clock.pass(5_000);
  assertEquals((await on.hear()).map(({ type }) => type), [TYPE.ping]);
  on.clock.pass(10_000);
  for (const failing of [on.client.lost, exited]) {
    assertEquals((await assertRejects(() => failing, PinwireError)).code, "no_heartbeat");
  }
});

wire("ShellClient leaves a server that sends what only a client may", async (on) => {
  const { exited } = on.client.start({ argv: ["ls"] }, () => {});
  await on.hear();
  on.say(makeFrame(TYPE.signal, 1, bytes("SIGINT")));
  assertEquals((await assertRejects(() => exited, PinwireError)).code, "bad_frame");
});

pure("ShellClient.open gives a server up that says nothing for 10 s", async () => {
  const [here, there] = pipe({ second: tcpEnd(8080) });
  const clock = new FakeClock();
  const opening = ShellClient.open(here, () => Token.from("k".repeat(43)), contextOf(FRAME_SPEC, { clock }));
  const failing = assertRejects(() => opening, PinwireError);
  await new PullReader(there).read(new Uint8Array(1_000));
  clock.pass(10_000);
  assertEquals((await failing).code, "timed_out");
});

pure("ShellClient.open says nothing to another machine over a carrier that isn't encrypted", async () => {
  const [here, there] = pipe({
    second: { scheme: "a carrier of tomorrow", host: "192.0.2.1", isLocal: false },
  });
  const token = await Token.from("k".repeat(43));
  const { code } = await assertRejects(
    () => ShellClient.open(here, () => Promise.resolve(token), contextOf(FRAME_SPEC)),
    PinwireError,
  );
  assertEquals([code, await new PullReader(there).read(new Uint8Array(1))], ["tls_needed", null]);
});
