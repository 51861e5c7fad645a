import { assertEquals, assertRejects } from "@std/assert";
import { PinwireError } from "../../errors.ts";
import { openRecording, type RecordingOptions } from "./open.ts";

const isWindows = Deno.build.os === "windows";

/** What opens a recording that nothing happens to. */
function optionsOf(path: string, options: Partial<RecordingOptions> = {}): RecordingOptions {
  const { signal } = new AbortController();
  return { path, force: true, onFailed() {}, onClosed() {}, signal, now: () => 0, ...options };
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "openRecording refuses a file that another recording is written to, and leaves it alone",
  ignore: isWindows,
  fn: () =>
    inFolder(async (folder) => {
      const path = `${folder}/r`;
      const first = await openRecording(optionsOf(path));
      first.flush();
      const before = await Deno.readFile(path);
      const error = await assertRejects(() => openRecording(optionsOf(path)), PinwireError);
      assertEquals(
        error.sentence,
        `${path} is being written by another recording: name another file, or end that first`,
      );
      assertEquals(await Deno.readFile(path), before);
      await first.close();
      const second = await openRecording(optionsOf(path));
      await second.close();
    }),
});

Deno.test({
  name: "openRecording waits for whoever reads a pipe, until it is time to stop",
  ignore: isWindows,
  fn: () =>
    inFolder(async (folder) => {
      const path = `${folder}/pipe`;
      await new Deno.Command("mkfifo", { args: [path] }).output();
      const stop = new AbortController();
      const opening = openRecording(optionsOf(path, { signal: stop.signal }));
      stop.abort();
      const error = await assertRejects(() => opening, PinwireError);
      assertEquals([error.code, error.exitCode], ["stopped", 0]);
      // What was still being opened is closed, and not left to whoever reads it.
      assertEquals(await Deno.readTextFile(path), "");
    }),
});
