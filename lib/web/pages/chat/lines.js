// @ts-check

/**
 * What a client and a server of ours say to each other beside the chat itself, as docs/protocol.md has it.
 *
 * @typedef {{ nick: string, room: string, session: string, log: string, line: number, past: number,
 *   rate?: [perSecond: number, burst: number], who: string[] }} Welcome
 * @typedef {{ say: "welcome", welcome: Welcome } | { say: "taken", line?: number } | { say: "bye", why: string } |
 *   { say: "ping" | "pong" }} ControlLine
 */

/**
 * Reads such a line of the server's; `undefined` if it is none.
 *
 * @param {string} line
 * @returns {ControlLine | undefined}
 */
export function parseControl(line) {
  if (line === "/ping" || line === "/pong") return { say: line === "/ping" ? "ping" : "pong" };
  const [, word, rest = ""] = line.match(/^\/(pinwire|taken|bye)(?: ([^]*))?$/) ?? [];
  if (word === "bye") return { say: "bye", why: rest };
  if (word === "taken") return { say: "taken", line: /^\d{1,15}$/.test(rest) ? Number(rest) : undefined };
  return word === "pinwire" ? { say: "welcome", welcome: JSON.parse(rest) } : undefined;
}

/**
 * `/pinwire {json}`, in ASCII alone: the server may not know our encoding yet.
 *
 * @param {object} hello
 */
export function printHello(hello) {
  const json = JSON.stringify(hello).replace(
    /[^\x20-\x7e]/g,
    (unit) => "\\u" + unit.charCodeAt(0).toString(16).padStart(4, "0"),
  );
  return `/pinwire ${json}`;
}

/**
 * Reads `#12 amy: hello`.
 *
 * @param {string} line
 */
export function parseNumbered(line) {
  const [, number, rest] = line.match(/^#(\d{1,15}) ([^]*)$/) ?? [];
  return number === undefined ? undefined : { number: Number(number), line: rest };
}

/**
 * Somebody's words.
 *
 * @typedef {{ nick: string, text: string, isAction: boolean, stamp?: string }} Said
 */

/**
 * Reads `amy: hello` and `** amy waves`, with the time before it where the server tells that.
 *
 * @param {string} line
 * @returns {Said | undefined}
 */
export function parseSaid(line) {
  const [, stamp, actor, action, nick, text] =
    line.match(/^(?:\[([\d :-]+)\] )?(?:\*\* (\S+) ([^]*)|([^\s:]+): ([^]*))$/) ?? [];
  if (actor !== undefined) return { nick: actor, text: action, isAction: true, stamp };
  return nick === undefined ? undefined : { nick, text, isAction: false, stamp };
}

/**
 * Reads a notice with words for us alone, or with ours for somebody alone.
 *
 * @param {string} notice
 */
export function parsePrivate(notice) {
  const [, from, to, text] = notice.match(/^(?:\[private\] (\S+)|to (\S+)): ([^]*)$/) ?? [];
  return text === undefined ? undefined : { nick: from ?? to, text, isOwn: to !== undefined };
}

/**
 * Who, by a notice, has come into the room, and who has left it.
 *
 * @param {string} notice
 * @returns {[nick: string, isHere: boolean][]}
 */
export function arrivalsIn(notice) {
  const [, before, after] = notice.match(/^(\S+) is now (\S+)$/) ?? [];
  if (before !== undefined) return [[before, false], [after, true]];
  const [, kicked] = notice.match(/^(\S+) was kicked\b/) ?? [];
  if (kicked !== undefined) return [[kicked, false]];
  const [, names, verb] = notice.match(/^(.+) ha(?:s|ve) (joined|left)$/) ?? [];
  if (names === undefined) return [];
  const nicks = names.split(/, | and /).filter((name) => !name.includes(" "));
  return nicks.map((nick) => [nick, verb === "joined"]);
}

/**
 * Reads a line of the answer to `/rooms`.
 *
 * @param {string} notice
 */
export function parseRoom(notice) {
  const [, room, count] = notice.match(/^(\S+): (\d+) here$/) ?? [];
  return room === undefined ? undefined : { room, count: Number(count) };
}

/**
 * What a line of ours tells the room; `undefined` for a command.
 *
 * @param {string} line
 */
export function spokenIn(line) {
  if (!line.startsWith("/")) return { text: line, isAction: false };
  if (line.startsWith("//")) return { text: line.slice(1), isAction: false };
  const [, text] = line.match(/^\/me\s+(\S[^]*)$/i) ?? [];
  return text === undefined ? undefined : { text, isAction: true };
}

/**
 * Text with its control characters made visible, as everywhere in pinwire: `^[` for ESC, `<U+202E>`.
 *
 * @param {string} text
 */
export function visible(text) {
  return text.replace(/(?!\t)[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x80) return `^${String.fromCharCode(code ^ 0x40)}`;
    return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
  });
}
