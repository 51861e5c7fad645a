import { pathInProject, resolve, visitImports } from "./imports.ts";
import { checkNoSleep } from "./no_sleep.ts";
import { whyNot } from "./rooms.ts";
import { checkSansIo } from "./sans_io.ts";

/** The rules of this project that `deno lint` holds; docs/architecture.md tells of them. */
export default {
  name: "pinwire",
  rules: {
    layers: { create: (context) => checkLayers(pathInProject(context.filename), context) },
    "sans-io": { create: (context) => checkSansIo(pathInProject(context.filename), context) },
    "no-sleep": { create: (context) => checkNoSleep(pathInProject(context.filename), context) },
  },
} satisfies Deno.lint.Plugin;

/** Holds the table of rooms.ts: which room imports which, and by which door. */
function checkLayers(path: string, context: Deno.lint.RuleContext): Deno.lint.LintVisitor {
  if (!path.startsWith("lib/")) return {};
  return visitImports(({ node, specifier, isLazy }) => {
    if (specifier === undefined) {
      context.report({ node, message: "import() takes a literal, so that all that is loaded can be seen" });
      return;
    }
    const target = resolve(specifier, path);
    const reason = target && whyNot(path, target, isLazy);
    if (reason) context.report({ node, message: `${reason} (docs/architecture.md)` });
  });
}
