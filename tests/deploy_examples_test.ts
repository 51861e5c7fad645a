import { assertEquals, assertMatch } from "@std/assert";
import { parse } from "@std/yaml";
import { BINARY, has, isLinux, type Outcome, pinwire, run, runPinwire, tempDir } from "./support.ts";
import { fromSource, script } from "./support/install.ts";
import type { Job } from "./support/workflows.ts";

const DOCKERFILE = await Deno.readTextFile("examples/Dockerfile");
const SERVICE = await Deno.readTextFile("examples/echo-service.yml");

/** What the images run when they are told nothing: the one with a shell, the one without. */
const [SHELL, ALONE]: string[][] = [...DOCKERFILE.matchAll(/^CMD (.*)$/gm)].map(([, words]) =>
  JSON.parse(words)
);
/** What the image without a shell has of Debian, as far as Deno needs it. */
const PACKAGES = ["libc6", "libgcc-s1"];

/** What runs bash where processes, mounts and the network are its own. */
const APART = ["-rmnpf", "--kill-child", "bash", "-c"];

const mayUnshare = isLinux &&
  await new Deno.Command("unshare", { args: [...APART, "ip link set lo up"], stderr: "null" }).output()
    .then(({ success }) => success, () => false);

function apart(name: string, fn: () => Promise<void>, ignore = false): void {
  Deno.test({ name, ignore: ignore || !mayUnshare, fn });
}

function runApart(lines: string, args: string[], env: Record<string, string> = {}): Promise<Outcome> {
  return run("unshare", [...APART, `set -e; ip link set lo up; ${lines}`, "bash", ...args], { env });
}

apart("the binary needs no file that the image without a shell lacks", async () => {
  await using root = await tempDir();
  const { stdout } = await run("dpkg", ["-L", ...PACKAGES]);
  const libraries = stdout.split("\n").filter((path) => /\.so[.\d]*$/.test(path));
  const sources = { "/usr/local/bin/pinwire": BINARY!, "/dev/null": "", "/dev/urandom": "" };
  for (const [path, source] of [...libraries.map((path) => [path, path]), ...Object.entries(sources)]) {
    await Deno.mkdir(root.path + path.replace(/[^/]+$/, ""), { recursive: true });
    if (source) await Deno.copyFile(source, root.path + path);
    else await Deno.writeTextFile(root.path + path, "");
  }
  const lines = `cd '${root.path}'; mkdir proc; mount -t proc proc proc
    for each in null urandom; do mount --bind /dev/$each dev/$each; done
    inside() { env -i PATH=/usr/local/bin /usr/sbin/chroot . pinwire "$@"; }
    inside "$@" & inside probe --wait 100 127.0.0.1:21567 >&2; inside send 127.0.0.1:21567 hello`;
  const answer = await runApart(lines, ALONE);
  assertMatch(answer.stdout, /^\[.*\] hello\n?$/, answer.stderr);
}, !BINARY || !has("dpkg"));

Deno.test("the command of the image with a shell finds its files", async () => {
  await using keys = await tempDir();
  await runPinwire(["cert", "localhost", "--out", keys.path]);
  await Deno.writeTextFile(`${keys.path}/token`, "a token that is long enough for pinwire\n", {
    mode: 0o600,
  });
  const words = SHELL.map((word) => word.replace("/keys", keys.path).replace("0.0.0.0", "127.0.0.1:0"));
  await using server = await pinwire(words);
  assertMatch(server.address, /^tls:/);
});

apart("a workflow gets an echo server, and one that is slow and cuts", async () => {
  const { jobs: { test: { steps } } } = parse(SERVICE) as { jobs: { test: Job } };
  const start = steps.find(({ run }) => run?.includes("pinwire echo serve"))!.run!;
  await using folder = await tempDir();
  await script(`${folder.path}/pinwire`, await fromSource());
  const lines = `cd '${folder.path}'; ${start}
    pinwire send 127.0.0.1:7000 hello
    head -c 5000 /dev/zero | pinwire connect 127.0.0.1:7001 | wc -c`;
  const { stdout } = await runApart(lines, [], { PATH: `${folder.path}:${Deno.env.get("PATH")}` });
  assertEquals(stdout.split("\n").slice(-2), ["hello4096", ""]);
});

Deno.test("the example's actions are named by the commits of our own workflows", async () => {
  const ours = await Deno.readTextFile(".github/workflows/ci.yml");
  for (const [uses] of SERVICE.matchAll(/uses: .*/g)) assertEquals(ours.includes(uses), true, uses);
});
