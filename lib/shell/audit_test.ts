import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { isWindows, tempDir } from "../../tests/support.ts";
import { PinwireError } from "../errors.ts";
import { AuditLog, type Entry } from "./audit.ts";

const REFUSED: Entry = { event: "refused", peer: "tcp://192.0.2.1:5", reason: "the proof is wrong" };

/** A test with a folder of its own. */
function files(name: string, fn: (folder: string) => void | Promise<void>): void {
  Deno.test({
    name,
    ignore: isWindows,
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
    using log = AuditLog.open(path);
    log.add({ event: "exec", peer: "unix:#1", id: 1, argv: ["ls", "a b\n"], cwd: "/tmp", pty: false });
    log.add(REFUSED);
    const [first, second, end] = linesOf(path);
    assertMatch(
      first,
      /^\{"event":"exec","time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z","peer":"unix:#1","id":1,"argv":\["ls","a b\\n"\],"cwd":"\/tmp","pty":false\}$/,
    );
    assertEquals({ ...JSON.parse(second), time: 0 }, { ...REFUSED, time: 0 });
    assertEquals(end, "");
  },
);

files("AuditLog.open makes a file that only its owner can read, and goes on at the end of one", (folder) => {
  const path = `${folder}/log`;
  for (let i = 1; i <= 2; i++) {
    using log = AuditLog.open(path);
    log.add(REFUSED);
    assertEquals(linesOf(path).length, i + 1);
  }
  assertEquals(Deno.statSync(path).mode! & 0o777, 0o600);
});

files("AuditLog.add writes behind what others have written meanwhile, and over nothing", (folder) => {
  const path = `${folder}/log`;
  using log = AuditLog.open(path);
  using other = AuditLog.open(path);
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
      refusalOf(() => AuditLog.open(path)),
      `the log ${path} can't be written (it is no regular file): ` +
        "check its folder, its rights and the disk, or name another with --log",
    );
  }
});

files("AuditLog.open refuses a folder that isn't there", (folder) => {
  const path = `${folder}/no/log`;
  assertMatch(refusalOf(() => AuditLog.open(path)), /^the log .+\/no\/log can't be written \(.*No such file/);
});

files("AuditLog.add throws when it can't write", (folder) => {
  const path = `${folder}/log`;
  const log = AuditLog.open(path);
  log[Symbol.dispose]();
  assertMatch(refusalOf(() => log.add(REFUSED)), /can't be written/);
  assertEquals(linesOf(path), [""]);
});
