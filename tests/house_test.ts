import { assertEquals } from "@std/assert";
import { isForTests } from "./lint/rooms.ts";
import { importsOf, readSource, sourcesIn } from "./support/sources.ts";

/** Lines that a file may have, and files that a folder may have, tests and their helpers not counted. */
const MOST_LINES = 300;
const MOST_FILES = 18;

const LIB = [...sourcesIn("lib")];

Deno.test("no file of lib or bench imports itself by way of others, be it a type or lazily", () => {
  const imports = new Map(
    [...LIB, ...sourcesIn("bench")].map((path) => [path, importsOf(path, readSource(path))]),
  );
  assertEquals(circlesIn(imports), []);
});

Deno.test("no file of lib is too long to be read at once", () => {
  const lines = LIB.map((path) => ({ path, count: readSource(path).split("\n").length - 1 }));
  const long = lines.filter(({ count }) => count > MOST_LINES).map(({ path, count }) => `${path}: ${count}`);
  assertEquals(long.sort(), [], `over ${MOST_LINES} lines`);
});

Deno.test("no folder of lib has more files than can be taken in", () => {
  const folders = Map.groupBy(
    LIB.filter((path) => !isForTests(path)),
    (path) => path.replace(/\/[^/]*$/, ""),
  );
  const full = [...folders].filter(([, files]) => files.length > MOST_FILES);
  assertEquals(full.map(([folder, files]) => `${folder}: ${files.length}`), [], `over ${MOST_FILES} files`);
});

Deno.test("a circle is found whatever its length, and whoever leads to it", () => {
  const circles = (imports: Record<string, string[]>) => circlesIn(new Map(Object.entries(imports)));
  assertEquals(circles({ a: ["b", "c"], b: ["c"], c: ["elsewhere"] }), []);
  assertEquals(circles({ a: ["a"] }), ["a → a"]);
  assertEquals(circles({ a: ["b"], b: ["c"], c: ["d", "b"], d: ["a"] }), ["a → b → c → d → a", "b → c → b"]);
  assertEquals(circles({ a: ["b"], b: ["c"], c: ["b"] }), ["b → c → b"]);
});

Deno.test("an import is found in each of its forms", () => {
  const source = `
    import { a } from "./a.ts";
    import type { B } from "./b.ts";
    export * from "../c.ts";
    export type { D } from "./d.ts";
    const e = () => import("./e.ts");
    type F = import("./f.ts").F;
    import { parsePin } from "deno-gpio";
    import { assert } from "@std/assert";`;
  assertEquals(importsOf("lib/x/x.ts", source).sort(), [
    "lib/c.ts",
    "lib/gpio/mod.ts",
    ...["a", "b", "d", "e", "f"].map((name) => `lib/x/${name}.ts`),
  ]);
});

/** The circles that a walk over all imports runs into, as `a → b → a`. */
function circlesIn(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  const walk = (path: string, way: string[]) => {
    const start = way.indexOf(path);
    if (start >= 0) circles.push([...way.slice(start), path].join(" → "));
    if (start >= 0 || done.has(path)) return;
    for (const target of imports.get(path) ?? []) walk(target, [...way, path]);
    done.add(path);
  };
  for (const path of imports.keys()) walk(path, []);
  return circles;
}
