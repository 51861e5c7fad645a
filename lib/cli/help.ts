import { ALL_PERMISSIONS, type Command, type Guide, type Program } from "./command.ts";
import { columns, columnsOf, pad, type Row, wrap } from "./layout.ts";
import {
  commonOptions,
  commonSentence,
  sentence,
  spelled,
  splitOptions,
  synopsis,
  usage,
} from "./spelling.ts";

/** The first page: what people do with the program. It has no more than 24 lines of 80 columns. */
export function tasksHelp({ name, version, summary }: Program, { tasks }: Guide): string {
  const rows = tasks.flatMap(({ title, lines }) =>
    lines.map(([args, what], i) => [i ? "" : title, `${name} ${args}`, what])
  );
  const [first, second] = [0, 1].map((at) => Math.max(...rows.map((row) => columnsOf(row[at]))));
  return [
    ...wrap(`${name} ${version}: ${summary}`, 80),
    "",
    ...rows.map(([title, call, what]) => `${pad(title, first)}  ${pad(call, second)}  ${what}`),
    "",
    `${name} help all       every command`,
    `${name} help COMMAND   its options and examples, as ${name} COMMAND --help does`,
    `${name} help options   the options that most commands have`,
  ].join("\n");
}

/** Every command, or those whose first word is `group`. */
export function commandsHelp(
  program: Program,
  commands: Record<string, Command>,
  width: number,
  group = "",
): string {
  return [
    group
      ? `${program.name} ${group}: its commands`
      : wrap(`${program.name} ${program.version}: ${program.summary}`, width).join("\n"),
    "",
    ...columns(commandRows(commands, group), width),
    "",
    `${program.name} COMMAND --help tells more.`,
  ].join("\n");
}

/** The options that most commands have. */
export function commonHelp(program: Program, commands: Record<string, Command>, width: number): string {
  return [
    `${program.name}: the options that most commands have`,
    "",
    ...columns(optionRows(commonOptions(commands)), width),
  ].join("\n");
}

/**
 * A command's own help; a compiled program is not run with Deno.
 *
 * @param others the commands whose names may begin with this one's: those are named too
 */
export function commandHelp(
  program: Program,
  name: string,
  command: Command,
  width: number,
  others: Record<string, Command> = {},
  isCompiled = Deno.build.standalone,
): string {
  const call = `${program.name} ${name}`;
  const lines = [...wrap(`${call} ${usage(command)}`, width), "", ...wrap(sentence(command.summary), width)];
  for (const paragraph of command.description?.split("\n\n") ?? []) lines.push("", ...wrap(paragraph, width));
  const positionals = Object.values(command.positionals).map((one): Row => [one.kind.meta, one.help]);
  if (positionals.length) lines.push("", ...columns(positionals, width));
  const longer = commandRows(others, name);
  if (longer.length) lines.push("", "Commands:", ...columns(longer, width));
  const { own, common } = splitOptions(command.options);
  lines.push("", "Options:", ...columns([...optionRows(own), ["-h, --help", "this page"]], width));
  if (command.examples.length) {
    const rows = command.examples.map((
      [args, what],
    ): Row => [folded(`${call} ${args}`.trimEnd(), width - 2), what]);
    lines.push("", "Examples:", ...columns(rows, width));
  }
  if (Object.keys(common).length) {
    const told = `Common options, which ${program.name} help options tells of: ${commonSentence(common)}`;
    lines.push("", ...wrap(told, width));
  }
  if (isCompiled) return lines.join("\n");
  const flags = command.permissions.length === ALL_PERMISSIONS.length
    ? "--allow-all "
    : command.permissions.map((permission) => `--allow-${permission} `).join("");
  lines.push("", ...wrap(`With Deno: deno run ${flags}main.ts ${name}`, width));
  return lines.join("\n");
}

/** A command line in lines that a shell reads as one, cut before options alone. */
function folded(call: string, width: number): string {
  const lines: string[] = [];
  for (const part of call.split(/ (?=-)/)) {
    const line = `${lines.at(-1)} ${part}`;
    if (lines.length && columnsOf(line) + " \\".length <= width) lines[lines.length - 1] = line;
    else lines.push(lines.length ? `    ${part}` : part);
  }
  return columnsOf(call) <= width ? call : lines.join(" \\\n");
}

function commandRows(commands: Record<string, Command>, group: string): Row[] {
  return Object.entries(commands)
    .filter(([name]) => !group || name.startsWith(`${group} `))
    .map(([name, command]) => [`${name} ${synopsis(command)}`.trimEnd(), command.summary]);
}

function optionRows(options: Command["options"]): Row[] {
  return Object.entries(options).map(([name, option]) => {
    return [`${option.short ? "" : "    "}${spelled(name, option)}`, option.help];
  });
}
