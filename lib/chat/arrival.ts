import { encodingHint } from "../app/mod.ts";
import { PinwireError } from "../errors.ts";
import { type Encoding, ENCODINGS, openEncoding } from "../text/mod.ts";
import {
  CONTROL_WORD,
  type Hello,
  parseControlLine,
  printControlLine,
  readHello,
  type Resume,
  type Welcome,
} from "./control_lines.ts";
import { parseName } from "./protocol.ts";
import type { Hub } from "./rooms/hub.ts";
import type { Member } from "./rooms/room.ts";
import type { Subscriber } from "./rooms/subscriber.ts";
import { nicksAround } from "./rooms/roster.ts";

/** A member with a client of ours. */
type ClientMember = Member & { readonly subscriber: Subscriber };

/** Characters of a hello that comes in pieces. */
const LONGEST_HELLO = 4_096;

/** Finds a client's hello among what a newcomer says, also where a read has cut it. */
export class HelloReader {
  #fragment = "";

  /**
   * Gives a hello, or what else was said; nothing while that may become a hello.
   *
   * @param hasLines whether the newcomer ends its lines, so that this is a whole one
   */
  take(text: string, hasLines: boolean): Hello | string | undefined {
    const line = this.#fragment + text;
    this.#fragment = "";
    const control = parseControlLine(line);
    if (control?.say === "hello") return readHello(control.json);
    const mayBecomeHello = !hasLines && line !== "" && line.length <= LONGEST_HELLO &&
      (CONTROL_WORD.startsWith(line) || line.startsWith(CONTROL_WORD));
    if (!mayBecomeHello) return line;
    this.#fragment = line;
    return undefined;
  }
}

/** The encoding that a client asks for, if we have it. */
export async function encodingOf({ encoding: name }: Hello): Promise<Encoding | undefined> {
  if (name === undefined) return undefined;
  const encoding = await openEncoding(name).catch(() => undefined);
  return encoding?.asciiNewline && ENCODINGS.includes(encoding.name) ? encoding : undefined;
}

/** What a member writes is in another encoding. */
export function undecodable(nick: string, body: Uint8Array, encoding: Encoding): PinwireError {
  const hint = encodingHint(body, encoding) ?? "start the server with the --encoding that its programs write";
  return new PinwireError("undecodable", `what ${nick} writes is not ${encoding.name}`, { hint });
}

/**
 * Gives a member the name and the room that its client asks for; says what of them can't be had.
 *
 * @throws {PinwireError} `store_away`: nobody can tell whether they can be had
 */
export async function takePlace(member: Member, { nick, room, resume }: Hello, hub: Hub): Promise<string[]> {
  if (resume && hub.takeOver(resume, member)) return [];
  const troubles: string[] = [];
  const attempt = async (name: string | undefined, take: (name: string) => Promise<void> | void) => {
    try {
      if (name !== undefined) await take(parseName(name));
    } catch (error) {
      if (!(error instanceof PinwireError) || error.code === "store_away") throw error;
      troubles.push(`* ${error.sentence}`);
    }
  };
  await attempt(nick, (name) => hub.rename(member, name, resume?.session));
  await attempt(room, (name) => hub.move(member, name));
  return troubles;
}

/** Tells a client of ours where it is, and what was said there after the lines that it knows. */
export function tellPlace(member: ClientMember, rate: Welcome["rate"], resume?: Resume): void {
  const { room, subscriber } = member;
  const { history } = room;
  const known = history.findLastIndex(({ log, line }) => log === resume?.log && line <= resume.line);
  const { frames, entries } = room.past(subscriber.format, history.slice(known + 1));
  const count = entries.filter(({ log }) => log === room.log).length;
  subscriber.tellSurely(printControlLine(welcomeOf(member, rate, count)));
  subscriber.tellFrames(frames);
}

/** What a client of ours is told of its place; `past` numbered lines that were said before follow. */
export function welcomeOf(member: Member, rate: Welcome["rate"], past = 0): Welcome {
  const { nick, room } = member;
  return {
    nick,
    room: room.name,
    session: member.session!,
    log: room.log,
    line: room.line,
    past,
    ...rate && { rate },
    who: nicksAround(member),
  };
}
