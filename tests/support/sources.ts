import { resolve, visitImports } from "../lint/imports.ts";

const ROOT = new URL("../../", import.meta.url);

/** The TypeScript files of a folder and of those in it, by their paths from the root of the project. */
export const sourcesIn = (folder: string): Generator<string> => filesIn(folder, /\.ts$/);

/** What browsers are sent, and what checkers have in its place. */
export const pageFiles = (): Generator<string> => filesIn("lib/web/pages", /\.(html|css|js|svg)$/);

function* filesIn(folder: string, names: RegExp): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(`${folder}/`, ROOT))) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* filesIn(path, names);
    else if (names.test(name)) yield path;
  }
}

/** The text of a file. */
export const readSource = (path: string) => Deno.readTextFileSync(new URL(path, ROOT));

/** Which files of ours a source at `path` imports, in any form. */
export function importsOf(path: string, source: string): string[] {
  const found = new Set<string>();
  const plugin: Deno.lint.Plugin = {
    name: "imports",
    rules: {
      collect: {
        create: () =>
          visitImports(({ specifier }) => {
            const target = specifier === undefined ? undefined : resolve(specifier, path);
            if (target !== undefined) found.add(target);
          }),
      },
    },
  };
  Deno.lint.runPlugin(plugin, path, source);
  return [...found];
}
