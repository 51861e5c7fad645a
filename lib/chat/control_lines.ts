/** What a client of ours says of itself, once it has read the greeting: `/pinwire {json}`. */
export interface Hello {
  nick?: string;
  room?: string;
  /** Where it was before it lost its link. */
  resume?: Resume;
  /** Whether it sends `/ping` and answers it with `/pong`. */
  heartbeat: boolean;
  /** How it writes, if not as the server does. */
  encoding?: string;
}

/** How far a client has come: the session that it had, and the last line that it knows. */
export interface Resume {
  session: string;
  log: string;
  line: number;
}

/** What the server answers, and tells again when something of it has changed. */
export interface Welcome {
  nick: string;
  room: string;
  /** A secret: who knows it takes over the connection that was lost. */
  session: string;
  /** The server's run. */
  log: string;
  /** The number of the room's last line. */
  line: number;
  /** Lines a second, and how many at once; none if there is no limit. */
  rate?: [perSecond: number, burst: number];
  /** How many numbered lines that were said before follow. */
  past: number;
  /** Some of those in the room. */
  who: string[];
}

/** What ends of ours say to each other beside the chat itself. */
export type ControlLine =
  | { say: "hello"; json: unknown }
  /** A line of the client's was taken; `line` is its number if everybody was told it. */
  | { say: "taken"; line?: number }
  | { say: "bye"; why: string }
  | { say: "ping" | "pong" };

const DIGITS = /^\d{1,15}$/;

/** Reads such a line; of what isn't one, nothing. */
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

/** What begins a hello or a welcome. */
export const CONTROL_WORD = "/pinwire ";

/** `/pinwire {json}`, in ASCII alone: the other end may not know our encoding yet. */
export function printControlLine(value: Hello | Welcome): string {
  const json = JSON.stringify(value);
  return CONTROL_WORD + json.replace(/[^\x20-\x7e]/g, (unit) => {
    return "\\u" + unit.charCodeAt(0).toString(16).padStart(4, "0");
  });
}

/** Takes from a hello what is of the right type; what it doesn't know, nobody minds. */
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

/** The same for a welcome; `undefined` if it is none. */
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

/** A line that everybody in the room was told, for clients of ours: `#12 amy: hello`. */
export const numbered = (number: number, line: string) => `#${number} ${line}`;

/** Reads a line made by {@linkcode numbered}. */
export function parseNumbered(line: string): { number: number; line: string } | undefined {
  const [, number, rest] = line.match(/^#(\d{1,15}) ([^]*)$/) ?? [];
  return number === undefined ? undefined : { number: Number(number), line: rest };
}
