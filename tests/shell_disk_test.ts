import { assertEquals, assertMatch } from "@std/assert";
import { isLinux, LOOPBACK, Process, runPinwire } from "./support.ts";
import { type Account, account } from "./support/shell.ts";
import { pinwireArgs } from "./support/pinwire.ts";

/** Whether a process may have a disk of its own: a namespace of mounts. */
const mayMount = isLinux &&
  await new Deno.Command("unshare", { args: ["-rm", "true"], stderr: "null" }).output()
    .then(({ success }) => success, () => false);

function small(name: string, fn: (home: Account) => Promise<void>): void {
  Deno.test({
    name,
    ignore: !mayMount,
    async fn() {
      await using home = await account();
      await fn(home);
    },
  });
}

/** Starts `shell serve` with a disk of 64 KiB at `disk`; gives it, and where others see that disk. */
function onSmallDisk(home: Account, disk: string, ...options: string[]): [Process, string] {
  const mount = `mount -t tmpfs -o size=64k none "$0" && exec "$@"`;
  const program = pinwireArgs(["shell", "serve", `${LOOPBACK}:0`, "--json", ...options]);
  const args = ["-rm", "sh", "-c", mount, disk, Deno.execPath(), ...program];
  const server = new Process("unshare", args, { env: home.env });
  return [server, `/proc/${server.pid}/root${disk}`];
}

function fill(path: string): void {
  using file = Deno.openSync(path, { write: true, create: true });
  try {
    for (;;) file.writeSync(new Uint8Array(4096));
  } catch {
    // It is full.
  }
}

small(
  "a command that can't be logged on a full disk isn't run, and hides none of those after it",
  async (home) => {
    const disk = `${home.path}/disk`;
    await Deno.mkdir(disk);
    const [server, seen] = onSmallDisk(home, disk, "--log", `${disk}/log`);
    await using _ = server;
    const { address } = await server.next("listening");
    const exec = (command: string) =>
      runPinwire(["shell", "exec", address!, "--", command], { env: home.env });
    // What fits into the page that the file has already is written, and the rest isn't.
    await Deno.writeTextFile(`${seen}/log`, "{}\n".padStart(4096 - 20));
    fill(`${seen}/fill`);
    const refused = await exec(`touch ${home.path}/made`);
    assertEquals(refused.code, 255);
    assertMatch(refused.stderr, /the server can't log it, so it doesn't run it/);
    assertMatch((await server.next("error")).message!, /No space left on device/);
    assertEquals([...Deno.readDirSync(home.path)].some(({ name }) => name === "made"), false);
    await Deno.remove(`${seen}/fill`);
    assertEquals((await exec("echo well")).stdout, "well\n");
    const [, torn, ...lines] = (await Deno.readTextFile(`${seen}/log`)).trimEnd().split("\n");
    assertEquals(torn, '{"event":"exec","time":"2'.slice(0, 20));
    assertEquals(lines.map((line) => JSON.parse(line).event), ["exec", "exit"]);
  },
);
