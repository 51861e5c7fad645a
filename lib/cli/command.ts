/** How a value on the command line is written and read. */
export interface Kind<T> {
  /** Placeholder in the help, in capitals: `PORT`. */
  readonly meta: string;
  /** @throws {PinwireError} `usage`, telling what is right */
  parse(text: string): T;
  /** Values to offer for completion. */
  values?(): string[];
}

/** An option with a value (it has a `kind`), or a flag (it has none). Declared once, under its camelCase name. */
export interface Option<T = unknown> {
  readonly help: string;
  readonly kind?: Kind<T>;
  /** One letter. */
  readonly short?: string;
  readonly default?: T;
  /** May stand there several times: the values come as an array. Has no default. */
  readonly multiple?: boolean;
}

/** A positional argument. */
export interface Positional<T = unknown> {
  readonly help: string;
  readonly kind: Kind<T>;
  readonly optional?: boolean;
  /** Takes all that follow, as an array; only the last one may. */
  readonly variadic?: boolean;
  /** Takes what stands behind `--`, whatever that begins with; with `variadic`. */
  readonly behindDashes?: boolean;
}

/** Permissions of Deno that a command can need. */
export type Permission = typeof ALL_PERMISSIONS[number];

/** Every permission; files of the kernel, under /sys and /proc, need them all. */
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
  /** What `deno run` must allow for the plain case. */
  readonly permissions: readonly Permission[];
  /** What it must allow for these options and positionals, where they change it. */
  permissionsWith?(options: OptionValues<O>, positionals: PositionalValues<P>): readonly Permission[];
  /**
   * Whatever else is allowed is given up before `run`, or, with this, when `run` calls `opened`: a server can
   * tell who has its port only while it has all of them.
   */
  readonly opensFirst?: boolean;
  /** Exit code in place of 1, where 1 could be that of another program. */
  readonly failureCode?: number;
  /** Arguments behind the command's name, each with what it does. */
  readonly examples: readonly (readonly [args: string, what: string])[];
  /** Does the work and gives the exit code. */
  run(options: OptionValues<O>, positionals: PositionalValues<P>, opened: () => void): Promise<number>;
}

/** Declares a command; only there so that the types of `run` are inferred. */
export function command<O extends Record<string, Option>, P extends Record<string, Positional>>(
  declaration: Command<O, P>,
): Command {
  return declaration as unknown as Command;
}

/** What a `commands.ts` exports: commands by their whole name, such as `echo serve`. */
export interface CommandModule {
  readonly commands: Record<string, Command>;
}

/** The program: its first words, each with the module that knows the rest. */
export interface Program {
  readonly name: string;
  readonly version: string;
  readonly summary: string;
  /** Makes a sentence safe for a terminal: a peer's certificate or a file's name may have got into it. */
  printable(sentence: string): string;
  readonly modules: Record<string, () => Promise<CommandModule>>;
}

/** `maxFrame` → `--max-frame`. */
export function flagName(name: string): string {
  return "--" + name.replace(/[A-Z]/g, (letter) => "-" + letter.toLowerCase());
}
