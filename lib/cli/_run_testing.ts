import { usageError } from "../errors.ts";
import { ALL_PERMISSIONS, type Command, command, type Program } from "./command.ts";
import { integer, text } from "./kinds.ts";
import { run } from "./run.ts";

/** A command that does `act` with what was parsed. It declares every permission, so that the tests keep theirs. */
export function does(
  act: (options: Record<string, unknown>, positionals: Record<string, unknown>) => number,
): Command {
  return command({
    summary: "do it",
    positionals: { word: { kind: text("WORD"), optional: true, help: "a word" } },
    options: { count: { kind: integer("N", 0), default: 3, help: "how many" } },
    permissions: ALL_PERMISSIONS,
    examples: [],
    run: (options, positionals) => Promise.resolve(act(options, positionals)),
  });
}

/** A command that fails. */
export const fails = (error: unknown) =>
  does(() => {
    throw error;
  });

const box = {
  commands: { "box open": does(({ count }) => Number(count)), "box close": does(() => 0) },
};

/** How often modules were loaded that nobody asked for. */
export const others = { loaded: 0 };

const guide = {
  tasks: [{ title: "Boxes", lines: [["box open", "see what is in it"]] as const }],
  date: "2026-01-02",
  description: "It has a box.",
  sections: {},
  seeAlso: [],
};

/** `lab` is a command, and other commands begin with its name. */
const lab = {
  commands: {
    lab: does((_, { word }) => word === undefined ? 10 : 11),
    "lab cidr": does((_, { word }) => word === undefined ? 20 : 21),
    "lab cidr split": does(() => 30),
  },
};

/** A command without arguments, and one whose name begins with it. */
const tour = {
  commands: { tour: command({ ...does(() => 40), positionals: {} }), "tour start": does(() => 0) },
};

/** A program of a few commands, of which some fail. */
export const program: Program = {
  name: "prog",
  version: "1.2.3",
  home: new URL("https://example.org/prog/"),
  summary: "does things",
  printable: (sentence) => sentence,
  guide: () => Promise.resolve({ guide }),
  modules: {
    lab: () => Promise.resolve(lab),
    tour: () => Promise.resolve(tour),
    box: () => Promise.resolve(box),
    wrong: () => Promise.resolve({ commands: { wrong: fails(usageError("bad word", "use another")) } }),
    broken: () => Promise.resolve({ commands: { broken: fails(new RangeError("a bug")) } }),
    forbidden: () => Promise.resolve({ commands: { forbidden: fails(notCapable()) } }),
    other: () => {
      others.loaded++;
      return Promise.resolve({ commands: {} });
    },
  },
};

/** What Deno throws without a permission. */
export const notCapable = () =>
  new Deno.errors.NotCapable('Requires net access to "0.0.0.0:80", run again with the --allow-net flag');

/** The same program, with only what its help can show. */
export const whole: Program = { ...program, modules: { box: program.modules.box } };

/** What a command line gave. */
export interface Outcome {
  code: number;
  out: string;
  err: string;
}

/** Runs `args` with all of them. */
export const outcome = (...args: string[]) => outcomeOf(program, args);

/** Runs `args`, and gives what was printed beside the exit code. */
export async function outcomeOf(program: Program, args: string[]): Promise<Outcome> {
  const { log, error } = console;
  let out = "";
  let err = "";
  console.log = (line: string) => out += `${line}\n`;
  console.error = (line: string) => err += `${line}\n`;
  try {
    return { code: await run(program, args), out, err };
  } finally {
    Object.assign(console, { log, error });
  }
}
