import { PinwireError } from "../../errors.ts";
import { visible } from "../../text/mod.ts";
import { type HistoryEntry, LONGEST_RELAYED, parseName } from "../protocol.ts";
import type { News, Order, Spoken } from "../rooms/store.ts";
import type { Reply } from "./link.ts";

/** A line of a room's stream. */
export interface StoredLine {
  /** Its number; nothing if somebody else has written it under an id that isn't ours. */
  number?: number;
  /** The server that said it, and its number there; NaN if a person did. */
  by: string;
  n: number;
  line: Spoken;
}

/** An entry of a stream: its id, and its fields. */
export type StreamEntry = [id: string, fields: Record<string, string>];

/** What `XREAD` answers, by the stream's key; or `XRANGE` for one. */
export function readEntries(reply: Reply): StreamEntry[] {
  if (!Array.isArray(reply)) return [];
  return reply.map((entry) => {
    const [id, words] = entry as [string, string[] | null];
    const fields: Record<string, string> = {};
    for (let i = 0; i + 1 < (words?.length ?? 0); i += 2) fields[words![i]] = words![i + 1];
    return [id, fields];
  });
}

/** The fields of a line, in their order. */
export const printLine = (
  room: string,
  { time, nick, text, isAction }: Spoken,
  by: string,
  number: number,
) => [
  ...["nick", nick, "text", text, "time", new Date(time).toISOString()],
  ...isAction ? ["me", "1"] : [],
  ...["room", room, "by", by, "n", String(number)],
];

/** Reads a line that a server of ours has said, or a person with redis-cli: then some fields are missing. */
export function readLine([id, fields]: StreamEntry, now: number): StoredLine {
  const { nick = "", text = "", me, by = "", n = "" } = fields;
  const time = Date.parse(fields.time ?? "");
  const number = id.match(/^0-(\d{1,15})$/)?.[1];
  return {
    ...number && { number: Number(number) },
    by,
    n: n === "" ? NaN : Number(n),
    line: {
      time: Number.isNaN(time) ? now : time,
      nick: nameOr(nick, "nobody"),
      // Whoever can write there could send terminals anything.
      text: safe(text),
      isAction: me === "1",
    },
  };
}

/** Makes what was written into the store safe for terminals, and not too long: a character may become eight (`<U+202E>`). */
const safe = (text: unknown) => visible(String(text).slice(0, LONGEST_RELAYED / 8));

/** Who said a line, and its number there: by that it is known again. */
export const markOf = ({ by, n }: StoredLine): string => `${by} ${Number.isNaN(n) ? "" : n}`;

/** A line as the history of a room keeps it; `log` is none of its room's if it is from before that began. */
export const entryOf = ({ number, line }: StoredLine, room: string, log: string): HistoryEntry => ({
  ...line,
  room,
  log,
  line: number ?? 0,
});

/** A room's log: its id, and the number of the last line before it began. */
export function readLog(value: string): { log: string; base: number } {
  const [, log = value, base = "0"] = value.match(/^(\S+) (\d{1,15})$/) ?? [];
  return { log, base: Number(base) };
}

/** Something that servers tell each other; `to` is the one that an order is for. */
export interface StoreEvent {
  by: string;
  to?: string;
  what: News | Order | { say: "bye" };
}

export const printEvent = ({ by, to, what }: StoreEvent): string[] => [
  ...["by", by],
  ...to === undefined ? [] : ["to", to],
  ...["what", JSON.stringify(what)],
];

/** Reads such an event; nothing if it is none. */
export function readEvent({ by, to, what }: Record<string, string>): StoreEvent | undefined {
  if (by === undefined || what === undefined) return undefined;
  try {
    const { say, nick, room, before, why, line } = JSON.parse(what);
    const event = (what: StoreEvent["what"]) => ({ by, ...to !== undefined && { to }, what });
    switch (say) {
      case "bye":
        return event({ say });
      case "joined":
        return event({ say, nick: parseName(nick), room: parseName(room) });
      case "left":
        return event({ say, nick: parseName(nick), ...why !== undefined && { why: safe(why) } });
      case "renamed":
        return event({ say, nick: parseName(nick), before: parseName(before) });
      case "tell":
        return event({ say, nick: parseName(nick), line: safe(line) });
      case "kick":
        return event({ say, nick: parseName(nick), why: safe(why) });
      case "take":
        return event({ say, nick: parseName(nick) });
    }
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError || error instanceof PinwireError)) {
      throw error;
    }
  }
  return undefined;
}

/** A member as the hash of its server has it: `NICK ROOM`. */
export const printMember = (nick: string, room: string) => `${nick} ${room}`;

/** Reads it; nothing if it is none. */
export function readMember(value: string): { nick: string; room: string } | undefined {
  const [nick, room] = value.split(" ");
  const names = { nick: nameOr(nick, ""), room: nameOr(room ?? "", "") };
  return names.nick && names.room ? names : undefined;
}

function nameOr(text: string, other: string): string {
  try {
    return parseName(text);
  } catch {
    return other;
  }
}
