import type { Block, Command, Guide, Program } from "../command.ts";
import { commonOptions, commonSentence, sentence, spelled, splitOptions, usage } from "../spelling.ts";
import { bold, escapeRoff, guarded, italic, paragraph } from "./roff.ts";

/** The man page of the whole program, in the macros of man(7). */
export function manPage(program: Program, commands: Record<string, Command>, guide: Guide): string {
  const { name, version, summary } = program;
  const entries = Object.entries(commands);
  const body = [
    ".SH NAME",
    ...paragraph(`${name} - ${summary}`),
    ".SH SYNOPSIS",
    ...entries.flatMap(([word, command]) => [synopsisLine(`${name} ${word}`, command), ".br"]),
    `${bold(name)} ${bold("--help")} | ${bold("--version")}`,
    ".SH DESCRIPTION",
    ...paragraphs(guide.description),
    ".SH COMMANDS",
    ...entries.flatMap(([word, command]) => commandLines(`${name} ${word}`, command)),
    ".SH COMMON OPTIONS",
    ...paragraph("Most commands have these. Each names those that it has."),
    ...optionItems(commonOptions(commands)),
    ...Object.entries(guide.sections).flatMap(([title, blocks]) => [
      `.SH ${escapeRoff(title)}`,
      ...blocks.flatMap(blockLines),
    ]),
    ".SH EXAMPLES",
    ...guide.tasks.flatMap(({ lines }) => lines).flatMap(([args, what]) =>
      item(bold(`${name} ${args}`), sentence(what))
    ),
    ".SH SEE ALSO",
    ...guide.seeAlso.map((page, i) => `${escapeRoff(page)}${i < guide.seeAlso.length - 1 ? "," : ""}`),
  ];
  // The date is read by programs, so its hyphens stay as they are.
  const head = `.TH "${escapeRoff(name.toUpperCase())}" "1" "${guide.date}" "${
    escapeRoff(`${name} ${version}`)
  }"`;
  // Words are neither spread over a line nor cut in two, since they are to be copied.
  return [head, ".ad l", ".nh", ...substitutes(body.join("\n")), ...body].join("\n");
}

/** Where a terminal has ASCII alone, groff(7) would complain of every other character. */
function substitutes(page: string): string[] {
  return [...new Set(page.match(/\\\[u\w+\]/g))].sort().map((named) =>
    `.if '\\*[.T]'ascii' .fchar ${named} ?`
  );
}

function commandLines(call: string, command: Command): string[] {
  const { own, common } = splitOptions(command.options);
  const examples = command.examples.map(([args, what]) => [`${call} ${args}`.trimEnd(), what] as const);
  return [
    `.SS ${escapeRoff(call)}`,
    synopsisLine(call, command),
    ".PP",
    ...paragraphs(`${sentence(command.summary)}\n\n${command.description ?? ""}`.trimEnd()),
    ...Object.values(command.positionals).flatMap(({ kind, help }) => item(italic(kind.meta), help)),
    ...optionItems(own),
    ...Object.keys(common).length ? [".PP", ...paragraph(`Common options: ${commonSentence(common)}.`)] : [],
    ...examples.length ? [".PP", "Examples:"] : [],
    ...examples.flatMap(([line, what]) => item(bold(line), sentence(what))),
  ];
}

function synopsisLine(call: string, command: Command): string {
  const words = escapeRoff(usage(command)).replace(/[A-Z]{2,}/g, "\\fI$&\\fR");
  return `${bold(call)} ${words}`;
}

function optionItems(options: Command["options"]): string[] {
  return Object.entries(options).flatMap(([name, option]) => {
    const names = spelled(name, { ...option, kind: undefined }).split(", ").map(bold).join(", ");
    return item(option.kind ? `${names} ${italic(option.kind.meta)}` : names, option.help);
  });
}

function blockLines(block: Block): string[] {
  if (typeof block === "string") return paragraphs(block);
  return block.flatMap(([word, what]) => item(bold(word), what));
}

const item = (tag: string, what: string) => [".TP", guarded(tag), ...paragraph(what)];

const paragraphs = (text: string) =>
  text.split("\n\n").flatMap((one, i) => [...i > 0 ? [".PP"] : [], ...paragraph(one)]);
