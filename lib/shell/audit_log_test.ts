import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { isRoot, isWindows, run, tempDir } from "../../tests/support.ts";
import { FakeClock } from "../app/_testing.ts";
import { PinwireError } from "../errors.ts";
import { AuditLog, type AuditRecord } from "./audit_log.ts";

const clock = new FakeClock();

const REFUSED: AuditRecord = { event: "refused", peer: "tcp://192.0.2.1:5", reason: "the proof is wrong" };

/** A test with a folder of its own. */
function files(name: string, fn: (folder: string) => void | Promise<void>, needs = true): void {
  Deno.test({
    name,
    ignore: isWindows || !needs,
    async fn() {
      await using folder = await tempDir();
      await fn(folder.path);
    },
  });
}

/** What is said of a log that can't be written. */
function refusalOf(act: () => unknown): string {
  const error = assertThrows(act, PinwireError);
  assertEquals(error.code, "log_unwritable");
  return error.sentence;
}

const linesOf = (path: string) => Deno.readTextFileSync(path).split("\n");

files(
  "AuditLog.add writes each entry as a line of JSON at once, with its event and the time first",
  (folder) => {
    const path = `${folder}/log`;
    using log = AuditLog.open(path, clock);
    log.add({ event: "exec", peer: "unix:#1", id: 1, argv: ["ls", "a b\n"], cwd: "/tmp", pty: false });
    log.add(REFUSED);
    const [first, second, end] = linesOf(path);
    assertMatch(
      first,
      /^\{"event":"exec","time":"2026-11-21T10:00:00.000Z","peer":"unix:#1","id":1,"argv":\["ls","a b\\n"\],"cwd":"\/tmp","pty":false\}$/,
    );
    assertEquals({ ...JSON.parse(second), time: 0 }, { ...REFUSED, time: 0 });
    assertEquals(end, "");
  },
);

files("AuditLog.open makes a file that only its owner can read, and goes on at the end of one", (folder) => {
  const path = `${folder}/log`;
  for (let i = 1; i <= 2; i++) {
    using log = AuditLog.open(path, clock);
    log.add(REFUSED);
    assertEquals(linesOf(path).length, i + 1);
  }
  assertEquals(Deno.statSync(path).mode! & 0o777, 0o600);
});

files("AuditLog.add writes after what others have written meanwhile, and overwrites nothing", (folder) => {
  const path = `${folder}/log`;
  using log = AuditLog.open(path, clock);
  using other = AuditLog.open(path, clock);
  log.add(REFUSED);
  other.add({ ...REFUSED, peer: "unix:#2" });
  log.add({ ...REFUSED, peer: "unix:#3" });
  const peers = linesOf(path).slice(0, 3).map((line) => JSON.parse(line).peer);
  assertEquals(peers, [REFUSED.peer, "unix:#2", "unix:#3"]);
});

files("AuditLog.open refuses what is no regular file, and waits for no pipe", async (folder) => {
  await new Deno.Command("mkfifo", { args: [`${folder}/pipe`] }).output();
  Deno.symlinkSync(`${folder}/pipe`, `${folder}/link`);
  for (const path of [folder, `${folder}/pipe`, `${folder}/link`, "/dev/null"]) {
    assertEquals(
      refusalOf(() => AuditLog.open(path, clock)),
      `the log ${path} can't be written (it is no regular file): ` +
        "check its folder, its rights and the disk, or name another with --log",
    );
  }
});

files("AuditLog.open refuses a file that others may write to", (folder) => {
  const path = `${folder}/log`;
  for (const mode of [0o620, 0o602, 0o666]) {
    Deno.writeTextFileSync(path, "");
    Deno.chmodSync(path, mode);
    assertMatch(refusalOf(() => AuditLog.open(path, clock)), /\(others may write to it\)/);
  }
  Deno.chmodSync(path, 0o644);
  Deno.symlinkSync(path, `${folder}/link`);
  AuditLog.open(`${folder}/link`, clock)[Symbol.dispose]();
});

files("AuditLog.open refuses a file, and a link, that somebody else has made", async (folder) => {
  const path = `${folder}/log`;
  Deno.writeTextFileSync(path, "", { mode: 0o600 });
  Deno.symlinkSync(path, `${folder}/link`);
  await run("chown", ["-h", "1", `${folder}/link`]);
  assertMatch(refusalOf(() => AuditLog.open(`${folder}/link`, clock)), /\(it is not yours\)/);
  Deno.chownSync(path, 1, 1);
  assertMatch(refusalOf(() => AuditLog.open(path, clock)), /\(it is not yours\)/);
  assertEquals(Deno.readTextFileSync(path), "");
}, isRoot);

files("AuditLog.add makes visible what could write to a reader's terminal", (folder) => {
  const path = `${folder}/log`;
  using log = AuditLog.open(path, clock);
  const argv = ["\x1b[2J", "\u202e", "\x7f", "\x9b", "\n", "你好"];
  log.add({ event: "exec", peer: "unix:#1", id: 1, argv, cwd: "/", pty: false });
  const [line] = linesOf(path);
  assertEquals(line.match(/[\p{Cc}\u202e]/u), null);
  assertMatch(line, /你好/);
  assertEquals(JSON.parse(line).argv, argv);
});

files("AuditLog.open refuses a folder that isn't there", (folder) => {
  const path = `${folder}/no/log`;
  assertMatch(
    refusalOf(() => AuditLog.open(path, clock)),
    /^the log .+\/no\/log can't be written \(its folder is not there\): check/,
  );
});

files("AuditLog.add throws when it can't write", (folder) => {
  const path = `${folder}/log`;
  const log = AuditLog.open(path, clock);
  log[Symbol.dispose]();
  assertMatch(refusalOf(() => log.add(REFUSED)), /can't be written/);
  assertEquals(linesOf(path), [""]);
});

const RECORD = '{"event":"refused","time":"2026-11-21T10:00:00.000Z","peer":"unix:#1","reason":"no"}';

files(
  "AuditLog begins a line of its own behind what was torn, and tells once what is no record",
  (folder) => {
    const cases: [before: string, damage: string | undefined][] = [
      ["", undefined],
      [`${RECORD}\n`, undefined],
      // A whole record that has only lost its end is one.
      [RECORD, undefined],
      [`${RECORD}\n${RECORD.slice(0, 30)}`, "1 line of 30 bytes"],
      [`${RECORD}\n${"\0".repeat(4096)}`, "1 line of 4096 bytes"],
      ["{", "1 line of 1 byte"],
      [`\xff\n${RECORD}\n\n"text"\nnull\n{"a":1}\n${RECORD}\n`, "4 lines of 19 bytes"],
      // Earlier starts have told of what is long ago.
      [`torn\n${`${RECORD}\n`.repeat(20_000)}`, undefined],
      [`torn\n${`${RECORD}\n`.repeat(20_000)}torn`, "1 line of 4 bytes"],
    ];
    const path = `${folder}/log`;
    for (const [before, damage] of cases) {
      Deno.writeTextFileSync(path, before, { mode: 0o600 });
      using log = AuditLog.open(path, clock);
      assertEquals(log.damage, damage, before.slice(0, 100));
      log.add(REFUSED);
      log.add(REFUSED);
      const text = Deno.readTextFileSync(path);
      assertEquals(text.slice(0, before.length), before);
      const [first, second, ...more] = text.slice(before.length).replace(/^\n/, "").trimEnd().split("\n");
      assertEquals([first, second, more], [first, first, []]);
      assertEquals(JSON.parse(first).event, "refused");
      const needsEnd = before !== "" && !before.endsWith("\n");
      assertEquals(text.slice(before.length).startsWith("\n"), needsEnd);
    }
  },
);

files("AuditLog.add glues no record to what was torn while it was open", (folder) => {
  const path = `${folder}/log`;
  using log = AuditLog.open(path, clock);
  log.add(REFUSED);
  // As a disk that is full leaves it, and another one that has been emptied.
  Deno.writeTextFileSync(path, RECORD.slice(0, 40), { append: true });
  log.add(REFUSED);
  Deno.truncateSync(path, 10);
  log.add(REFUSED);
  const [torn, last, end, ...more] = linesOf(path);
  assertEquals([torn.length, JSON.parse(last).event, end, more], [10, "refused", "", []]);
});
