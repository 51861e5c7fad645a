/** What a client of ours says about itself after it has read the greeting: `/pinwire {json}`. */
export interface Hello {
  nick?: string;
  room?: string;
  /** Where it was when it lost its link. */
  resume?: Resume;
  /** Whether it sends `/ping` and answers it with `/pong`. */
  heartbeat: boolean;
  /** The encoding of its lines, if it is not the server's. */
  encoding?: string;
}

/** How far a client had come: its session, and the last line that it knows, by log and number. */
export interface Resume {
  session: string;
  log: string;
  line: number;
}

/** The server's answer. It is sent again when something in it has changed. */
export interface Welcome {
  nick: string;
  room: string;
  /** A secret: a client that tells it takes over the session of a lost link. */
  session: string;
  /** What the line numbers of the room belong to: another one when the room is made anew. */
  log: string;
  /** The number of the room's last line. */
  line: number;
  /** How many lines a second, and how many at once, the client may say; left out if there is no limit. */
  rate?: [perSecond: number, burst: number];
  /** How many numbered lines follow that were said before. */
  past: number;
  /** Some of the nicknames in the room. */
  who: string[];
}

/** What our client and our server say to each other beside the chat itself. */
export type ControlLine =
  | { say: "hello"; json: unknown }
  /** The server has taken a line of the client's; `line` is its number if the room was told it. */
  | { say: "taken"; line?: number }
  | { say: "bye"; why: string }
  | { say: "ping" | "pong" };

const DIGITS = /^\d{1,15}$/;

/** Reads such a line; gives nothing if it is no such line. */
export function parseControlLine(line: string): ControlLine | undefined {
  if (line === "/ping" || line === "/pong") return { say: line.slice(1) as "ping" };
  const [, word, rest = ""] = line.match(/^\/(pinwire|taken|bye)(?: ([^]*))?$/) ?? [];
  if (word === "bye") return { say: "bye", why: rest };
  if (word === "taken") return { say: "taken", ...DIGITS.test(rest) && { line: Number(rest) } };
  if (word !== "pinwire") return undefined;
  try {
    return { say: "hello", json: JSON.parse(rest) };
  } catch {
    return undefined;
  }
}

/** How a hello and a welcome begin. */
export const CONTROL_WORD = "/pinwire ";

/** `/pinwire {json}`, in ASCII alone: the other end may not know our encoding yet. */
export function printControlLine(value: Hello | Welcome): string {
  const json = JSON.stringify(value);
  return CONTROL_WORD + json.replace(/[^\x20-\x7e]/g, (unit) => {
    return "\\u" + unit.charCodeAt(0).toString(16).padStart(4, "0");
  });
}

/** Takes from a hello what has the right type, and ignores the rest. */
export function readHello(json: unknown): Hello {
  const { nick, room, resume, heartbeat, encoding } = fields(json);
  const { session, log, line } = fields(resume);
  const isResumed = typeof session === "string" && typeof log === "string" && Number.isSafeInteger(line);
  return {
    heartbeat: heartbeat === true,
    ...typeof nick === "string" && { nick },
    ...typeof room === "string" && { room },
    ...typeof encoding === "string" && { encoding },
    ...isResumed && { resume: { session, log, line: line as number } },
  };
}

/** The same for a welcome; `undefined` if something that it must have is missing. */
export function readWelcome(json: unknown): Welcome | undefined {
  const { nick, room, session, log, line, rate, past, who } = fields(json);
  if (typeof nick !== "string" || typeof room !== "string" || !Number.isSafeInteger(line)) return undefined;
  if (typeof session !== "string" || typeof log !== "string") return undefined;
  const isRate = Array.isArray(rate) && rate.length === 2 &&
    rate.every((number) => typeof number === "number" && number >= 1 && number <= 1e6);
  return {
    nick,
    room,
    session,
    log,
    line: line as number,
    past: Number.isSafeInteger(past) ? past as number : 0,
    ...isRate && { rate: rate as [number, number] },
    who: Array.isArray(who) ? who.filter((name) => typeof name === "string") : [],
  };
}

const fields = (json: unknown): Record<string, unknown> =>
  typeof json === "object" && json !== null ? json as Record<string, unknown> : {};

/** A line that the room was told, as clients of ours get it: `#12 amy: hello`. */
export const numbered = (number: number, line: string) => `#${number} ${line}`;

/** Reads a line made by {@linkcode numbered}. */
export function parseNumbered(line: string): { number: number; line: string } | undefined {
  const [, number, rest] = line.match(/^#(\d{1,15}) ([^]*)$/) ?? [];
  return number === undefined ? undefined : { number: Number(number), line: rest };
}
