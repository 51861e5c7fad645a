import byFrame from "./by_frame.js" with { type: "text" };
import connection from "./connection.js" with { type: "text" };
import header from "./header.js" with { type: "text" };
import icon from "./icon.svg" with { type: "text" };
import language from "./language.js" with { type: "text" };
import languageSwitch from "./language_switch.js" with { type: "text" };
import style from "./style.css" with { type: "text" };
import token from "./token.js" with { type: "text" };
import preact from "htm/preact/standalone" with { type: "text" };

/** What all pages share, by their paths. */
export const FILES: Readonly<Record<string, string>> = {
  "/preact.js": preact,
  "/shared/by_frame.js": byFrame,
  "/shared/connection.js": connection,
  "/shared/header.js": header,
  "/shared/icon.svg": icon,
  "/shared/language.js": language,
  "/shared/language_switch.js": languageSwitch,
  "/shared/style.css": style,
  "/shared/token.js": token,
};
