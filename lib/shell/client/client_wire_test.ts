import { assert, assertEquals, assertRejects } from "@std/assert";
import { sceneContext } from "../../demo/scene.ts";
import { PinwireError } from "../../errors.ts";
import { parseSpec } from "../../framing/mod.ts";
import { pipe } from "../../net/mod.ts";
import { Token } from "../../session/token.ts";
import { bytes } from "../_session_testing.ts";
import { ShellClient } from "./client.ts";
import { ServerHandshake } from "../handshake.ts";
import { FRAME_SPEC, LONGEST_FRAME, makeFrame, parseWindow, splitFrame, TYPE } from "../protocol.ts";
import { WINDOW } from "../window.ts";

const SERVER = "tcp://127.0.0.1:8080";

/** A client, and the server's end of its connection, which says what it is told to. */
async function world() {
  const [here, there] = pipe();
  const token = await Token.from("k".repeat(43));
  const handshake = new ServerHandshake(token, SERVER);
  const opening = ShellClient.open({ ...here, remote: SERVER }, token, sceneContext(FRAME_SPEC));
  const buffer = new Uint8Array(100_000);
  /** The frames that one read gives. */
  const hear = async () => {
    const { decoder } = parseSpec(FRAME_SPEC).open();
    decoder.feed(buffer.slice(0, await there.read(buffer) ?? 0));
    const frames = [];
    for (let frame; (frame = decoder.next());) frames.push(splitFrame(frame.slice()));
    return frames;
  };
  await there.write(handshake.challenge((await hear())[0].body));
  const ready = await handshake.check((await hear())[0].body, { host: "pi", cwd: "/", shell: true });
  await there.write(ready!);
  return {
    client: await opening,
    hear,
    say: (frame: Uint8Array) => void there.write(frame).catch(() => {}),
  };
}

function pure(name: string, fn: (on: Awaited<ReturnType<typeof world>>) => Promise<void>): void {
  Deno.test({
    name,
    permissions: "none",
    async fn() {
      const on = await world();
      await fn(on);
      on.client.close();
    },
  });
}

pure("ShellClient.run sends a command and its window in one write", async ({ client, hear }) => {
  client.run({ argv: ["ls"] }, () => {});
  const [exec, window, ...rest] = await hear();
  assertEquals([exec.type, window.type, exec.stream, window.stream], [TYPE.exec, TYPE.window, 1, 1]);
  const size = parseWindow(window.body);
  // The way is short.
  assert(size >= WINDOW / 2 && size < 4 * 1024 * 1024, `${size}`);
  assertEquals(rest, []);
});

pure("ShellClient leaves a server whose frames are none, and names no option", async ({ client, say }) => {
  say(Uint8Array.of(0x7f, 0xff, 0xff, 0xff, TYPE.stdout));
  const { code, sentence } = await assertRejects(() => client.lost, PinwireError);
  assertEquals(code, "bad_frame");
  assert(!sentence.includes("--"), sentence);
});

pure(
  "ShellClient.run sends no command that is too long for a frame, and is as good as before",
  async (on) => {
    const { exited } = on.client.run({ argv: ["x".repeat(LONGEST_FRAME)] }, () => {});
    assertEquals((await assertRejects(() => exited, PinwireError)).code, "command_too_long");
    const next = on.client.run({ argv: ["ls"] }, () => {});
    const [{ stream }] = await on.hear();
    on.say(makeFrame(TYPE.exit, stream, bytes('{"code":7}')));
    assertEquals((await next.exited).code, 7);
  },
);
