import { assertEquals } from "@std/assert";
import { has, isLinux } from "./machine.ts";
import { run } from "./process.ts";
import { PYTHON } from "./python.ts";

const UNSHARE = ["-rnmpf", "--kill-child", "--mount-proc"];
const PROGRAMS = ["bash", "ip", "nc.openbsd", PYTHON];

const mayUnshare = isLinux &&
  await new Deno.Command("unshare", { args: [...UNSHARE, "true"], stderr: "null" }).output()
    .then(({ success }) => success, () => false);

/** A test for each page that types its commands. */
export function typedPages(pages: string[]): void {
  for (const page of pages) {
    Deno.test({
      name: `${page}: each command does what stands below it (needs namespaces, ${PROGRAMS.join(", ")})`,
      ignore: !mayUnshare || !PROGRAMS.every(has),
      async fn() {
        const program = `${import.meta.dirname}/type_pages.ts`;
        const deno = [Deno.execPath(), "run", "--quiet", "--no-check", "--allow-all", program, page];
        const env = { NO_COLOR: "1" };
        const { code, stdout, stderr } = await run("unshare", [...UNSHARE, ...deno], { env });
        if (stdout) console.log(stdout.trimEnd());
        assertEquals([code, stderr], [0, ""]);
      },
    });
  }
}
