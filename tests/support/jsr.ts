import standard from "../../deno.json" with { type: "json" };
import theirs from "../../.github/jsr.json" with { type: "json" };
import { LOOPBACK } from "./connection.ts";

/** A registry of packages on loopback. */
export interface Registry extends AsyncDisposable {
  /** For JSR_URL. */
  url: string;
  /** The modules that were fetched. */
  fetched: Set<string>;
}

/** `jsr:@std/NAME@1` or `jsr:@std/NAME@1/EXPORT`. */
const SPECIFIER = /^jsr:(@std\/\w+)@1(\/[\w-]+)?$/;

/**
 * Has what .github/jsr.json wants of JSR, in version 1.0.0: each module hands on what the package of npm that deno.json
 * names in its place has.
 */
export function serveRegistry(): Registry {
  const packages: Record<string, { exports: Record<string, string>; files: Record<string, string> }> = {};
  for (const [name, specifier] of Object.entries(theirs.imports)) {
    const [, scoped, path = ""] = specifier.match(SPECIFIER) ?? [];
    if (!scoped) continue;
    const file = path === "" ? "/mod.ts" : `${path}.ts`;
    const { exports, files } = packages[scoped] ??= { exports: {}, files: {} };
    exports[`.${path}`] = `.${file}`;
    files[file] = `export * from "${standard.imports[name as keyof typeof standard.imports]}";\n`;
  }
  const fetched = new Set<string>();
  const options = { hostname: LOOPBACK, port: 0, onListen() {} };
  const server = Deno.serve(options, async ({ url }) => {
    const [, scoped, rest] = new URL(url).pathname.match(/^\/(@std\/\w+)(.*)$/) ?? [];
    const found = packages[scoped];
    if (found && rest === "/meta.json") return Response.json({ latest: "1.0.0", versions: { "1.0.0": {} } });
    if (found && rest === "/1.0.0_meta.json") {
      return Response.json({ exports: found.exports, manifest: await manifestOf(found.files) });
    }
    const file = rest?.replace("/1.0.0", "");
    const source = found?.files[file];
    if (source === undefined) return new Response("no such file", { status: 404 });
    fetched.add(`${scoped}${file}`);
    return new Response(source, { headers: { "content-type": "application/typescript" } });
  });
  return {
    url: `http://${LOOPBACK}:${server.addr.port}/`,
    fetched,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function manifestOf(files: Record<string, string>): Promise<Record<string, unknown>> {
  const entries = Object.entries(files).map(async ([file, source]) => {
    const bytes = new TextEncoder().encode(source);
    const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
    return [file, { size: bytes.length, checksum: `sha256-${sum}` }];
  });
  return Object.fromEntries(await Promise.all(entries));
}
