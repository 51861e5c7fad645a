/**
 * Writes docs/demo.svg from a run of `pinwire demo` on a terminal:
 *
 *     deno run --allow-all docs/demo_svg.ts
 */
import { linesOnTerminal, writePicture } from "./terminal_svg.ts";

/** What of the demo is in the picture: each part from a line to a line. */
const PARTS: [RegExp, RegExp][] = [
  [/^Echo:/, /#3 .*#3|#1 .*#2 .*#3/],
  [/^LEDs:/, /^LEDs:/],
  [/^3\. They do/, /nothing in between/],
];

function cut(lines: string[]): string[] {
  const parts = PARTS.map(([from, to]) => {
    const first = lines.findIndex((line) => from.test(line));
    const length = lines.slice(first).findIndex((line) => to.test(line)) + 1;
    if (first < 0 || length === 0) throw new Error(`the demo shows nothing like ${from} … ${to}`);
    return lines.slice(first, first + length);
  });
  return ["$ pinwire demo", ...parts.flatMap((part, i) => [i === 0 ? "" : "   …", ...part])];
}

await writePicture("demo.svg", cut(await linesOnTerminal(["demo"], 120)), "What pinwire demo shows");
