import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { PinwireError } from "../../errors.ts";
import { entryOf, printed, World } from "./_history_testing.ts";

const isWindows = Deno.build.os === "windows";

/** What is said of a file that can't be read. */
async function refusal(on: World): Promise<string> {
  const error = await assertRejects(() => on.file.read(), PinwireError);
  assertEquals([error.code, error.exitCode], ["history_file", 1]);
  assertStringIncludes(error.message, on.path);
  return error.message;
}

Deno.test("HistoryFile.read refuses a file that is no history, and leaves it untouched", async () => {
  await using on = new World();
  const { text: _, ...textless } = entryOf(1);
  const foreign: [text: string, line: number][] = [
    ["root:x:0:0:root:/root:/bin/sh\n", 1],
    ["garbage", 1],
    // One whole object without a newline, as many programs write it.
    ['{"name":"x"}', 1],
    [printed([entryOf(1)]) + "{}\n", 2],
    ["{}\n{}\n", 1],
    ["[]\n" + printed([entryOf(1)]), 1],
    [printed([entryOf(1)]) + "null\n" + printed([entryOf(2)]), 2],
    [JSON.stringify(textless) + "\n", 1],
    [printed([{ ...entryOf(1), time: 9e15 }]), 1],
    [printed([{ ...entryOf(1), line: 1.5 }]), 1],
    ["\xff\x00", 1],
  ];
  for (const [text, line] of foreign) {
    Deno.writeTextFileSync(on.path, text);
    assertStringIncludes(await refusal(on), `is no history of a chat (line ${line})`);
    assertEquals(on.text(), text);
  }
});

Deno.test("HistoryFile.read passes over the torn last line of a crash", async () => {
  await using on = new World();
  const whole = printed([entryOf(1), entryOf(2)]);
  const torn = printed([entryOf(3)]).slice(0, -10);
  for (const rest of [torn, '{"tim', "\n\n"]) {
    Deno.writeTextFileSync(on.path, whole + rest);
    assertEquals(await on.file.read(), [entryOf(1), entryOf(2)]);
  }
  Deno.writeTextFileSync(on.path, torn);
  assertEquals(await on.file.read(), []);
});

Deno.test("HistoryFile.read gives no line that could move a cursor or be two, and nobody a bad name", async () => {
  await using on = new World();
  const said = entryOf(1, "a\x1b[2Jb\nserver: c\r\0\u202e");
  Deno.writeTextFileSync(on.path, printed([said]));
  const [{ text }] = await on.file.read();
  assertEquals(/[\p{Cc}\u202e]/u.test(text), false, JSON.stringify(text));
  assertStringIncludes(text, "^[[2J");
  const bad = [{ nick: "a b" }, { nick: "" }, { nick: "\x1b" }, { nick: "[private]" }, { room: "#dev" }];
  for (const fields of bad) {
    Deno.writeTextFileSync(on.path, printed([{ ...entryOf(1), ...fields }, entryOf(2)]));
    assertStringIncludes(await refusal(on), "(line 1)");
  }
});

Deno.test("HistoryFile.read refuses a folder, and rewrite says what is wrong with it", async () => {
  await using on = new World();
  Deno.mkdirSync(on.path);
  assertStringIncludes(await refusal(on), "it is no regular file");
  const error = await assertRejects(() => on.file.rewrite(), PinwireError);
  assertStringIncludes(error.message, `the history file ${on.path} can't be written (`);
  assertEquals([error.code, error.exitCode], ["history_file", 1]);
});

Deno.test("HistoryFile.rewrite that fails leaves nothing beside the file", async () => {
  await using on = new World();
  Deno.mkdirSync(on.path);
  await assertRejects(() => on.file.rewrite(), PinwireError);
  assertEquals([...Deno.readDirSync(on.folder)].map(({ name }) => name), ["history.jsonl"]);
});

Deno.test({
  name: "HistoryFile.read refuses a device, and waits for no pipe",
  ignore: isWindows,
  async fn() {
    await using on = new World();
    Deno.symlinkSync("/dev/null", on.path);
    assertStringIncludes(await refusal(on), "it is no regular file");
    await using other = new World("pipe");
    const made = await new Deno.Command("mkfifo", { args: [other.path] }).output();
    assertEquals(made.code, 0);
    assertStringIncludes(await refusal(other), "it is no regular file");
    assertEquals(Deno.lstatSync(other.path).isFifo, true);
  },
});

Deno.test({
  name: "HistoryFile leaves a link a link, and writes the file behind it",
  ignore: isWindows,
  async fn() {
    await using on = new World();
    Deno.mkdirSync(`${on.folder}/far`);
    const target = `${on.folder}/far/kept.jsonl`;
    Deno.writeTextFileSync(target, printed([entryOf(1)]));
    Deno.symlinkSync("far/kept.jsonl", on.path);
    on.remembered = await on.file.read();
    await on.file.rewrite();
    on.file.add(entryOf(2));
    await on.file.flushed();
    assertEquals(Deno.lstatSync(on.path).isSymlink, true);
    assertEquals(Deno.readTextFileSync(target), printed([entryOf(1), entryOf(2)]));
    assertEquals([...Deno.readDirSync(`${on.folder}/far`)].map(({ name }) => name), ["kept.jsonl"]);
  },
});
