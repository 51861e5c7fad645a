import { displayWidth } from "../lib/text/width.ts";

/** Pixels of a character and of a line, and around the text. */
const CELL = { width: 8.4, height: 19 };
const MARGIN = 20;
/** What the codes of colours and of bold text begin. */
const CLASSES: Record<number, string> = { 1: "b", 2: "d", 32: "g", 33: "y", 35: "m", 36: "c" };
/** What their ends end: `22` both bold and dim text, `39` a colour. */
const ENDS: Record<number, string[]> = { 22: ["b", "d"], 39: ["g", "y", "m", "c"] };
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

/**
 * Runs pinwire on a terminal, and gives the lines that it prints, with their colours. Needs `script` of util-linux.
 *
 * @param columns how wide the terminal is
 */
export async function linesOnTerminal(args: string[], columns: number): Promise<string[]> {
  const root = new URL("..", import.meta.url);
  const command = `stty cols ${columns}; '${Deno.execPath()}' run --quiet --allow-all main.ts ${
    args.join(" ")
  }`;
  const { success, stdout } = await new Deno.Command("script", {
    args: ["-qec", command, "/dev/null"],
    cwd: root,
    env: { TERM: "xterm-256color" },
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`pinwire ${args.join(" ")} has failed`);
  return new TextDecoder().decode(stdout).replaceAll("\r", "").split("\n");
}

/**
 * Writes lines of a terminal, with their colours, as a picture beside this file.
 *
 * @param label what it shows, for those who can't see it
 */
export async function writePicture(name: string, lines: string[], label: string): Promise<void> {
  const columns = Math.max(...lines.map((line) => displayWidth(line.replace(/\p{Cc}\[\d+m/gu, ""))));
  const width = Math.ceil(2 * MARGIN + columns * CELL.width);
  const height = Math.ceil(2 * MARGIN + lines.length * CELL.height);
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" role="img" aria-label="${label}">
<style>${STYLE}</style>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
${lines.map(draw).filter(Boolean).join("\n")}
</svg>
`;
  await Deno.writeTextFile(new URL(name, import.meta.url), svg);
}

/** Colours, gaps, and what is in Chinese, whose characters take two columns each. */
const PIECES =
  /\p{Cc}\[(\d+)m| {2,}|[\p{Ideographic}\u3000-\u303f\uff00-\uffef]+|(?: ?[^\p{Cc}\p{Ideographic}\u3000-\u303f\uff00-\uffef ])+| /gu;

/** A line as text elements, each at its column and exactly as wide as its characters are on a terminal. */
function draw(line: string, row: number): string {
  const y = MARGIN + CELL.height * (row + 0.75);
  let column = 0;
  const names = new Set<string>();
  return [...line.matchAll(PIECES)].map(([piece, code]) => {
    if (code) {
      if (CLASSES[+code]) names.add(CLASSES[+code]);
      for (const name of ENDS[+code] ?? []) names.delete(name);
      return "";
    }
    const text = piece.trim();
    const x = MARGIN + (column + piece.indexOf(text)) * CELL.width;
    column += displayWidth(piece);
    if (!text) return "";
    const length = displayWidth(text) * CELL.width;
    const place = `x="${x.toFixed(1)}" y="${y.toFixed(1)}" textLength="${length.toFixed(1)}"`;
    const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    return `<text ${place}${names.size ? ` class="${[...names].join(" ")}"` : ""}>${escaped}</text>`;
  }).join("");
}
