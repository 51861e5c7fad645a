import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { builtIns } from "../lib/cli/builtin.ts";
import { allCommands, flagName } from "../lib/cli/command.ts";
import { guide } from "../lib/cli/guide.ts";
import { manPage } from "../lib/cli/man/page.ts";
import { FRAME_SPECS } from "../lib/framing/mod.ts";
import { program } from "../main.ts";
import { has, run, runPinwire, tempDir } from "./support.ts";

const COMMANDS = { ...await allCommands(program), ...builtIns(program) };
const PAGE = manPage(program, COMMANDS, guide);

/** A test of the page as a program reads it, which is given the page's path. */
function read(name: string, reader: string, fn: (path: string) => Promise<void>): void {
  Deno.test({
    name: `${name} (needs ${reader})`,
    ignore: !has(reader),
    async fn() {
      await using folder = await tempDir();
      const path = `${folder.path}/pinwire.1`;
      await Deno.writeTextFile(path, `${PAGE}\n`);
      await fn(path);
    },
  });
}

Deno.test("help --man writes the man page, the same each time", async () => {
  const outcome = await runPinwire(["help", "--man"], { flags: [] });
  assertEquals(outcome, { code: 0, stdout: `${PAGE}\n`, stderr: "" });
});

Deno.test("the man page is of ASCII alone", () => {
  assertEquals(PAGE.match(/[^\n\x20-\x7e]/g), null);
});

Deno.test("the man page tells of every SPEC of --frame", () => {
  const told = guide.sections["FRAME SPEC"].flatMap((block) => typeof block === "string" ? [] : block)
    .flatMap(([words]) => words.split(", "));
  assertEquals(told.toSorted(), FRAME_SPECS.toSorted());
});

read("mandoc has nothing to say of the man page", "mandoc", async (path) => {
  const { code, stdout, stderr } = await run("mandoc", ["-T", "lint", path]);
  assertEquals([code, stdout, stderr], [0, "", ""]);
});

read("mandoc shows every command, option and example as it is typed", "mandoc", async (path) => {
  const { stdout } = await run("mandoc", ["-T", "utf8", "-O", "width=500", path]);
  // Bold is a letter over itself, italic one over an underscore.
  const shown = stdout.replace(/.[\b]/gu, "");
  for (const [name, { options, examples }] of Object.entries(COMMANDS)) {
    const [, section] = shown.split(`\n   pinwire ${name}\n`).map((part) => part.split(/\n {0,3}\S/)[0]);
    assert(section, name);
    for (const option of Object.keys(options)) assertStringIncludes(section, flagName(option));
    for (const [args] of examples) assertStringIncludes(section, `pinwire ${name} ${args}`.trimEnd() + "\n");
  }
});

for (const locale of ["C", "C.UTF-8"]) {
  read(`man has no warning for the man page in the locale ${locale}`, "man", async (path) => {
    const { code, stderr } = await run("man", ["--warnings", "-l", path], { env: { LC_ALL: locale } });
    assertEquals([code, stderr], [0, ""]);
  });
}
