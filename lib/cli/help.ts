import { ALL_PERMISSIONS, type Command, flagName, type Program } from "./command.ts";

const WIDTH = 100;

/** The help of the whole program, or of the commands whose first word is `group`. */
export function programHelp(program: Program, commands: Record<string, Command>, group = ""): string {
  const rows = Object.entries(commands)
    .filter(([name]) => !group || name.startsWith(`${group} `))
    .map(([name, command]): Row => [`${name} ${synopsis(command)}`.trimEnd(), command.summary]);
  const builtIn: Row[] = group ? [] : [
    ["completions bash|zsh|fish", "print a completion script for your shell"],
    ["help [COMMAND]", "this page, or a command's own"],
    ["help options", "the options that most commands have"],
  ];
  return [
    group
      ? `${program.name} ${group}: its commands`
      : `${program.name} ${program.version}: ${program.summary}`,
    "",
    ...columns([...rows, ...builtIn]),
    "",
    `${program.name} COMMAND --help tells more.`,
  ].join("\n");
}

/** The help of the options that most commands have. */
export function commonHelp(program: Program, commands: Record<string, Command>): string {
  const options = Object.assign({}, ...Object.values(commands).map(({ options }) => commonOnes(options)));
  return [`${program.name}: the options that most commands have`, "", ...columns(optionRows(options))].join(
    "\n",
  );
}

/** A command's own help; a compiled program is not run with Deno. */
export function commandHelp(
  program: Program,
  name: string,
  command: Command,
  isCompiled = Deno.build.standalone,
): string {
  const call = `${program.name} ${name}`;
  const lines = [
    `${call} ${usage(command)}`,
    "",
    sentence(command.summary),
  ];
  for (const paragraph of command.description?.split("\n\n") ?? []) lines.push("", ...wrap(paragraph, 0));
  const positionals = Object.values(command.positionals).map((one): Row => [one.kind.meta, one.help]);
  if (positionals.length) lines.push("", ...columns(positionals));
  const common = commonOnes(command.options);
  const own = Object.fromEntries(Object.entries(command.options).filter(([name]) => !common[name]));
  lines.push("", "Options:", ...columns([...optionRows(own), ["-h, --help", "this page"]]));
  if (Object.keys(common).length) {
    lines.push("", `Common options (${program.name} help options tells more):`, ...flow(commonWords(common)));
  }
  if (command.examples.length) {
    const rows = command.examples.map(([args, what]): Row => [`${call} ${args}`, what]);
    lines.push("", "Examples:", ...columns(rows));
  }
  if (isCompiled) return lines.join("\n");
  const flags = command.permissions.length === ALL_PERMISSIONS.length
    ? "--allow-all "
    : command.permissions.map((permission) => `--allow-${permission} `).join("");
  lines.push("", `With Deno: deno run ${flags}main.ts ${name}`);
  return lines.join("\n");
}

const sentence = (text: string) => `${text[0].toUpperCase()}${text.slice(1)}.`;

type Row = [left: string, right: string];

function synopsis(command: Command): string {
  return Object.values(command.positionals).map(({ kind, optional, variadic, behindDashes }) => {
    const word = `${behindDashes ? "-- " : ""}${kind.meta}${variadic ? "…" : ""}`;
    return optional ? `[${word}]` : word;
  }).join(" ");
}

// After "--" they would not be read as options.
function usage(command: Command): string {
  const words = synopsis(command);
  return words.includes("-- ") ? words.replace("-- ", "[OPTIONS] -- ") : `${words} [OPTIONS]`.trimStart();
}

type Options = Command["options"];

const commonOnes = (options: Options): Options =>
  Object.fromEntries(Object.entries(options).filter(([, { common }]) => common !== undefined));

function optionRows(options: Options): Row[] {
  return Object.entries(options).map(([name, option]): Row => {
    const short = option.short ? `-${option.short}, ` : "    ";
    return [short + written(name, option), option.help];
  });
}

function commonWords(options: Options): string[] {
  return Object.entries(options).map(([name, option]) => {
    const short = option.short ? `-${option.short}, ` : "";
    return short + written(name, option) + (option.common ? ` (${option.common})` : "");
  });
}

const written = (name: string, { kind }: Options[string]) => flagName(name) + (kind ? ` ${kind.meta}` : "");

/** Words in rows, none of them cut. */
function flow(words: string[]): string[] {
  const rows: string[] = [];
  for (const word of words) {
    const row = `${rows.at(-1)}  ${word}`;
    if (rows.length && row.length <= WIDTH) rows[rows.length - 1] = row;
    else rows.push(`  ${word}`);
  }
  return rows;
}

function columns(rows: Row[]): string[] {
  const left = Math.min(34, Math.max(...rows.map(([text]) => text.length)));
  return rows.flatMap(([text, what]) => {
    const [first, ...more] = wrap(what, left + 4);
    const indent = " ".repeat(left + 4);
    // A long left side gets a line of its own.
    const head = text.length > left ? [`  ${text}`, indent + first] : [`  ${text.padEnd(left)}  ${first}`];
    return [...head, ...more.map((line) => indent + line)];
  });
}

function wrap(text: string, indent: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line && line.length + 1 + word.length > WIDTH - indent) {
      lines.push(line);
      line = word;
    } else {
      line = line ? `${line} ${word}` : word;
    }
  }
  return [...lines, line];
}
