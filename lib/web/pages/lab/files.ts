import diagram from "./diagram.js" with { type: "text" };
import index from "./index.html" with { type: "text" };
import layout from "./layout.js" with { type: "text" };
import lesson from "./lesson.js" with { type: "text" };
import page from "./page.js" with { type: "text" };
import style from "./lab.css" with { type: "text" };
import texts from "./texts.js" with { type: "text" };
import transcript from "./transcript.js" with { type: "text" };

/** What this page has of its own, by their paths. */
export const FILES: Readonly<Record<string, string>> = {
  "/": index,
  "/lab/diagram.js": diagram,
  "/lab/lab.css": style,
  "/lab/layout.js": layout,
  "/lab/lesson.js": lesson,
  "/lab/page.js": page,
  "/lab/texts.js": texts,
  "/lab/transcript.js": transcript,
};
