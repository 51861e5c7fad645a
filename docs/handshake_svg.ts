/**
 * Writes docs/handshake.svg and docs/handshake.zh-CN.svg, the pictures at the top of the READMEs, from runs of
 * `pinwire lab handshake` on a terminal:
 *
 *     deno run --allow-all docs/handshake_svg.ts
 */
import { linesOnTerminal, writePicture } from "./terminal_svg.ts";

/** The last line of the lesson that is in the picture. */
const LAST = /read\(\) = 5$/;

for (const [name, options] of Object.entries({ "": [], ".zh-CN": ["--lang", "zh"] })) {
  const args = ["lab", "handshake", ...options];
  const lines = await linesOnTerminal([...args, ...options.length ? [] : ["--lang", "en"]], 80);
  const length = lines.findIndex((line) => LAST.test(line)) + 1;
  if (length === 0) throw new Error(`the lesson shows nothing like ${LAST}`);
  const command = `pinwire ${args.join(" ")}`;
  const shown = [`$ ${command}`, "", ...lines.slice(0, length), "…"];
  await writePicture(`handshake${name}.svg`, shown, `What ${command} shows`);
}
