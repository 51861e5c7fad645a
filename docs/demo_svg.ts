/**
 * Writes docs/demo.svg, the picture of the README, from a run of `pinwire demo` on a terminal:
 *
 *     deno run --allow-all docs/demo_svg.ts
 *
 * Needs `script` of util-linux for the terminal.
 */
import { eastAsianWidth as width } from "get-east-asian-width";

/** What of the demo is in the picture: each part from a line to a line. */
const PARTS: [RegExp, RegExp][] = [
  [/^Echo:/, /#3 .*#3|#1 .*#2 .*#3/],
  [/^LEDs:/, /^LEDs:/],
  [/^3\. They do/, /nothing in between/],
];
/** Pixels of a character and of a line, and around the text. */
const CELL = { width: 8.4, height: 19 };
const MARGIN = 20;
const CLASSES: Record<number, string> = { 1: "b", 2: "d", 32: "g", 33: "y", 35: "m", 36: "c" };
const STYLE = `
  text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #24292f }
  rect { fill: #f6f8fa; stroke: #d0d7de }
  .b { font-weight: bold } .d { fill: #6e7781 } .g { fill: #116329 } .y { fill: #7d4e00 } .m { fill: #8250df } .c { fill: #0550ae }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    rect { fill: #161b22; stroke: #30363d }
    .d { fill: #8b949e } .g { fill: #56d364 } .y { fill: #e3b341 } .m { fill: #d2a8ff } .c { fill: #79c0ff }
  }
`;

async function runDemo(): Promise<string[]> {
  const root = new URL("..", import.meta.url);
  const command = `stty cols 120; '${Deno.execPath()}' run --quiet --allow-all main.ts demo`;
  const { success, stdout } = await new Deno.Command("script", {
    args: ["-qec", command, "/dev/null"],
    cwd: root,
    env: { TERM: "xterm-256color" },
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("the demo has failed");
  return new TextDecoder().decode(stdout).replaceAll("\r", "").split("\n");
}

function cut(lines: string[]): string[] {
  const parts = PARTS.map(([from, to]) => {
    const first = lines.findIndex((line) => from.test(line));
    const length = lines.slice(first).findIndex((line) => to.test(line)) + 1;
    if (first < 0 || length === 0) throw new Error(`the demo shows nothing like ${from} … ${to}`);
    return lines.slice(first, first + length);
  });
  return ["$ pinwire demo", ...parts.flatMap((part, i) => [i === 0 ? "" : "   …", ...part])];
}

/** A line as text elements, each at its column and exactly as wide as its characters are on a terminal. */
function draw(line: string, row: number): string {
  const y = MARGIN + CELL.height * (row + 0.75);
  let column = 0;
  let name = "";
  return line.split(/(\p{Cc}\[\d+m| {2,})/u).map((piece) => {
    const code = piece.match(/\[(\d+)m$/)?.[1];
    if (code && piece.charCodeAt(0) === 27) {
      name = CLASSES[Number(code)] ?? "";
      return "";
    }
    const text = piece.trim();
    const x = MARGIN + (column + piece.indexOf(text)) * CELL.width;
    column += cellsOf(piece);
    if (!text) return "";
    const length = cellsOf(text) * CELL.width;
    const place = `x="${x.toFixed(1)}" y="${y.toFixed(1)}" textLength="${length.toFixed(1)}"`;
    const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    return `<text ${place}${name && ` class="${name}"`}>${escaped}</text>`;
  }).join("");
}

const cellsOf = (text: string) => [...text].reduce((sum, one) => sum + width(one.codePointAt(0)!), 0);

const lines = cut(await runDemo());
const columns = Math.max(...lines.map((line) => cellsOf(line.replace(/\p{Cc}\[\d+m/gu, ""))));
const size = { width: 2 * MARGIN + columns * CELL.width, height: 2 * MARGIN + lines.length * CELL.height };
const box = `width="${Math.ceil(size.width)}" height="${Math.ceil(size.height)}"`;
const svg = `<svg xmlns="http://www.w3.org/2000/svg" ${box} role="img" aria-label="What pinwire demo shows">
<style>${STYLE}</style>
<rect x="0.5" y="0.5" width="${Math.ceil(size.width) - 1}" height="${Math.ceil(size.height) - 1}" rx="8"/>
${lines.map(draw).filter(Boolean).join("\n")}
</svg>
`;
await Deno.writeTextFile(new URL("demo.svg", import.meta.url), svg);
