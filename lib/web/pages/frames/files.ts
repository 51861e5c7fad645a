import bytes from "./bytes.js" with { type: "text" };
import index from "./index.html" with { type: "text" };
import inspector from "./inspector.js" with { type: "text" };
import lanes from "./lanes.js" with { type: "text" };
import laneView from "./lane_view.js" with { type: "text" };
import layout from "./layout.js" with { type: "text" };
import page from "./page.js" with { type: "text" };
import reads from "./reads.js" with { type: "text" };
import style from "./frames.css" with { type: "text" };
import texts from "./texts.js" with { type: "text" };
import view from "./view.js" with { type: "text" };

/** What this page has of its own, by their paths. */
export const FILES: Readonly<Record<string, string>> = {
  "/": index,
  "/frames/bytes.js": bytes,
  "/frames/frames.css": style,
  "/frames/inspector.js": inspector,
  "/frames/lane_view.js": laneView,
  "/frames/lanes.js": lanes,
  "/frames/layout.js": layout,
  "/frames/page.js": page,
  "/frames/reads.js": reads,
  "/frames/texts.js": texts,
  "/frames/view.js": view,
};
