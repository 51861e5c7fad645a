import { messageOf, PinwireError } from "../errors.ts";
import { ALL_PERMISSIONS, type Command, nameIn, type Permission, type Program } from "./command.ts";
import { BUILT_IN, commandsOf, notACommand } from "./lookup.ts";
import { parseCommandLine } from "./parse.ts";

/**
 * Runs a command line and gives the exit code of the process. Errors are printed here and nowhere else: on
 * stderr, in one sentence each.
 */
export async function run(program: Program, args: string[]): Promise<number> {
  try {
    return await dispatch(program, args);
  } catch (error) {
    const known = error instanceof PinwireError ? error : translate(error);
    // Ctrl-C before anything had begun is no failure.
    if (known.exitCode === 0) return 0;
    try {
      console.error(`${program.name}: ${program.printable(await sentenceOf(known))}`);
    } catch {
      // If stderr can't be written, the exit code still tells.
    }
    return known.exitCode;
  }
}

// The library that compares words is loaded only when a word is wrong.
async function sentenceOf(error: PinwireError): Promise<string> {
  if (!error.near) return error.sentence;
  const { elsewhereHint } = await import("./elsewhere.ts");
  const elsewhere = elsewhereHint(error.near);
  if (elsewhere !== undefined) return `${error.message}: ${elsewhere}`;
  const { nearestWord } = await import("./nearest.ts");
  const nearest = nearestWord(error.near);
  return nearest === undefined ? error.sentence : `${error.message}: did you mean ${nearest}?`;
}

async function dispatch(program: Program, args: string[]): Promise<number> {
  const [first = "help", ...rest] = args;
  switch (first) {
    case "--version":
    case "-V": {
      const { versionLine } = await import("./version.ts");
      console.log(await versionLine(program));
      return 0;
    }
    case "--help":
    case "-h":
      return await dispatch(program, ["help", ...rest]);
    case "__complete": {
      const { printCompletions } = await import("./completion/offers.ts");
      await printCompletions(program, rest);
      return 0;
    }
  }
  const words = [first, ...rest];
  const commands = BUILT_IN.includes(first)
    ? (await import("./builtin.ts")).builtIns(program)
    : await commandsOf(program, first);
  const name = nameIn(commands, words);
  if (!name) {
    if (!isHelp(rest[0])) throw notACommand(first, rest[0], Object.keys(commands));
    return await printHelp(program, [first]);
  }
  const command = commands[name];
  const word = words[name.split(" ").length];
  if (isMisspelled(word, name, commands)) throw notACommand(name, word, Object.keys(commands));
  const parsed = parseCommandLine(command, words.slice(name.split(" ").length));
  if (parsed.help) return await printHelp(program, name.split(" "));
  const options = parsed.options as never;
  const positionals = parsed.positionals as never;
  const giveUp = () =>
    giveUpPermissions(command.permissionsWith?.(options, positionals) ?? command.permissions);
  await prepare(program, command.optionalPermissions);
  if (!command.opensFirst) giveUp();
  try {
    return await command.run(options, positionals, giveUp);
  } catch (error) {
    throw withCode(error, command.failureCode);
  }
}

function withCode(error: unknown, exitCode: number | undefined): unknown {
  const known = error instanceof PinwireError ? error : translate(error);
  if (exitCode === undefined || known.exitCode !== 1) return known;
  const { code, message, hint, near } = known;
  return new PinwireError(code, message, { hint, near, exitCode, cause: error });
}

const isHelp = (word: string | undefined) => word !== undefined && ["--help", "-h", "help"].includes(word);

/** Whether a word stands where only a longer name of a command could go on. */
function isMisspelled(word: string | undefined, name: string, commands: Record<string, Command>): boolean {
  return word !== undefined && !word.startsWith("-") && !Object.keys(commands[name].positionals).length &&
    Object.keys(commands).some((other) => other.startsWith(`${name} `));
}

async function printHelp(program: Program, words: string[]): Promise<number> {
  const { helpOf } = await import("./builtin.ts");
  console.log(await helpOf(program, words));
  return 0;
}

async function prepare(program: Program, optional: readonly Permission[] = []): Promise<void> {
  for (const name of optional) {
    if (Deno.permissions.querySync({ name }).state === "granted") await program.prepare?.[name]?.();
  }
}

// Files under /sys and /proc need all permissions, so a command that declares all keeps all.
function giveUpPermissions(needed: readonly Permission[]): void {
  if (ALL_PERMISSIONS.every((name) => needed.includes(name))) return;
  for (const name of ALL_PERMISSIONS) {
    if (!needed.includes(name)) Deno.permissions.revokeSync({ name });
  }
}

// Errors that were not translated where they happened. A permission can be missing anywhere.
function translate(error: unknown): PinwireError {
  if (error instanceof Deno.errors.NotCapable) {
    const [, what, flag] = error.message.match(/^Requires (.*?), run again with the (--allow-\S+) flag/) ??
      [];
    if (flag) {
      return new PinwireError("permission_missing", `Deno may not do this without ${what}`, {
        hint: `run it with deno run ${flag}`,
        cause: error,
      });
    }
  }
  const message = messageOf(error);
  // What the system refuses, for example because a disk is full, is no bug of ours.
  if (error instanceof Error && "code" in error && /^E[A-Z0-9]+$/.test(String(error.code))) {
    return new PinwireError("system", `the system refused it (${message})`, {
      hint: "mend that and try again",
      cause: error,
    });
  }
  return new PinwireError("internal", `unexpected error: ${message}`, {
    hint: "please report it with the command that you ran",
    cause: error,
  });
}
