import { visitImports } from "./imports.ts";

/** Files without a runtime and without a clock: bytes, texts and times come in as arguments. */
const PURE = /^lib\/((framing|packet|text)\/|.*\/protocol\.ts$)/;

const NO_TIMERS = "no timers here: time is an argument";
const NO_CLOCK = "no clock here: time is an argument";
/** Names that no such file may say, be it as a variable or as a property. */
const REFUSED: Record<string, string> = {
  Deno: "no Deno here: this file is sans-IO",
  globalThis: "no globalThis here: this file is sans-IO",
  setTimeout: NO_TIMERS,
  setInterval: NO_TIMERS,
  setImmediate: NO_TIMERS,
  performance: NO_CLOCK,
};

/** Keeps the runtime, timers and clocks out of a sans-IO file. */
export function checkSansIo(path: string, context: Deno.lint.RuleContext): Deno.lint.LintVisitor {
  if (!PURE.test(path) || path.endsWith("_test.ts")) return {};
  const report = (node: Deno.lint.Node, message: string) => context.report({ node, message });
  return {
    ...visitImports(({ node, specifier }) => {
      if (specifier?.startsWith("node:")) report(node, "no modules of Node here: this file is sans-IO");
    }),
    Identifier(node) {
      if (Object.hasOwn(REFUSED, node.name)) report(node, REFUSED[node.name]);
      else if (node.name === "Date" && !isWithoutClock(node)) report(node, NO_CLOCK);
    },
    // self["setTimeout"]
    "MemberExpression[computed=true] > Literal"(node: Deno.lint.Literal) {
      const name = String(node.value);
      if (Object.hasOwn(REFUSED, name)) report(node, REFUSED[name]);
    },
    MemberExpression(node) {
      const { object, property } = node;
      if (object.type !== "Identifier" || property.type !== "Identifier") return;
      if (object.name === "AbortSignal" && property.name === "timeout") report(node, NO_TIMERS);
    },
  };
}

/** A Date that takes its time from elsewhere: a type, `new Date(ms)`, `Date.parse(text)`. */
function isWithoutClock(date: Deno.lint.Identifier): boolean {
  const { parent } = date;
  switch (parent.type) {
    case "TSTypeReference":
      return true;
    case "BinaryExpression":
      return parent.operator === "instanceof";
    case "NewExpression":
      return parent.callee === date && parent.arguments.length > 0;
    case "MemberExpression":
      return parent.object === date && parent.property.type === "Identifier" && !parent.computed &&
        parent.property.name !== "now";
    default:
      return false;
  }
}
