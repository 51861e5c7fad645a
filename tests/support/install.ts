import { assertEquals } from "@std/assert";
import { tempDir } from "./machine.ts";
import { runPinwire } from "./pinwire.ts";
import { type Outcome, run } from "./process.ts";
import { serveReleases } from "./release.ts";

const PROJECT = new URL("../../", import.meta.url).pathname;
export const INSTALLER = `${PROJECT}install.sh`;
/** What Deno calls this machine. */
export const TARGET = Deno.build.target;

/** What install.sh may need, as a machine has it. */
const TOOLS =
  "awk bash busybox cat chmod curl dash getconf grep gzip head ldd mkdir mktemp mv rm sed sha256sum sh" +
  " sysctl tail tar tr uname unzip wget";

let pages: Promise<string> | undefined;

/** Programs of archives: a binary by its path, or lines of a shell. */
type Programs = Record<string, string>;

/** A place of releases and an account without anything. */
export interface Account extends AsyncDisposable {
  home: string;
  /** Where the archives are. */
  archives: string;
  /** Resolves once an archive has been asked for. */
  asked: Promise<void>;
  env: Record<string, string>;
  /** Runs install.sh. */
  install(args?: string[], options?: InstallOptions): Promise<Outcome>;
  /** All files of the account, from its home. */
  files(): Promise<string[]>;
}

interface InstallOptions {
  shell?: string[];
  env?: Record<string, string>;
}

/**
 * An account on a machine that has `tools` alone, besides which `fakes` stand: lines of a shell by their name. The
 * archives hold `programs` by target; where those are not given, what runs pinwire from its source on this machine.
 */
export async function account(
  { without = [], fakes = {}, programs, endless }: {
    without?: string[];
    fakes?: Programs;
    programs?: Programs;
    endless?: string;
  } = {},
): Promise<Account> {
  const folder = await tempDir();
  const home = `${folder.path}/home`;
  const path = `${folder.path}/tools`;
  const archives = `${folder.path}/archives`;
  await Promise.all([home, path, archives].map((each) => Deno.mkdir(each)));
  await link(path, TOOLS.split(" ").filter((tool) => !without.includes(tool) && !(tool in fakes)));
  for (const [name, lines] of Object.entries(fakes)) await script(`${path}/${name}`, lines);
  await pack(archives, programs ?? { [TARGET]: await fromSource() });
  const page = serveReleases(archives, endless);
  const env = { HOME: home, PATH: path, PINWIRE_BASE_URL: page.url, SHELL: "/bin/bash", TMPDIR: folder.path };
  return {
    home,
    archives,
    asked: page.asked,
    env,
    install: (args = [], { shell = ["sh"], env: more = {} } = {}) => {
      const [command, ...before] = shell;
      return run(command, [...before, INSTALLER, ...args], { env: { ...env, ...more } });
    },
    files: () => filesOf(home),
    async [Symbol.asyncDispose]() {
      await page[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** What one file of an installation is called, from the home of its account. */
export const INSTALLED = [
  ".local/bin/pinwire",
  ".local/share/bash-completion/completions/pinwire",
  ".local/share/fish/vendor_completions.d/pinwire.fish",
  ".local/share/man/man1/pinwire.1",
  ".local/share/zsh/site-functions/_pinwire",
];

/** Lines of a shell that run pinwire from its source. */
export async function fromSource(): Promise<string> {
  return `export DENO_DIR='${await denoDir()}'
exec '${Deno.execPath()}' run --quiet --no-prompt --allow-all '${PROJECT}main.ts' "$@"`;
}

/** Where Deno keeps what it has downloaded. */
export async function denoDir(): Promise<string> {
  const { stdout } = await run(Deno.execPath(), ["info", "--json"]);
  return JSON.parse(stdout).denoDir;
}

/** Lines of a shell that write what pinwire writes for an archive. It is asked once for all archives. */
async function writePages(): Promise<string> {
  const asked = ["help --man", "completions bash", "completions zsh", "completions fish"];
  const pages = await Promise.all(asked.map(async (words) => {
    const { stdout } = await runPinwire(words.split(" "));
    return `'${words}') cat <<'END OF PAGE'\n${stdout}\nEND OF PAGE\n;;`;
  }));
  return `case "$*" in\n${pages.join("\n")}\nesac`;
}

/** Writes the archives and their sums as a release does. */
async function pack(folder: string, programs: Programs): Promise<void> {
  for (const [target, lines] of Object.entries(programs)) {
    await Deno.mkdir(`${folder}/${target}`);
    const file = `${folder}/${target}/pinwire${target.includes("windows") ? ".exe" : ""}`;
    if (lines.startsWith("/")) await Deno.copyFile(lines, file);
    else await script(file, lines);
  }
  const writer = `${folder}/../writer`;
  await script(writer, await (pages ??= writePages()));
  const packed = await run("sh", [`${PROJECT}.github/archive.sh`, folder, writer]);
  assertEquals(packed, { code: 0, stdout: "", stderr: "" });
}

/** Writes a program that the shell runs. */
export async function script(path: string, lines: string): Promise<void> {
  await Deno.writeTextFile(path, `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
}

async function link(folder: string, tools: string[]): Promise<void> {
  for (const tool of tools) {
    for (const place of ["/usr/bin", "/bin", "/usr/sbin", "/sbin"]) {
      try {
        await Deno.stat(`${place}/${tool}`);
      } catch {
        continue;
      }
      await Deno.symlink(`${place}/${tool}`, `${folder}/${tool}`);
      break;
    }
  }
}

async function filesOf(folder: string, below = ""): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${folder}/${below}`)) {
    const path = below + name;
    files.push(...(isDirectory ? await filesOf(folder, `${path}/`) : [path]));
  }
  return files.sort();
}
