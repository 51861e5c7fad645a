import { assertEquals } from "@std/assert";
import { has, isLinux, PYTHON, run } from "./support.ts";

/** The pages whose commands are run as they stand. Those of the others are read, in docs_test.ts. */
const PAGES = ["README.md", "docs/tutorials.md", "docs/raspberry-pi.md", "examples/README.md"];
const UNSHARE = ["-rnmpf", "--kill-child", "--mount-proc"];
const PROGRAMS = ["bash", "ip", "nc.openbsd", PYTHON];

const mayUnshare = isLinux &&
  await new Deno.Command("unshare", { args: [...UNSHARE, "true"], stderr: "null" }).output()
    .then(({ success }) => success, () => false);

for (const page of PAGES) {
  Deno.test({
    name: `${page}: each command does what stands below it (needs namespaces, ${PROGRAMS.join(", ")})`,
    ignore: !mayUnshare || !PROGRAMS.every(has),
    async fn() {
      const program = `${import.meta.dirname}/support/type_pages.ts`;
      const deno = [Deno.execPath(), "run", "--quiet", "--no-check", "--allow-all", program, page];
      const { code, stdout, stderr } = await run("unshare", [...UNSHARE, ...deno], {
        env: { NO_COLOR: "1" },
      });
      console.log(stdout.trimEnd());
      assertEquals([code, stderr], [0, ""]);
    },
  });
}
