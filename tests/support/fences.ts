const ROOT = new URL("../../", import.meta.url);

/** A code block of a page, in which commands are typed. */
export interface Fence {
  /** The commands that have to be there for it, servers for its clients for instance. */
  meanwhile: string[];
  /** Whether nothing of what is shown need come. */
  isTerminal: boolean;
  mayFail: boolean;
  entries: Entry[];
}

/** A command, and what follows until the next one, in this order. */
export interface Entry {
  command: string;
  steps: Step[];
}

/** A line that its program is told, or one that it prints. */
export type Step = { typed: string } | { shown: string };

/** All pages in which somebody may look for a command, by their paths from the root of the project. */
export function pages(): string[] {
  const found = ["README.md", "README.zh-CN.md", "CONTRIBUTING.md"];
  for (const folder of ["docs", "examples"]) {
    for (const { name } of Deno.readDirSync(new URL(`${folder}/`, ROOT))) {
      if (name.endsWith(".md")) found.push(`${folder}/${name}`);
    }
  }
  return found.sort();
}

/** The text of a page. */
export const readPage = (page: string) => Deno.readTextFileSync(new URL(page, ROOT));

/**
 * The blocks of a page: in ```sh each line is a command, in ```console those behind `$ `, and a line behind another
 * prompt (`> `, `cmd> `) is typed into the program. Comments that a reader doesn't see may stand before a block:
 * `<!-- continued -->`, as it belongs to the one before; `<!-- meanwhile: COMMAND -->`, what has to be there for it;
 * `<!-- on a terminal -->`, where alone it looks so; `<!-- may fail -->`, as its exit code may be 1.
 */
export function fencesOf(page: string): Fence[] {
  const fences: Fence[] = [];
  const blocks = readPage(page).matchAll(/^((?:<!-- .* -->\n+)*)```(console|sh)\n([^]*?)^```$/gm);
  for (const [, comments, language, text] of blocks) {
    const lines = text.replaceAll(/\\\n\s*/g, "").split("\n").filter((line) => line.trim());
    const entries = language === "sh" ? lines.map((command) => ({ command, steps: [] })) : transcript(lines);
    const meanwhile = [...comments.matchAll(/^<!-- meanwhile: (.*) -->$/gm)].map(([, command]) => command);
    if (comments.includes("<!-- continued -->")) fences.at(-1)?.entries.push(...entries);
    else {
      const isTerminal = comments.includes("<!-- on a terminal -->");
      fences.push({ meanwhile, isTerminal, mayFail: comments.includes("<!-- may fail -->"), entries });
    }
  }
  return fences;
}

/** Every command of a page. */
export const commandsOf = (page: string): string[] =>
  fencesOf(page).flatMap(({ entries }) => entries.map(({ command }) => command));

function transcript(lines: string[]): Entry[] {
  const entries: Entry[] = [];
  for (const line of lines) {
    if (line.startsWith("$ ")) {
      entries.push({ command: line.slice(2), steps: [] });
      continue;
    }
    const typed = line.match(/^[^\s<]*(?: \[\d+\])?> ?(.*)$/);
    entries.at(-1)?.steps.push(typed ? { typed: typed[1] } : { shown: line });
  }
  return entries;
}
