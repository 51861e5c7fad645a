import compose from "./compose.js" with { type: "text" };
import history from "./history.js" with { type: "text" };
import index from "./index.html" with { type: "text" };
import lines from "./lines.js" with { type: "text" };
import log from "./log.js" with { type: "text" };
import notices from "./notices.js" with { type: "text" };
import outbox from "./outbox.js" with { type: "text" };
import pace from "./pace.js" with { type: "text" };
import page from "./page.js" with { type: "text" };
import place from "./place.js" with { type: "text" };
import side from "./side.js" with { type: "text" };
import style from "./chat.css" with { type: "text" };
import talk from "./talk.js" with { type: "text" };
import texts from "./texts.js" with { type: "text" };

/** What this page has of its own, by their paths. */
export const FILES: Readonly<Record<string, string>> = {
  "/": index,
  "/chat/chat.css": style,
  "/chat/compose.js": compose,
  "/chat/history.js": history,
  "/chat/lines.js": lines,
  "/chat/log.js": log,
  "/chat/notices.js": notices,
  "/chat/outbox.js": outbox,
  "/chat/pace.js": pace,
  "/chat/page.js": page,
  "/chat/place.js": place,
  "/chat/side.js": side,
  "/chat/talk.js": talk,
  "/chat/texts.js": texts,
};
