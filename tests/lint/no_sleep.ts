import { isForTests } from "./rooms.ts";
import { visitImports } from "./imports.ts";

const SLEEPS = ["setTimeout", "delay", "sleep"];
const GLOBALS = ["globalThis", "self", "window"];
const MODULES = /^(node:)?timers(\/promises)?$|^@std\/async\/delay$/;
const MESSAGE = "tests wait for an event, never for a clock";

/** Refuses whatever lets a test wait for a time to pass. */
export function checkNoSleep(path: string, context: Deno.lint.RuleContext): Deno.lint.LintVisitor {
  if (!path.startsWith("tests/") && !isForTests(path)) return {};
  const report = (node: Deno.lint.Node) => context.report({ node, message: MESSAGE });
  return {
    ...visitImports(({ node, specifier }) => MODULES.test(specifier ?? "") && report(node)),
    ImportSpecifier(node) {
      const { imported } = node;
      if (imported.type === "Identifier" && ["delay", "sleep"].includes(imported.name)) report(node);
    },
    CallExpression({ callee }) {
      const isGlobal = callee.type === "MemberExpression" && callee.object.type === "Identifier" &&
        GLOBALS.includes(callee.object.name);
      const called = isGlobal ? callee.property : callee;
      const name = called.type === "Identifier" ? called.name : called.type === "Literal" ? called.value : "";
      if (SLEEPS.includes(String(name))) report(callee);
    },
  };
}
