import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { entryOf, printed, World } from "./_history_testing.ts";

const modeOf = (path: string) => Deno.statSync(path).mode! & 0o777;

Deno.test("HistoryFile.read gives nothing of a file that is not there yet", async () => {
  await using on = new World();
  assertEquals(await on.file.read(), []);
});

Deno.test("HistoryFile.read gives back what add has written, in order, whatever was said", async () => {
  await using on = new World();
  const entries = [entryOf(1, 'a "b" \\'), entryOf(2, "小明 😀"), { ...entryOf(3), isAction: true }];
  for (const entry of entries) on.file.add(entry);
  await on.file.flushed();
  on.file.add(entryOf(4));
  await on.file.flushed();
  assertEquals(await on.file.read(), [...entries, entryOf(4)]);
  assertEquals([on.text(), on.events], [printed([...entries, entryOf(4)]), []]);
});

Deno.test("HistoryFile.read takes of a line the fields of an entry and no others", async () => {
  await using on = new World();
  Deno.writeTextFileSync(on.path, JSON.stringify({ ...entryOf(1), more: 1 }) + "\r\n");
  assertEquals(await on.file.read(), [entryOf(1)]);
});

Deno.test("HistoryFile.rewrite leaves those alone that are remembered", async () => {
  await using on = new World();
  for (let i = 1; i <= 5; i++) on.file.add(entryOf(i));
  await on.file.flushed();
  on.remembered = [entryOf(4), entryOf(5)];
  await on.file.rewrite();
  assertEquals(on.text(), printed(on.remembered));
  assertEquals([...Deno.readDirSync(on.folder)].map(({ name }) => name), ["history.jsonl"]);
});

Deno.test({
  name: "HistoryFile keeps what was said from others on this machine, whatever was there before",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using on = new World();
    on.file.add(entryOf(1));
    await on.file.flushed();
    assertEquals(modeOf(on.path), 0o600);
    Deno.chmodSync(on.path, 0o644);
    await on.file.rewrite();
    assertEquals(modeOf(on.path), 0o600);
  },
});

Deno.test("HistoryFile is written anew behind 10,000 lines, and then goes on growing", async () => {
  await using on = new World();
  for (let i = 1; i <= 10_000; i++) on.file.add(entryOf(i));
  await on.file.flushed();
  assertEquals(on.text().split("\n").length, 10_001);
  on.remembered = [entryOf(10_000), entryOf(10_001)];
  on.file.add(entryOf(10_001));
  await on.file.flushed();
  assertEquals(on.text(), printed(on.remembered));
  on.file.add(entryOf(10_002));
  await on.file.flushed();
  assertEquals(await on.file.read(), [...on.remembered, entryOf(10_002)]);
});

Deno.test("HistoryFile is not written anew for every line once more than 10,000 are remembered", async () => {
  await using on = new World();
  on.remembered = Array.from({ length: 10_001 }, (_, i) => entryOf(i + 1));
  await on.file.rewrite();
  let rewrites = 0;
  const { remembered } = on;
  Object.defineProperty(on, "remembered", { get: () => (rewrites++, remembered) });
  for (let i = 0; i < 5; i++) {
    on.file.add(entryOf(20_000 + i));
    await on.file.flushed();
  }
  assert(rewrites <= 1, `${rewrites} times for 5 lines`);
});

Deno.test("HistoryFile tells once that it can't be written, and goes on when it can", async () => {
  await using on = new World("missing/history.jsonl");
  for (let i = 1; i <= 3; i++) {
    on.file.add(entryOf(i));
    await on.file.flushed();
  }
  assertEquals(on.events.length, 1);
  const [event] = on.events;
  assert(event.event === "error");
  assertStringIncludes(event.message, `the history file ${on.path} can't be written (`);
  assertStringIncludes(event.hint!, "--history-file");
  Deno.mkdirSync(`${on.folder}/missing`);
  on.remembered = [entryOf(3), entryOf(4)];
  on.file.add(entryOf(4));
  await on.file.flushed();
  assertEquals((await on.file.read()).at(-1), entryOf(4));
  // A new trouble is told of again.
  Deno.removeSync(`${on.folder}/missing`, { recursive: true });
  on.file.add(entryOf(5));
  await on.file.flushed();
  assertEquals(on.events.length, 2);
});

Deno.test("HistoryFile has back what it could not write, once it can again", async () => {
  await using on = new World("missing/history.jsonl");
  on.file.add(entryOf(1));
  await on.file.flushed();
  Deno.mkdirSync(`${on.folder}/missing`);
  on.remembered = [entryOf(1), entryOf(2)];
  on.file.add(entryOf(2));
  await on.file.flushed();
  assertEquals(await on.file.read(), on.remembered);
});

Deno.test("HistoryFile tries once more at its end what could not be written, and tells if that fails too", async () => {
  for (const isThere of [true, false]) {
    await using on = new World("missing/history.jsonl");
    on.file.add(entryOf(1));
    await on.file.flushed();
    on.remembered = [entryOf(1)];
    if (isThere) Deno.mkdirSync(`${on.folder}/missing`);
    await on.file.end();
    assertEquals(on.events.length, isThere ? 1 : 2);
    if (isThere) assertEquals(await on.file.read(), [entryOf(1)]);
  }
});
