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
    ["\n{}\n{}\n", 2],
    ["[]\n", 1],
    ["null\n", 1],
    [JSON.stringify(textless) + "\n", 1],
    [printed([{ ...entryOf(1), time: 9e15 }]), 1],
    [printed([{ ...entryOf(1), line: 1.5 }]), 1],
    ["\xff\x00", 1],
    ["\0".repeat(100), 1],
  ];
  for (const [text, line] of foreign) {
    Deno.writeTextFileSync(on.path, text);
    assertStringIncludes(await refusal(on), `is no history of a chat (line ${line})`);
    assertEquals(on.text(), text);
  }
});

/** The torn last line of a crash. */
const TORN = printed([entryOf(3)]).slice(0, -10);

Deno.test("HistoryFile goes on behind a crash with what is whole, and keeps the file as the crash left it", async () => {
  const whole = printed([entryOf(1), entryOf(2)]);
  for (
    const [left, what] of [[whole + TORN, "line 3"], [
      `{}\n${whole}\0\0`,
      "2 damaged lines, the first is line 1",
    ]]
  ) {
    await using on = new World();
    Deno.writeTextFileSync(on.path, left);
    on.remembered = await on.file.read();
    assertEquals(on.remembered, [entryOf(1), entryOf(2)]);
    const told = await on.file.rewrite();
    assertEquals([told!.code, told!.hint], [
      "history_damaged",
      `the file as it was is kept as ${on.path}.damaged`,
    ]);
    assertStringIncludes(told!.message, `${on.path}: passed over ${what}`);
    assertEquals([on.text(), Deno.readTextFileSync(`${on.path}.damaged`)], [whole, left]);
    if (!isWindows) assertEquals(Deno.statSync(`${on.path}.damaged`).mode! & 0o777, 0o600);
    on.file.add(entryOf(4));
    await on.file.flushed();
    assertEquals(await on.file.read(), [entryOf(1), entryOf(2), entryOf(4)]);
    assertEquals(await on.file.rewrite(), undefined);
  }
});

Deno.test("HistoryFile keeps what every crash has left, and begins with the torn line of the first", async () => {
  await using on = new World();
  Deno.writeTextFileSync(on.path, TORN);
  assertEquals(await on.file.read(), []);
  await on.file.rewrite();
  Deno.writeTextFileSync(on.path, printed([entryOf(1)]) + TORN);
  on.remembered = await on.file.read();
  assertStringIncludes((await on.file.rewrite())!.hint!, `${on.path}.damaged-2`);
  assertEquals(Deno.readTextFileSync(`${on.path}.damaged`), TORN);
  assertEquals(Deno.readTextFileSync(`${on.path}.damaged-2`), printed([entryOf(1)]) + TORN);
});

Deno.test({
  name: "HistoryFile.rewrite leaves a damaged file as it is where that can't be kept",
  ignore: isWindows,
  async fn() {
    // No name may be longer than 255 bytes.
    await using on = new World("x".repeat(250));
    const left = printed([entryOf(1)]) + TORN;
    Deno.writeTextFileSync(on.path, left);
    on.remembered = await on.file.read();
    const error = await assertRejects(() => on.file.rewrite(), PinwireError);
    assertEquals([error.code, on.text()], ["history_file", left]);
  },
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
    const edited = { ...entryOf(1), ...fields };
    Deno.writeTextFileSync(on.path, printed([edited]));
    assertStringIncludes(await refusal(on), "(line 1)");
    Deno.writeTextFileSync(on.path, printed([edited, entryOf(2)]));
    assertEquals(await on.file.read(), [entryOf(2)]);
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
