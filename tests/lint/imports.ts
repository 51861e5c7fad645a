import config from "../../deno.json" with { type: "json" };

/** An import in any of its forms: static, of types alone, `export … from`, `import()`, `typeof import()`. */
export interface Import {
  readonly node: Deno.lint.Node;
  /** As it is written; `undefined` where an import() computes it. */
  readonly specifier: string | undefined;
  /** Whether it is an import(). */
  readonly isLazy: boolean;
}

/** Hears of every import in a file. */
export function visitImports(hear: (one: Import) => void): Deno.lint.LintVisitor {
  const named = (node: Deno.lint.Node, specifier: string) => hear({ node, specifier, isLazy: false });
  return {
    ImportDeclaration: (node) => named(node, node.source.value),
    ExportAllDeclaration: (node) => named(node, node.source.value),
    ExportNamedDeclaration: (node) => void (node.source && named(node, node.source.value)),
    ImportExpression: (node) => hear({ node, specifier: textOf(node.source), isLazy: true }),
    TSImportType(node) {
      if (node.argument.type === "TSLiteralType") named(node, textOf(node.argument.literal) ?? "");
    },
  };
}

/** The text of a literal, or of a template without anything to fill in. */
function textOf(node: Deno.lint.Node): string | undefined {
  if (node.type === "Literal" && typeof node.value === "string") return node.value;
  if (node.type !== "TemplateLiteral" || node.expressions.length) return undefined;
  return node.quasis[0].cooked;
}

const MAPPED: Record<string, string> = config.imports;

/**
 * The file of ours that `specifier` means in the file `from`, or `undefined` if it is somebody else's module. Both
 * paths begin at the root of the project.
 */
export function resolve(specifier: string, from: string): string | undefined {
  const mapped = MAPPED[specifier];
  const [path, base] = mapped ? [mapped, "file:///"] : [specifier, `file:///${from}`];
  if (!/^(\.{0,2}\/|file:)/.test(path)) return undefined;
  return new URL(path, base).pathname.slice(1);
}

/** A file's path from the root of the project, whichever way the linter names it. */
export function pathInProject(filename: string): string {
  return filename.replaceAll("\\", "/").replace(/^.*\/(?=(lib|tests|bench)\/)/, "");
}
