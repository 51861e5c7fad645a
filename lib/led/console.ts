import { PinwireError } from "../errors.ts";
import { type Command, parseHz } from "./protocol.ts";

/** What a line on the controller's console asks for. Devices are meant by number, by name, or all. */
export type Request =
  | { ask: "help" | "list" | "quit" | "nothing" }
  | { ask: "status"; which: string }
  | { ask: "switch"; which: string; command: Command }
  | { ask: "name"; which: string; name: string };

/** How often a pin blinks if nobody says how often, in Hz. */
export const DEFAULT_HZ = 1;

const WORDS = ["help", "list", "quit"];
const DEVICE_WORDS = ["on", "off", "toggle", "blink", "name", "status"];

export const CONSOLE_HELP = `list                the devices, each with its number
on 3, off kitchen   switch a device, by number or name; all is every one that is connected
toggle 3            on if it is off, off if it is on
blink kitchen 2     blink twice a second
status kitchen      what it is
name 3 kitchen      call number 3 kitchen
3:1, 3:2            the same as on 3, off 3
quit                end the controller`;

/**
 * Reads a line of the console: the tutorial's commands (`help`, `list`, `3:1`, `3:2`) and plain ones.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseRequest("3:1"), { ask: "switch", which: "3", command: { do: "on" } });
 * assertEquals(parseRequest("off all"), { ask: "switch", which: "all", command: { do: "off" } });
 * ```
 *
 * @throws {PinwireError} `bad_command`, `usage`
 */
export function parseRequest(line: string): Request {
  const [word = "", which, value, ...more] = line.trim().split(/\s+/);
  if (word === "") return { ask: "nothing" };
  const short = line.trim().match(/^([\w.-]+)\s*:\s*(\d+)$/);
  if (short) return parseShort(short[1], Number(short[2]));
  if (more.length) throw tooMuch(more[0]);
  switch (word) {
    case "help":
    case "list":
    case "quit":
      if (which !== undefined) throw tooMuch(which);
      return { ask: word };
    case "status":
      if (value !== undefined) throw tooMuch(value);
      return { ask: "status", which: which ?? "all" };
    case "on":
    case "off":
    case "toggle":
      if (value !== undefined) throw tooMuch(value);
      return { ask: "switch", which: needed(word, which), command: { do: word } };
    case "blink":
      return {
        ask: "switch",
        which: needed(word, which),
        command: { do: "blink", hz: value === undefined ? DEFAULT_HZ : parseHz(value) },
      };
    case "name":
      if (value === undefined) throw badCommand("name needs a number and a name", "as in name 3 kitchen");
      return { ask: "name", which: needed(word, which), name: value };
  }
  throw new PinwireError("bad_command", `"${word}" is no command`, {
    hint: "help lists them",
  });
}

/** What a line could go on to, each a whole line; `names` are those of the devices. */
export function completeRequest(line: string, names: readonly string[]): string[] {
  const [, word, which] = line.match(/^\s*(\S+)\s+(\S*)$/) ?? [];
  const offers = word === undefined
    ? [...WORDS, ...DEVICE_WORDS.map((word) => `${word} `)]
    : DEVICE_WORDS.includes(word) && which !== undefined
    ? [...names, "all"].map((name) => `${word} ${name} `)
    : [];
  return offers.filter((offer) => offer.startsWith(line));
}

// In the tutorial 1 is on, 2 is off, and other numbers do nothing.
function parseShort(which: string, number: number): Request {
  if (number !== 1 && number !== 2) return { ask: "nothing" };
  return { ask: "switch", which, command: { do: number === 1 ? "on" : "off" } };
}

function needed(word: string, which: string | undefined): string {
  if (which !== undefined) return which;
  throw badCommand(`${word} needs a device`, `as in ${word} 3, or ${word} all`);
}

const tooMuch = (word: string) => badCommand(`"${word}" is too much`, "help shows how it is written");

const badCommand = (message: string, hint: string) => new PinwireError("bad_command", message, { hint });
