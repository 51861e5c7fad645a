import { assert, assertEquals } from "@std/assert";
import { readPage } from "./support/fences.ts";
import { readSource, sourcesIn } from "./support/sources.ts";

const SOURCE = [...sourcesIn("lib/app")].filter((path) => /\/events(\/|\.ts$)/.test(path)).map(readSource)
  .join("\n");
const SECTION = readPage("docs/protocol.md").split(/^## /m).find((section) => section.startsWith("Events"))!;

/** The fields of an interface or of an event, and the names of events that it is for. */
interface Declared {
  names: string[];
  fields: string[];
}

/** Each interface, and those whose fields it has besides. */
const INTERFACES = new Map(
  [...SOURCE.matchAll(/^export interface (\w+)(?: extends ([\w, ]+))? \{\n([^]*?)^\}/gm)]
    .map(([, name, bases = "", body]) => [
      name,
      { bases: bases.match(/\w+/g) ?? [], ...declared(body, /^ {2}(\w+)\??:/gm) },
    ]),
);
const EVENTS: Declared[] = [
  ...[...INTERFACES].map(([name, { names }]) => ({ names, fields: fieldsOf(name) })),
  ...[...SOURCE.matchAll(/^ {2}\| \{ (event: .*) \}$/gm)].map(([, body]) => declared(body, /(\w+)\??:/g)),
];

Deno.test("protocol.md has a row for each event, which names all of its fields", () => {
  const rows = SECTION.split("\n").filter((line) => line.startsWith("|"));
  const missing = EVENTS.flatMap(({ names, fields }) =>
    names.flatMap((name) => {
      const row = rows.find((row) => row.split(" | ")[0].includes(`\`${name}\``));
      if (!row) return [name];
      return fields.filter((field) => !row.includes(`\`${field}\``)).map((field) => `${name}: ${field}`);
    })
  );
  assertEquals(missing, []);
  assert(EVENTS.flatMap(({ names }) => names).includes("segment"));
});

Deno.test("protocol.md names all that is inside the fields of events", () => {
  const inner = [...INTERFACES.values()].filter(({ names }) => !names.length).flatMap(({ fields }) => fields);
  assertEquals(inner.filter((field) => !SECTION.includes(`\`${field}\``)), []);
});

function fieldsOf(name: string): string[] {
  const { bases, fields } = INTERFACES.get(name)!;
  return [...bases.flatMap(fieldsOf), ...fields];
}

function declared(body: string, field: RegExp): Declared {
  const names = body.match(/\bevent: ("\w+"(?: \| "\w+")*)/)?.[1] ?? "";
  const fields = [...body.matchAll(field)].map(([, name]) => name).filter((name) => name !== "event");
  return { names: [...names.matchAll(/\w+/g)].map(String), fields };
}
