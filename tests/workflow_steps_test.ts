import { assert, assertEquals, assertMatch, assertStringIncludes, fail } from "@std/assert";
import { BINARY, tempDir } from "./support.ts";
import { denoDir, fromSource, script, TARGET } from "./support/install.ts";
import { serveRegistry } from "./support/jsr.ts";
import { run } from "./support/process.ts";
import { VERSION } from "./support/release.ts";
import { type Job, type Step, WORKFLOWS } from "./support/workflows.ts";

/** Steps that only a machine of their own can run, by how they begin. */
const NOT_HERE = {
  "sudo apt-get": "it installs on the machine",
  "npx -y deno@2.9.5 task ok": "it runs this test",
  "PINWIRE_BIN=": "it runs this test",
  ".ci/run": "it runs this test",
};

/**
 * What stands for the network: npm has brought Deno already, its runtime for binaries is Deno itself, and GitHub's client
 * keeps what it is told. The unit tests that run with JSR's packages are loaded only, as they run elsewhere.
 */
const STUBS = {
  npx: `[ "$1 $2" = "-y deno@2.9.5" ] || exit 9
shift 2
if [ "$1" = test ]; then shift; set -- test --no-run --no-check "$@"; fi
exec '${Deno.execPath()}' "$@"`,
  gh: `for word; do echo "$word"; done >"$GH_TOLD"`,
};

/** A runner of jobs, which hand their files on in it. */
interface Runner extends AsyncDisposable {
  runJob(job: Job): Promise<void>;
  folder: string;
}

async function runner(env: Record<string, string>): Promise<Runner> {
  const folder = await tempDir();
  const at = (name: string) => `${folder.path}/${name}`;
  await Promise.all(["stubs", "artifacts"].map((name) => Deno.mkdir(at(name))));
  for (const [name, lines] of Object.entries(STUBS)) await script(`${at("stubs")}/${name}`, lines);
  if (BINARY) await Deno.symlink(BINARY, at("running"));
  else await script(at("running"), await fromSource());
  const all = {
    ...env,
    PATH: `${at("stubs")}:${Deno.env.get("PATH")}`,
    DENORT_BIN: Deno.execPath(),
    GIT_CONFIG_GLOBAL: at("gitconfig"),
    GITHUB_REF_NAME: `v${VERSION}`,
    GITHUB_REPOSITORY: "somebody/pinwire",
    GH_TOLD: at("told"),
    RUNNING: at("running"),
    ARTIFACTS: at("artifacts"),
  };
  let jobs = 0;
  return {
    folder: folder.path,
    async runJob(job) {
      const tree = at(`job${jobs++}`);
      await Deno.mkdir(tree);
      for (const step of job.steps) {
        const lines = step.run === undefined ? action(step) : command(step);
        const inTree = `cd '${tree}'\n${lines}`;
        const jobEnv = job.env?.TARGETS ? { ...job.env, TARGETS: TARGET } : job.env;
        const { code, stdout, stderr } = await run("bash", ["-e", "-o", "pipefail", "-c", inTree], {
          env: { ...all, ...jobEnv, ...step.env },
        });
        assertEquals(code, 0, `${step.run ?? step.uses}\n${stdout}${stderr}`);
      }
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** Lines for a step's own. What it compiles is of Deno itself and runs as Deno, so pinwire takes its place. */
function command({ run = "", if: condition = "runner.os == 'Linux'" }: Step): string {
  assertEquals(condition, "runner.os == 'Linux'");
  if (Object.keys(NOT_HERE).some((begin) => run.startsWith(begin))) return ":";
  if (run.endsWith("task compile")) return `${run}\ntest -s pinwire; cp "$RUNNING" pinwire`;
  if (!run.includes("compile.ts")) return run;
  return `${run}\ntest -s dist/${TARGET}/pinwire; cp "$RUNNING" dist/${TARGET}/pinwire`;
}

/** Lines that do what an action does. */
function action({ uses = "", with: input = {} }: Step): string {
  const project = new URL("..", import.meta.url).pathname;
  switch (uses.split("@")[0]) {
    case "actions/checkout":
      return `(cd '${project}'; git ls-files -z -co --exclude-standard | xargs -0 cp -P --parents -t "$OLDPWD")
        sed -i 's/^## Unreleased$/## ${VERSION} - 2026-01-01/' CHANGELOG.md`;
    case "actions/upload-artifact":
      return `cp ${String(input.path).replaceAll("\n", " ")} "$ARTIFACTS"`;
    case "actions/download-artifact":
      return `cp -r "$ARTIFACTS" '${input.path}'`;
    case "actions/attest":
      return `test -s '${input["subject-checksums"]}'`;
    default:
      return fail(`this test knows no ${uses}`);
  }
}

const [ci, release] = WORKFLOWS;

/** A test of steps; jobs run for this kind of machine only. */
function steps(name: string, fn: () => Promise<void>, ignore = false): void {
  Deno.test({ name, ignore: ignore || TARGET !== "x86_64-unknown-linux-gnu", fn });
}

Deno.test("what is not run here is in the workflows", () => {
  const all = WORKFLOWS.flatMap(({ jobs }) => Object.values(jobs).flatMap(({ steps }) => steps));
  for (const begin of Object.keys(NOT_HERE)) assert(all.some(({ run }) => run?.startsWith(begin)), begin);
});

steps("each step of ci.yml that can run here does", async () => {
  await using on = await runner({});
  await on.runJob(ci.jobs.ok);
  await on.runJob(ci.jobs.kernel);
  assertEquals(Object.keys(ci.jobs), ["ok", "jsr", "kernel"]);
}, Boolean(BINARY));

steps("ci.yml runs with JSR's packages", async () => {
  await using registry = serveRegistry();
  await using cache = await tempDir();
  await Deno.symlink(`${await denoDir()}/npm`, `${cache.path}/npm`);
  await using on = await runner({ JSR_URL: registry.url, DENO_DIR: cache.path });
  await on.runJob(ci.jobs.jsr);
  assert(registry.fetched.has("@std/assert/mod.ts"));
}, Boolean(BINARY));

steps("release.yml brings a tag's archives, their checksums and its notes to the releases page", async () => {
  await using on = await runner({});
  for (const job of Object.values(release.jobs)) await on.runJob(job);
  const archive = `pinwire-${TARGET}.tar.gz`;
  const told = await Deno.readTextFile(`${on.folder}/told`);
  const [, tag, ...rest] = told.trimEnd().split("\n").slice(1);
  assertEquals([tag, rest.slice(-2)], [`v${VERSION}`, [`dist/${archive}`, "dist/SHA256SUMS"]]);
  assertStringIncludes(told, "--verify-tag");

  const { stdout } = await run("tar", ["-tzf", `${on.folder}/artifacts/${archive}`]);
  assertEquals(stdout.split("\n").filter((file) => !/^README\..+\.md$|\/$/.test(file)), [
    "LICENSE",
    "README.md",
    "completions/_pinwire",
    "completions/pinwire.bash",
    "completions/pinwire.fish",
    "pinwire",
    "pinwire.1",
    "",
  ]);
  const notes = await Deno.readTextFile(`${on.folder}/artifacts/notes.md`);
  assertMatch(notes, /^\n### Added\n/);
  assert(!notes.includes("\n## "));
});

steps("a tag without a section in the changelog is not released", async () => {
  const { code, stdout, stderr } = await run(".github/notes.sh", ["9.9.9"]);
  assertEquals([code, stdout, stderr], [1, "", "CHANGELOG.md has no section of 9.9.9\n"]);
});
