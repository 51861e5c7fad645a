import address from "./address.js" with { type: "text" };
import device from "./device.js" with { type: "text" };
import devices from "./devices.js" with { type: "text" };
import index from "./index.html" with { type: "text" };
import page from "./page.js" with { type: "text" };
import style from "./led.css" with { type: "text" };
import texts from "./texts.js" with { type: "text" };

/** What this page has of its own, by their paths. */
export const FILES: Readonly<Record<string, string>> = {
  "/": index,
  "/led/address.js": address,
  "/led/device.js": device,
  "/led/devices.js": devices,
  "/led/led.css": style,
  "/led/page.js": page,
  "/led/texts.js": texts,
};
