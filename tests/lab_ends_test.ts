import { assertEquals, assertMatch } from "@std/assert";
import { callOf, type Lesson } from "../lib/lab/lessons.ts";
import { HAS_PRIVATE_NETWORKS } from "./support/lab.ts";
import { pinwire, pinwireCommand } from "./support/pinwire.ts";
import { type Process, run } from "./support/process.ts";
import { CTRL_C, ENTER, onTerminal, terminal } from "./support/terminal.ts";

const ignore = !HAS_PRIVATE_NETWORKS;

/** Those that have an inner process. */
const LESSONS: Lesson[] = ["handshake", "states", "loss", "window", "layers"];

const wordsOf = (lesson: Lesson) => callOf(lesson).split(" ").slice(1);

/** The processes that have this word in their environment, which they inherit. */
function withMark(mark: string): string[] {
  const pids = [...Deno.readDirSync("/proc")].map(({ name }) => name).filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => {
    try {
      return Deno.readTextFileSync(`/proc/${pid}/environ`).includes(mark);
    } catch {
      return false;
    }
  });
}

/** Done once a lesson has told of so many events, or has ended before. */
async function tells(child: Process, count: number): Promise<void> {
  await Promise.race([child.status, child.until("events", () => child.events.length >= count || undefined)]);
}

Deno.test({
  name: "a lab that is killed leaves no process, and so no network and no device (needs private networks)",
  ignore,
  async fn() {
    for (const lesson of LESSONS) {
      for (const count of [1, 4]) {
        const mark = crypto.randomUUID();
        await using child = await pinwire([...wordsOf(lesson), "--json"], { env: { MARK: mark } });
        await tells(child, count);
        child.kill("SIGKILL");
        // The inner process has the same stderr, which ends with the last one that has it.
        assertEquals((await child.outcome()).stderr, "", lesson);
        assertEquals(withMark(mark), [], `${lesson} ${count}`);
      }
    }
  },
});

Deno.test({
  name: "a lab that nobody reads any more ends without a word, and leaves nothing (needs private networks)",
  ignore,
  async fn() {
    for (const lesson of LESSONS) {
      const mark = crypto.randomUUID();
      const args = ["-c", '"$@" | head -n 1', "sh", ...pinwireCommand([...wordsOf(lesson), "--lang", "en"])];
      const { stdout, stderr } = await run("sh", args, { env: { MARK: mark } });
      assertEquals([stdout.split("\n").length, stderr], [2, ""], lesson);
      assertEquals(withMark(mark), []);
    }
  },
});

Deno.test({
  name: "a lab whose recording finds no room says so once, and plays on (needs private networks)",
  ignore,
  async fn() {
    const lines = "mount -t tmpfs -o size=4k x /mnt; head -c 4096 /dev/zero >/mnt/full; " +
      '"$@"; ls /mnt';
    const command = pinwireCommand(["lab", "handshake", "--lang", "en", "--record", "/mnt/x"]);
    const flags = ["--user", "--map-root-user", "--mount", "sh", "-ec", lines, "sh"];
    const { code, stdout, stderr } = await run("unshare", [...flags, ...command]);
    assertEquals(code, 0);
    assertMatch(stdout, /TIME_WAIT for 60 s[^]*\nNext: .*\nfull\n$/);
    assertMatch(stderr, /^pinwire lab: \/mnt\/x records nothing more, the disk is full[^\n]*\n$/);
  },
});

/** Says who runs, so that it can be killed. */
const SAYS_PID = ["sh", "-c", 'echo pid $$; exec "$@"', "sh"];

if (!ignore) {
  terminal("a lab that is killed while it waits for Enter leaves nothing either", async () => {
    for (const lesson of LESSONS) {
      const mark = crypto.randomUUID();
      const before = [...SAYS_PID, "env", `MARK=${mark}`];
      await using child = onTerminal([...wordsOf(lesson), "--step", "--json"], undefined, before);
      const [, pid] = await child.sees(/^pid (\d+)\r\n[^]*"(segment|layer)"/);
      Deno.kill(Number(pid), "SIGKILL");
      await child.outcome();
      assertEquals(withMark(mark), [], lesson);
    }
  });

  terminal("Ctrl-C ends the lab at whatever step it waits, and leaves nothing", async () => {
    for (
      const [lesson, steps] of [["handshake", [0, 1, 4, 8]], ["states", [3]], ["loss", [2]], ["window", [
        5,
      ]]] as const
    ) {
      for (const step of steps) {
        const mark = crypto.randomUUID();
        await using child = onTerminal([...wordsOf(lesson), "--step", "--json"], undefined, [
          "env",
          `MARK=${mark}`,
        ]);
        await child.next("segment");
        for (let i = 0; i < step; i++) {
          await child.write(ENTER);
          await child.next("segment");
        }
        await child.write(CTRL_C);
        assertEquals((await child.outcome()).code, 0, `${lesson} ${step}`);
        assertEquals(withMark(mark), []);
      }
    }
  });
}
