import { assertEquals, assertMatch } from "@std/assert";
import { isLinux, LOOPBACK, Process, runPinwire } from "./support.ts";
import { type Account, account } from "./support/shell.ts";
import { pinwireCommand } from "./support/pinwire.ts";

/** Whether a process may have a disk and a process table of its own: namespaces of mounts and of processes. */
const mayUnshare = isLinux &&
  await new Deno.Command("unshare", { args: ["-rmpf", "true"], stderr: "null" }).output()
    .then(({ success }) => success, () => false);

function apart(name: string, fn: (home: Account) => Promise<void>): void {
  Deno.test({
    name,
    ignore: !mayUnshare,
    async fn() {
      await using home = await account();
      await fn(home);
    },
  });
}

/** Starts `shell serve` with a disk of 64 KiB at `disk`; gives it, and where others see that disk. */
function onSmallDisk(home: Account, disk: string, ...options: string[]): [Process, string] {
  const mount = `mount -t tmpfs -o size=64k none "$0" && exec "$@"`;
  const program = pinwireCommand(["shell", "serve", `${LOOPBACK}:0`, "--json", ...options]);
  const args = ["-rm", "sh", "-c", mount, disk, ...program];
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

apart(
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
    assertMatch((await server.next("error")).message!, /the disk is full/);
    assertEquals([...Deno.readDirSync(home.path)].some(({ name }) => name === "made"), false);
    await Deno.remove(`${seen}/fill`);
    assertEquals((await exec("echo well")).stdout, "well\n");
    const [, torn, ...lines] = (await Deno.readTextFile(`${seen}/log`)).trimEnd().split("\n");
    assertEquals(torn, '{"event":"exec","time":"2'.slice(0, 20));
    assertEquals(lines.map((line) => JSON.parse(line).event), ["exec", "exit"]);
  },
);

apart(
  "a token that a full disk doesn't take leaves nothing behind, and is made once there is room",
  async (home) => {
    const disk = `${home.path}/disk`;
    await Deno.mkdir(disk);
    const program = pinwireCommand(["shell", "serve", `${LOOPBACK}:0`, "--token-file", `${disk}/token`]);
    const script = `
    mount -t tmpfs -o size=64k none "$0"; head -c 100000 /dev/zero >"$0/fill" 2>/dev/null
    "$@"; ls "$0"; rm "$0/fill"; mount -o remount,ro "$0"; "$@"; ls "$0"; mount -o remount,rw "$0"; exec "$@"`;
    const args = ["-rm", "sh", "-c", script, disk, ...program];
    await using server = new Process("unshare", args, { env: home.env });
    await server.sees(/listening on/, "stderr");
    assertEquals(server.stdout, "fill\n");
    const token = `pinwire: the token file ${disk}/token can't be made`;
    const [full, readOnly] = server.stderr.split("\n");
    const next = "mend that, or name another file with --token-file";
    assertEquals(full, `${token} (the disk is full): ${next}`);
    assertEquals(readOnly, `${token} (the disk can only be read): ${next}`);
  },
);

apart("a shell server that is process 1 says what that means, behind its ready line", async (home) => {
  const program = pinwireCommand(["shell", "serve", `${LOOPBACK}:0`, "--json"]);
  await using server = new Process("unshare", ["-rpf", "--kill-child", ...program], {
    env: home.env,
  });
  await server.sees(/this is process 1[^\n]*docker run --init/);
  assertEquals(server.events.map(({ event }) => event), ["listening", "notice", "notice"]);
});
