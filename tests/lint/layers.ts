/** Which folder of lib may import which others (errors.ts is open to all). docs/architecture.md draws this table. */
const MAY_IMPORT: Record<string, string[]> = {
  framing: [],
  text: [],
  gpio: [],
  cli: [],
  net: ["framing", "text"],
  app: ["framing", "text", "net"],
  session: ["framing", "text", "net", "app"],
  tools: ["framing", "text", "net", "app", "session"],
  echo: ["framing", "text", "net", "app", "session"],
  led: ["framing", "text", "net", "app", "session", "gpio"],
  chat: ["framing", "text", "net", "app", "session"],
  shell: ["framing", "text", "net", "app", "session"],
  demo: ["framing", "text", "net", "app", "session", "gpio", "echo", "led", "chat", "shell"],
};

/** Sans-IO files: no runtime, no clock. */
const PURE = /\/lib\/(framing\/|text\/|[a-z]+\/protocol\.ts$)/;
const TIMERS = ["setTimeout", "setInterval", "setImmediate"];

const folderOf = (path: string) => path.match(/\/lib\/([a-z]+)\//)?.[1];

function checkImport(context: Deno.lint.RuleContext, node: Deno.lint.Node, specifier: string) {
  const from = folderOf(context.filename);
  if (!from || !specifier.startsWith(".") || context.filename.endsWith("_test.ts")) return;
  const to = folderOf(new URL(specifier, `file://${context.filename}`).pathname);
  if (!to || to === from) return;
  const allowed = MAY_IMPORT[from] ?? [];
  const declares = /\/(commands|options)\.ts$/.test(context.filename);
  if (allowed.includes(to) || (declares && to === "cli")) return;
  context.report({ node, message: `lib/${from} may not import lib/${to} (docs/architecture.md)` });
}

export default {
  name: "pinwire",
  rules: {
    layers: {
      create: (context) => ({
        ImportDeclaration: (node) => checkImport(context, node, node.source.value),
        ExportNamedDeclaration: (node) => node.source && checkImport(context, node, node.source.value),
        ExportAllDeclaration: (node) => checkImport(context, node, node.source.value),
        ImportExpression(node) {
          if (node.source.type === "Literal") checkImport(context, node, String(node.source.value));
        },
      }),
    },
    "sans-io": {
      create: (context) => ({
        MemberExpression(node) {
          if (!PURE.test(context.filename) || context.filename.endsWith("_test.ts")) return;
          if (node.object.type === "Identifier" && node.object.name === "Deno") {
            context.report({ node, message: "no Deno.* here: this file is sans-IO" });
          }
        },
        CallExpression(node) {
          if (!PURE.test(context.filename) || node.callee.type !== "Identifier") return;
          if (TIMERS.includes(node.callee.name)) {
            context.report({ node, message: "no timers here: time is an argument" });
          }
        },
      }),
    },
    "no-sleep": {
      create: (context) => ({
        CallExpression(node) {
          if (!/\/tests\/|_test\.ts$/.test(context.filename) || node.callee.type !== "Identifier") return;
          if (["setTimeout", "delay"].includes(node.callee.name)) {
            context.report({ node, message: "tests wait on an event, never on a clock" });
          }
        },
      }),
    },
  },
} satisfies Deno.lint.Plugin;
