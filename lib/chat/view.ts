import { bold, cyan, dim, green, magenta, red, yellow } from "@std/fmt/colors";
import { LOBBY, parseRelayed } from "./protocol.ts";
import { commandWords } from "./verbs.ts";

const COLORS = [cyan, green, yellow, magenta, red];

/** Colours lines for a terminal: each nickname always in the same colour, notices dim. */
export class Painter {
  #isColoured: boolean;

  constructor(isColoured: boolean) {
    this.#isColoured = isColoured;
  }

  /** A line as a server sends it. */
  line(line: string): string {
    if (!this.#isColoured) return line;
    const [, time, rest] = line.match(/^(\[[\d :-]+\] )?([^]*)$/)!;
    const said = rest.startsWith("* ") ? undefined : parseRelayed(rest);
    const before = time ? dim(time) : "";
    if (!said) return before + dim(rest);
    return said.isAction
      ? `${before}** ${this.nick(said.nick)} ${said.text}`
      : `${before}${this.nick(said.nick)}: ${said.text}`;
  }

  /** A nickname. */
  nick(nick: string): string {
    if (!this.#isColoured) return nick;
    let sum = 0;
    for (const character of nick) sum = (sum * 31 + character.codePointAt(0)!) % 65_521;
    return bold(COLORS[sum % COLORS.length](nick));
  }
}

/** Completes a line: a command at its beginning, a nickname anywhere. Gives all that fit, each as a whole line. */
export function completeSaid(line: string, nicks: readonly string[], isConsole = false): string[] {
  const [, before, word] = line.match(/^([^]*?)(\S*)$/)!;
  if (word === "") return [];
  const isFirst = before === "";
  if (isFirst && word.startsWith("/")) {
    return commandWords(isConsole).filter((one) => one.startsWith(word)).map((one) => `${one} `);
  }
  return nicks.filter((nick) => nick.toLowerCase().startsWith(word.toLowerCase()))
    .map((nick) => `${before}${nick}${isFirst ? ": " : " "}`);
}

/** Whether a text mentions `nick`, as a word, in any case. */
export function mentions(text: string, nick = ""): boolean {
  const name = nick.toLowerCase();
  const lower = text.toLowerCase();
  // Not every script has spaces between words.
  if (!/^[\x20-\x7e]+$/.test(name)) return name !== "" && lower.includes(name);
  return lower.split(/[^\w.-]+/).some((word) =>
    word.startsWith(name) && /^[.-]*$/.test(word.slice(name.length))
  );
}

/** The prompt of a member: `amy> ` in the lobby, `amy@dev> ` in another room. */
export const promptOf = (nick: string, room = LOBBY) => room === LOBBY ? `${nick}> ` : `${nick}@${room}> `;
