/** How a value is written on the command line, and read from there. */
export interface Kind<T> {
  /** Placeholder in the help, in capitals: `PORT`. */
  readonly meta: string;
  /** @throws {PinwireError} `usage`, with what would be right as the hint */
  parse(text: string): T;
  /**
   * Values to offer for completion; a file's or a folder's name is known by its `meta`.
   *
   * @param given the values of options that stand before, by their names, as they are written
   */
  values?(given: Readonly<Record<string, string>>): readonly string[] | Promise<readonly string[]>;
}

/** An option with a value (it has a `kind`), or a flag (it has none). Declared once, under its camelCase name. */
export interface Option<T = unknown> {
  readonly help: string;
  readonly kind?: Kind<T>;
  /** One letter. */
  readonly short?: string;
  readonly default?: T;
  /**
   * Most commands have it, so that the help of each only names it, with this text behind (its default, where commands
   * differ), and `help options` has the rest: there `help` must be the same whatever command it comes from.
   */
  readonly common?: string;
  /** May be given several times: the values come as an array. Has no default. */
  readonly multiple?: boolean;
}

/** A positional argument. */
export interface Positional<T = unknown> {
  readonly help: string;
  readonly kind: Kind<T>;
  readonly optional?: boolean;
  /** Takes all remaining arguments, as an array; only the last positional may. */
  readonly variadic?: boolean;
  /** Takes everything after `--`, even what looks like an option; needs `variadic`. */
  readonly behindDashes?: boolean;
}

/** Permissions of Deno that a command can need. */
export type Permission = typeof ALL_PERMISSIONS[number];

/** Every permission. Deno wants all of them for the kernel's files under /sys and /proc. */
export const ALL_PERMISSIONS = ["net", "read", "write", "env", "run", "sys", "ffi"] as const;

/** What parsing gives for a set of options. */
export type OptionValues<O extends Record<string, Option>> = {
  [K in keyof O]: O[K] extends { kind: Kind<infer T> }
    ? (O[K] extends { multiple: true } ? T[] : O[K] extends { default: unknown } ? T : T | undefined)
    : boolean;
};

/** What parsing gives for a set of positionals. */
export type PositionalValues<P extends Record<string, Positional>> = {
  [K in keyof P]: P[K] extends { kind: Kind<infer T> }
    ? (P[K] extends { variadic: true } ? T[] : P[K] extends { optional: true } ? T | undefined : T)
    : never;
};

/** A command, declared as data: parsing, help, completion and errors come from it. */
export interface Command<
  O extends Record<string, Option> = Record<string, Option>,
  P extends Record<string, Positional> = Record<string, Positional>,
> {
  /** One line for the list of commands. */
  readonly summary: string;
  /** Paragraphs for the command's own help. */
  readonly description?: string;
  readonly positionals: P;
  readonly options: O;
  /** What `deno run` must allow when no option asks for more. */
  readonly permissions: readonly Permission[];
  /** What it must allow with these options and positionals, if that differs. */
  permissionsWith?(options: OptionValues<O>, positionals: PositionalValues<P>): readonly Permission[];
  /** What it makes use of where it is allowed, and never needs: the program takes what it wants of it, and gives it up. */
  readonly optionalPermissions?: readonly Permission[];
  /**
   * All other permissions are given up before `run`, or, with this, when `run` calls `opened`. A server needs
   * them until then: only with all of them can it tell which process has its port.
   */
  readonly opensFirst?: boolean;
  /** The exit code of a failure in place of 1, where 1 could be another program's. */
  readonly failureCode?: number;
  /** Arguments to put after the command's name, each with what it does. */
  readonly examples: readonly (readonly [args: string, what: string])[];
  /** Does the work and gives the exit code. */
  run(options: OptionValues<O>, positionals: PositionalValues<P>, opened: () => void): Promise<number>;
}

/** Declares a command. Its only use is that the types of `run` are inferred. */
export function command<O extends Record<string, Option>, P extends Record<string, Positional>>(
  declaration: Command<O, P>,
): Command {
  return declaration as unknown as Command;
}

/** What a `commands.ts` exports: its commands by their whole names, such as `echo serve`. */
export interface CommandModule {
  readonly commands: Record<string, Command>;
}

/** The program: its first words, each with the module that knows the rest. */
export interface Program {
  readonly name: string;
  readonly version: string;
  /** The folder of its main module, which can tell the commit. */
  readonly home: URL;
  readonly summary: string;
  /** Makes a sentence safe for a terminal: it may quote a peer's certificate or a file's name. */
  printable(sentence: string): string;
  readonly modules: Record<string, () => Promise<CommandModule>>;
  /** For each permission that is optional: takes what is wanted of it, before it may be given up. */
  readonly prepare?: Partial<Record<Permission, () => Promise<void>>>;
  /** What the help and the man page tell beside the commands. */
  readonly guide: () => Promise<{ guide: Guide }>;
}

/** What no command declares. */
export interface Guide {
  /** What people do, in groups, for the first page of the help: arguments of the program, each with what they do. */
  readonly tasks: readonly { readonly title: string; readonly lines: Command["examples"] }[];
  /** The day of these texts, for the man page: `2026-11-27`. */
  readonly date: string;
  /** Paragraphs that say what the program is. */
  readonly description: string;
  /** Sections of the man page, by their titles: those before EXAMPLES. */
  readonly sections: Readonly<Record<string, readonly Block[]>>;
  /** Other man pages: `nc(1)`. */
  readonly seeAlso: readonly string[];
}

/** A paragraph, or a list of words, each with what it means. */
export type Block = string | readonly (readonly [word: string, what: string])[];

/** Every command of the program, by its whole name. */
export async function allCommands(program: Program): Promise<Record<string, Command>> {
  const modules = await Promise.all([...new Set(Object.values(program.modules))].map((load) => load()));
  return Object.assign({}, ...modules.map((module) => module.commands));
}

/** The longest name of a command with which `words` begin: `lab cidr` before `lab`. */
export function nameIn(commands: Record<string, Command>, words: readonly string[]): string | undefined {
  const longest = Math.max(0, ...Object.keys(commands).map((name) => name.split(" ").length));
  for (let count = Math.min(longest, words.length); count > 0; count--) {
    const name = words.slice(0, count).join(" ");
    if (Object.hasOwn(commands, name)) return name;
  }
  return undefined;
}

/** `maxFrame` → `--max-frame`. */
export function flagName(name: string): string {
  return "--" + name.replace(/[A-Z]/g, (letter) => "-" + letter.toLowerCase());
}
