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

/** A command's own help. */
export function commandHelp(program: Program, name: string, command: Command): string {
  const call = `${program.name} ${name}`;
  const lines = [
    `${call} ${usage(command)}`,
    "",
    sentence(command.summary),
  ];
  for (const paragraph of command.description?.split("\n\n") ?? []) lines.push("", ...wrap(paragraph, 0));
  const positionals = Object.values(command.positionals).map((one): Row => [one.kind.meta, one.help]);
  if (positionals.length) lines.push("", ...columns(positionals));
  lines.push("", "Options:", ...columns([...optionRows(command), ["-h, --help", "this page"]]));
  if (command.examples.length) {
    const rows = command.examples.map(([args, what]): Row => [`${call} ${args}`, what]);
    lines.push("", "Examples:", ...columns(rows));
  }
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

function optionRows(command: Command): Row[] {
  return Object.entries(command.options).map(([name, option]): Row => {
    const short = option.short ? `-${option.short}, ` : "    ";
    const meta = option.kind ? ` ${option.kind.meta}` : "";
    return [`${short}${flagName(name)}${meta}`, option.help];
  });
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
