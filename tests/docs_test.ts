import { assert } from "@std/assert";
import { allCommands, flagName } from "../lib/cli/command.ts";
import { parseCommandLine } from "../lib/cli/parse.ts";
import { program } from "../main.ts";
import { shellWords } from "./support/shell_words.ts";

const ROOT = new URL("../", import.meta.url);
const COMMANDS = await allCommands(program);
/** What the program itself answers, without a command. */
const BUILT_IN = /^(help|completions|--help|-h|--version|-V)\b/;
const BUILT_IN_OPTIONS = ["--help", "--version"];
/** Options of Deno, which the pages name beside ours. */
const DENO_OPTION = /^--allow-/;

/** Paths from the root of the project. */
function pages(): string[] {
  const docs = [...Deno.readDirSync(new URL("docs/", ROOT))].map(({ name }) => `docs/${name}`);
  return ["README.md", ...docs.filter((path) => path.endsWith(".md")).sort()];
}

const read = (path: string) => Deno.readTextFileSync(new URL(path, ROOT));

/** What is typed in a page's console blocks: a command line each, a `\` at its end joined with the next. */
function typed(page: string): string[] {
  const blocks = read(page).matchAll(/^```console\n([^]*?)^```/gm);
  return [...blocks].flatMap(([, block]) =>
    block.replaceAll("\\\n", " ").split("\n").filter((line) => line.startsWith("$ ")).map((line) =>
      line.slice(2)
    )
  );
}

function parse(args: string[]): void {
  if (BUILT_IN.test(args[0] ?? "help")) return;
  const name = [2, 1].map((words) => args.slice(0, words).join(" ")).find((name) => COMMANDS[name]);
  assert(name, `no command "${args.join(" ")}"`);
  parseCommandLine(COMMANDS[name], args.slice(name.split(" ").length));
}

for (const page of pages()) {
  const lines = typed(page).flatMap(shellWords).filter(([program]) => program === "pinwire");

  for (const [, ...args] of lines) {
    Deno.test(`${page}: "pinwire ${args.join(" ")}" is a command line`, () => parse(args));
  }

  Deno.test(`${page}: every option that it names exists`, () => {
    const known = Object.values(COMMANDS).flatMap(({ options }) => Object.keys(options).map(flagName));
    // What is typed for other programs has their options.
    const others = typed(page).flatMap(shellWords).filter(([program]) => program !== "pinwire").flat();
    const named = read(page).match(/(?<![\w-])--[a-z][a-z-]*/g) ?? [];
    for (const option of new Set(named)) {
      if (BUILT_IN_OPTIONS.includes(option) || DENO_OPTION.test(option) || others.includes(option)) continue;
      assert(known.includes(option), `${option} is no option of any command`);
    }
  });

  Deno.test(`${page}: every link leads somewhere`, () => {
    for (const [, target] of withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path, anchor] = target.split("#");
      const url = path ? new URL(path, new URL(page, ROOT)) : new URL(page, ROOT);
      assert(exists(url), `${target} is not there`);
      if (anchor) assert(anchorsOf(Deno.readTextFileSync(url)).includes(anchor), `no heading for ${target}`);
    }
  });
}

const withoutCode = (markdown: string) => markdown.replace(/^```[^]*?^```/gm, "");

function exists(url: URL): boolean {
  try {
    return Boolean(Deno.statSync(url));
  } catch {
    return false;
  }
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(markdown: string): string[] {
  const headings = withoutCode(markdown).matchAll(/^#+ +(.*)$/gm);
  return [...headings].map(([, text]) =>
    text.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").trim().replaceAll(" ", "-")
  );
}
