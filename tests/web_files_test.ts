import { assert, assertEquals } from "@std/assert";
import { filesOf, type PageName } from "../lib/web/files.ts";
import { pageFiles, readSource } from "./support/sources.ts";

const PAGES: PageName[] = ["led", "chat", "frames", "lab"];
const ROOT = "http://pinwire.test";

Deno.test("each file of a page is served, and all that it asks for", async () => {
  const served = new Set<string>();
  for (const page of PAGES) {
    const files = await filesOf(page);
    for (const [path, { body }] of files) {
      served.add(path === "/" ? `/${page}/index.html` : path);
      const text = new TextDecoder().decode(body);
      const asked = path === "/preact.js"
        ? []
        : text.matchAll(/\b(?:from|import|href=|src=)\s*\(?["']([./][^"']*)["']/g);
      for (const [, url] of asked) {
        const target = new URL(url, ROOT + path).pathname;
        assert(files.has(target), `${page}: ${path} asks for ${target}`);
      }
    }
  }
  const there = [...pageFiles()].map((path) => path.replace(/^lib\/web\/pages/, ""));
  assertEquals([...served].sort(), there.sort());
});

Deno.test("no page has a script or a style in its text, or anything of another host", () => {
  for (const path of pageFiles()) {
    const text = readSource(path);
    const found = text.match(
      /<style|\bstyle="|<script(?![^>]*\bsrc=)[^>]*>|\bon\w+="|\beval\(|new Function|innerHTML|(?:src|href)="https?:|@import|url\(https?:/g,
    );
    assertEquals(found, null, path);
  }
});
