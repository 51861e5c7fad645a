import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ask, BINARY, has, isLinux, LOOPBACK, Process, tempDir } from "./support.ts";
import { account, INSTALLED, INSTALLER, TARGET } from "./support/install.ts";
import { run } from "./support/process.ts";
import { VERSION } from "./support/release.ts";

/** A test of install.sh; `needs` are programs. */
function install(name: string, fn: () => Promise<void>, ...needs: string[]): void {
  const lacks = needs.filter((need) => !has(need));
  const why = lacks.length ? ` (needs ${lacks.join(", ")})` : "";
  Deno.test({ name: `install.sh ${name}${why}`, ignore: !isLinux || why !== "", fn });
}

const SHELLS = [["dash"], ["busybox", "sh"], ["bash", "--posix"]];

for (const shell of SHELLS) {
  install(`installs the newest version when ${shell.join(" ")} runs it`, async () => {
    await using on = await account();
    const { code, stdout, stderr } = await on.install([], { shell });
    const bin = `${on.home}/.local/bin`;
    assertEquals([code, stderr], [0, ""]);
    assertEquals(stdout.split("\n"), [
      `Downloading pinwire ${VERSION} for ${TARGET}`,
      `Installed ${bin}/pinwire, its man page, and completions for bash, zsh and fish`,
      `Your shell doesn't look for programs there yet: write  export PATH="${bin}:$PATH"  into ~/.profile, and log in anew`,
      "",
    ]);
    assertEquals(await on.files(), INSTALLED);
    const version = await run(`${bin}/pinwire`, ["--version"], { env: on.env });
    assertEquals(version.stdout.split(/\s/, 2), ["pinwire", VERSION]);
  }, shell[0]);
}

install("leaves a program that answers, from an empty folder", async () => {
  await using on = await account({ programs: BINARY ? { [TARGET]: BINARY } : undefined });
  await on.install();
  await using empty = await tempDir();
  const there = `cd '${empty.path}' && exec "$HOME/.local/bin/pinwire" echo serve 127.0.0.1:0 --json`;
  await using server = new Process("sh", ["-c", there], { env: { ...on.env, PATH: "/usr/bin:/bin" } });
  const { address } = await server.next("listening");
  using conn = await Deno.connect({ hostname: LOOPBACK, port: Number(address!.split(":").at(-1)) });
  assertMatch(await ask(conn, "hello\n"), /^\[.*\] hello\n$/);
});

install("puts the man page where man looks", async () => {
  await using on = await account();
  await on.install();
  const env = { ...on.env, PATH: `${on.home}/.local/bin:/usr/bin:/bin` };
  const { stdout } = await run("man", ["-w", "pinwire"], { env });
  assertEquals(stdout, `${on.home}/.local/share/man/man1/pinwire.1\n`);
}, "man");

install(
  "puts the completions where bash, zsh and fish look",
  async () => {
    await using on = await account();
    await on.install();
    const env = { ...on.env, PATH: `${on.home}/.local/bin:/usr/bin:/bin` };
    const share = `${on.home}/.local/share`;
    const asked: [string, string[], string][] = [
      ["bash", ["-c", `. '${share}/bash-completion/completions/pinwire'; complete -p pinwire`], "pinwire"],
      ["zsh", [
        "-fc",
        `fpath=(${share}/zsh/site-functions $fpath); autoload compinit; compinit -D; print $_comps[pinwire]`,
      ], "_pinwire"],
      ["fish", ["-c", "complete -C 'pinwire ec'"], "echo"],
    ];
    for (const [shell, args, word] of asked) {
      const { stdout, stderr } = await run(shell, args, { env });
      assertStringIncludes(stdout, word, `${shell}: ${stderr}`);
    }
  },
  "zsh",
  "fish",
);

install("takes wget where there is no curl", async () => {
  await using on = await account({ without: ["curl"] });
  assertEquals((await on.install()).code, 0);
  assertEquals(await on.files(), INSTALLED);
}, "wget");

install("takes the wget of busybox", async () => {
  await using on = await account({ without: ["curl"], fakes: { wget: 'exec /bin/busybox wget "$@"' } });
  assertEquals(await on.install().then(({ code, stderr }) => [code, stderr]), [0, ""]);
  assertEquals(await on.files(), INSTALLED);
}, "busybox");

install("takes shasum where there is no sha256sum", async () => {
  await using on = await account({ without: ["sha256sum"], fakes: { shasum: 'exec /usr/bin/shasum "$@"' } });
  assertEquals((await on.install()).code, 0);
}, "shasum");

install("installs the version that is named", async () => {
  await using on = await account();
  for (const args of [["--version", VERSION], [`--version=v${VERSION}`]]) {
    const { code, stdout } = await on.install(args);
    assertEquals([code, stdout.split("\n")[0]], [0, `Downloading pinwire ${VERSION} for ${TARGET}`]);
  }
});

install("puts everything below the folder that is named, spaces in its name or not", async () => {
  await using on = await account();
  const { stdout } = await on.install(["--dir", `${on.home}/my own/bin`]);
  assertStringIncludes(stdout, `Installed ${on.home}/my own/bin/pinwire,`);
  assertEquals(await on.files(), INSTALLED.map((path) => path.replace(".local", "my own")));
  assertEquals((await on.install(["--uninstall", `--dir=${on.home}/my own/bin/`])).code, 0);
  await on.install(["--dir", `${on.home}/apps`]);
  assertEquals((await on.files())[4], "apps/pinwire");
});

install("says nothing of PATH where the folder is in it, and to zsh where completions are", async () => {
  await using on = await account();
  const path = `${on.env.PATH}:${on.home}/.local/bin`;
  const { stdout } = await on.install([], { env: { PATH: path, SHELL: "/usr/bin/zsh" } });
  const fpath = `fpath=("${on.home}/.local/share/zsh/site-functions" $fpath)`;
  assertEquals(stdout.split("\n")[2], `For completions in zsh, ~/.zshrc needs  ${fpath}  before compinit`);
});

install("removes what it installed, and nothing else", async () => {
  await using on = await account();
  await on.install();
  await Deno.writeTextFile(`${on.home}/.local/bin/other`, "");
  const { code, stdout } = await on.install(["--uninstall"]);
  assertEquals([code, stdout], [
    0,
    `Removed ${on.home}/.local/bin/pinwire, its man page and its completions\n`,
  ]);
  assertEquals(await on.files(), [".local/bin/other"]);
  const again = await on.install(["--uninstall"]);
  assertEquals([again.code, again.stderr], [1, `install.sh: there is no pinwire in ${on.home}/.local/bin\n`]);
});

install(
  "takes the archive that fits each machine",
  async () => {
    const says = `echo pinwire ${VERSION}`;
    const machines = {
      "x86_64-apple-darwin": { uname: ["Darwin", "x86_64"], translated: "0" },
      "aarch64-apple-darwin": { uname: ["Darwin", "x86_64"], translated: "1" },
      "aarch64-unknown-linux-gnu": { uname: ["Linux", "aarch64"], translated: "" },
      "x86_64-pc-windows-msvc": { uname: ["MINGW64_NT-10.0-22631", "x86_64"], translated: "" },
    };
    const programs = Object.fromEntries(Object.keys(machines).map((target) => [target, says]));
    for (const [target, { uname: [system, machine], translated }] of Object.entries(machines)) {
      const uname = `case $1 in -s) echo ${system} ;; -m) echo ${machine} ;; esac`;
      await using on = await account({ programs, fakes: { uname, sysctl: `echo ${translated}` } });
      const { code, stdout, stderr } = await on.install();
      assertEquals([code, stderr], [0, ""]);
      assertEquals(stdout.split("\n")[0], `Downloading pinwire ${VERSION} for ${target}`);
      const exe = target.includes("windows") ? ".exe" : "";
      assertEquals((await on.files())[0], `.local/bin/pinwire${exe}`);
      assertEquals((await on.install(["--uninstall"])).code, 0);
      assertEquals(await on.files(), []);
    }
  },
  "zip",
  "unzip",
);

install("tells how it is used", async () => {
  await using on = await account();
  const { stdout } = await on.install(["--help"]);
  for (const option of ["--version V", "--dir D", "--uninstall"]) assertStringIncludes(stdout, option);
  const wrong = {
    "--frob": "there is no --frob; --help tells what there is",
    "--dir": "--dir needs a value",
  };
  for (const [option, sentence] of Object.entries(wrong)) {
    const outcome = await on.install([option]);
    assertEquals(outcome, { code: 2, stdout: "", stderr: `install.sh: ${sentence}\n` });
  }
});

install("is clean for shellcheck", async () => {
  assertEquals(await run("shellcheck", [INSTALLER]), { code: 0, stdout: "", stderr: "" });
}, "shellcheck");
