import { HAS_PRIVATE_NETWORKS } from "./support/lab.ts";
import { typedPages } from "./support/typed_pages.ts";

// Without private networks it shows other things. In two processes at a time, as lessons take seconds.
if (HAS_PRIVATE_NETWORKS) typedPages(["docs/lab.md", "docs/lab.zh-CN.md"]);
