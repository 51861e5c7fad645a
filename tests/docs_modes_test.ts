import { typedPages } from "./support/typed_pages.ts";

// The commands of the other pages are parsed alone, in docs_test.ts: what they are about has tests of its own.
typedPages(
  ["echo", "led", "chat", "shell", "send-receive", "probe", "relay"].map((page) => `docs/${page}.md`),
);
