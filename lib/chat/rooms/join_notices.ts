import type { Clock, Timer } from "../../net/mod.ts";

/** After a notice, those who come and go are gathered this long, in milliseconds. */
const GATHER = 500;
/** How many names a notice tells at most. */
export const NAMES = 10;

/**
 * Tells who comes and goes: the first at once, those who follow within half a second in one line. Otherwise a crowd of n
 * members that come at the same time would cause n² lines.
 */
export class JoinNotices<M extends { nick: string }> {
  #notice: (text: string, newcomers: M[]) => void;
  #clock: Clock;
  #joined = new Map<string, M>();
  #left = new Map<string, M>();
  #timer?: Timer;

  /** @param notice is given the newcomers too: they know already that they have joined */
  constructor(notice: (text: string, newcomers: M[]) => void, clock: Clock) {
    this.#notice = notice;
    this.#clock = clock;
  }

  /** A member has come. */
  joined(member: M): void {
    if (!this.#left.delete(member.nick)) this.#joined.set(member.nick, member);
    this.#tell();
  }

  /** A member has gone. */
  left(member: M): void {
    if (!this.#joined.delete(member.nick)) this.#left.set(member.nick, member);
    this.#tell();
  }

  /** Tells at once what was gathered. */
  flush(): void {
    const left = [...this.#left.keys()];
    const joined = [...this.#joined.values()];
    this.#left.clear();
    this.#joined.clear();
    if (left.length) this.#notice(`${haveAll(left)} left`, []);
    if (joined.length) this.#notice(joinedNotice(joined.map(({ nick }) => nick)), joined);
  }

  /** Forgets what was gathered. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#joined.clear();
    this.#left.clear();
  }

  #tell(): void {
    if (this.#timer || !this.#joined.size && !this.#left.size) return;
    this.flush();
    this.#timer = this.#clock.after(GATHER, () => {
      this.#timer = undefined;
      this.#tell();
    });
  }
}

/** Says who has joined. */
export const joinedNotice = (nicks: readonly string[], total?: number) => `${haveAll(nicks, total)} joined`;

const haveAll = (nicks: readonly string[], total: number = nicks.length) =>
  `${listed(nicks, total)} ${total === 1 ? "has" : "have"}`;

/** `amy`, `amy and bob`, `amy, bob and 7 others`: at most {@linkcode NAMES} names. `total` counts the others too. */
export function listed(names: readonly string[], total: number = names.length): string {
  if (total === 1) return names[0];
  const named = total > NAMES ? names.slice(0, NAMES) : names.slice(0, -1);
  const others = total - named.length;
  return `${named.join(", ")} and ${others === 1 ? names[total - 1] : `${others} others`}`;
}
