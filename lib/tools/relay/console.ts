import { PinwireError } from "../../errors.ts";
import { clipped, visible } from "../../text/mod.ts";
import { DIRECTIONS } from "./disturbance.ts";
import type { Pair } from "./pair.ts";

/** What the commands of a relay's console do to a connection, and what is said of it. */
const VERBS = {
  pause: { help: "let nothing pass until resume", act: (pair: Pair) => pair.hold("paused") },
  resume: {
    help: "let everything pass again, after pause and --stall too",
    act: (pair: Pair) => pair.resume(),
  },
  stall: { help: "let nothing pass any more, and close nothing", act: (pair: Pair) => pair.hold("stalled") },
  cut: { help: "close it at both ends", act: (pair: Pair) => pair.end("cut") },
  reset: { help: "reset it at both ends (RST)", act: (pair: Pair) => pair.end("reset") },
};

type Verb = keyof typeof VERBS;

const isVerb = (word: string): word is Verb => Object.hasOwn(VERBS, word);

const HELP = [
  ["list", "the connections, each with its number"],
  ...Object.entries(VERBS).map(([verb, { help }]) => [`${verb} all|N`, help]),
  ["quit", "end the relay"],
].map(([usage, help]) => usage.padEnd(16) + help).join("\n");

/** Characters of what was typed that an error quotes. */
const LONGEST_QUOTE = 40;

/** What the commands of a relay's console work with. */
export interface RelayDesk {
  /** The connections that are open. */
  readonly pairs: readonly Pair[];
  /** The time, in ms. */
  readonly now: number;
  /** Shows one line, or several. */
  print(text: string): void;
  /** Ends the relay. */
  quit(): void;
}

/**
 * Carries out a line of the console.
 *
 * @throws {PinwireError} `bad_command`
 */
export function execute(line: string, { pairs, now, print, quit }: RelayDesk): void {
  const [word, which, ...rest] = line.trim().split(/\s+/);
  if (word === "") return;
  if (isWord(word) && (rest.length || which !== undefined && !isVerb(word))) {
    throw badCommand(`"${rest[0] ?? which}" is too much`, "help shows how it is written");
  }
  if (isVerb(word)) {
    for (const pair of select(pairs, word, which)) VERBS[word].act(pair);
  } else if (word === "list") {
    print(pairs.length ? pairs.map((pair) => row(pair, now)).join("\n") : NOBODY);
  } else if (word === "help") {
    print(HELP);
  } else if (word === "quit") {
    quit();
  } else {
    throw badCommand(`"${clipped(word, LONGEST_QUOTE)}" is no command`, "help lists them");
  }
}

/** What a line could go on to, each a whole line. */
export function complete(line: string, pairs: readonly Pair[]): string[] {
  const [, verb] = line.match(/^\s*(\S+)\s+\S*$/) ?? [];
  const offers = verb === undefined
    ? [...WORDS, ...Object.keys(VERBS).map((word) => `${word} `)]
    : isVerb(verb)
    ? ["all", ...pairs.map(({ number }) => number)].map((which) => `${verb} ${which}`)
    : [];
  return offers.filter((offer) => offer.startsWith(line));
}

/** Commands about no connection. */
const WORDS = ["list", "help", "quit"];

const isWord = (word: string) => WORDS.includes(word) || isVerb(word);

const NOBODY = "no connection is open";

function select(pairs: readonly Pair[], verb: Verb, which?: string): readonly Pair[] {
  if (which === undefined) throw badCommand(`${verb} needs a connection`, `as in ${verb} 3, or ${verb} all`);
  if (which === "all") return pairs;
  const pair = pairs.find(({ number }) => String(number) === which);
  if (!pair) throw badCommand(`there is no connection ${which}`, "list shows their numbers");
  return [pair];
}

/** `1  tcp://127.0.0.1:50123  12 s  up 14, down 37 bytes  down stalled` */
function row({ number, peer, began, lanes }: Pair, now: number): string {
  const held = DIRECTIONS.flatMap((direction) => {
    const { reason } = lanes[direction].gate;
    return reason === undefined ? [] : [`${direction} ${reason}`];
  });
  const age = `${Math.floor((now - began) / 1000)} s`;
  const passed = `up ${lanes.up.passed}, down ${lanes.down.passed} bytes`;
  return [`${number}`, visible(peer), age, passed, ...held].join("  ");
}

const badCommand = (message: string, hint: string) => new PinwireError("bad_command", message, { hint });
