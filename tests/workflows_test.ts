import { assertEquals, assertMatch } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import jsr from "../.github/jsr.json" with { type: "json" };
import { has, isWindows } from "./support.ts";
import { run } from "./support/process.ts";
import { WORKFLOWS } from "./support/workflows.ts";

const JOBS = WORKFLOWS.flatMap(({ path, jobs }) =>
  Object.entries(jobs).map(([name, job]) => ({ name: `${path}: ${name}`, ...job }))
);

Deno.test("each action is named by its commit, with its version beside it", () => {
  for (const { text } of WORKFLOWS) {
    for (const [line] of text.matchAll(/^.*\buses:.*$/gm)) {
      assertMatch(line, /uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  }
});

Deno.test("an action has one commit in all workflows", () => {
  const commits = Map.groupBy(
    JOBS.flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? [])),
    (uses) => uses.split("@")[0],
  );
  for (const [action, uses] of commits) assertEquals(new Set(uses).size, 1, action);
});

Deno.test("no checkout leaves credentials behind", () => {
  for (const { name, steps } of JOBS) {
    for (const step of steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"))) {
      assertEquals(step.with?.["persist-credentials"], false, name);
    }
  }
});

Deno.test("only the job that publishes may write, and it runs nothing of the tree", () => {
  for (const { permissions } of WORKFLOWS) assertEquals(Object.values(permissions).includes("write"), false);
  const writers = JOBS.filter(({ permissions }) => Object.values(permissions ?? {}).includes("write"));
  assertEquals(writers.map(({ name }) => name), [".github/workflows/release.yml: publish"]);
  assertEquals(writers[0].steps.some(({ uses }) => uses?.startsWith("actions/checkout@")), false);
});

Deno.test("one version of Deno runs everything", async () => {
  const texts = [...WORKFLOWS.map(({ text }) => text), await Deno.readTextFile(".ci/run")];
  const versions = texts.flatMap((text) =>
    [...text.matchAll(/\bdeno@([\d.]+)/g)].map(([, version]) => version)
  );
  assertEquals([...new Set(versions)].length, 1, versions.join(" "));
});

Deno.test("JSR's packages stand for all of npm's standard library, and the others are the same", () => {
  const names = Object.keys(config.imports).sort();
  assertEquals(Object.keys(jsr.imports).sort(), names);
  for (const name of names as (keyof typeof config.imports)[]) {
    const ours = config.imports[name];
    if (ours.startsWith("npm:deno-std@")) assertMatch(jsr.imports[name], /^jsr:@std\//);
    else assertEquals(jsr.imports[name], ours.replace(/^\.\//, "../"));
  }
});

Deno.test({
  name: "scripts of workflows and CI are clean for shellcheck",
  ignore: isWindows || !has("shellcheck"),
  async fn() {
    const scripts = [".ci/actionlint", ".github/archive.sh", ".github/notes.sh"];
    assertEquals(await run("shellcheck", scripts), { code: 0, stdout: "", stderr: "" });
  },
});
