/** After somebody was announced, others are gathered for so many ms. */
const GATHER = 500;
/** Names that a gathered notice tells. */
export const NAMES = 10;

/**
 * Tells who comes and goes: the first at once, those right behind together. Otherwise a crowd of n that comes in
 * would have n² lines to read about itself.
 */
export class JoinNotices<M extends { nick: string }> {
  #notice: (text: string, newcomers: M[]) => void;
  #joined = new Map<string, M>();
  #left = new Map<string, M>();
  #timer?: ReturnType<typeof setTimeout>;

  /** @param notice is given the newcomers too, which know it already */
  constructor(notice: (text: string, newcomers: M[]) => void) {
    this.#notice = notice;
  }

  joined(member: M): void {
    if (!this.#left.delete(member.nick)) this.#joined.set(member.nick, member);
    this.#tell();
  }

  left(member: M): void {
    if (!this.#joined.delete(member.nick)) this.#left.set(member.nick, member);
    this.#tell();
  }

  /** Tells now what was gathered. */
  flush(): void {
    const left = [...this.#left.keys()];
    const joined = [...this.#joined.values()];
    this.#left.clear();
    this.#joined.clear();
    if (left.length) this.#notice(`${haveAll(left)} left`, []);
    if (joined.length) this.#notice(joinedNotice(joined.map(({ nick }) => nick)), joined);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#joined.clear();
    this.#left.clear();
  }

  #tell(): void {
    if (this.#timer !== undefined || !this.#joined.size && !this.#left.size) return;
    this.flush();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#tell();
    }, GATHER);
  }
}

/** Says who has joined. */
export const joinedNotice = (nicks: readonly string[], total?: number) => `${haveAll(nicks, total)} joined`;

const haveAll = (nicks: readonly string[], total: number = nicks.length) =>
  `${listed(nicks, total)} ${total === 1 ? "has" : "have"}`;

/** `amy`, `amy and bob`, `amy, bob and 7 others`; of more than {@linkcode NAMES} the first are enough. */
export function listed(names: readonly string[], total: number = names.length): string {
  if (total === 1) return names[0];
  const named = total > NAMES ? names.slice(0, NAMES) : names.slice(0, -1);
  const others = total - named.length;
  return `${named.join(", ")} and ${others === 1 ? names[total - 1] : `${others} others`}`;
}
