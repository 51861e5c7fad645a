import { assertEquals } from "@std/assert";
import { has, isLinux } from "./machine.ts";
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
        // Each command in it has its deadline; a page of many has none.
        const command = new Deno.Command("unshare", {
          args: [...UNSHARE, ...deno],
          env: { NO_COLOR: "1" },
          stdin: "null",
        });
        const { code, stdout, stderr } = await command.output();
        const [said, wrong] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trimEnd());
        if (said) console.log(said);
        assertEquals([code, wrong], [0, ""]);
      },
    });
  }
}
