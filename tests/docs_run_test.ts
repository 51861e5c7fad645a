import { typedPages } from "./support/typed_pages.ts";

// docs_test.ts holds the pages in Chinese to the same commands.
typedPages(["README.md", "docs/tutorials.md", "docs/raspberry-pi.md", "examples/README.md"]);
